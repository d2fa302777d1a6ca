"""Events as they grow, and the level of each, which moves only at ticks of event time."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guanlan.engine.hours import Hours
from guanlan.engine.ledger import Ledger
from guanlan.engine.measures import measure, witnesses
from guanlan.engine.naming import MOST_CLAUSES, clauses
from guanlan.engine.severity import Grading, Table, grade

QUIET_US = 30 * 60_000_000  # a lower level must hold so long before the event is lowered
CLOSED_US = 7 * 86_400_000_000  # an event without a post for so long is not graded any more


@dataclass(slots=True)
class Event:
    """One matter under one watch; `rows` are its posts' rows in the ledger."""

    number: int
    key: str
    watch: int
    first_at: int
    last_at: int
    rows: "array[int]" = field(default_factory=lambda: array("i"))
    level: str | None = None
    peak: str | None = None
    lower_since: int | None = None
    facts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    name: str = ""
    terms: tuple[str, ...] = ()
    named_at: int = 0  # rows when name and terms were taken
    clauses: tuple[str, ...] = ()  # from its posts: what it may be called
    unread: tuple[str | None, ...] = ()  # a title, its text, the next title …, for clauses

    def posts(self) -> NDArray[np.int32]:
        """Return the rows; let go of them before the next one comes."""
        return np.frombuffer(self.rows, np.int32)

    def said(self) -> tuple[str, ...]:
        """Return the clauses that it may be called by."""
        unread, self.unread = self.unread, ()
        for title, text in zip(unread[0::2], unread[1::2], strict=True):
            self.hear(clauses(title, text))
        return self.clauses

    def hear(self, said: Sequence[str]) -> None:
        """Keep clauses for the name; of too many the oldest go, but for the very first ones."""
        kept = [*self.clauses, *said]
        while len(kept) > MOST_CLAUSES:
            del kept[MOST_CLAUSES // 3]
        self.clauses = tuple(kept)

    def snapshot(self) -> dict[str, Any]:
        """Return all state as plain values and one array."""
        self.said()
        kept = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "unread"}
        return {**kept, "rows": self.posts().copy()}

    @classmethod
    def restore(cls, state: dict[str, Any]) -> "Event":
        """Return what `snapshot` described."""
        event = cls(**{**state, "rows": array("i", state["rows"].tolist())})
        event.terms, event.clauses = tuple(event.terms), tuple(event.clauses)
        event.facts = {fact: tuple(posts) for fact, posts in event.facts.items()}
        return event


def figures(event: Event, ledger: Ledger, hours: Hours, at: int) -> dict[str, int | None]:
    """Return every measure of an event at `at` (microseconds since 1970)."""
    found = measure(ledger.columns(), event.posts(), at)
    found["growth_7d"] = hours.growth(event.watch, at)
    return found


def regrade(
    event: Event, found: Mapping[str, int | None], table: Table, at: int, *, late: bool
) -> tuple[str | None, bool]:
    """Return (the level the event has from now on, whether that is a change).

    Up at once; down when the lower level has held for QUIET_US. An event that was touched
    by `late` posts only rises above its highest level so far or not at all.
    """
    level = _grading(event, found, table).level
    if level == event.level:
        event.lower_since = None
        return level, False
    rises = table.highest((level, event.level)) == level
    if rises:
        event.lower_since = None
        return (
            (event.level, False)
            if late and table.highest((level, event.peak)) == event.peak
            else (level, True)
        )
    if event.lower_since is None:
        event.lower_since = at
    if at - event.lower_since < QUIET_US:
        return event.level, False
    event.lower_since = None
    return level, True


def explain(event: Event, found: Mapping[str, int | None], table: Table, ledger: Ledger, at: int) -> Grading:
    """Grade once more, with the posts behind each reason."""
    rows = witnesses(ledger.columns(), event.posts(), at)
    evidence = {name: tuple(ledger.ids[row] for row in chosen) for name, chosen in rows.items()}
    return _grading(event, found, table, evidence)


def _grading(
    event: Event,
    found: Mapping[str, int | None],
    table: Table,
    evidence: Mapping[str, tuple[str, ...]] | None = None,
) -> Grading:
    young = ("growth_7d",) if found["growth_7d"] is None else ()
    return grade(found, event.facts, table, young=young, evidence=evidence)
