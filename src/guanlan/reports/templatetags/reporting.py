"""What an event's and an incident's page may do about reports."""

from datetime import datetime
from typing import Any

from django import template

from guanlan.incidents.models import Incident
from guanlan.incidents.permissions import DECIDE
from guanlan.people.permissions import may
from guanlan.reports.cadence import next_turn
from guanlan.reports.outside import rows
from guanlan.reports.permissions import SUBMIT
from guanlan.reports.queries import active_incident, command_of
from guanlan.watch.models import Event

register = template.Library()


@register.simple_tag
def report_steps(event: Event, person: Any, now: datetime) -> dict[str, Any]:
    """Return `submit` (to how many, 0 without permission) and `decide` (whether the person may)."""
    incident = active_incident(event, person)
    ready = event.state == Event.State.CONFIRMED and may(person, SUBMIT, at=now)
    return {
        "submit": len(command_of(incident, at=now)) if ready else 0,
        "sent": event.reports.filter(kind="FLASH").count(),
        "decide": not event.under_incident
        and event.state in (Event.State.OPEN, Event.State.CONFIRMED)
        and may(person, DECIDE, at=now),
    }


@register.simple_tag
def follow_up_turn(incident: Incident, person: Any, now: datetime) -> dict[str, Any]:
    """Return the next follow-up's `turn`, whether this person may write it, and the clocks of `outside`."""
    active = incident.state == Incident.State.ACTIVE
    return {
        "turn": next_turn(incident),
        "may_submit": active and may(person, SUBMIT, at=now),
        "outside": [row for row in rows(incident, person, now=now) if row.due],
    }
