"""A moment as it is seen from the time of the page."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from guanlan.incidents.wording import hours_word, moment

register = template.Library()


@register.filter
def seen(at: datetime | None, now: datetime) -> SafeString | str:
    """Write a time of the page's own day as 14:05, another day's with its date; exact on hover."""
    if at is None:
        return _("未知")
    exact = timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S")
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), exact, moment(at, now))


@register.filter
def booked_hours(minutes: int) -> str:
    """Write booked minutes in hours."""
    return hours_word(minutes)
