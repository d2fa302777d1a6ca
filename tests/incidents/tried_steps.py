"""Every step of an incident as somebody may try it: on the newest row, with the choices a number makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from conftest import NOW, Cast
from guanlan.errors import Refused
from guanlan.incidents import actions
from guanlan.incidents.actions.instructions import Said
from guanlan.incidents.models import EarlyWarning, Incident, Instruction, Task
from guanlan.incidents.offering import Order
from guanlan.people.models import Person
from guanlan.watch.actions import confirm_level, dismiss_event
from guanlan.watch.models import Event

LEVELS = ("I", "II", "III")


@dataclass
class World:
    """One event, the people, and a clock that only goes forwards."""

    cast: Cast
    event: Event
    actors: list[Person]
    now: datetime = NOW

    def incident(self) -> Incident | None:
        return Incident.objects.filter(event=self.event).order_by("-pk").first()

    def tasks(self) -> list[Task]:
        rows = Task.objects.filter(incident__event=self.event)
        return list(rows.select_related("owner", "group").order_by("pk"))

    def task(self, choice: int) -> Task | None:
        tasks = self.tasks()
        return tasks[choice % len(tasks)] if tasks else None

    def warning(self) -> EarlyWarning | None:
        return EarlyWarning.objects.filter(event=self.event).order_by("-pk").first()

    def instruction(self) -> Instruction | None:
        return Instruction.objects.filter(event=self.event).order_by("-pk").first()


T = TypeVar("T")
Step = Callable[[World, Person, int], object]
STEPS: dict[str, Step] = {}


def step(found: Step) -> Step:
    STEPS[found.__name__] = found
    return found


class NothingThere(Refused):
    """There is nothing this step could be tried on."""


def _given(row: T | None) -> T:
    if row is None:
        raise NothingThere("")
    return row


@step
def start_first(world: World, person: Person, choice: int) -> object:
    return actions.start_first(
        event=world.event, level=LEVELS[choice % 3], reason="等不及", person=person, now=world.now
    )


@step
def ratify(world: World, person: Person, choice: int) -> object:
    incident = _given(world.incident())
    return actions.ratify(
        incident=incident, level=LEVELS[choice % 3], reason="同意", person=person, now=world.now
    )


@step
def revoke(world: World, person: Person, choice: int) -> object:
    return actions.revoke(incident=_given(world.incident()), reason="不必", person=person, now=world.now)


@step
def decide_activation(world: World, person: Person, choice: int) -> object:
    return actions.decide_activation(
        event=world.event,
        level=LEVELS[choice % 3],
        reason="启动",
        person=person,
        now=world.now,
        restricted=choice % 5 == 4,
    )


@step
def decide_observing(world: World, person: Person, choice: int) -> object:
    return actions.decide_observing(
        event=world.event,
        reason="先看",
        review_at=world.now + timedelta(minutes=choice - 2),
        person=person,
        now=world.now,
    )


@step
def change_level(world: World, person: Person, choice: int) -> object:
    incident = _given(world.incident())
    return actions.change_level(
        incident=incident, level=LEVELS[choice % 3], reason="调整", person=person, now=world.now
    )


@step
def give_order(world: World, person: Person, choice: int) -> object:
    order = Order(world.cast.groups["service"], world.now + timedelta(minutes=choice))
    return actions.give_order(
        incident=_given(world.incident()), words="清点", order=order, person=person, now=world.now
    )


@step
def accept_task(world: World, person: Person, choice: int) -> object:
    return actions.accept_task(task=_given(world.task(choice)), person=person, now=world.now)


@step
def complete_task(world: World, person: Person, choice: int) -> object:
    return actions.complete_task(
        task=_given(world.task(choice)), words="" if choice > 8 else "办好了", person=person, now=world.now
    )


@step
def pass_task(world: World, person: Person, choice: int) -> object:
    return actions.pass_task(task=_given(world.task(choice)), person=person, now=world.now)


@step
def return_task(world: World, person: Person, choice: int) -> object:
    return actions.return_task(
        task=_given(world.task(choice)),
        words="" if choice > 8 else "缺凭证",
        due_at=world.now + timedelta(minutes=5 * (choice + 1)),
        person=person,
        now=world.now,
    )


@step
def hand_over_task(world: World, person: Person, choice: int) -> object:
    to = world.actors[choice % len(world.actors)]
    return actions.hand_over_task(
        task=_given(world.task(choice)), to=to, remark="", person=person, now=world.now
    )


@step
def waive_task(world: World, person: Person, choice: int) -> object:
    return actions.waive_task(task=_given(world.task(choice)), reason="不必", person=person, now=world.now)


@step
def stand_down(world: World, person: Person, choice: int) -> object:
    override = "提前结束" if choice % 2 else ""
    return actions.stand_down(
        incident=_given(world.incident()), reason="平息", override=override, person=person, now=world.now
    )


@step
def take_closing_report(world: World, person: Person, choice: int) -> object:
    incident = _given(world.incident())
    return actions.take_closing_report(incident=incident, sha256="0" * 64, person=person, now=world.now)


@step
def archive(world: World, person: Person, choice: int) -> object:
    return actions.archive(incident=_given(world.incident()), person=person, now=world.now)


@step
def issue_warning(world: World, person: Person, choice: int) -> object:
    return actions.issue_warning(
        event=world.event,
        level=LEVELS[choice % 3],
        words="待命",
        review_at=world.now + timedelta(minutes=choice),
        person=person,
        now=world.now,
    )


@step
def adjust_warning(world: World, person: Person, choice: int) -> object:
    return actions.adjust_warning(
        warning=_given(world.warning()),
        level=LEVELS[choice % 3],
        words="待命",
        review_at=world.now + timedelta(minutes=choice),
        person=person,
        now=world.now,
    )


@step
def lift_warning(world: World, person: Person, choice: int) -> object:
    return actions.lift_warning(warning=_given(world.warning()), reason="回落", person=person, now=world.now)


@step
def record_instruction(world: World, person: Person, choice: int) -> object:
    kind = list(Instruction.Kind)[choice % 4]
    order = Order(world.cast.groups["media"], world.now + timedelta(hours=1))
    return actions.record_instruction(
        event=world.event,
        said=Said(world.cast.li, "照办", world.now, Instruction.Channel.PHONE),
        kind=kind,
        level=LEVELS[choice % 3],
        order=order,
        recorder=person,
        now=world.now,
    )


@step
def confirm_instruction(world: World, person: Person, choice: int) -> object:
    return actions.confirm_instruction(instruction=_given(world.instruction()), person=person, now=world.now)


@step
def disown_instruction(world: World, person: Person, choice: int) -> object:
    return actions.disown_instruction(
        instruction=_given(world.instruction()), answer="不是我说的", person=person, now=world.now
    )


@step
def confirm_the_level(world: World, person: Person, choice: int) -> object:
    return confirm_level(
        event=world.event,
        level=LEVELS[choice % 3],
        levels=LEVELS,
        reason="研判",
        person=person,
        now=world.now,
    )


@step
def dismiss(world: World, person: Person, choice: int) -> object:
    return dismiss_event(event=world.event, reason="误报", person=person, now=world.now)
