"""Lines of CSV that a spreadsheet opens as they are: in Chinese, and no cell a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

# A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
# Without it Excel reads the file in another encoding.
_MARK = "\ufeff"


def sheet(head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yield the head and the rows as lines."""
    yield _MARK + _line(head)
    for row in rows:
        yield _line(row)


def _line(cells: Sequence[Any]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([_inert(cell) for cell in cells])
    return written.getvalue()


def _inert(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
