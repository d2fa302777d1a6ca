"""The confirmed level of an incident moves, up or down, by a person."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.clocks.actions import touch
from guanlan.clocks.deadlines import counted, deadline
from guanlan.errors import Refused
from guanlan.incidents.actions.trail import note, note_unheard
from guanlan.incidents.ladder import first_look
from guanlan.incidents.levels import confirm_level, known_level, stated
from guanlan.incidents.models import Incident, LevelChange, Task
from guanlan.incidents.offering import Duties, admit, offer_further
from guanlan.incidents.permissions import CHANGE_LEVEL
from guanlan.incidents.recipients import first_to_hear
from guanlan.incidents.states import DOING, INCIDENT_MOVES
from guanlan.notify.actions import tell
from guanlan.people.models import Person
from guanlan.people.permissions import require
from guanlan.plan.queries import document
from guanlan.plan.wording import level_word


class SameLevel(Refused):
    """The incident is at that level already."""


class NotActive(Refused):
    """The incident has been stood down."""


def change_level(
    *,
    incident: Incident,
    level: str,
    reason: str,
    person: Person,
    now: datetime,
    recorder: Person | None = None,
) -> LevelChange:
    """Move the incident and its event to another level of the pinned plan; return the change.

    `recorder` is who wrote it down, if `person` decided by word of mouth.

    Upwards, the higher level's further duties become tasks and open tasks keep the
    earlier of their old and new clocks; downwards nothing is taken away. Raises
    NotAllowed, NoReason, UnknownLevel, SameLevel, NotActive.
    """
    require(person, CHANGE_LEVEL, at=now)
    reason = stated(reason)
    with transaction.atomic():
        incident = _locked(incident)
        plan = document(incident.plan_version)
        rank, previous = known_level(plan, level), known_level(plan, incident.level)
        if rank == previous:
            raise SameLevel(_("现在就是%(level)s，没有改动。") % {"level": level_word(level)})
        change = confirm_level(incident, level, reason, person, now)
        incident.level, incident.changed_seq = level, touch(incident.stream)
        incident.save(update_fields=["level", "changed_seq"])
        duties = [pair for pair in plan.duties_at(level) if not pair[0].aftermath]
        higher = rank < previous
        offered = offer_further(incident, duties, now=now) if higher else []
        tightened = _tighten(incident, duties, offered, now) if higher else 0
        _note(incident, change, recorder or person, now, higher, len(offered), tightened)
        note_unheard(incident=incident, tasks=offered, now=now)
        _tell_groups(incident, change, now)
    return change


def _locked(incident: Incident) -> Incident:
    rows = Incident.objects.select_for_update(of=("self",)).select_related("stream", "event", "plan_version")
    incident = rows.get(pk=incident.pk)
    if incident.state == Incident.State.PROVISIONAL:
        raise NotActive(_("%(number)s 还是先行启动，请在追认时一并定级。") % {"number": incident.number})
    if (incident.state, "change_level") not in INCIDENT_MOVES:
        raise NotActive(
            _("%(number)s 现在是“%(state)s”，等级不再调整。事态再起，请从事件页重新启动。")
            % {"number": incident.number, "state": incident.get_state_display()}
        )
    return incident


def _tighten(incident: Incident, duties: Duties, offered: Sequence[Task], now: datetime) -> int:
    """Bring the clocks of tasks that were open before forward; return how many moved."""
    times = {duty.key: written for duty, written in duties}
    # What was submitted is done: its clock stands.
    waiting = Task.objects.filter(incident=incident, state__in=(Task.State.OFFERED, *DOING), duty__in=times)
    moved = 0
    for task in waiting.exclude(pk__in=[task.pk for task in offered]):
        written = times[task.duty]
        due_at = min(task.due_at, deadline(now, written.due_minutes, written.calendar))
        accept_by = min(task.accept_by, deadline(now, written.accept_minutes, written.calendar), due_at)
        if (accept_by, due_at) == (task.accept_by, task.due_at):
            continue
        if due_at < task.due_at:
            task.counted = counted(now, due_at, written.calendar)
        task.accept_by, task.due_at, task.changed_seq = accept_by, due_at, touch(incident.stream)
        if task.told_step == 0:
            offered_still = task.state == Task.State.OFFERED
            task.next_look_at = accept_by if offered_still else first_look(now, due_at)
        task.save(update_fields=["accept_by", "due_at", "counted", "next_look_at", "changed_seq"])
        moved += 1
    return moved


def _note(
    incident: Incident,
    change: LevelChange,
    person: Person,
    now: datetime,
    higher: bool,
    offered: int,
    tightened: int,
) -> None:
    sentence = (_("升为%(level)s：%(reason)s") if higher else _("降为%(level)s：%(reason)s")) % {
        "level": level_word(change.level),
        "reason": change.reason,
    }
    if offered:
        sentence += _("；增派 %(count)d 项任务") % {"count": offered}
    if tightened:
        sentence += _("；%(count)d 项任务时限提前") % {"count": tightened}
    note(
        about=incident,
        verb="incidents.change_level",
        sentence=sentence,
        person=person,
        now=now,
        facts={
            "from": change.previous_level,
            "to": change.level,
            "offered": offered,
            **({} if person == change.person else {"decided_by": change.person.key}),
        },
    )


def _tell_groups(incident: Incident, change: LevelChange, now: datetime) -> None:
    groups = {task.group for task in Task.objects.filter(incident=incident).select_related("group")}
    title = _("%(name)s已改为%(level)s") % {"name": incident.name, "level": level_word(change.level)}
    for group in sorted(groups, key=lambda group: group.pk):
        for hearer in first_to_hear(group, at=now):
            admit(incident, hearer, now=now)
            tell(
                stream=incident.stream,
                person=hearer,
                title=title,
                body=change.reason,
                link=reverse("incident", args=[incident.key]),
                cause=f"level:{change.key}",
                now=now,
            )
