"""One step of a task: the row is locked, the table of moves is asked, the row is written."""

from typing import Any

from django.utils.translation import gettext as _

from guanlan.clocks.actions import touch
from guanlan.errors import Refused
from guanlan.incidents.models import Incident, Task
from guanlan.incidents.states import TASK_MOVES


class WrongState(Refused):
    """The task is not where this step can be taken."""


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
