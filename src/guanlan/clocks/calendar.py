"""The working calendar: which days China works, from when until when, and when minutes or days are over.

Pure: what a company set of its own comes in as an `Office`.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from chinese_calendar import holidays, is_workday

Calendar = Literal["natural", "working"]

SHANGHAI = ZoneInfo("Asia/Shanghai")
WORKING_DAY = 480  # minutes: what a plan calls a working day, however long the company's own is
FIRST_YEAR = min(holidays).year
LAST_YEAR = max(holidays).year
# The State Council's notice for a year may move the last weekend of the year before (29 December 2018 was
# worked), so the last days of the last year belong to a notice that is not known yet.
PUBLISHED_UNTIL = date(LAST_YEAR, 12, 24)

_A_DAY = timedelta(days=1)
# Days off by law in every year, whatever a notice moves around them. (month, day)
_BY_LAW = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}


def is_published(day: date) -> bool:
    """Say whether the official table that is known here covers the day."""
    return date(FIRST_YEAR, 1, 1) <= day <= PUBLISHED_UNTIL


def is_worked(day: date) -> bool:
    """Say whether China works on the day: by the official table, else by weekday and law."""
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return bool(is_workday(day))
    return day.weekday() < 5 and (day.month, day.day) not in _BY_LAW


@dataclass(frozen=True)
class Office:
    """When a company works: its hours, and the days on which it differs from the official calendar."""

    opens: time = time(9)
    closes: time = time(17)
    days_off: frozenset[date] = frozenset()
    working_days: frozenset[date] = frozenset()

    @property
    def length(self) -> timedelta:
        """How long a working day is."""
        return datetime.combine(date.min, self.closes) - datetime.combine(date.min, self.opens)

    def works_on(self, day: date) -> bool:
        """Say whether the company works on the day."""
        return day in self.working_days or (day not in self.days_off and is_worked(day))

    def works_officially_on(self, day: date) -> bool:
        """Say whether China works on the day; what the company typed in counts where no table does."""
        return is_worked(day) if is_published(day) else self.works_on(day)

    def knows(self, day: date) -> bool:
        """Say whether it is known, not guessed, if the day is worked."""
        return is_published(day) or day in self.working_days or day in self.days_off

    def knows_all(self, since: datetime, until: datetime) -> bool:
        """Say whether every day from one moment to another is known."""
        first, last = since.astimezone(SHANGHAI).date(), until.astimezone(SHANGHAI).date()
        return all(self.knows(first + _A_DAY * number) for number in range((last - first).days + 1))


def working_deadline(start: datetime, minutes: int, office: Office) -> datetime:
    """Return the moment at which working `minutes` after `start` are over.

    Each 480 of them are one whole working day of the company, the rest are minutes; so
    "5 个工作日" holds in a company that works nine hours a day too.
    """
    days, rest = divmod(minutes, WORKING_DAY)
    left = days * office.length + min(timedelta(minutes=rest), office.length)
    at = _opening(start.astimezone(SHANGHAI), office)
    while left > (today := datetime.combine(at.date(), office.closes, SHANGHAI) - at):
        left -= today
        at = _opening(_morning(at.date() + _A_DAY, office), office)
    return (at + left).astimezone(start.tzinfo)


def period_end(received: datetime, amount: int, unit: str, office: Office) -> datetime:
    """Return when a period set from outside is over, counted as in the Civil Code (articles 201 and 203).

    `unit` is hour, day or working_day. Hours run at once. Of days the first is not counted,
    and the last ends when the office closes. Whether a day is worked is asked of the official
    calendar: a company's own days off do not stretch what others have set.
    """
    if unit == "hour":
        return received + timedelta(hours=amount)
    day = received.astimezone(SHANGHAI).date()
    if unit == "day":
        day += amount * _A_DAY
    for _number in range(amount if unit == "working_day" else 0):
        day += _A_DAY
        while not office.works_officially_on(day):
            day += _A_DAY
    return datetime.combine(day, office.closes, SHANGHAI).astimezone(received.tzinfo)


def after_rest(due: datetime, office: Office) -> datetime:
    """Return a due time moved on to the next worked day if its own is a day of rest."""
    local = due.astimezone(SHANGHAI)
    while not office.works_officially_on(local.date()):
        local += _A_DAY
    return local.astimezone(due.tzinfo)


def _opening(at: datetime, office: Office) -> datetime:
    """Return `at` if work is on then, else the next moment it begins."""
    if at.time() < office.opens:
        at = _morning(at.date(), office)
    elif at.time() >= office.closes:
        at = _morning(at.date() + _A_DAY, office)
    while not office.works_on(at.date()):
        at = _morning(at.date() + _A_DAY, office)
    return at


def _morning(day: date, office: Office) -> datetime:
    return datetime.combine(day, office.opens, SHANGHAI)
