"""Whose screen it is, pale over every page of a restricted incident."""

from typing import Any

from django import template
from django.db.models import Model
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from guanlan.incidents.models import Incident

register = template.Library()

TILES = 60  # as many as fill a large screen


@register.simple_tag(takes_context=True)
def watermark(context: template.Context) -> SafeString | str:
    """Draw the person's name and the time if what the page is about belongs to a restricted incident.

    The page need not ask for it: an incident among what it shows, or a row of one, is enough.
    """
    shown: dict[str, Any] = context.flatten()  # type: ignore[assignment]
    if not any(_restricted(value) for value in shown.values()):
        return ""
    words = f"{shown['user'].name} {timezone.localtime(shown['now']):%Y-%m-%d %H:%M}"
    tiles = format_html_join("", "<span>{}</span>", ((words,) for _tile in range(TILES)))
    return format_html('<div class="stamp" aria-hidden="true">{}</div>', tiles)


def _restricted(value: Any) -> bool:
    incident = value if isinstance(value, Incident) else None
    if incident is None and isinstance(value, Model):
        incident = getattr(value, "incident", None)
    return isinstance(incident, Incident) and incident.restricted
