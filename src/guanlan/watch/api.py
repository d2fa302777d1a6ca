"""An event and its impact, for other programs."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Router, Schema

from guanlan.api.tokens import EVENTS_READ, require_scope
from guanlan.watch.impact.figures import Count, Impact, Measured
from guanlan.watch.impact.measuring import impact
from guanlan.watch.impact.wording import change_words
from guanlan.watch.models import Event

router = Router(tags=["events"])


class CountGiven(Schema):
    """So many of so many posts, or on so many days."""

    count: int
    of: int


class FigureGiven(Schema):
    """A share of posts (part image) or a number a day, now and usually; null is unknown.

    `difference` is in share points for image, else the ratio to the usual; `low` and `high`
    hold at 95 %. `page` lists the posts or days counted.
    """

    part: str
    code: str
    now: CountGiven | None
    usual: CountGiven | None
    difference: float | None
    low: float | None
    high: float | None
    verdict: str
    words: str
    page: str


class WordGiven(Schema):
    """A word that more of the negative posts hold than usual."""

    word: str
    now: CountGiven
    usual: CountGiven


class StatedGiven(Schema):
    """A hot list or report that a person stated."""

    fact: str
    ground: str
    at: datetime


class ImpactGiven(Schema):
    """What the event did to image, reputation and business in the day up to `until`."""

    begin: datetime
    until: datetime
    figures: list[FigureGiven]
    words: list[WordGiven]
    words_unknown: str
    tiers: dict[str, int]
    stated: list[StatedGiven]
    silent_sources: list[str]


class EventGiven(Schema):
    """An event as it stands; an empty level is below the plan's levels."""

    key: str
    name: str
    watch: str
    state: str
    first_at: datetime
    last_at: datetime
    posts: int
    negative_permille: int | None
    computed_level: str
    confirmed_level: str
    impact: ImpactGiven


@router.get("/events/{key}", response=EventGiven)
def read_event(request: HttpRequest, key: str) -> dict[str, Any]:
    """Return an event with its impact."""
    token = request.auth  # type: ignore[attr-defined]
    require_scope(token, EVENTS_READ)
    found = Event.visible_to(token.person).filter(stream=request.stream)  # type: ignore[attr-defined]
    event = get_object_or_404(found.select_related("watch__unit", "stream"), key=key)
    names = (
        "key",
        "name",
        "state",
        "first_at",
        "last_at",
        "posts",
        "negative_permille",
        "computed_level",
        "confirmed_level",
    )
    now = request.now  # type: ignore[attr-defined]
    told = {name: getattr(event, name) for name in names}
    return told | {"watch": event.watch.name, "impact": _impact(event, impact(event, now=now))}


def _impact(event: Event, found: Impact) -> dict[str, Any]:
    return {
        "begin": found.begin,
        "until": found.until,
        "figures": [_figure(event, one) for one in found.measured],
        "words": [
            {"word": one.word, "now": _count(one.now), "usual": _count(one.usual)} for one in found.words
        ],
        "words_unknown": found.words_unknown,
        "tiers": {tier.code: len(tier.rows) for tier in found.tiers},
        "stated": [{"fact": one.fact, "ground": one.ground, "at": one.at} for one in found.stated],
        "silent_sources": list(found.missing),
    }


def _figure(event: Event, one: Measured) -> dict[str, Any]:
    value, low, high = one.interval or (None, None, None)
    return {
        "part": one.part,
        "code": one.code,
        "now": _count(one.now),
        "usual": _count(one.usual),
        "difference": value,
        "low": low,
        # The day can still grow: nothing bounds it from above.
        "high": None if one.is_partial else high,
        "verdict": one.verdict,
        "words": change_words(one),
        "page": reverse("event-impact-posts", args=[event.key, one.code]),
    }


def _count(one: Count | None) -> dict[str, int] | None:
    return {"count": one.count, "of": one.of} if one else None
