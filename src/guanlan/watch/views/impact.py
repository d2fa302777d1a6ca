"""The impact of an event on screen, and the posts or days behind each of its figures."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from guanlan.clocks.live import live
from guanlan.intake.models import Post
from guanlan.intake.permissions import GIVE_VOLUMES
from guanlan.people.permissions import may
from guanlan.people.requests import PersonRequest
from guanlan.watch.counting import Row
from guanlan.watch.impact.figures import Impact, Measured, Part
from guanlan.watch.impact.measuring import impact
from guanlan.watch.impact.reputation import HOT_LISTS
from guanlan.watch.impact.wording import (
    fact_name,
    figure_name,
    headline,
    lines,
    part_name,
    percent,
    tier_name,
)
from guanlan.watch.models import Event

PARTS: tuple[Part, ...] = ("image", "reputation", "business")


@login_required
@live
def impact_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show the impact: the part of the event's page that takes a moment, or a page of its own."""
    event = _event(request, key)
    template = "watch/_impact.html" if request.htmx else "watch/impact.html"
    return render(request, template, _content(request, event))


@login_required
def impact_posts(request: PersonRequest, key: str, code: str) -> HttpResponse:
    """Show exactly the posts, or the days, that one figure was counted from."""
    event = _event(request, key)
    found = impact(event, now=request.now)
    one = next((measured for measured in found.measured if measured.code == code), None)
    if one is None:
        raise Http404
    content: dict[str, Any] = {"event": event, "impact": found, "name": figure_name(code), "code": code}
    if one.part == "business":
        return render(request, "watch/impact_days.html", content | {"days": _days(one)})
    title, rows = _rows(found, one, request)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    shown = Post.visible_to(request.user).in_bulk([row.pk for row in page])
    posts = [shown[row.pk] for row in page if row.pk in shown]
    return render(
        request, "watch/impact_posts.html", content | {"title": title, "page": page, "posts": posts}
    )


def _event(request: PersonRequest, key: str) -> Event:
    return get_object_or_404(Event.visible_to(request.user).select_related("watch__unit", "stream"), key=key)


def _content(request: PersonRequest, event: Event) -> dict[str, Any]:
    found = impact(event, now=request.now)
    told = lines(found)
    return {
        "event": event,
        "impact": found,
        "headline": headline(found),
        "parts": [
            (part_name(part), part, [line for line in told if line.measured.part == part]) for part in PARTS
        ],
        "words": [
            (one.word, percent(one.now.count, one.now.of), percent(one.usual.count, one.usual.of))
            for one in found.words
        ],
        "tiers": [(tier_name(tier.code), tier) for tier in found.tiers],
        "hot": [(fact_name(fact.fact), fact) for fact in found.stated if fact.fact in HOT_LISTS],
        "reported": [(fact_name(fact.fact), fact) for fact in found.stated if fact.fact not in HOT_LISTS],
        "may_give": may(request.user, GIVE_VOLUMES, at=request.now),
    }


def _rows(found: Impact, one: Measured, request: PersonRequest) -> tuple[str, Sequence[Row]]:
    """Return what the list counts, in words, and its posts."""
    word = request.GET.get("word", "")
    if word:
        rows = next((one.rows for one in found.words if one.word == word), ())
        return _("近 24 小时说到“%(word)s”的负面帖文") % {"word": word}, rows
    name = figure_name(one.code)
    kinds = {
        "beside": (_("%(name)s的分母：近 24 小时他人帖文"), one.beside),
        "before": (_("%(name)s：事前 28 天"), one.before),
        "before-beside": (_("%(name)s的分母：事前 28 天他人帖文"), one.before_beside),
    }
    words, rows = kinds.get(request.GET.get("of", ""), (_("%(name)s：近 24 小时"), one.rows))
    return words % {"name": name}, rows


def _days(one: Measured) -> list[tuple[bool, Any, int]]:
    """Return (whether it is the day that counts now, the row, its figure), the latest first."""
    rows = [(True, day) for day in one.days] + [(False, day) for day in reversed(one.days_before)]
    return [(now, day, getattr(day, one.code)) for now, day in rows]
