"""A file's lines as UTF-8, whatever it was written in, with limits against bombs.

UTF-8 with or without BOM, gb18030 and UTF-16 with BOM are told apart by the beginning
of the file. Every line comes with its number; a line that cannot be used comes as a
Refusal instead, so that the reader of a form can go on and the command line can stop.
"""

import codecs
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path
from typing import BinaryIO, cast

from guanlan.errors import BadInput
from guanlan.intake.reading.batches import Refusal

LINE_LIMIT = 1_000_000  # bytes
_SAMPLE = 1 << 18
_BLOCK = 1 << 16
_BOMB_RATIO = 200
_BOMB_FLOOR = 100_000_000  # bytes that any file may unpack to
_GZIP = b"\x1f\x8b"

Line = tuple[int, bytes | Refusal]


@dataclass(frozen=True)
class Opening:
    """How a file begins: its encoding and its first characters (blank if there is nothing)."""

    encoding: str
    text: str


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open `path` for its bytes, unpacked if it is gzip; BadInput if it cannot be opened."""
    try:
        file = path.open("rb")
    except OSError as error:
        reason = error.strerror or ""
        raise BadInput(_("打不开文件 {file}（{reason}）。").format(file=path.name, reason=reason)) from None
    with file:
        packed = file.read(2) == _GZIP
        file.seek(0)
        yield cast(BinaryIO, gzip.GzipFile(fileobj=file)) if packed else file


def opening(path: Path) -> Opening:
    """Tell a text file's encoding from its beginning."""
    with opened(path) as file:
        sample = _sample(file, path)
    for bom, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if sample.startswith(bom):
            return Opening(encoding, sample.decode(encoding, "replace").lstrip("\ufeff").lstrip())
    encoding = "utf-8" if _is_mostly_utf8(sample) else "gb18030"
    return Opening(encoding, sample.decode(encoding, "replace").lstrip())


def _sample(file: BinaryIO, path: Path) -> bytes:
    try:
        return file.read(_SAMPLE)
    except (gzip.BadGzipFile, EOFError, OSError):
        raise BadInput(_("{file} 的压缩已损坏，请重新导出后再试。").format(file=path.name)) from None


def _is_mostly_utf8(sample: bytes) -> bool:
    """Tell broken UTF-8 from gb18030: text in gb18030 hardly ever forms valid UTF-8 sequences."""
    text = sample.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return broken <= len(text) - len(text.encode("ascii", "ignore")) - broken


def lines(path: Path, encoding: str) -> Iterator[Line]:
    """Yield (number from 1, line as UTF-8 with its line end, or why it cannot be read)."""
    with opened(path) as file:
        split = _utf16_lines(file) if encoding == "utf-16" else _byte_lines(file)
        unpacked, limit = 0, max(_BOMB_FLOOR, path.stat().st_size * _BOMB_RATIO)
        try:
            for number, line in enumerate(split, start=1):
                unpacked += len(line or b"")
                if unpacked > limit:
                    raise bomb(path)
                yield number, _usable(number, line, encoding)
        except (gzip.BadGzipFile, EOFError, OSError):
            raise BadInput(_("{file} 的压缩已损坏，请重新导出后再试。").format(file=path.name)) from None


def _byte_lines(file: BinaryIO) -> Iterator[bytes]:
    """Split on line feeds; a line over the limit comes cut off, and its rest is skipped."""
    first = file.readline(LINE_LIMIT + 1)
    line = first.removeprefix(codecs.BOM_UTF8)
    while first:
        yield line
        if len(first) > LINE_LIMIT:
            _skip_line(file, first)
        first = line = file.readline(LINE_LIMIT + 1)


def _skip_line(file: BinaryIO, part: bytes) -> None:
    while len(part) > LINE_LIMIT and not part.endswith(b"\n"):
        part = file.readline(LINE_LIMIT + 1)


def _utf16_lines(file: BinaryIO) -> Iterator[bytes | None]:
    """Split on line feeds; None where there is no character, and nothing beyond it."""
    decoder = codecs.getincrementaldecoder("utf-16")()
    pending = ""
    while block := file.read(_BLOCK):
        try:
            pending += decoder.decode(block)
        except UnicodeDecodeError:
            yield None
            return
        *whole, pending = pending.split("\n")
        yield from (f"{line}\n".encode(errors="replace") for line in whole)
        if len(pending) > LINE_LIMIT:
            break
    if pending:
        yield pending.encode(errors="replace")
    if decoder.getstate()[0]:
        yield None  # half a character at the end


def _usable(number: int, line: bytes | None, encoding: str) -> bytes | Refusal:
    if line is None:
        return Refusal(number, None, _("从这里起不是 UTF-16 编码，请另存为 UTF-8 后再试"))
    if len(line) > LINE_LIMIT:
        return Refusal(number, None, _("这一行超过 1 MB，不是一条帖文，请检查文件是否缺少换行"))
    if encoding != "gb18030":
        return line
    try:
        return line.decode(encoding).encode()
    except UnicodeDecodeError as error:
        return cannot_decode(number, error.start, encoding)


def cannot_decode(number: int, start: int, encoding: str = "UTF-8") -> Refusal:
    """Return the refusal of a line whose byte `start` (from 0) is no `encoding`."""
    where = _("第 {byte} 个字节不是 {encoding} 编码，请另存为 UTF-8 后再试")
    return Refusal(number, None, where.format(byte=start + 1, encoding=encoding.upper()))


def bomb(path: Path) -> BadInput:
    """Return the refusal of a file that unpacks to far more than it is."""
    return BadInput(_("{file} 解压后过大，像是压缩炸弹，没有读入。").format(file=path.name))
