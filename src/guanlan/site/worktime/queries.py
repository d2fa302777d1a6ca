"""What the pages of working time show."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from guanlan.clocks.calendar import Office

_A_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True)
class Stretch:
    """Days in a row that differ from plain weeks: rest that takes in a weekday, or a weekend day worked."""

    first: date
    last: date
    works: bool
    known: bool

    @property
    def length(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


def coming(office: Office, since: date, until: date) -> Iterator[Stretch]:
    """Yield what differs from plain weeks from one day to another, in order."""
    day = since
    while day <= until:
        first = day
        works = office.works_on(day)
        while not works and day < until and not office.works_on(day + _A_DAY):
            day += _A_DAY
        run = [first + _A_DAY * number for number in range((day - first).days + 1)]
        if any((one.weekday() < _SATURDAY) != works for one in run):
            yield Stretch(first, day, works, all(map(office.knows, run)))
        day += _A_DAY
