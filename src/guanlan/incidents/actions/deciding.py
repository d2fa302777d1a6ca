"""What the command decides about an event: activate the plan, or watch it for now."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.clocks.models import Stream
from guanlan.errors import BadInput, Refused
from guanlan.incidents.actions.trail import note, note_unheard
from guanlan.incidents.levels import confirm_level, known_level, stated
from guanlan.incidents.models import Decision, Incident
from guanlan.incidents.offering import admit, offer
from guanlan.incidents.permissions import DECIDE
from guanlan.incidents.queries import is_inside
from guanlan.incidents.wording import moment
from guanlan.people.models import Person
from guanlan.people.permissions import require
from guanlan.plan.models import PlanVersion
from guanlan.plan.queries import document, in_force
from guanlan.plan.wording import level_word
from guanlan.watch.models import Event


class NoPlan(Refused):
    """No plan is in force for the event's unit."""


class AlreadyActive(Refused):
    """The event has an incident already."""


class EventClosed(Refused):
    """The event was dismissed or merged into another."""


class ReviewBackwards(BadInput):
    """Watching needs a moment ahead at which somebody looks again."""


def decide_activation(
    *,
    event: Event,
    level: str,
    reason: str,
    person: Person,
    now: datetime,
    restricted: bool = False,
    recorder: Person | None = None,
) -> Decision:
    """Activate the plan for an event at a level and return the decision, its incident within.

    `recorder` is who wrote it down, if `person` decided by word of mouth.

    The incident is pinned to the plan version in force and its hash; every duty of the
    level (but the aftermath's) becomes a task of its group, whose person on duty or lead
    is told; the event's confirmed level follows. Raises NotAllowed, NoReason, NoPlan,
    UnknownLevel, AlreadyActive, EventClosed, offering.GroupMissing; then nothing is done.
    """
    require(person, DECIDE, at=now)
    reason = stated(reason)
    with transaction.atomic():
        event, stream = _locked(event, person)
        version = _in_force(event)
        plan = document(version)
        known_level(plan, level)
        incident = _open(event, stream, version, level, person, now, restricted)
        decision = _decide(event, Decision.Kind.ACTIVATE, reason, person, now, incident=incident, level=level)
        confirm_level(incident, level, reason, person, now)
        admit(incident, person, now=now)
        duties = [pair for pair in plan.duties_at(level) if not pair[0].aftermath]
        tasks = offer(incident, duties, now=now)
        sentence = _("指令：启动%(level)s响应，派 %(count)d 项任务。%(reason)s")
        note(
            about=incident,
            verb="incidents.decide_activation",
            sentence=sentence % {"level": level_word(level), "count": len(tasks), "reason": reason},
            person=recorder or person,
            now=now,
            facts={
                "event": event.key,
                "decision": decision.key,
                "level": level,
                "plan": version.sha256,
                "tasks": len(tasks),
                **({"decided_by": person.key} if recorder else {}),
            },
        )
        note_unheard(incident=incident, tasks=tasks, now=now)
    return decision


def decide_observing(
    *, event: Event, reason: str, review_at: datetime, person: Person, now: datetime
) -> Decision:
    """Record that the plan is not activated for now, and when to look again; return the decision.

    Raises NotAllowed, NoReason, ReviewBackwards, AlreadyActive, EventClosed.
    """
    require(person, DECIDE, at=now)
    reason = stated(reason)
    if review_at <= now:
        raise ReviewBackwards(_("复核时间要晚于现在（%(now)s），请改正后再定。") % {"now": moment(now, now)})
    with transaction.atomic():
        event, stream = _locked(event, person)
        decision = _decide(event, Decision.Kind.OBSERVE, reason, person, now, review_at=review_at)
        touch(stream)
        record(
            actor=person.key,
            verb="incidents.decide_observing",
            kind="event",
            subject=event.key,
            stream=stream.pk,
            at=now,
            facts={"decision": decision.key, "review_at": review_at.isoformat()},
        )
    return decision


def _locked(event: Event, person: Person) -> tuple[Event, Stream]:
    """Lock the stream, then the event: one decision at a time, numbers without gaps."""
    stream = Stream.objects.select_for_update().get(pk=event.stream_id)
    event = Event.objects.select_for_update().get(pk=event.pk)
    if event.state in (Event.State.DISMISSED, Event.State.MERGED):
        raise EventClosed(
            _("这个事件现在是“%(state)s”，不再决定。请打开仍在进行的事件。")
            % {"state": event.get_state_display()}
        )
    active = event.incidents.filter(state=Incident.State.ACTIVE).select_related("opened_by").first()
    if active is not None and not is_inside(active, person):
        raise AlreadyActive(_("这个事件已由指挥部处理，不用再决定。您不在知悉范围，请联系指挥部。"))
    if active is not None:
        raise AlreadyActive(
            _("已经启动：%(person)s于 %(at)s 启动%(level)s响应（%(number)s）。要改等级，请打开应急事件。")
            % {
                "person": active.opened_by.name,
                "at": moment(active.opened_at, active.opened_at),
                "level": level_word(active.level),
                "number": active.number,
            }
        )
    return event, stream


def _in_force(event: Event) -> PlanVersion:
    version = in_force(event.watch.unit)
    if version is None:
        raise NoPlan(
            _("%(unit)s还没有现行预案，不能启动。请管理员先在“预案”里发布一份。")
            % {"unit": event.watch.unit.name}
        )
    return version


def _open(
    event: Event,
    stream: Stream,
    version: PlanVersion,
    level: str,
    person: Person,
    now: datetime,
    restricted: bool,
) -> Incident:
    return Incident.objects.create(
        stream=stream,
        unit=event.watch.unit,
        number=_next_number(stream, now),
        event=event,
        name=event.name,
        level=level,
        plan_version=version,
        plan_sha256=version.sha256,
        restricted=restricted,
        opened_at=now,
        opened_by=person,
        changed_seq=touch(stream),
    )


def _next_number(stream: Stream, now: datetime) -> str:
    # Nothing is ever deleted, and the stream is locked: counting leaves no gap and no twin.
    prefix = f"GL-{timezone.localtime(now).year}-"
    taken = Incident.objects.filter(stream=stream, number__startswith=prefix).count()
    return f"{prefix}{taken + 1:03d}"


def _decide(event: Event, kind: str, reason: str, person: Person, now: datetime, **given: Any) -> Decision:
    return Decision.objects.create(
        stream=event.stream, event=event, kind=kind, reason=reason, person=person, at=now, **given
    )
