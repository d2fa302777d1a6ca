"""One use of a KPI's clock, and what many of them come to. Nothing that has not ended is left out."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    """How a case stands to its deadline."""

    KEPT = "kept", _("按时")
    LATE = "late", _("超时")
    RUNNING = "running", _("未到期")
    UNTIMED = "untimed", _("没有时限")
    EXCUSED = "excused", _("免办")


@dataclass(frozen=True)
class Case:
    """A clock that started, and stopped or has not yet; `link` opens what it is about.

    An unfinished one is counted up to `until`: at least so long. `note` says what stopped it.
    """

    words: str
    link: str
    started_at: datetime
    stopped_at: datetime | None
    until: datetime
    due_at: datetime | None = None
    excused: bool = False
    note: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.stopped_at is None and not self.excused

    @property
    def elapsed(self) -> timedelta:
        """How long it took, or has taken so far; what stopped before it started took no time."""
        return max((self.stopped_at or self.until) - self.started_at, timedelta())

    @property
    def outcome(self) -> Outcome:
        """Whether it was in time; an open one past its deadline is late already."""
        if self.excused:
            return Outcome.EXCUSED
        if self.due_at is None:
            return Outcome.UNTIMED
        if (self.stopped_at or self.until) > self.due_at:
            return Outcome.LATE
        return Outcome.RUNNING if self.stopped_at is None else Outcome.KEPT

    @property
    def overdue(self) -> timedelta:
        """By how much it is late; nothing when it is not."""
        late = self.outcome == Outcome.LATE and self.due_at is not None
        return (self.stopped_at or self.until) - self.due_at if late and self.due_at else timedelta()


@dataclass(frozen=True)
class Figure:
    """A length of time that stands in one of the cases; `at_least` if an open one may still pass it."""

    span: timedelta
    at_least: bool


@dataclass(frozen=True)
class Summary:
    """What the cases of one KPI come to; those excused are counted apart and measured nowhere."""

    cases: tuple[Case, ...]

    def count(self, outcome: str) -> int:
        """Return how many came out so."""
        return sum(case.outcome == outcome for case in self.cases)

    @property
    def measured(self) -> tuple[Case, ...]:
        """The cases that are not excused, the shortest first."""
        return tuple(sorted((case for case in self.cases if not case.excused), key=_elapsed))

    @property
    def n(self) -> int:
        """How many are measured."""
        return len(self.measured)

    @property
    def unfinished(self) -> int:
        """How many have not ended."""
        return sum(case.is_open for case in self.cases)

    @property
    def kept(self) -> int:
        """How many were in time."""
        return self.count(Outcome.KEPT)

    @property
    def late(self) -> int:
        """How many are late, done or not."""
        return self.count(Outcome.LATE)

    @property
    def running(self) -> int:
        """How many are not done and not due yet."""
        return self.count(Outcome.RUNNING)

    @property
    def excused(self) -> int:
        """How many were excused."""
        return self.count(Outcome.EXCUSED)

    @property
    def due(self) -> int:
        """How many were due: in time or late."""
        return self.kept + self.late

    @property
    def median(self) -> Figure | None:
        """The case in the middle; of an even number the shorter of the two."""
        return self._ranked(_elapsed, 50)

    @property
    def p90(self) -> Figure | None:
        """The case that nine in ten do not exceed."""
        return self._ranked(_elapsed, 90)

    @property
    def longest(self) -> Figure | None:
        """The longest case."""
        return self._ranked(_elapsed, 100)

    @property
    def overdue(self) -> Figure | None:
        """By how much the late ones are late, the one in the middle."""
        late = Summary(tuple(case for case in self.cases if case.outcome == Outcome.LATE))
        return late._ranked(lambda case: case.overdue, 50)

    def within(self, span: timedelta) -> tuple[int, int]:
        """Return how many ended within a span, and of how many that can be said by now."""
        known = [case for case in self.measured if not case.is_open or case.elapsed >= span]
        return sum(not case.is_open and case.elapsed <= span for case in known), len(known)

    def _ranked(self, measure: Callable[[Case], timedelta], percent: int) -> Figure | None:
        """Return the smallest value that `percent` of the cases do not exceed."""
        rows = sorted(self.measured, key=measure)
        if not rows:
            return None
        span = measure(rows[-(-len(rows) * percent // 100) - 1])
        # An open case at or below it may still grow past it; the true value is then no smaller.
        return Figure(span, any(case.is_open and measure(case) <= span for case in rows))


def summary(cases: Iterable[Case]) -> Summary:
    """Put cases together, in their order."""
    return Summary(tuple(cases))


def longest_first(cases: Sequence[Case]) -> list[Case]:
    """Order cases for a page: those measured, the longest first, then the excused."""
    return sorted(cases, key=lambda case: (case.excused, -case.elapsed, case.started_at))


def _elapsed(case: Case) -> timedelta:
    return case.elapsed
