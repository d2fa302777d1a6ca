"""One step of a task or an incident: the row is locked, the table of moves asked, the row written."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from guanlan.clocks.actions import touch
from guanlan.errors import Refused
from guanlan.incidents.models import Incident, Task
from guanlan.incidents.states import INCIDENT_MOVES, OPEN, TASK_MOVES
from guanlan.people.models import Person


class WrongState(Refused):
    """The task or incident is not where this step can be taken."""


def locked(task: Task) -> Task:
    """Return the task as it stands now, locked until the transaction ends. Raises WrongState."""
    task = (
        Task.objects.select_for_update(of=("self",))
        .select_related("stream", "incident", "group")
        .get(pk=task.pk)
    )
    if task.incident.state == Incident.State.ARCHIVED:
        raise WrongState(_("%(number)s 已归档，任务不再改动。") % {"number": task.incident.number})
    return task


def move(task: Task, event: str, **changes: Any) -> None:
    """Take the step that the table allows, with what changes beside. Raises WrongState."""
    target = TASK_MOVES.get((task.state, event))
    if target is None:
        who = task.closed_by or task.owner
        raise WrongState(
            _("这项任务现在是“%(state)s”（%(who)s），不能这样办。")
            % {"state": task.get_state_display(), "who": who.name if who else task.group.name}
        )
    task.state = target
    for name, value in changes.items():
        setattr(task, name, value)
    task.changed_seq = touch(task.stream)
    task.save(update_fields=["state", "changed_seq", *changes])


def waive_open(
    tasks: QuerySet[Task], *, incident: Incident, result: str, person: Person, now: datetime
) -> int:
    """Waive those of the incident's tasks that are open, all with one result; return how many."""
    return tasks.filter(incident=incident, state__in=OPEN).update(
        state=Task.State.WAIVED,
        closed_at=now,
        closed_by=person,
        result=result,
        check_by=None,
        next_look_at=None,
        changed_seq=touch(incident.stream),
    )


def locked_incident(incident: Incident) -> Incident:
    """Return the incident as it stands now, locked until the transaction ends."""
    rows = Incident.objects.select_for_update(of=("self",)).select_related(
        "stream", "event__watch", "plan_version", "opened_by"
    )
    return rows.get(pk=incident.pk)


def refuse_step(incident: Incident, step: str) -> str:
    """Return where the step leads. Raises WrongState when the table does not allow it."""
    target = INCIDENT_MOVES.get((incident.state, step))
    if target is None:
        raise WrongState(
            _("%(number)s 现在是“%(state)s”，不能这样办。")
            % {"number": incident.number, "state": incident.get_state_display()}
        )
    return target


def move_incident(incident: Incident, step: str, **changes: Any) -> None:
    """Take the step that the table allows, with what changes beside. Raises WrongState."""
    incident.state = refuse_step(incident, step)
    for name, value in changes.items():
        setattr(incident, name, value)
    incident.changed_seq = touch(incident.stream)
    incident.save(update_fields=["state", "changed_seq", *changes])
