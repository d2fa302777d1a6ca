"""A month, a quarter or a year in Shanghai: 2026-11, 2026-Q4, 2026."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from guanlan.errors import BadInput
from guanlan.people.weeks import LOCAL

_WRITTEN = re.compile(r"(?P<year>2\d{3})(?:-(?:Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2])))?")
_YEAR, _QUARTER = 12, 3


class NoSuchPeriod(BadInput):
    """What was asked for is no period."""


@dataclass(frozen=True)
class Period:
    """So many months from one on; months are counted from the year 0."""

    first: int
    months: int

    @property
    def begin(self) -> datetime:
        """The first moment in it."""
        return _midnight(self.first)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return _midnight(self.first + self.months)

    @property
    def code(self) -> str:
        """How it is written in an address."""
        year, month = divmod(self.first, _YEAR)
        if self.months == _YEAR:
            return f"{year}"
        return f"{year}-Q{month // _QUARTER + 1}" if self.months == _QUARTER else f"{year}-{month + 1:02d}"

    @property
    def name(self) -> str:
        """How it is called."""
        year, month = divmod(self.first, _YEAR)
        if self.months == _YEAR:
            return _("%(year)d 年") % {"year": year}
        if self.months == _QUARTER:
            return _("%(year)d 年第 %(quarter)d 季度") % {"year": year, "quarter": month // _QUARTER + 1}
        return _("%(year)d 年 %(month)d 月") % {"year": year, "month": month + 1}

    @property
    def before(self) -> "Period":
        """The one before, as long."""
        return Period(self.first - self.months, self.months)

    @property
    def after(self) -> "Period":
        """The one after, as long."""
        return Period(self.first + self.months, self.months)

    @property
    def around(self) -> tuple["Period", "Period", "Period"]:
        """The month, the quarter and the year in which it begins."""
        return tuple(  # type: ignore[return-value]
            Period(self.first // months * months, months) for months in (1, _QUARTER, _YEAR)
        )


def month_of(at: datetime) -> Period:
    """Return the month in which a moment lies."""
    local = at.astimezone(LOCAL)
    return Period(local.year * _YEAR + local.month - 1, 1)


def period(written: str, *, now: datetime) -> Period:
    """Return what is written, the present month for nothing. Raises NoSuchPeriod."""
    if not written:
        return month_of(now)
    found = _WRITTEN.fullmatch(written)
    if found is None:
        raise NoSuchPeriod(
            _("没有“%(written)s”这个期间。请写成 2026-11（月）、2026-Q4（季度）或 2026（年）。")
            % {"written": written[:20]}
        )
    year = int(found["year"]) * _YEAR
    if found["quarter"]:
        return Period(year + (int(found["quarter"]) - 1) * _QUARTER, _QUARTER)
    return Period(year + int(found["month"]) - 1, 1) if found["month"] else Period(year, _YEAR)


def _midnight(month: int) -> datetime:
    year, place = divmod(month, _YEAR)
    return datetime(year, place + 1, 1, tzinfo=LOCAL)
