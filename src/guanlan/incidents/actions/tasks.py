"""What is done with a task: accepted, completed or submitted, handed over, waived."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from guanlan.errors import BadInput, NotAllowed
from guanlan.evidence.models import KeptFile
from guanlan.incidents.actions.trail import note
from guanlan.incidents.ladder import first_look
from guanlan.incidents.levels import stated
from guanlan.incidents.models import Incident, Task, TaskProof
from guanlan.incidents.offering import tell_of
from guanlan.incidents.permissions import WAIVE_TASK
from guanlan.incidents.queries import may_hand_over, members_of
from guanlan.incidents.recipients import checkers
from guanlan.incidents.states import DOING, OPEN
from guanlan.incidents.stepping import WrongState, locked, move
from guanlan.incidents.wording import length, moment
from guanlan.intake.models import Post
from guanlan.people.models import Person
from guanlan.people.permissions import require

_LEAST_TO_CHECK = timedelta(minutes=15)


class NotYourTask(NotAllowed):
    """The task belongs to another group, or to another person."""


class NoProof(BadInput):
    """The plan asks for evidence, and none was given."""


def accept_task(*, task: Task, person: Person, now: datetime) -> Task:
    """Take a task on and return it; its due clock runs from here on.

    Raises NotYourTask for somebody who does not serve in the group, WrongState when it
    was taken already or is closed.
    """
    with transaction.atomic():
        task = locked(task)
        _refuse_outsider(task, person, now)
        late = now > task.accept_by
        look = first_look(now, task.due_at)
        move(task, "accept", owner=person, accepted_at=now, told_step=0, next_look_at=look)
        sentence = _("接手“%(title)s”") % {"title": task.title}
        if late:
            sentence += _("，迟 %(late)s") % {"late": length(now - task.accept_by)}
        note(about=task, verb="incidents.accept_task", sentence=sentence, person=person, now=now)
    return task


def complete_task(
    *,
    task: Task,
    words: str,
    person: Person,
    now: datetime,
    file: KeptFile | None = None,
    post: Post | None = None,
) -> Task:
    """Close a task as done, with what shows it, or submit it to whoever checks it; return it.

    Raises NotYourTask unless the person has accepted it, NoProof when the plan wants
    evidence and there are neither words nor a file nor a post, WrongState otherwise.
    """
    words = words.strip()
    with transaction.atomic():
        task = locked(task)
        _refuse_unaccepted(task)
        _refuse_other_owner(task, person)
        if task.evidence_wanted and not (words or file or post):
            raise NoProof(
                _("还缺凭证：这项任务要“%(wanted)s”。请写明结果，或传文件、附帖文，再办结。")
                % {"wanted": task.evidence_wanted}
            )
        late = now > task.due_at
        _finish(task, words, person, now)
        if words or file or post:
            _prove(task, words, file, post, person, now)
        checked = task.state == Task.State.CHECKING
        sentence = (_("办完“%(title)s”，交验收") if checked else _("办结“%(title)s”")) % {"title": task.title}
        if late:
            sentence += _("，迟 %(late)s") % {"late": length(now - task.due_at)}
        if words:
            sentence += f"：{words[:120]}"
        note(
            about=task,
            verb="incidents.submit_task" if checked else "incidents.complete_task",
            sentence=sentence,
            person=person,
            now=now,
            facts={"file": file.sha256 if file else "", "post": post.key if post else ""},
        )
        if checked:
            _ask_to_check(task, now)
    return task


def hand_over_task(*, task: Task, to: Person, remark: str, person: Person, now: datetime) -> Task:
    """Give a task to another member of its group, tell that member, and return the task.

    The owner, the group's lead or deputy, and the command may; a task that nobody owns
    may be given by any member. The clocks stay. Raises NotYourTask, WrongState.
    """
    with transaction.atomic():
        task = locked(task)
        if not may_hand_over(person, task, at=now):
            raise NotYourTask(_("这项任务不由您办理。请%(who)s转交。") % {"who": _whose(task)})
        _refuse_wrong_receiver(task, to, now)
        move(task, "hand_over", owner=to)
        remark = remark.strip()[:200]
        sentence = _("“%(title)s”转给%(to)s") % {"title": task.title, "to": to.name}
        entry = note(
            about=task,
            verb="incidents.hand_over_task",
            sentence=f"{sentence}：{remark}" if remark else sentence,
            person=person,
            now=now,
            facts={"to": to.key},
        )
        due = task.accept_by if task.state == Task.State.OFFERED else task.due_at
        title = _("%(from)s转给您：%(title)s，%(by)s 前") % {
            "from": person.name,
            "title": task.title,
            "by": moment(due, now),
        }
        tell_of(task, [to], title=title, step=f"handed-{entry.audit_number}", now=now)
    return task


def waive_task(*, task: Task, reason: str, person: Person, now: datetime, seen: str = "") -> Task:
    """Excuse a task, with the reason, tell whoever has it in hand, and return it.

    `seen` is the state that the person read, that of `task` unless it is given: who accepted
    or submitted it meanwhile is not brushed aside. Raises NotAllowed, NoReason, WrongState.
    """
    require(person, WAIVE_TASK, at=now)
    reason, seen = stated(reason), seen or task.state
    with transaction.atomic():
        task = locked(task)
        if task.state in OPEN and task.state != seen:
            raise WrongState(
                _("这项任务刚刚变为“%(state)s”（%(who)s），没有免办。请看过再决定。")
                % {"state": task.get_state_display(), "who": _whose(task)}
            )
        move(task, "waive", closed_at=now, closed_by=person, result=reason, check_by=None, next_look_at=None)
        sentence = _("免办“%(title)s”：%(reason)s") % {"title": task.title, "reason": reason}
        note(about=task, verb="incidents.waive_task", sentence=sentence, person=person, now=now)
        if task.owner is not None and task.owner != person:
            title = _("已免办，不用再办：%(title)s") % {"title": task.title}
            tell_of(task, [task.owner], title=title, step="waived", now=now)
    return task


def _finish(task: Task, words: str, person: Person, now: datetime) -> None:
    """Close the task, or put it before whoever checks it, who has as long as the group had to accept."""
    if not task.checked_by:
        move(task, "complete", closed_at=now, closed_by=person, result=words, next_look_at=None)
        return
    check_by = now + max(task.accept_by - task.offered_at, _LEAST_TO_CHECK)
    changes = {"result": words, "submitted_at": now, "check_by": check_by}
    move(task, "submit", told_step=0, next_look_at=check_by, **changes)


def _ask_to_check(task: Task, now: datetime) -> None:
    by = moment(task.deadline, now)
    title = _("请验收：%(title)s，%(by)s 前") % {"title": task.title, "by": by}
    tell_of(task, checkers(task, at=now), title=title, step=f"check-{now:%Y%m%d%H%M%S}", now=now)


def _refuse_outsider(task: Task, person: Person, now: datetime) -> None:
    seen = Incident.visible_to(person).filter(pk=task.incident_id).exists()
    if not seen or person.pk not in {member.pk for member in members_of(task, at=now)}:
        names = "、".join(member.name for member in members_of(task, at=now))
        raise NotYourTask(
            _("这是%(group)s的任务，您不在组里。请%(names)s接手。")
            % {"group": task.group.name, "names": names or _("管理员先配齐这个组，再由组员")}
        )


def _refuse_unaccepted(task: Task) -> None:
    if task.state == Task.State.OFFERED:
        raise WrongState(_("“%(title)s”还没有人接手。请先接手，再办结。") % {"title": task.title})


def _refuse_other_owner(task: Task, person: Person) -> None:
    if task.state in DOING and task.owner_id != person.pk:
        raise NotYourTask(_("这项任务由%(who)s办理。请%(who)s办结，或先转给您。") % {"who": _whose(task)})


def _refuse_wrong_receiver(task: Task, to: Person, now: datetime) -> None:
    if to.pk == task.owner_id:
        raise WrongState(_("这项任务已经在%(who)s手里。") % {"who": to.name})
    if to.pk not in {member.pk for member in members_of(task, at=now)}:
        raise NotYourTask(
            _("不能转给%(who)s：不在%(group)s。请在组内选人。") % {"who": to.name, "group": task.group.name}
        )


def _whose(task: Task) -> str:
    return task.owner.name if task.owner is not None else task.group.name


def _prove(
    task: Task, words: str, file: KeptFile | None, post: Post | None, person: Person, now: datetime
) -> None:
    TaskProof.objects.create(
        stream=task.stream,
        incident=task.incident,
        task=task,
        file=file,
        post=post,
        words=words[:1000],
        person=person,
        at=now,
    )
