"""The incident that stands on an event, for the event's own page."""

from datetime import datetime
from typing import Any

from django import template

from guanlan.incidents.models import EarlyWarning, Incident
from guanlan.incidents.permissions import CHANGE_LEVEL, WARN
from guanlan.incidents.starting import may_start
from guanlan.incidents.states import RESPONDING
from guanlan.people.permissions import may
from guanlan.plan.queries import document, in_force
from guanlan.watch.models import Event

register = template.Library()


@register.simple_tag
def standing_incident(event: Event, person: Any, now: datetime) -> dict[str, Any]:
    """Return the `incident` that is active on the event, if the person may see it, and `may_change`."""
    mine = Incident.visible_to(person).filter(event=event, state__in=RESPONDING)
    return {"incident": mine.first(), "may_change": may(person, CHANGE_LEVEL, at=now)}


@register.simple_tag
def may_start_first(event: Event, person: Any, now: datetime) -> bool:
    """Say whether the event has a level and the plan lets the person start first steps alone (先行启动)."""
    version = in_force(event.watch.unit) if event.confirmed_level or event.computed_level else None
    return version is not None and bool(may_start(person, document(version), at=now))


@register.simple_tag
def warning_on(event: Event, person: Any, now: datetime) -> dict[str, Any]:
    """Return the `warning` that stands on the event, and whether the person `may_warn`."""
    standing = EarlyWarning.visible_to(person).filter(event=event, closed_at=None).first()
    return {"warning": standing, "may_warn": standing is None and may(person, WARN, at=now)}


@register.simple_tag
def closed_incident(event: Event, person: Any) -> Incident | None:
    """Return the last incident on an event whose response has ended, if the person may see it."""
    states = (Incident.State.STOOD_DOWN, Incident.State.ARCHIVED)
    ended = Incident.visible_to(person).filter(event=event, state__in=states)
    return ended.order_by("-opened_at").first()
