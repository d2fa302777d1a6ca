"""Who hears next about a late task, and when: the steps from reminder to command."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from guanlan.incidents.models import Task
from guanlan.incidents.recipients import checkers, command, lead_of, on_watch
from guanlan.people.models import Person

_LEAD_AFTER = timedelta(minutes=5)
_COMMAND_AFTER = timedelta(minutes=10)
# A task is called to mind when a quarter of its time is left, at most a day before it is due.
_LEFT_PART = 4
_LEFT_MOST = timedelta(days=1)
_LEFT_LEAST = timedelta(minutes=5)

Who = Callable[[Task, datetime], list[Person]]


@dataclass(frozen=True)
class Rung:
    """One step: its clock, whom it reaches, when to look again (None: never).

    `ahead` is the one before the clock is over; it counts as no step.
    """

    deadline: datetime
    wait: str
    who: Who
    next_at: datetime | None
    ahead: bool = False


def first_look(start: datetime, due: datetime) -> datetime:
    """Return when a task that somebody has in hand from `start` is called to mind before it is due."""
    left = min((due - start) / _LEFT_PART, _LEFT_MOST)
    return due - left if left >= _LEFT_LEAST else due


def next_rung(task: Task, at: datetime) -> Rung:
    """Return the step that follows `told_step`; before the clock is over, the call to mind.

    Not accepted: at accept-by the people on watch, 5 minutes later the lead, 10 minutes
    later the command; when it falls due all the same, lead and command again. Accepted: at
    due the owner, then lead and command as before. Submitted: when the time to check is over
    whoever is asked to check it, 5 minutes later the command.
    """
    rungs = _rungs(task)
    if task.told_step == 0 and at < rungs[0].deadline:
        return Rung(rungs[0].deadline, _("快到期"), _owner, rungs[0].deadline, ahead=True)
    return rungs[min(task.told_step, len(rungs) - 1)]


def next_to_hear(task: Task, at: datetime) -> tuple[datetime, list[Person]] | None:
    """Return when an open task goes to somebody else next, and to whom; None when nobody is left."""
    rungs = _rungs(task)
    step = max(task.told_step, 1)
    if step >= len(rungs):
        return None
    moment = rungs[step - 1].next_at
    return (moment, rungs[step].who(task, at)) if moment is not None else None


def _rungs(task: Task) -> tuple[Rung, ...]:
    if task.state == Task.State.OFFERED:
        return _offered(task)
    return _checking(task) if task.state == Task.State.CHECKING else _doing(task)


def _offered(task: Task) -> tuple[Rung, ...]:
    start, wait = task.accept_by, _("未接手")
    # The due clock of a task with little time may end before the command has heard.
    again = max(task.due_at, start + _COMMAND_AFTER)
    return (
        Rung(start, wait, _watch_of, start + _LEAD_AFTER),
        Rung(start, wait, _lead_of, start + _COMMAND_AFTER),
        Rung(start, wait, _command, again),
        Rung(task.due_at, _("无人接手已到期"), _lead_and_command, None),
    )


def _checking(task: Task) -> tuple[Rung, ...]:
    start, wait = task.deadline, _("未验收")
    return (
        Rung(start, wait, _checkers, start + _LEAD_AFTER),
        Rung(start, wait, _command, None),
    )


def _doing(task: Task) -> tuple[Rung, ...]:
    start, wait = task.due_at, _("未办结")
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


def _checkers(task: Task, at: datetime) -> list[Person]:
    return checkers(task, at=at)


def _lead_of(task: Task, at: datetime) -> list[Person]:
    return lead_of(task.group, at=at)


def _command(_task: Task, at: datetime) -> list[Person]:
    return command(at=at)


def _lead_and_command(task: Task, at: datetime) -> list[Person]:
    return list(dict.fromkeys([*lead_of(task.group, at=at), *command(at=at)]))
