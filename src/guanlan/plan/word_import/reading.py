"""The lines of a Word file: paragraphs and rows of tables, in order, with what tells their rank."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from docx.oxml.ns import qn
from docx.table import Table

from guanlan.plan.word_import.numbering import Numbering
from guanlan.plan.word_import.opening import UnfitWord, opened

MOST_LINES = 900  # a form has one box for each
CONTENTS = re.compile(r".+(?:\t|[.…·]{3,})\s*\d+$")

_N = r"[一二三四五六七八九十百零〇\d]+"  # zh-data: numerals
# How a line begins, gravest first.
MARKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("chapter", re.compile(rf"第\s*{_N}\s*[章编篇]|附件\s*{_N}?(?=[：:\s]|$)")),  # zh-data: numbering
    ("article", re.compile(rf"第\s*{_N}\s*条")),  # zh-data: numbering
    ("cn", re.compile(r"[一二三四五六七八九十]+\s*[、\uff0e.]")),  # zh-data: numbering
    ("cn-bracket", re.compile(r"[（(]\s*[一二三四五六七八九十]+\s*[）)]")),  # zh-data: numbering
    ("pair", re.compile(r"\d+[.\uff0e]\d+(?![.\uff0e]?\d)")),
    ("number", re.compile(r"\d+\s*[、\uff0e.](?!\d)")),
    ("number-bracket", re.compile(r"[（(]\s*\d+\s*[）)]|\d+\s*[）)]|[①-⑳]")),
)


@dataclass(frozen=True)
class Line:
    """One line: its words with the number before it, the mark it begins with, its heading's depth or 0."""

    text: str
    mark: str = ""
    heading: int = 0
    contents: bool = False
    table: bool = False

    @property
    def bare(self) -> str:
        """The words without the number."""
        pattern = dict(MARKS).get(self.mark)
        found = pattern.match(self.text) if pattern else None
        rest = self.text[found.end() :].lstrip("　 \t：:、.\uff0e") if found else self.text
        return rest or self.text


@lru_cache(maxsize=8)
def read(content: bytes, name: str) -> tuple[Line, ...]:
    """Return the lines of a Word file. Raises UnfitWord."""
    document = opened(content, name)
    numbering, lines = Numbering(document), []
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            lines += [Line(words, table=True) for words in _rows(block)]
        else:
            lines += _lines(block, numbering)
    if not lines:
        raise UnfitWord(_("“%(name)s”里没有读到文字；文本框和图片里的字读不到。") % {"name": name})
    if len(lines) > MOST_LINES:
        raise UnfitWord(
            _("“%(name)s”有 %(count)d 段，超过 %(most)d 段。请删去附件和空话，或分成几份再传。")
            % {"name": name, "count": len(lines), "most": MOST_LINES}
        )
    return tuple(lines)


def _lines(paragraph: Any, numbering: Numbering) -> list[Line]:
    words, label = _words(paragraph._p), numbering.label(paragraph)
    if not words:
        return []
    style = (paragraph.style.name or "").lower() if paragraph.style is not None else ""
    heading, contents = _heading(paragraph, style), style.startswith("toc") or bool(CONTENTS.fullmatch(words))
    gap = "　" if label and label[-1].isalnum() else ""
    whole = f"{label}{gap}{words}"
    return [
        Line(text, mark_of(text), heading, contents)
        for text in (piece.strip() for piece in whole.split("\n"))
        if text
    ]


def mark_of(text: str) -> str:
    """Return which kind of number a text begins with, or nothing."""
    return next((name for name, pattern in MARKS if pattern.match(text)), "")


def _words(element: Any) -> str:
    """Return what is read: with insertions, without deletions, without what stands in boxes."""
    pieces = []
    for node in element.iter(qn("w:t"), qn("w:tab"), qn("w:br")):
        if any(True for _box in node.iterancestors(qn("w:txbxContent"), qn("w:pPr"))):
            continue
        pieces.append({qn("w:tab"): "\t", qn("w:br"): "\n"}.get(node.tag) or node.text or "")
    return "".join(pieces).strip()


def _rows(table: Table) -> list[str]:
    rows = []
    for row in table.rows:
        cells = dict.fromkeys(" ".join(_words(cell._tc).split()) for cell in row.cells)
        words = " | ".join(filter(None, cells))
        if words:
            rows.append(words)
    return rows


def _heading(paragraph: Any, style: str) -> int:
    found = re.fullmatch(r"(?:heading|标题) ?(\d)", style)  # zh-data: Word's own style name
    if found:
        return int(found[1])
    for element in (paragraph._p, paragraph.style.element if paragraph.style is not None else None):
        level = element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}") if element is not None else None
        if level is not None and level.get(qn("w:val"), "9").isdecimal():
            depth = int(level.get(qn("w:val"))) + 1
            return depth if depth < 10 else 0
    return 0
