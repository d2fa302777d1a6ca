"""An event with everything that was done about it, at hand for every KPI."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.urls import reverse

from guanlan.clocks.deadlines import deadline
from guanlan.incidents.models import Decision, Incident, Instruction, LevelChange, Loss
from guanlan.notify.models import Message
from guanlan.plan.document import PlanDocument
from guanlan.plan.fields import Step
from guanlan.plan.levels import Level
from guanlan.plan.timing import clock_of
from guanlan.reports.models import Report
from guanlan.watch.models import Assessment, Event, Signal


class Grade(NamedTuple):
    """A level that a person set, beside what the system computed at that moment."""

    at: datetime
    level: str
    computed: str


@dataclass(frozen=True)
class Matter:
    """One event: its rises that people were told of, what people judged, decided, did and were told.

    `published_at` and `taken_at` are of the first post that did not come as history; `incidents`
    are those the reader may see. All rows are in the order of time.
    """

    event: Event
    plan: PlanDocument | None
    published_at: datetime | None
    taken_at: datetime | None
    rises: tuple[Signal, ...]
    grades: tuple[Grade, ...]
    dismissals: tuple[Assessment, ...]
    decisions: tuple[Decision, ...]
    changes: tuple[LevelChange, ...]
    instructions: tuple[Instruction, ...]
    incidents: tuple[Incident, ...]
    reports: tuple[Report, ...]
    messages: tuple[Message, ...]
    losses: tuple[Loss, ...]
    known_at: datetime | None
    submissions: Mapping[str, tuple[datetime, ...]]

    @property
    def found_at(self) -> datetime | None:
        """When the house knew: people were told of a rise, or somebody judged or decided before."""
        moments = [rise.told_at for rise in self.rises if rise.told_at is not None]
        moments += [grade.at for grade in self.grades] + [one.at for one in self.dismissals]
        moments += [decision.at for decision in self.decisions]
        return min(moments, default=None)

    @property
    def crossed_at(self) -> datetime | None:
        """When the posts crossed the plan's line, by their own times."""
        return self.rises[0].at if self.rises else None

    @property
    def is_false_alarm(self) -> bool:
        """Whether it was called one in the end."""
        return self.event.state == Event.State.DISMISSED

    @property
    def level(self) -> str:
        """The first level that a person set, else the first computed: the plan's times are taken from it.

        Nothing if people only ever put it below the levels.
        """
        if self.grades:
            return next((grade.level for grade in self.grades if grade.level), "")
        return self.rises[0].level if self.rises else ""

    @property
    def link(self) -> str:
        """Where the event lies."""
        return reverse("event", args=[self.event.key])

    def due(self, step: Step, start: datetime, *, level: str = "") -> datetime | None:
        """Return until when the plan wants a step whose clock began at `start`; None if it has no clock."""
        found = level_of(self.plan, level or self.level)
        clock = clock_of(found, step) if found else None
        if clock is None:
            return None
        begins = {
            "published": self.published_at,
            "taken_in": self.taken_at,
            "confirmed": next((grade.at for grade in self.grades if grade.level), None),
        }.get(clock.start, start)
        return deadline(begins, clock.minutes, clock.calendar) if begins else None


def level_of(plan: PlanDocument | None, key: str) -> Level | None:
    """Return a level of a plan by its key."""
    return next((level for level in plan.levels if level.key == key), None) if plan else None


def rank(plan: PlanDocument | None, key: str) -> int:
    """Return a level's rank, 1 the gravest; below the levels and unknown ones come last."""
    found = level_of(plan, key)
    return found.rank if found else 99
