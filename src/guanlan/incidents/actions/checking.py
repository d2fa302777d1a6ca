"""Checking what was done: accepting it, or sending it back with words and another due time."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from guanlan.errors import BadInput, NotAllowed
from guanlan.incidents.actions.trail import note
from guanlan.incidents.ladder import first_look
from guanlan.incidents.levels import stated
from guanlan.incidents.models import Task
from guanlan.incidents.offering import tell_of
from guanlan.incidents.queries import is_inside, may_check
from guanlan.incidents.recipients import checkers
from guanlan.incidents.stepping import WrongState, locked, move
from guanlan.incidents.wording import moment
from guanlan.people.models import Person


class NotYourCheck(NotAllowed):
    """Nobody checks what they did themselves, and only lead, deputy or command check at all."""


class NoTimeLeft(BadInput):
    """What is sent back needs a moment ahead by which it is done again."""


def pass_task(*, task: Task, person: Person, now: datetime) -> Task:
    """Accept what was submitted, which closes the task, and return it.

    Raises WrongState unless it waits to be checked, NotYourCheck.
    """
    with transaction.atomic():
        task = _waiting(task, person, now)
        move(
            task,
            "pass",
            closed_at=now,
            closed_by=task.owner,
            checker=person,
            check_by=None,
            next_look_at=None,
        )
        sentence = _("验收通过“%(title)s”（%(who)s办理）") % {"title": task.title, "who": _doer(task)}
        note(about=task, verb="incidents.pass_task", sentence=sentence, person=person, now=now)
    return task


def return_task(*, task: Task, words: str, due_at: datetime, person: Person, now: datetime) -> Task:
    """Send back what was submitted, say why and until when, tell whoever did it, and return the task.

    Raises NoReason, NoTimeLeft, WrongState, NotYourCheck.
    """
    words = stated(words)
    if due_at <= now:
        raise NoTimeLeft(_("新的完成时间要晚于现在（%(now)s），请改正。") % {"now": moment(now, now)})
    with transaction.atomic():
        task = _waiting(task, person, now)
        was_due = task.due_at
        move(
            task,
            "return",
            sent_back=words,
            due_at=due_at,
            accept_by=min(task.accept_by, due_at),
            submitted_at=None,
            check_by=None,
            told_step=0,
            next_look_at=first_look(now, due_at),
        )
        by = moment(due_at, now)
        entry = note(
            about=task,
            verb="incidents.return_task",
            sentence=_("退回“%(title)s”，%(by)s 前重办：%(words)s")
            % {"title": task.title, "by": by, "words": words},
            person=person,
            now=now,
            facts={"due": due_at.isoformat(), "was_due": was_due.isoformat()},
        )
        if task.owner is not None:
            title = _("退回重办：%(title)s，%(by)s 前") % {"title": task.title, "by": by}
            tell_of(task, [task.owner], title=title, step=f"returned-{entry.audit_number}", now=now)
    return task


def _waiting(task: Task, person: Person, now: datetime) -> Task:
    """Return the task, locked, if it waits for this person's check."""
    task = locked(task)
    if task.state != Task.State.CHECKING:
        raise WrongState(
            _("“%(title)s”现在是“%(state)s”，不等验收。")
            % {"title": task.title, "state": task.get_state_display()}
        )
    if not may_check(person, task, at=now) or not is_inside(task.incident, person):
        raise NotYourCheck(_refusal(task, person, now))
    return task


def _refusal(task: Task, person: Person, now: datetime) -> str:
    names = "、".join(asked.name for asked in checkers(task, at=now)) or _("管理员先配齐指挥部，再由指挥部")
    if task.owner_id == person.pk:
        return _("这项任务是您办的，不能自己验收。请%(names)s验收。") % {"names": names}
    return _("验收由%(who)s负责。请%(names)s验收。") % {"who": task.get_checked_by_display(), "names": names}


def _doer(task: Task) -> str:
    return task.owner.name if task.owner is not None else task.group.name
