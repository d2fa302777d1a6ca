"""XLSX workbooks, streamed, after a look at what they unpack to."""

import zipfile
from collections.abc import Iterator, Mapping
from gettext import gettext as _
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml import DefusedXmlException

from guanlan.errors import BadInput
from guanlan.intake.reading import tables
from guanlan.intake.reading.batches import Raw, Remark
from guanlan.intake.reading.lines import bomb

UNPACKED_LIMIT = 300_000_000  # bytes, all parts together
PARTS_LIMIT = 2_000
SUSPICIOUS = 50_000_000  # bytes, if they come from SUSPICIOUS_RATIO times fewer
SUSPICIOUS_RATIO = 100
_BROKEN = (zipfile.BadZipFile, KeyError, ValueError, EOFError, IndexError, ParseError, DefusedXmlException)


def raws(path: Path, mapping: Mapping[str, str] | None) -> Iterator[Raw]:
    """Yield the posts of the first sheet with a header that can be read, at most 1,000 rows at a time."""
    _refuse_bombs(path)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except _BROKEN:
        raise _not_a_workbook(path) from None
    try:
        yield from _sheet_raws(book, path, mapping)
    except _BROKEN:
        raise _not_a_workbook(path) from None
    finally:
        book.close()


def first_rows(path: Path, most: int) -> list[tables.Row]:
    """Return at most `most` rows of the first sheet that holds anything."""
    _refuse_bombs(path)
    found: list[tables.Row] = []
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            found = list(islice(_rows(sheet), most))
            if found:
                break
        book.close()
    except _BROKEN:
        raise _not_a_workbook(path) from None
    return found


def _sheet_raws(book: Any, path: Path, mapping: Mapping[str, str] | None) -> Iterator[Raw]:
    chosen = _choose(book, mapping)
    others = [sheet.title for sheet in book.worksheets if sheet is not chosen]
    for raw in tables.raws(_rows(chosen), path.name, mapping):
        if others:
            raw.remarks.append(
                Remark(1, None, _("没有读的工作表：{names}").format(names=_("、").join(others)))
            )
            others = []
        yield raw


def _choose(book: Any, mapping: Mapping[str, str] | None) -> Any:
    for sheet in book.worksheets:
        beginning = islice(_rows(sheet), tables.HEADER_WITHIN)
        if any(not tables.layout(cells, mapping).lacks for _line, cells in beginning):
            return sheet
    return book.worksheets[0]


def _rows(sheet: Any) -> Iterator[tuple[int, tuple[object, ...]]]:
    """Yield (row from 1, its cells), leaving out blank rows."""
    sheet.reset_dimensions()  # the stated size may be a lie that pads every row to 16,384 cells
    for line, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        if any(cell is not None and str(cell).strip() for cell in cells):
            yield line, cells


def _refuse_bombs(path: Path) -> None:
    """Refuse by the sizes that the parts declare; zipfile never unpacks more than those."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError):
        raise _not_a_workbook(path) from None
    unpacked = sum(part.file_size for part in parts)
    suspicious = unpacked > SUSPICIOUS and unpacked > SUSPICIOUS_RATIO * path.stat().st_size
    if unpacked > UNPACKED_LIMIT or suspicious or len(parts) > PARTS_LIMIT:
        raise bomb(path)


def _not_a_workbook(path: Path) -> BadInput:
    sentence = _("{file} 不是可以打开的 XLSX 工作簿，请用表格软件另存为 .xlsx 或 CSV 后再试。")
    return BadInput(sentence.format(file=path.name))
