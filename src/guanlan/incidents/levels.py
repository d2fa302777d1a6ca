"""Moving an event's confirmed level, and the reason that every such step needs."""

from datetime import datetime

from django.utils.translation import gettext as _

from guanlan.clocks.actions import touch
from guanlan.errors import BadInput
from guanlan.incidents.models import Incident, LevelChange
from guanlan.people.models import Person
from guanlan.plan.document import PlanDocument
from guanlan.watch.models import Event, Signal

_HELD = (
    "confirmed_level",
    "confirmed_at",
    "confirmed_by",
    "confirm_by",
    "state",
    "under_incident",
    "changed_seq",
)


class NoReason(BadInput):
    """A decision without its reason cannot be explained afterwards."""


class UnknownLevel(BadInput):
    """The plan in force has no such level."""


def stated(reason: str) -> str:
    """Return the reason without outer spaces. Raises NoReason when nothing is left."""
    if not reason.strip():
        raise NoReason(_("请写明理由，事后要能说清为什么这样定。"))
    return reason.strip()[:500]


def known_level(plan: PlanDocument, level: str) -> int:
    """Return the level's rank in the plan, 1 the gravest. Raises UnknownLevel."""
    ranks = {known.key: known.rank for known in plan.levels}
    if level not in ranks:
        raise UnknownLevel(
            _("现行预案里没有“%(level)s”这一级。可选的是：%(levels)s。")
            % {"level": level, "levels": "、".join(known.key for known in plan.by_rank)}
        )
    return ranks[level]


def confirm_level(incident: Incident, level: str, reason: str, person: Person, now: datetime) -> LevelChange:
    """Move the event's confirmed level, in the caller's transaction, and keep who moved it and why.

    From here on only the incident moves it; what waited for confirmation is settled.
    """
    event = incident.event
    change = LevelChange.objects.create(
        stream=incident.stream,
        incident=incident,
        previous_level=event.confirmed_level,
        level=level,
        reason=reason,
        person=person,
        at=now,
    )
    if event.confirmed_level != level or event.state != Event.State.CONFIRMED:
        event.confirmed_level, event.confirmed_at, event.confirmed_by = level, now, person
        event.state = Event.State.CONFIRMED
    event.confirm_by, event.under_incident = None, True
    event.changed_seq = touch(incident.stream)
    event.save(update_fields=_HELD)
    Signal.objects.filter(event=event, settled_at=None).update(settled_at=now)
    return change


def let_go(incident: Incident) -> None:
    """Give the event's level back to those who watch, in the caller's transaction."""
    event = incident.event
    event.under_incident, event.changed_seq = False, touch(incident.stream)
    event.save(update_fields=["under_incident", "changed_seq"])
