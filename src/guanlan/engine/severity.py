"""Grades an event: the plan's criteria over what was measured, with a reason for each."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Measures = Mapping[str, int | None]
Carriers = Mapping[str, tuple[str, ...]]
State = Literal["met", "below", "unknown", "accumulating", "guarded"]

POSTS_GUARD = "negative_24h"
SHARE_GUARD = "negative_permille"


@dataclass(frozen=True)
class Criterion:
    """One row of the plan's table: a measure and the value at which each level begins.

    `thresholds` holds (level key, at least this value). The guards hold back a value
    that tone or number does not bear out: at least `minimum_posts` negative posts in
    24 hours (POSTS_GUARD) and at least `minimum_negative_permille` of the event's posts
    negative (SHARE_GUARD). `fallback` is read when the measure has no value or its
    baseline is young.
    """

    key: str
    name: str
    measure: str
    thresholds: tuple[tuple[str, int], ...]
    fallback: "Criterion | None" = None
    minimum_posts: int = 0
    minimum_negative_permille: int = 0


@dataclass(frozen=True)
class HardTrigger:
    """A fact that puts the event at `level`, whatever the figures say."""

    key: str
    name: str
    fact: str
    level: str


@dataclass(frozen=True)
class Table:
    """A plan version's grading table; `levels` are level keys, highest first."""

    levels: tuple[str, ...]
    criteria: tuple[Criterion, ...] = ()
    triggers: tuple[HardTrigger, ...] = ()

    def highest(self, levels: Collection[str | None]) -> str | None:
        """Return the highest of `levels`; None when none of them is a level of the table."""
        return next((level for level in self.levels if level in levels), None)


@dataclass(frozen=True)
class Reason:
    """How one criterion came out.

    `threshold` is what was reached (met, guarded) or what would first have to be reached
    (otherwise). `level` is set only when met. `guard` names the measure that held a
    guarded value back, or whose absence leaves it unknown. For a hard trigger `value`
    counts the posts and notes that carry the fact. `posts` are what the value was read from.
    """

    criterion: str
    value: int | None
    threshold: int | None
    level: str | None
    state: State
    posts: tuple[str, ...] = ()
    guard: str | None = None


@dataclass(frozen=True)
class Grading:
    """The level (None: below all of them) and a reason for every criterion read."""

    level: str | None
    reasons: tuple[Reason, ...]


def grade(
    measures: Measures,
    facts: Carriers,
    table: Table,
    *,
    young: Collection[str] = (),
    evidence: Carriers | None = None,
) -> Grading:
    """Grade by the highest of hard trigger and quantity.

    `measures` maps a measure to its value; None or absent is unknown, never zero.
    `facts` maps a fact to the posts or notes that carry it; one that nothing carries
    does not count. `young` names the measures whose baseline is younger than half its
    window. `evidence` maps a measure to the ids of the posts it was read from.

    Reasons come in the table's order: the triggers that hold, then every criterion,
    each followed by its fallback where that was read.
    """
    reasons = [
        Reason(trigger.key, len(facts[trigger.fact]), 1, trigger.level, "met", facts[trigger.fact])
        for trigger in table.triggers
        if facts.get(trigger.fact)
    ]
    for criterion in table.criteria:
        reasons.extend(_read(criterion, measures, table, young, evidence or {}))
    return Grading(table.highest({reason.level for reason in reasons}), tuple(reasons))


def _read(
    criterion: Criterion, measures: Measures, table: Table, young: Collection[str], evidence: Carriers
) -> Iterator[Reason]:
    posts = evidence.get(criterion.measure, ())
    value = measures.get(criterion.measure)
    accumulating = criterion.measure in young
    if value is not None and not accumulating:
        yield _compare(criterion, value, measures, table, posts)
        return
    state: State = "accumulating" if accumulating else "unknown"
    yield Reason(criterion.key, value, _lowest(criterion.thresholds), None, state, posts)
    if criterion.fallback is not None:
        yield from _read(criterion.fallback, measures, table, young, evidence)


def _compare(
    criterion: Criterion, value: int, measures: Measures, table: Table, posts: tuple[str, ...]
) -> Reason:
    reached = {level: least for level, least in criterion.thresholds if value >= least}
    level = table.highest(reached)
    if level is None:
        return Reason(criterion.key, value, _lowest(criterion.thresholds), None, "below", posts)
    guard = _guard(criterion, measures)
    if guard is None:
        return Reason(criterion.key, value, reached[level], level, "met", posts)
    state: State = "unknown" if measures.get(guard) is None else "guarded"
    return Reason(criterion.key, value, reached[level], None, state, posts, guard)


def _guard(criterion: Criterion, measures: Measures) -> str | None:
    """Name the first guard that the measures do not satisfy."""
    required = ((POSTS_GUARD, criterion.minimum_posts), (SHARE_GUARD, criterion.minimum_negative_permille))
    for measure, least in required:
        value = measures.get(measure)
        if least and (value is None or value < least):
            return measure
    return None


def _lowest(thresholds: Sequence[tuple[str, int]]) -> int | None:
    return min((least for _level, least in thresholds), default=None)
