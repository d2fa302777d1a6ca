"""What the command decides about an event: activate the plan, or watch it for now."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.errors import BadInput
from guanlan.incidents.actions.trail import note, note_unheard
from guanlan.incidents.levels import confirm_level, known_level, stated
from guanlan.incidents.models import Decision
from guanlan.incidents.offering import admit, offer
from guanlan.incidents.opening import NOTHING_WEIGHED, Weighed, decide, lock, open_incident, version_for
from guanlan.incidents.permissions import DECIDE
from guanlan.incidents.wording import moment
from guanlan.people.models import Person
from guanlan.people.permissions import require
from guanlan.plan.queries import document
from guanlan.plan.wording import level_word
from guanlan.watch.models import Event


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
    weighed: Weighed = NOTHING_WEIGHED,
) -> Decision:
    """Activate the plan for an event at a level and return the decision, its incident within.

    `recorder` is who wrote it down, if `person` decided by word of mouth; `weighed` is what lay
    on the table.

    The incident is pinned to the plan version in force and its hash; every duty of the
    level (but the aftermath's) becomes a task of its group, whose person on duty or lead
    is told; the event's confirmed level follows. Raises NotAllowed, NoReason, NoPlan,
    UnknownLevel, AlreadyActive, EventClosed, offering.GroupMissing; then nothing is done.
    """
    require(person, DECIDE, at=now)
    reason = stated(reason)
    with transaction.atomic():
        event, stream = lock(event, person)
        version = version_for(event)
        plan = document(version)
        known_level(plan, level)
        incident = open_incident(event, stream, version, level, person, now=now, restricted=restricted)
        kind = Decision.Kind.ACTIVATE
        decision = decide(
            event, kind, reason, person, now=now, weighed=weighed, incident=incident, level=level
        )
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
    *,
    event: Event,
    reason: str,
    review_at: datetime,
    person: Person,
    now: datetime,
    weighed: Weighed = NOTHING_WEIGHED,
) -> Decision:
    """Record that the plan is not activated for now, and when to look again; return the decision.

    Raises NotAllowed, NoReason, ReviewBackwards, AlreadyActive, EventClosed.
    """
    require(person, DECIDE, at=now)
    reason = stated(reason)
    if review_at <= now:
        raise ReviewBackwards(_("复核时间要晚于现在（%(now)s），请改正后再定。") % {"now": moment(now, now)})
    with transaction.atomic():
        event, stream = lock(event, person)
        kind = Decision.Kind.OBSERVE
        decision = decide(event, kind, reason, person, now=now, weighed=weighed, review_at=review_at)
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
