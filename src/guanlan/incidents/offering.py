"""Turning the plan's duties into tasks of the groups, and saying so to the people."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.clocks.deadlines import counted, deadline
from guanlan.errors import BadInput, Refused
from guanlan.incidents.models import Access, Incident, Task
from guanlan.incidents.recipients import first_to_hear
from guanlan.incidents.states import INCIDENT_MOVES
from guanlan.incidents.wording import moment
from guanlan.notify.actions import tell
from guanlan.notify.models import Message
from guanlan.people.models import Group, Person, Unit
from guanlan.plan.document import Duty, Times
from guanlan.plan.wording import level_word

Duties = Sequence[tuple[Duty, Times]]

# A task that must be accepted this soon is worth waking somebody.
_PRESSING = timedelta(minutes=30)
ACCEPT_ORDER_WITHIN = timedelta(minutes=30)


class NothingToDo(BadInput):
    """An order needs a group and a moment ahead."""


class NotResponding(Refused):
    """Orders are given while the response runs, and once the command has taken it over."""


class Order(NamedTuple):
    """Which group shall do what was said, until when."""

    group: Group
    due_at: datetime


class GroupMissing(Refused):
    """A duty names a group that has not been opened."""


def groups_for(duties: Duties, unit: Unit) -> dict[str, Group]:
    """Return the open groups that the duties name, by code. Raises GroupMissing."""
    groups = {group.code: group for group in Group.objects.filter(unit=unit, closed_at=None)}
    for duty, _times in duties:
        if duty.group not in groups:
            raise GroupMissing(
                _("派不出“%(title)s”：人员里没有预案所说的组“%(group)s”。请管理员先建好这个组，再启动。")
                % {"title": duty.title, "group": duty.group}
            )
    return groups


def offer(incident: Incident, duties: Duties, *, now: datetime) -> list[Task]:
    """Make each duty a task of its group, clocks from `now`, and tell the person who answers for it.

    Runs in the caller's transaction. Raises GroupMissing.
    """
    groups = groups_for(duties, incident.plan_version.unit)
    tasks = [_task(incident, duty, times, groups[duty.group], now) for duty, times in duties]
    for task in tasks:
        tell_offered(task, first_to_hear(task.group, at=now), now=now)
    return tasks


def offer_further(incident: Incident, duties: Duties, *, now: datetime) -> list[Task]:
    """Offer those of the duties that are no tasks of the incident yet."""
    known = set(Task.objects.filter(incident=incident).values_list("duty", flat=True))
    return offer(incident, [pair for pair in duties if pair[0].key not in known], now=now)


def offer_order(
    incident: Incident, *, duty: str, words: str, what_to_do: str, order: Order | None, now: datetime
) -> Task:
    """Make what the command orders a task of the group and tell who answers for it.

    Runs in the caller's transaction; `duty` is unique in the incident. Raises NotResponding,
    NothingToDo.
    """
    if (incident.state, "give_order") not in INCIDENT_MOVES:
        raise NotResponding(
            _("%(number)s 现在是“%(state)s”，不能交办。先行启动的请先追认。")
            % {"number": incident.number, "state": incident.get_state_display()}
        )
    if order is None or order.due_at <= now:
        raise NothingToDo(_("交办要写明哪个组办，和晚于现在的完成时间。"))
    accept_by = min(now + ACCEPT_ORDER_WITHIN, order.due_at)
    task = Task.objects.create(
        stream=incident.stream,
        incident=incident,
        duty=duty,
        group=order.group,
        title=words[:120],
        what_to_do=what_to_do,
        offered_at=now,
        accept_by=accept_by,
        due_at=order.due_at,
        next_look_at=accept_by,
    )
    tell_offered(task, first_to_hear(order.group, at=now), now=now)
    return task


def _task(incident: Incident, duty: Duty, times: Times, group: Group, now: datetime) -> Task:
    due_at = deadline(now, times.due_minutes, times.calendar)
    accept_by = min(deadline(now, times.accept_minutes, times.calendar), due_at)
    return Task.objects.create(
        stream=incident.stream,
        incident=incident,
        duty=duty.key,
        clause=duty.clause,
        group=group,
        title=duty.title[:120],
        what_to_do=duty.action,
        evidence_wanted=(duty.evidence or "")[:200],
        mandatory=duty.mandatory,
        first_step=duty.first_step,
        checked_by=duty.checked_by or "",
        offered_at=now,
        accept_by=accept_by,
        due_at=due_at,
        counted=counted(now, due_at, times.calendar),
        next_look_at=accept_by,
    )


def tell_offered(task: Task, persons: Iterable[Person], *, now: datetime) -> None:
    """Ask the persons to accept a task, once each."""
    title = _("请接手：%(title)s，%(by)s 前") % {"title": task.title, "by": moment(task.accept_by, now)}
    tell_of(task, persons, title=title, step="offered", now=now)


def tell_of(task: Task, persons: Iterable[Person], *, title: str, step: str, now: datetime) -> None:
    """Send the persons to the very task, once each for a step; a restricted incident lets them in."""
    pressing = task.accept_by - task.offered_at <= _PRESSING
    for person in persons:
        admit(task.incident, person, now=now)
        tell(
            stream=task.stream,
            person=person,
            title=title,
            body=f"{level_word(task.incident.level)} {task.incident.name}\n{task.what_to_do}",
            link=reverse("task", args=[task.key]),
            cause=f"task:{task.key}",
            step=step,
            urgency=Message.Urgency.URGENT if pressing else Message.Urgency.NORMAL,
            now=now,
        )


def admit(incident: Incident, person: Person, *, now: datetime) -> bool:
    """Let the person into a restricted incident; say whether that was a change."""
    if not incident.restricted:
        return False
    _access, created = Access.objects.get_or_create(
        incident=incident, person=person, closed_at=None, defaults={"stream": incident.stream, "at": now}
    )
    return created
