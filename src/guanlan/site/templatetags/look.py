"""How levels, clocks, numbers and refusals are written on every page."""

import re
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from guanlan.incidents.wording import length
from guanlan.plan.wording import level_word

register = template.Library()
register.filter("span", length)

_RANKS = {"I": 1, "II": 2, "III": 3, "IV": 4}


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon from the sprite; it always stands beside a word."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("vendor/icons.svg"),
        name,
    )


@register.filter
def numeral(level: str) -> str:
    """Write a level as people say it: II as Ⅱ级, none as 不入级."""
    return level_word(level) if level else _("不入级")


@register.filter
def rank(level: str) -> int:
    """Return 1 to 4 for the colour of a level, 0 for none."""
    return _RANKS.get(level, 0)


@register.simple_tag
def level_chip(level: str, *, proposed: bool = False, small: bool = False) -> SafeString:
    """Draw a level: filled when confirmed, outlined when the system proposes it."""
    kinds = ["lvl", f"lv-{rank(level)}" if level else "none"]
    kinds += ["prop"] * proposed + ["sm"] * small
    return format_html('<span class="{}">{}</span>', " ".join(kinds), numeral(level))


@register.filter
def stamp(at: datetime | None, now: datetime | None = None) -> SafeString | str:
    """Write a time with its date, as a <time> element; given `now`, one of the same day as 14:05 only."""
    if at is None:
        return _("未知")
    local = timezone.localtime(at)
    if now is not None and timezone.localtime(now).date() == local.date():
        return clock(at)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(),
        local.strftime("%Y-%m-%d %H:%M:%S"),
        _("%(month)d月%(day)d日 %(clock)s")
        % {"month": local.month, "day": local.day, "clock": local.strftime("%H:%M")},
    )


@register.filter
def clock(at: datetime | None) -> SafeString | str:
    """Write the time of day only: 14:05."""
    if at is None:
        return _("未知")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(),
        timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S"),
        timezone.localtime(at).strftime("%H:%M"),
    )


@register.filter
def left(deadline: datetime, now: datetime) -> SafeString:
    """Write what is left until a deadline: bold at 15 minutes or less, inverted when late."""
    remaining = deadline - now
    if abs(remaining) < timedelta(minutes=1):
        words, late = (_("刚超时"), "late") if remaining < timedelta(0) else (_("剩不到 1 分"), "b")
        return format_html('<span class="{}">{}</span>', late, words)
    if remaining < timedelta(0):
        return format_html('<span class="late">{}</span>', _("超 %(span)s") % {"span": length(-remaining)})
    if remaining <= timedelta(minutes=15):
        return format_html("<b>{}</b>", _("剩 %(span)s") % {"span": length(remaining)})
    return format_html("{}", _("剩 %(span)s") % {"span": length(remaining)})


@register.filter
def number(value: Any) -> str:
    """Write a count with thousands separators; None is unknown, never zero."""
    return _("未知") if value is None else f"{value:,}"


@register.filter
def percent(permille: int | None) -> str:
    """Write a share given in thousandths as a whole percentage."""
    return _("未知") if permille is None else f"{(permille + 5) // 10}%"


@register.filter
def clauses(sentence: str) -> SafeString:
    """Break a sentence only after a clause, each clause a line of its own on narrow screens."""
    parts = [part for part in re.split(r"(?<=[，：。；])", sentence) if part]  # zh-data: punctuation
    return format_html_join("", '<span class="cl">{}</span>', ((part,) for part in parts))
