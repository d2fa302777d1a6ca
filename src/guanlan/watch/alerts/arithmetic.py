"""When a rule rings: sums over whole hours, in integers, without clock or database.

Published definitions, named and copied: a percentage of the 7-day hourly mean; the mean and k
standard deviations; the last hour against the 12 before, held against the same hour of yesterday and
of last week. An hour before the first known one is not known, and never taken for zero.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import isqrt

WEEK, DAY = 168, 24
YOUNG = WEEK // 2  # hours of history without which nothing is compared
BEFORE = 12  # hours that a surge is held against
FELL_HOURS = 6  # hours in which a watch must have fallen
HUNDRED = 100

Figures = dict[str, int | None]


@dataclass(frozen=True)
class Series:
    """Counts hour by hour: `counts[i]` is that of hour `first` + i, counted from 1970."""

    first: int
    counts: Sequence[int]

    def at(self, hour: int) -> int | None:
        """Return an hour's count, or None where it is not known."""
        place = hour - self.first
        return self.counts[place] if 0 <= place < len(self.counts) else None

    def span(self, since: int, until: int) -> Sequence[int]:
        """Return the counts known from hour `since` until before `until`."""
        return self.counts[max(0, since - self.first) : max(0, until - self.first)]


@dataclass(frozen=True)
class Outcome:
    """What a rule makes of one moment: `value` reaches `threshold`, or not.

    A threshold of None says that too little is known yet. The window is `hours` long and
    begins with hour `first`; `falling` rules ring at or below the threshold.
    """

    value: int
    threshold: int | None
    first: int
    hours: int = 1
    figures: Figures = field(default_factory=dict)
    falling: bool = False

    @property
    def rings(self) -> bool:
        """Whether the rule rings."""
        if self.threshold is None:
            return False
        return self.value <= self.threshold if self.falling else self.value >= self.threshold


def ratio(series: Series, hour: int, percent: int, minimum: int) -> Outcome:
    """Compare an hour with a percentage of the mean of the 7 days before."""
    value, before = series.at(hour) or 0, series.span(hour - WEEK, hour)
    if len(before) < YOUNG:
        return Outcome(value, None, hour)
    total, known = sum(before), len(before)
    least = -(-percent * total // (HUNDRED * known))
    return Outcome(value, max(least, minimum, 1), hour, figures=_mean(total, known))


def deviation(series: Series, hour: int, halves: int, minimum: int) -> Outcome:
    """Compare an hour with the mean of the 7 days before and `halves` / 2 standard deviations."""
    value, before = series.at(hour) or 0, series.span(hour - WEEK, hour)
    known = len(before)
    if known < YOUNG:
        return Outcome(value, None, hour)
    total = sum(before)
    # known² × variance; value > mean + k·sd is 2·known·value > 2·total + √(halves² × scatter).
    scatter = known * sum(count * count for count in before) - total * total
    least = (2 * total + isqrt(halves * halves * scatter)) // (2 * known) + 1
    figures = _mean(total, known) | {"deviation_tenths": isqrt(HUNDRED * scatter) // known}
    return Outcome(value, max(least, minimum, 1), hour, figures=figures)


def surge(series: Series, hour: int, factor: int, minimum: int) -> Outcome:
    """Compare an hour with the mean of the 12 before, and with the same hour a day and a week earlier."""
    value, before = series.at(hour) or 0, series.span(hour - BEFORE, hour)
    if len(before) < BEFORE:
        return Outcome(value, None, hour)
    yesterday, last_week = series.at(hour - DAY), series.at(hour - WEEK)
    total = sum(before)
    least = max(-(-factor * total // BEFORE), factor * (yesterday or 0), factor * (last_week or 0))
    figures = _mean(total, BEFORE) | {"yesterday": yesterday, "last_week": last_week}
    return Outcome(value, max(least, minimum, 1), hour, figures=figures)


def fell(series: Series, hour: int, percent: int, minimum: int) -> Outcome:
    """Compare the 6 hours before `hour` with the same hours of the 7 days before.

    Nothing is compared unless all are known and `minimum` posts are usual in them.
    """
    first = hour - FELL_HOURS
    now = series.span(first, hour)
    usual = [count for day in range(1, 8) for count in series.span(first - day * DAY, hour - day * DAY)]
    value, total, days = sum(now), sum(usual), 7
    if len(now) < FELL_HOURS or len(usual) < days * FELL_HOURS or total < days * max(minimum, 1):
        return Outcome(value, None, first, FELL_HOURS, falling=True)
    figures: Figures = {"usual_tenths": 10 * total // days}
    return Outcome(value, percent * total // (HUNDRED * days), first, FELL_HOURS, figures, falling=True)


def zero(series: Series, hour: int, hours: int) -> Outcome:
    """Say whether nothing came in the `hours` before `hour`."""
    first = hour - hours
    now = series.span(first, hour)
    threshold = 0 if len(now) == hours else None
    return Outcome(sum(now), threshold, first, hours, falling=True)


def judge(kind: str, series: Series, hour: int, number: int, minimum: int) -> Outcome:
    """Judge an hour by a rule of that kind; the falling kinds look at the hours before it."""
    if kind == "ZERO":
        return zero(series, hour, number)
    return _BY_KIND[kind](series, hour, number, minimum)


def rung(
    kind: str, series: Series, hours: range, *, number: int, minimum: int, cooldown: int
) -> Iterator[Outcome]:
    """Yield what a rule would have rung for in these hours: once a cool-down, a fall once while it lasts."""
    rests_until, down = hours.start, False
    for hour in hours:
        outcome = judge(kind, series, hour, number, minimum)
        if outcome.rings and hour >= rests_until and not (outcome.falling and down):
            rests_until = hour + cooldown
            yield outcome
            down = True
        if not outcome.rings:
            down = False


def _mean(total: int, hours: int) -> Figures:
    return {"mean_tenths": 10 * total // hours, "mean_hours": hours}


_BY_KIND = {"RATIO": ratio, "DEVIATION": deviation, "SURGE": surge, "FELL": fell}
