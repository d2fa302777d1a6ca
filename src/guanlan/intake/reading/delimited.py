"""CSV and its kin: comma, tab, semicolon or bar between the cells."""

import csv
from collections import deque
from collections.abc import Iterator, Mapping
from gettext import gettext as _
from pathlib import Path

from guanlan.intake.reading import tables
from guanlan.intake.reading.batches import Raw, Refusal
from guanlan.intake.reading.lines import Opening, cannot_decode, lines

_DELIMITERS = ",\t;|"


def raws(path: Path, opening: Opening, mapping: Mapping[str, str] | None) -> Iterator[Raw]:
    """Yield the posts of a delimited file as raw columns, at most 1,000 rows at a time."""
    return tables.raws(rows(path, opening), path.name, mapping)


def rows(path: Path, opening: Opening) -> Iterator[tables.Row]:
    """Yield (line where the row begins, its cells or why there are none); blank rows are left out."""
    refused: deque[Refusal] = deque()
    reader = csv.reader(_texts(path, opening, refused), delimiter=_delimiter(opening.text), strict=True)
    while True:
        line = reader.line_num + 1
        cells: list[str] | Refusal | None
        try:
            cells = next(reader, None)
        except csv.Error:
            cells = Refusal(line, None, _("这里的双引号没有配对，分不出列，请检查引号"))
        while refused:
            yield refused[0].line, refused.popleft()
        if cells is None:
            return
        if isinstance(cells, Refusal) or any(cell.strip() for cell in cells):
            yield line, cells


def _texts(path: Path, opening: Opening, refused: deque[Refusal]) -> Iterator[str]:
    """Yield each line as text; one that is none leaves a blank, and its reason in `refused`."""
    for number, line in lines(path, opening.encoding):
        text = line if isinstance(line, Refusal) else _text(number, line)
        if isinstance(text, Refusal):
            refused.append(text)
            text = "\n"
        yield text


def _text(number: int, line: bytes) -> str | Refusal:
    nul = line.find(b"\0")
    if nul >= 0:
        sentence = _("第 {byte} 个字节是空字符，文件可能已损坏，请重新导出")
        return Refusal(number, None, sentence.format(byte=nul + 1))
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        return cannot_decode(number, error.start)


def _delimiter(beginning: str) -> str:
    """Return the sign that is most frequent in the first rows; a comma if there is none."""
    head = "\n".join(beginning.splitlines()[: tables.HEADER_WITHIN])
    return max(_DELIMITERS, key=head.count)
