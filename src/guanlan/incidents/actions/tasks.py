"""What is done with a task: accepted, completed, handed over, waived."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guanlan.clocks.actions import touch
from guanlan.errors import BadInput, NotAllowed, Refused
from guanlan.evidence.models import KeptFile
from guanlan.incidents.actions.trail import note
from guanlan.incidents.levels import stated
from guanlan.incidents.models import Incident, Task, TaskProof
from guanlan.incidents.offering import tell_of
from guanlan.incidents.permissions import WAIVE_TASK
from guanlan.incidents.queries import may_hand_over, members_of
from guanlan.incidents.states import TASK_MOVES
from guanlan.incidents.wording import length, moment
from guanlan.intake.models import Post
from guanlan.people.models import Person
from guanlan.people.permissions import require


class NotYourTask(NotAllowed):
    """The task belongs to another group, or to another person."""


class WrongState(Refused):
    """The task is not where this step can be taken."""


class NoProof(BadInput):
    """The plan asks for evidence, and none was given."""


def accept_task(*, task: Task, person: Person, now: datetime) -> Task:
    """Take a task on and return it; its due clock runs from here on.

    Raises NotYourTask for somebody who does not serve in the group, WrongState when it
    was taken already or is closed.
    """
    with transaction.atomic():
        task = _locked(task)
        _refuse_outsider(task, person, now)
        late = now > task.accept_by
        _move(task, "accept", owner=person, accepted_at=now, told_step=0, next_look_at=task.due_at)
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
    """Close a task as done, with what shows it, and return it.

    Raises NotYourTask unless the person has accepted it, NoProof when the plan wants
    evidence and there are neither words nor a file nor a post, WrongState otherwise.
    """
    words = words.strip()
    with transaction.atomic():
        task = _locked(task)
        _refuse_unaccepted(task)
        _refuse_other_owner(task, person)
        if task.evidence_wanted and not (words or file or post):
            raise NoProof(
                _("还缺凭证：这项任务要“%(wanted)s”。请写明结果，或传文件、附帖文，再办结。")
                % {"wanted": task.evidence_wanted}
            )
        late = now > task.due_at
        _move(task, "complete", closed_at=now, closed_by=person, result=words, next_look_at=None)
        if words or file or post:
            _prove(task, words, file, post, person, now)
        sentence = _("办结“%(title)s”") % {"title": task.title}
        if late:
            sentence += _("，迟 %(late)s") % {"late": length(now - task.due_at)}
        if words:
            sentence += f"：{words[:120]}"
        note(
            about=task,
            verb="incidents.complete_task",
            sentence=sentence,
            person=person,
            now=now,
            facts={"file": file.sha256 if file else "", "post": post.key if post else ""},
        )
    return task


def hand_over_task(*, task: Task, to: Person, remark: str, person: Person, now: datetime) -> Task:
    """Give a task to another member of its group, tell that member, and return the task.

    The owner, the group's lead or deputy, and the command may; a task that nobody owns
    may be given by any member. The clocks stay. Raises NotYourTask, WrongState.
    """
    with transaction.atomic():
        task = _locked(task)
        if not may_hand_over(person, task, at=now):
            raise NotYourTask(_("这项任务不由您办理。请%(who)s转交。") % {"who": _whose(task)})
        _refuse_wrong_receiver(task, to, now)
        _move(task, "hand_over", owner=to)
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


def waive_task(*, task: Task, reason: str, person: Person, now: datetime) -> Task:
    """Excuse a task, with the reason, and return it. Raises NotAllowed, NoReason, WrongState."""
    require(person, WAIVE_TASK, at=now)
    reason = stated(reason)
    with transaction.atomic():
        task = _locked(task)
        _move(task, "waive", closed_at=now, closed_by=person, result=reason, next_look_at=None)
        sentence = _("免办“%(title)s”：%(reason)s") % {"title": task.title, "reason": reason}
        note(about=task, verb="incidents.waive_task", sentence=sentence, person=person, now=now)
    return task


def _locked(task: Task) -> Task:
    task = (
        Task.objects.select_for_update(of=("self",))
        .select_related("stream", "incident", "group")
        .get(pk=task.pk)
    )
    if task.incident.state == Incident.State.ARCHIVED:
        raise WrongState(_("%(number)s 已归档，任务不再改动。") % {"number": task.incident.number})
    return task


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
    if task.state == Task.State.ACCEPTED and task.owner_id != person.pk:
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


def _move(task: Task, event: str, **changes: Any) -> None:
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
