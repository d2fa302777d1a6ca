"""The numbers that Word counts by itself and does not write into the text: 第一章, （一）, 1.1."""

import re
from collections.abc import Iterator
from typing import Any

from docx.oxml.ns import qn

NUMERALS = "零一二三四五六七八九"  # zh-data: numerals
CHINESE = (
    "chineseCounting",
    "chineseCountingThousand",
    "ideographDigital",
    "japaneseCounting",
    "taiwaneseCounting",
)
PLACES = re.compile(r"%(\d)")


class Numbering:
    """Counts a document's numbered paragraphs in the order in which it is asked."""

    def __init__(self, document: Any) -> None:
        self._lists, self._levels = _definitions(document)
        self._counts: dict[str, dict[int, int]] = {}

    def label(self, paragraph: Any) -> str:
        """Return the number that Word shows before a paragraph, or nothing."""
        number, depth = _reference(paragraph)
        levels = self._levels.get(self._lists.get(number, ""), {})
        if depth not in levels:
            return ""
        counts = self._counts.setdefault(self._lists[number], {})
        counts[depth] = counts.get(depth, levels[depth][2] - 1) + 1
        for deeper in [level for level in counts if level > depth]:
            del counts[deeper]
        if levels[depth][0] == "bullet":
            return ""

        def shown(found: re.Match[str]) -> str:
            level = int(found[1]) - 1
            form, _text, start = levels.get(level, ("decimal", "", 1))
            return _in_form(counts.get(level, start), form)

        return PLACES.sub(shown, levels[depth][1])


def _reference(paragraph: Any) -> tuple[str, int]:
    """Return the list and level of a paragraph, its own or its style's."""
    depth = None
    for properties in _properties(paragraph):
        numbered = properties.find(qn("w:numPr"))
        if numbered is None:
            continue
        level, number = numbered.find(qn("w:ilvl")), numbered.find(qn("w:numId"))
        if depth is None and level is not None:
            depth = int(level.get(qn("w:val")))
        if number is not None:
            return number.get(qn("w:val")), depth or 0
    return "", 0


def _properties(paragraph: Any) -> Iterator[Any]:
    style = paragraph.style
    for element in (paragraph._p, *(found.element for found in _styles(style))):
        properties = element.find(qn("w:pPr"))
        if properties is not None:
            yield properties


def _styles(style: Any) -> Iterator[Any]:
    for _depth in range(12):  # a style may be based on itself in a broken file
        if style is None:
            return
        yield style
        style = style.base_style


def _definitions(document: Any) -> tuple[dict[str, str], dict[str, dict[int, tuple[str, str, int]]]]:
    """Return which list leads to which definition, and of each its levels: form, text, first number."""
    part = next(
        (found.target_part for found in document.part.rels.values() if found.reltype.endswith("/numbering")),
        None,
    )
    if part is None:
        return {}, {}
    root = part.element
    lists = {
        number.get(qn("w:numId")): number.find(qn("w:abstractNumId")).get(qn("w:val"))
        for number in root.findall(qn("w:num"))
        if number.find(qn("w:abstractNumId")) is not None
    }
    return lists, {
        abstract.get(qn("w:abstractNumId")): {
            int(level.get(qn("w:ilvl"))): _level(level) for level in abstract.findall(qn("w:lvl"))
        }
        for abstract in root.findall(qn("w:abstractNum"))
    }


def _level(level: Any) -> tuple[str, str, int]:
    found = {name: level.find(qn(f"w:{name}")) for name in ("numFmt", "lvlText", "start")}
    form, text, start = (value.get(qn("w:val"), "") if value is not None else "" for value in found.values())
    return form or "decimal", text, int(start or 1)


def _in_form(count: int, form: str) -> str:
    return chinese(count) if form in CHINESE else str(count)


def chinese(count: int) -> str:
    """Return a number below a hundred in Chinese numerals, a larger one in digits."""
    if not 0 < count < 100:
        return str(count)
    tens, ones = divmod(count, 10)
    lead = "" if not tens else "十" if tens == 1 else f"{NUMERALS[tens]}十"  # zh-data: numerals
    return lead + (NUMERALS[ones] if ones else "")
