"""What an impact is made of: figures beside the usual, each with what it was counted from."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from guanlan.engine.intervals import Interval
from guanlan.intake.models import Volume
from guanlan.watch.counting import Row
from guanlan.watch.models import FactStated

Part = Literal["image", "reputation", "business"]
Verdict = Literal["higher", "lower", "alike", "open", "unknown"]

DAY = timedelta(days=1)
BASELINE = 28  # days before the event
YOUNG = BASELINE // 2  # days of history below which there is no usual


@dataclass(frozen=True, slots=True)
class Count:
    """So many of so many posts, or on so many days."""

    count: int
    of: int


@dataclass(frozen=True, slots=True)
class Measured:
    """A share of posts or a number a day, now and usually. None is unknown, and `unknown` says why.

    `rows` are the posts counted now, `beside` those that a share is of; `before` and
    `before_beside` the same of the usual. What a person noted for hours before Guanlan
    watched has no posts: `noted` of the usual count. `days` are given figures instead.
    """

    part: Part
    code: str
    now: Count | None
    usual: Count | None
    interval: Interval | None
    unknown: str = ""
    rows: tuple[Row, ...] = ()
    beside: tuple[Row, ...] = ()
    before: tuple[Row, ...] = ()
    before_beside: tuple[Row, ...] = ()
    noted: Count | None = None
    days: tuple[Volume, ...] = ()
    days_before: tuple[Volume, ...] = ()

    @property
    def is_share(self) -> bool:
        """Whether it is a share of posts; else it is a number a day."""
        return self.part == "image"

    @property
    def is_partial(self) -> bool:
        """Whether the day that was counted is not over: the number can only grow."""
        return any(not day.is_whole for day in self.days)

    @property
    def verdict(self) -> Verdict:
        """Say how now lies to the usual, by whether the interval holds "no change"."""
        if self.interval is None:
            return "unknown"
        same = 0.0 if self.is_share else 1.0
        if self.interval.low > same:
            return "higher"
        if self.is_partial:
            return "open"
        return "lower" if self.interval.high is not None and self.interval.high < same else "alike"


@dataclass(frozen=True, slots=True)
class Tier:
    """The outlets of one tier that report: how many, and those known by name."""

    code: str
    rows: tuple[Row, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """A word that more of the negative posts hold than usual: now and before."""

    word: str
    now: Count
    usual: Count
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Impact:
    """All of it, over the day up to `until` against the 28 days up to `begin`.

    `words_unknown` says why nothing is known of risen words; `hot` are hot lists that a
    person stated; `missing` are sources that give nothing just now.
    """

    begin: datetime
    until: datetime
    first_day: date
    measured: tuple[Measured, ...]
    words: tuple[Word, ...]
    words_unknown: str
    tiers: tuple[Tier, ...]
    stated: tuple[FactStated, ...]
    missing: tuple[str, ...]

    def of(self, part: Part) -> list[Measured]:
        """Return the figures of one part."""
        return [one for one in self.measured if one.part == part]
