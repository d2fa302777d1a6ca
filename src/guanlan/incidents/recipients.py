"""Who hears about a task: the person on duty, the group, its lead, the command."""

from datetime import datetime

from guanlan.incidents.models import Task
from guanlan.people.models import Function, Group, Membership, Person
from guanlan.people.queries import lead, members, on_duty, persons_with


def first_to_hear(group: Group, *, at: datetime) -> list[Person]:
    """Return who is offered the group's tasks: on duty, else the lead, else every member."""
    shift = on_duty(group, at=at)
    if shift is not None and shift.person.is_active:
        return [shift.person]
    head = lead(group, at=at)
    return [head] if head is not None else everybody(group, at=at)


def on_watch(group: Group, *, at: datetime) -> list[Person]:
    """Return the person on duty and the deputy; the whole group when the roster has a gap."""
    shift = on_duty(group, at=at)
    watching = [shift.person, shift.deputy] if shift is not None else []
    return [person for person in watching if person is not None and person.is_active] or everybody(
        group, at=at
    )


def lead_of(group: Group, *, at: datetime) -> list[Person]:
    """Return the group's lead, or its first deputy, or nobody."""
    head = lead(group, at=at)
    return [head] if head is not None else []


def command(*, at: datetime) -> list[Person]:
    """Return everybody who serves in the command."""
    return list(persons_with(Function.COMMAND, at=at).order_by("pk"))


def checkers(task: Task, *, at: datetime) -> list[Person]:
    """Return who is asked to check a task: lead and deputies, or the command; never who does it."""
    if task.checked_by == Task.Checker.LEAD:
        heads = members(task.group, at=at).exclude(role=Membership.Role.MEMBER)
        if asked := [head.person for head in heads if head.person_id != task.owner_id]:
            return asked
    return [person for person in command(at=at) if person.pk != task.owner_id]


def to_call(task: Task, *, at: datetime) -> list[Person]:
    """Return whom one calls about an open task: who has it or should take it, who checks it or leads."""
    holding = [task.owner] if task.owner is not None else on_watch(task.group, at=at)
    checked = task.state == Task.State.CHECKING
    above = checkers(task, at=at) if checked else lead_of(task.group, at=at)
    return list(dict.fromkeys([*holding, *above]))


def everybody(group: Group, *, at: datetime) -> list[Person]:
    """Return the group's members, the lead first."""
    return [membership.person for membership in members(group, at=at)]
