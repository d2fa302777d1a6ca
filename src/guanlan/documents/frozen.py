"""A document frozen: checked, as canonical JSON, with its hash; the stored bytes can be rendered again."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from gettext import gettext as _
from typing import Any

from guanlan.documents.model import Block, Chart, Document, KeyValues, Paragraph, Run, Table
from guanlan.errors import BadInput

# No XML may hold these, and no JSON file a lone surrogate; a post copied from a phone sometimes does.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
COLOUR = re.compile("#[0-9A-Fa-f]{6}")


class BadDocument(BadInput):
    """The document contradicts itself, so it is not made."""


@dataclass(frozen=True)
class Frozen:
    """The canonical bytes of a checked document (UTF-8 JSON, keys sorted); all renderers start from it."""

    stored: bytes

    def content(self) -> dict[str, Any]:
        """The document as plain JSON values, keys as in `model.Document`; a copy of one's own."""
        content: dict[str, Any] = json.loads(self.stored)
        return content

    @property
    def sha256(self) -> str:
        """Hash of the stored bytes, 64 hex digits: printed in the footer of every format."""
        return hashlib.sha256(self.stored).hexdigest()


def freeze(document: Document) -> Frozen:
    """Check `document` and freeze it. BadDocument when a mark has no source or a table is crooked.

    Characters that no file format can hold become U+FFFD; all other text stays as it is.
    """
    check(document)
    content = asdict(document)
    content["made_at"] = document.made_at.isoformat()
    stored = json.dumps(printable(content), ensure_ascii=False, sort_keys=True, allow_nan=False)
    return Frozen(stored.encode())


def roll_bytes(keys: Iterable[str]) -> bytes:
    """The keys of a roll as its hash is taken over them: sorted, each with a line feed behind it."""
    return "".join(f"{key}\n" for key in sorted(keys)).encode()


def printable(value: Any) -> Any:
    """The same JSON value with every string printable."""
    if isinstance(value, str):
        return UNPRINTABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {printable(key): printable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [printable(inner) for inner in value]
    return value


def check(document: Document) -> None:
    """BadDocument with the first contradiction found."""
    if document.made_at.utcoffset() is None:
        raise BadDocument(
            _("文件“{title}”的制作时间没有时区：请给出带时区的时间。").format(title=document.title)
        )
    if document.level and not COLOUR.fullmatch(document.level.colour):
        raise BadDocument(
            _("等级颜色“{colour}”不是 #RRGGBB：请改预案里的等级颜色。").format(colour=document.level.colour)
        )
    check_marks(document)
    check_rolls(document)
    for table in tables(document.blocks):
        check_table(table)


def check_marks(document: Document) -> None:
    """Every source number stands once, and every mark points to one."""
    numbers = [post.number for post in document.sources]
    for number in numbers:
        if numbers.count(number) > 1:
            raise BadDocument(
                _("来源帖文第 {number} 号出现了两次：每个编号只能用一次。").format(number=number)
            )
    for run in runs(document.blocks):
        for number in run.posts:
            if number not in numbers:
                raise BadDocument(
                    _("“{words}”引用了帖 {number}，来源里没有这一条：请补上来源或删去引用。").format(
                        words=run.words, number=number
                    )
                )


def check_rolls(document: Document) -> None:
    """Every roll stands once and has the hash of its keys, and every mark of a roll points to one."""
    known: set[str] = set()
    for roll in document.rolls:
        true = hashlib.sha256(roll_bytes(roll.keys)).hexdigest() == roll.sha256
        if roll.code in known or not true or len(set(roll.keys)) != len(roll.keys):
            raise BadDocument(
                _("帖文名单“{code}”重复或与校验码不符：请重新生成这份名单。").format(code=roll.code)
            )
        known.add(roll.code)
    used = [(run.words, code) for run in runs(document.blocks) for code in run.rolls]
    used += [
        (block.title, code) for block in document.blocks if isinstance(block, Chart) for code in block.rolls
    ]
    for words, code in used:
        if code not in known:
            raise BadDocument(
                _("“{words}”引用了名单 {code}，文件里没有这份名单：请补上名单或删去引用。").format(
                    words=words, code=code
                )
            )


def check_table(table: Table) -> None:
    """At least one column, and as many cells in each row as there are columns."""
    if not table.columns:
        raise BadDocument(_("有一张表没有任何列：请给出表头，或删去这张表。"))
    for line, row in enumerate(table.rows, start=1):
        if len(row) != len(table.columns):
            raise BadDocument(
                _(
                    "表格“{head}”第 {line} 行有 {cells} 格，表头有 {columns} 列：请补齐或删去多余的格。"
                ).format(head=table.columns[0].head, line=line, cells=len(row), columns=len(table.columns))
            )


def tables(blocks: tuple[Block, ...]) -> Iterator[Table]:
    """Every table, those behind charts too."""
    for block in blocks:
        if isinstance(block, Table):
            yield block
        elif isinstance(block, Chart):
            yield block.table


def runs(blocks: tuple[Block, ...]) -> Iterator[Run]:
    """Every run of the document, in reading order."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield from block.text
        elif isinstance(block, KeyValues):
            for _label, value in block.rows:
                yield from value
    for table in tables(blocks):
        for row in table.rows:
            for cell in row:
                yield from cell
