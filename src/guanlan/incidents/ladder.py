"""Who hears next about a late task, and when: the steps from reminder to command."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from guanlan.incidents.models import Task
from guanlan.incidents.recipients import command, lead_of, on_watch
from guanlan.people.models import Person

_LEAD_AFTER = timedelta(minutes=5)
_COMMAND_AFTER = timedelta(minutes=10)

Who = Callable[[Task, datetime], list[Person]]


@dataclass(frozen=True)
class Rung:
    """One step: the clock that is over, whom it reaches, when to look again (None: never)."""

    deadline: datetime
    wait: str
    who: Who
    next_at: datetime | None


def next_rung(task: Task) -> Rung:
    """Return the step that follows `told_step`.

    Not accepted: at accept-by the people on watch, 5 minutes later the lead, 10 minutes
    later the command; when it falls due all the same, lead and command again. Accepted: at
    due the owner, then lead and command as before.
    """
    rungs = _offered(task) if task.state == Task.State.OFFERED else _accepted(task)
    return rungs[min(task.told_step, len(rungs) - 1)]


def next_to_hear(task: Task, at: datetime) -> tuple[datetime, list[Person]] | None:
    """Return when an open task goes to somebody else next, and to whom; None when nobody is left."""
    rungs = _offered(task) if task.state == Task.State.OFFERED else _accepted(task)
    step = max(task.told_step, 1)
    if step >= len(rungs):
        return None
    moment = rungs[step - 1].next_at
    return (moment, rungs[step].who(task, at)) if moment is not None else None


def _offered(task: Task) -> tuple[Rung, ...]:
    start, wait = task.accept_by, _("未接手，超")
    # The due clock of a task with little time may end before the command has heard.
    again = max(task.due_at, start + _COMMAND_AFTER)
    return (
        Rung(start, wait, _watch_of, start + _LEAD_AFTER),
        Rung(start, wait, _lead_of, start + _COMMAND_AFTER),
        Rung(start, wait, _command, again),
        Rung(task.due_at, _("无人接手已到期，超"), _lead_and_command, None),
    )


def _accepted(task: Task) -> tuple[Rung, ...]:
    start, wait = task.due_at, _("未办结，超")
    return (
        Rung(start, wait, _owner, start + _LEAD_AFTER),
        Rung(start, wait, _lead_of, start + _COMMAND_AFTER),
        Rung(start, wait, _command, None),
    )


def _watch_of(task: Task, at: datetime) -> list[Person]:
    named = [task.owner] if task.owner is not None else []
    return list(dict.fromkeys([*named, *on_watch(task.group, at=at)]))


def _owner(task: Task, at: datetime) -> list[Person]:
    return [task.owner] if task.owner is not None else _watch_of(task, at)


def _lead_of(task: Task, at: datetime) -> list[Person]:
    return lead_of(task.group, at=at)


def _command(_task: Task, at: datetime) -> list[Person]:
    return command(at=at)


def _lead_and_command(task: Task, at: datetime) -> list[Person]:
    return list(dict.fromkeys([*lead_of(task.group, at=at), *command(at=at)]))
