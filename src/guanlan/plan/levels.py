"""How bad and how fast: a plan's levels with their clocks, and the criteria that lead to them."""

from typing import Annotated

from pydantic import Field

from guanlan.clocks.calendar import Calendar
from guanlan.plan.fields import (
    Colour,
    Count,
    Key,
    Keyed,
    LevelKey,
    Measures,
    Minutes,
    Part,
    Permille,
    Positive,
    Start,
    Step,
    Text,
)


class Clock(Keyed):
    """`minutes` after `start`, counted on `calendar`; a working day has 480 of them."""

    step: Step
    minutes: Minutes
    calendar: Calendar = "natural"
    start: Start = "signal"
    source: str = ""


class Cadence(Keyed):
    """How often progress is reported; without minutes, once at the end."""

    minutes: Minutes | None = None
    source: str = ""


class Level(Keyed):
    """`rank` 1 is the gravest. `approvers` are roles that confirm and answer for it.

    `call_minutes`: when a computed rise calls people, how long each has to confirm before
    the next is called; None calls nobody. `first_by`: groups whose lead or person on duty
    may start the first steps alone, to be ratified or revoked by the command (先启动后报告).
    """

    key: LevelKey
    name: Text
    colour: Colour
    rank: Positive
    meaning: Text
    clocks: tuple[Clock, ...]
    cadence: Cadence
    approvers: Annotated[tuple[Key, ...], Field(min_length=1)]
    call_minutes: Minutes | None = None
    first_by: tuple[Key, ...] = ()


class Cell(Part):
    """Where a level begins on one measure, with examples on both sides of the line."""

    level: Key
    at_least: Positive
    source: str = ""
    fires: Annotated[tuple[Measures, ...], Field(min_length=1)]
    just_not: Annotated[tuple[Measures, ...], Field(min_length=1)]


class Criterion(Keyed):
    """One measured row of the grading table; guards as in `engine.severity.Criterion`."""

    name: Text
    measure: Text
    unit: Text
    source: str = ""
    minimum_posts: Count = 0
    minimum_negative_permille: Permille = 0
    cells: Annotated[tuple[Cell, ...], Field(min_length=1)]
    fallback: "Criterion | None" = None


class Trigger(Keyed):
    """A fact that sets the level by itself; the examples are lists of facts."""

    name: Text
    fact: Text
    level: Key
    source: str = ""
    fires: Annotated[tuple[str, ...], Field(min_length=1)]
    just_not: tuple[str, ...] = ()
