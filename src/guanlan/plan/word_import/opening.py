"""Opens a Word file that somebody else wrote, or says in a sentence why it stays shut."""

import io
import zipfile
import zlib
from typing import Any

import docx
from django.utils.translation import gettext as _
from docx.opc.exceptions import PackageNotFoundError

from guanlan.errors import BadInput

LARGEST_FILE = 20 * 1024 * 1024
LARGEST_UNPACKED = 100 * 1024 * 1024
MOST_PARTS = 3000

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .doc, and .docx under a password
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
MACROS = ("vbaproject.bin", "vbadata.xml")
DECLARATIONS = tuple("<!DOCTYPE".encode(coding) for coding in ("utf-8", "utf-16-le", "utf-16-be"))


class UnfitWord(BadInput):
    """The file is no Word file that can be read safely."""


def opened(content: bytes, name: str) -> Any:
    """Return the file as python-docx has it. Raises UnfitWord, whatever the file is called."""
    _refuse_by_its_first_bytes(content, name)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_by_its_parts(archive, name)
        return docx.Document(io.BytesIO(content))
    except (
        zipfile.BadZipFile,
        zlib.error,
        PackageNotFoundError,
        SyntaxError,  # what lxml calls bad XML
        KeyError,
        ValueError,
        AttributeError,
        NotImplementedError,
        EOFError,
        OSError,
    ) as broken:
        raise UnfitWord(
            _("“%(name)s”打不开，可能已损坏或不是 Word 文件。请用 Word 或 WPS 打开它，另存为 .docx 再传。")
            % {"name": name}
        ) from broken


def _refuse_by_its_first_bytes(content: bytes, name: str) -> None:
    if not content:
        raise UnfitWord(_("“%(name)s”是空的。请检查后重传。") % {"name": name})
    if len(content) > LARGEST_FILE:
        raise UnfitWord(_("“%(name)s”超过 20 MB。请删去图片，只留文字，再传一次。") % {"name": name})
    if content.startswith(OLE) and ENCRYPTED in content:
        raise UnfitWord(_("“%(name)s”加了密码，读不出来。请去掉密码，另存后再传。") % {"name": name})
    if content.startswith(OLE):
        raise UnfitWord(_("“%(name)s”是旧版的 .doc。请用 Word 或 WPS 另存为 .docx 再传。") % {"name": name})


def _refuse_by_its_parts(archive: zipfile.ZipFile, name: str) -> None:
    parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise UnfitWord(_("“%(name)s”加了密码，读不出来。请去掉密码，另存后再传。") % {"name": name})
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise UnfitWord(
            _("“%(name)s”解开后大得不像一份预案，没有打开。请把文字另存成一份新的 .docx 再传。")
            % {"name": name}
        )
    types = archive.read("[Content_Types].xml")
    if b"macroEnabled" in types or any(part.filename.lower().endswith(MACROS) for part in parts):
        raise UnfitWord(_("“%(name)s”带有宏，没有打开。请另存为不带宏的 .docx 再传。") % {"name": name})
    texts = (part for part in parts if part.filename.endswith((".xml", ".rels")))
    if any(mark in archive.read(part) for part in texts for mark in DECLARATIONS):
        raise UnfitWord(
            _("“%(name)s”里有 Word 不会写的内容，没有打开。请用 Word 或 WPS 另存为 .docx 再传。")
            % {"name": name}
        )
