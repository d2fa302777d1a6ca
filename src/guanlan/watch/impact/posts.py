"""The posts that image and reputation are read from: the last day, and the 28 days before the event."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from guanlan.watch.counting import HOUR, Row, noted_hours, rows_under, under
from guanlan.watch.impact.figures import BASELINE, DAY, Count
from guanlan.watch.models import Event

_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Posts:
    """Posts by others under the event's watch; `noted` are counts by day from before Guanlan watched.

    A day is 24 hours, counted backwards from the event's beginning. `stored_days` and
    `known_days` are how far back posts and counts reach, at most 28 days.
    """

    begin: datetime
    now: tuple[Row, ...]
    before: tuple[Row, ...]
    noted: dict[int, Count]
    stored_days: int
    known_days: int

    def day(self, at: datetime) -> int:
        """Return which day before the event a moment lies in, from 0."""
        return int((self.begin - at - _MOMENT) // DAY)

    def by_day(self, rows: Iterable[Row], days: int) -> list[int]:
        """Count rows of before day by day; days without any count 0."""
        counted = Counter(self.day(row.at) for row in rows)
        return [counted[day] for day in range(days)]


def posts(event: Event, *, until: datetime) -> Posts:
    """Read the posts of an event's watch for the day up to `until` and the 28 days before the event."""
    watch, begin = event.watch, event.first_at
    since = begin - BASELINE * DAY
    before = tuple(row for row in rows_under(watch, since, begin) if row.other)
    now = tuple(row for row in rows_under(watch, until - DAY + _MOMENT, until + _MOMENT) if row.other)
    stored = under(watch).order_by("published_at").values_list("published_at", flat=True).first()
    noted, first_noted = _noted(event, since)
    known = min([at for at in (stored, first_noted) if at is not None], default=begin)
    return Posts(begin, now, before, noted, _days(stored, begin), _days(known, begin))


def _noted(event: Event, since: datetime) -> tuple[dict[int, Count], datetime | None]:
    """Return what was noted of whole hours between, by day before the event, and the first such hour."""
    by_day: dict[int, Count] = {}
    first = None
    for hour, all_posts, negative in noted_hours(event.watch):
        if since <= hour and hour + HOUR <= event.first_at:
            day = int((event.first_at - hour - HOUR) // DAY)
            kept = by_day.get(day, Count(0, 0))
            by_day[day] = Count(kept.count + negative, kept.of + all_posts)
            first = min(first or hour, hour)
    return by_day, first


def _days(first: datetime | None, begin: datetime) -> int:
    return 0 if first is None else max(0, min(BASELINE, (begin - first) // DAY))
