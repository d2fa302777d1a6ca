"""Reads how much customer service had on its hands day by day, from CSV or XLSX; every bad line is named."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from gettext import gettext as _
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from guanlan.errors import BadInput
from guanlan.intake.reading import delimited, tables, workbook
from guanlan.intake.reading.batches import Refusal
from guanlan.intake.reading.lexicon import table
from guanlan.intake.reading.lines import opened, opening
from guanlan.intake.reading.moments import moment
from guanlan.intake.reading.values import Unreadable, is_missing, shown

FIELDS = ("complaints", "refunds", "contacts")
MOST_DAYS = 1_100  # three years
MOST = 100_000_000  # of anything on one day

_ZIP = b"PK\x03\x04"
_LOCAL = ZoneInfo("Asia/Shanghai")
_NUMBER = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(?:\.0+)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")


class BadVolumes(BadInput):
    """The figures cannot be taken; `problems` holds a sentence for every bad line."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        sentence = self.problems[0]
        if len(self.problems) > 1:
            sentence += _("（另有 {count} 处问题。）").format(count=len(self.problems) - 1)
        super().__init__(sentence)


@dataclass(frozen=True)
class Day:
    """The figures of one day; None was not given. `line` is where they stand, 0 if in no file."""

    day: date
    complaints: int | None
    refunds: int | None
    contacts: int | None
    line: int = field(default=0, compare=False)


def read_volumes(path: Path, *, today: date, now: datetime) -> list[Day]:
    """Return the days of a file in its order; BadVolumes names everything that is wrong in it."""
    rows = iter(_rows(path))
    names = _header(rows, path.name)
    found: list[Day] = []
    wrong: list[Refusal] = []
    for line, cells in rows:
        if isinstance(cells, Refusal):
            wrong.append(cells)
            continue
        day, refused = _read(line, dict(zip(names, cells, strict=False)), now)
        wrong += refused
        found += [day] if day is not None else []
    wrong += problems(found, today=today)
    if wrong:
        ordered = sorted(wrong, key=lambda refusal: refusal.line)
        raise BadVolumes([refusal.error(path.name).sentence for refusal in ordered])
    if not found:
        raise BadVolumes([_("{file} 只有表头，没有业务量，请从第 2 行起每天写一行。").format(file=path.name)])
    return found


def problems(days: Sequence[Day], *, today: date) -> Iterator[Refusal]:
    """Yield what is wrong with days that could be read: to come, empty, too large, or written twice."""
    first: dict[date, Day] = {}
    for day in days:
        figures = [getattr(day, name) for name in FIELDS]
        if day.day > today:
            sentence = _("{day} 还没有到，请核对日期").format(day=day.day)
            yield Refusal(day.line, _label("day"), sentence)
        if all(figure is None for figure in figures):
            yield Refusal(day.line, None, _("{day} 一个数也没有，请至少填一项").format(day=day.day))
        for name, figure in zip(FIELDS, figures, strict=True):
            if figure is not None and not 0 <= figure <= MOST:
                yield Refusal(
                    day.line, _label(name), _("“{value}”不像一天的数量，请核对").format(value=figure)
                )
        earlier = first.setdefault(day.day, day)
        if earlier is not day:
            sentence = _("{day} 在第 {line} 行已经写过，请只留一行")
            yield Refusal(day.line, _label("day"), sentence.format(day=day.day, line=earlier.line))


def columns() -> dict[str, str]:
    """Return what each column is called in the sample: the first of its names."""
    return {name: str(aliases[0]) for name, aliases in table("volumes")["columns"].items()}


def _label(name: str) -> str:
    return columns()[name]


def _rows(path: Path) -> list[tables.Row]:
    with opened(path) as file:
        magic = file.read(4)
    if magic == _ZIP:
        rows = workbook.first_rows(path, MOST_DAYS + 2)
    else:
        rows = list(islice(delimited.rows(path, opening(path)), MOST_DAYS + 2))
    if len(rows) > MOST_DAYS + 1:
        raise BadVolumes(
            [_("{file} 超过 {most} 行，请拆成几个文件导入。").format(file=path.name, most=MOST_DAYS)]
        )
    return rows


def _header(rows: Iterator[tables.Row], file: str) -> list[str]:
    """Return which field each column of the first row holds; "" for one that is not read."""
    line, cells = next(rows, (1, ()))
    if isinstance(cells, Refusal):
        raise BadVolumes([cells.error(file).sentence])
    written = ["" if cell is None else _plain(str(cell)) for cell in cells]
    known = {
        _plain(alias): name for name, aliases in table("volumes")["columns"].items() for alias in aliases
    }
    names = [known.get(cell, "") for cell in written]
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice:
        sentence = _("“{name}”有两列，请只留一列").format(name=_label(twice))
        raise BadVolumes([Refusal(line, None, sentence).error(file).sentence])
    if "day" not in names or not set(FIELDS) & set(names):
        sentence = _("表头要有“日期”，以及“投诉”“退款”“联系量”中的至少一列，请照样表改")
        raise BadVolumes([Refusal(line, None, sentence).error(file).sentence])
    return names


def _plain(words: str) -> str:
    return "".join(unicodedata.normalize("NFKC", words).lower().split()).strip("\ufeff")


def _read(line: int, cells: dict[str, object], now: datetime) -> tuple[Day | None, list[Refusal]]:
    """Return the day of a line, or all that is wrong with its cells."""
    wrong: list[Refusal] = []
    figures: dict[str, int | None] = {}
    for name in FIELDS:
        try:
            figures[name] = _figure(cells.get(name))
        except Unreadable as unreadable:
            wrong.append(Refusal(line, _label(name), str(unreadable)))
    try:
        day = _day(cells.get("day"), now)
    except Unreadable as unreadable:
        wrong.append(Refusal(line, _label("day"), str(unreadable)))
    return (None if wrong else Day(day, **figures, line=line)), wrong


def _day(cell: object, now: datetime) -> date:
    written = cell
    if isinstance(cell, str) and (found := _COMPACT.fullmatch(cell.strip())):
        written = "-".join(found.groups())
    try:
        at, _remark = moment(written, _LOCAL, now)
    except Unreadable:
        raise Unreadable(_("“{value}”不是日期，请写成 2026-11-20").format(value=shown(cell or ""))) from None
    return at.astimezone(_LOCAL).date()


def _figure(cell: object) -> int | None:
    if is_missing(cell):
        return None
    found = _NUMBER.fullmatch(unicodedata.normalize("NFKC", str(cell)).strip())
    if found is None or isinstance(cell, bool):
        raise Unreadable(_("“{value}”不是整数，请改正；不知道就留空").format(value=shown(cell)))
    return int(found[1].replace(",", ""))
