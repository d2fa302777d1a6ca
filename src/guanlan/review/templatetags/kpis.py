"""How figures of KPIs are written, and the short block on an incident's page."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from guanlan.incidents.models import Incident
from guanlan.incidents.wording import length
from guanlan.review.cases import Case, Figure
from guanlan.review.gathering import matter_of
from guanlan.review.screens import Row, brief

register = template.Library()

_MINUTE = 60


@register.filter
def spent(span: timedelta) -> str:
    """Write a length of time in its two largest units, below a minute in seconds."""
    seconds = int(span.total_seconds())
    return length(span) if seconds >= _MINUTE else _("%(seconds)d 秒") % {"seconds": seconds}


@register.filter
def figure(found: Figure | None) -> SafeString | str:
    """Write a figure; ≥ where an unfinished case may still pass it, the seconds on hover."""
    if found is None:
        return "—"
    mark = "≥ " if found.at_least else ""
    return format_html('<span title="{}">{}{}</span>', _exact(found.span), mark, spent(found.span))


@register.filter
def took(case: Case) -> SafeString:
    """Write how long a case took, or has taken at least."""
    mark = "≥ " if case.is_open else ""
    return format_html('<span title="{}">{}{}</span>', _exact(case.elapsed), mark, spent(case.elapsed))


@register.simple_tag
def incident_brief(incident: Incident, person: Any, now: datetime) -> list[Row]:
    """Return the few KPIs of an incident that stand on its page."""
    matter = matter_of(incident, person)
    return brief(matter, now) if matter else []


def _exact(span: timedelta) -> str:
    return _("%(seconds)s 秒") % {"seconds": f"{int(span.total_seconds()):,}"}
