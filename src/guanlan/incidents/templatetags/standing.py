"""The incident that stands on an event, for the event's own page."""

from datetime import datetime
from typing import Any

from django import template

from guanlan.incidents.models import Incident
from guanlan.incidents.permissions import CHANGE_LEVEL
from guanlan.people.permissions import may
from guanlan.watch.models import Event

register = template.Library()


@register.simple_tag
def standing_incident(event: Event, person: Any, now: datetime) -> dict[str, Any]:
    """Return the `incident` that is active on the event, if the person may see it, and `may_change`."""
    mine = Incident.visible_to(person).filter(event=event, state=Incident.State.ACTIVE)
    return {"incident": mine.first(), "may_change": may(person, CHANGE_LEVEL, at=now)}


@register.simple_tag
def closed_incident(event: Event, person: Any) -> Incident | None:
    """Return the last incident on an event whose response has ended, if the person may see it."""
    ended = Incident.visible_to(person).filter(event=event).exclude(state=Incident.State.ACTIVE)
    return ended.order_by("-opened_at").first()
