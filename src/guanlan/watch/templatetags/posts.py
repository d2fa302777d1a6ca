"""How a post, its stance and the reason of its hit are written."""

from collections.abc import Iterable

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from guanlan.intake.models import Post
from guanlan.intake.reading.links import platform_called
from guanlan.watch.categories import CATEGORY_NAMES, EMOTION_NAMES, STANCE_NAMES
from guanlan.watch.models import Hit

register = template.Library()

LONGEST = 120


@register.filter
def marked(post: Post, hits: Iterable[Hit]) -> SafeString:
    """Write the beginning of a post with the terms that hit standing out."""
    field = "title" if post.title else "text"
    words = (post.title or post.text)[:LONGEST]
    spans = sorted({(hit.position, hit.position + len(hit.term)) for hit in hits if hit.field == field})
    parts, end = [], 0
    for start, stop in spans:
        if end <= start and stop <= len(words):
            parts += [escape(words[end:start]), format_html("<mark>{}</mark>", words[start:stop])]
            end = stop
    return mark_safe("".join([*parts, escape(words[end:])]))


@register.filter
def platform_name(key: str | None) -> str:
    """Write a platform as people call it; a name that is no key of ours stays as it is."""
    return platform_called(key) if key and key != "unknown" else _("未知")


@register.simple_tag
def stance(name: str) -> SafeString:
    """Write a stance as a word; the negative one stands out by weight, not colour."""
    return format_html("<b>{}</b>" if name == "negative" else "{}", stance_name(name))


@register.filter
def stance_name(name: str) -> str:
    """Write a stance as a plain word."""
    return str(STANCE_NAMES.get(name, _("未知")))


@register.filter
def emotion_name(code: str) -> str:
    """Write an emotion's name."""
    return str(EMOTION_NAMES[code])


@register.filter
def category_name(code: str) -> str:
    """Write what a post complains of."""
    return str(CATEGORY_NAMES.get(code, _("未分类")))


@register.filter
def why(hits: Iterable[Hit]) -> str:
    """Say which terms hit and where: “退款”第 1 字."""
    told = [
        _("“%(term)s”第 %(place)d 字") % {"term": hit.term, "place": hit.position + 1}
        for hit in list(hits)[:4]
    ]
    return "，".join(told) or _("随首帖归入")


@register.filter
def watch_names(hits: Iterable[Hit]) -> list[str]:
    """Return the names of the watches that hit, each once."""
    return list(dict.fromkeys(hit.watch.name for hit in hits))
