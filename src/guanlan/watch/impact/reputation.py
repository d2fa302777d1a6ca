"""Reputation (声誉): who reports, of which tier; large accounts; hot lists that a person stated."""

from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

from django.utils.translation import gettext as _
from ruamel.yaml import YAML

from guanlan.engine.intervals import rate_dispersion, rate_ratio
from guanlan.engine.measures import LARGE_ACCOUNT
from guanlan.intake.authors import author_hash
from guanlan.intake.models import MediaType, Post, Source
from guanlan.watch.counting import Row
from guanlan.watch.impact.figures import YOUNG, Count, Measured, Tier
from guanlan.watch.impact.image import too_young
from guanlan.watch.impact.posts import Posts
from guanlan.watch.models import Event, FactStated

HOT_LISTS = ("national_hot_list", "regional_hot_list")
REPORTED = ("central_media", "national_media", "provincial_media")
OTHER = "other"


def outlets(event: Event, posts: Posts) -> Measured:
    """Count the media that report, whatever their stance: news, and listed outlets anywhere."""
    now, before = _reporting(posts.now), _reporting(posts.before)
    why = ""
    if not now and not _news_come_in(event):
        why = _("没有接入新闻来源，也没有媒体账号的帖文")
    elif now and not voices(now):
        why = _("新闻都没有署名，数不出是几家")
    return _a_day("outlets", posts, now, before, why)


def large_accounts(posts: Posts) -> Measured:
    """Count the accounts of many followers that write negatively."""
    now, before = (
        [row for row in rows if row.against and (row.followers or 0) >= LARGE_ACCOUNT]
        for rows in (posts.now, posts.before)
    )
    blind = posts.now and all(row.followers is None for row in posts.now)
    return _a_day("large_accounts", posts, now, before, _("帖文都没有带粉丝数") if blind else "")


def tiers(posts: Posts) -> tuple[Tier, ...]:
    """Sort the outlets that report by tier, the highest first; only tiers that have any."""
    reporting = voices(_reporting(posts.now))
    listed = _listed()
    found = []
    for tier in (*_outlets(), OTHER):
        rows = [row for row in reporting if listed.get(row.author, (OTHER, ""))[0] == tier]
        if rows:
            names = tuple(listed[row.author][1] for row in rows if row.author in listed)
            found.append(Tier(tier, tuple(rows), names))
    return tuple(found)


def stated(event: Event) -> tuple[FactStated, ...]:
    """Return the hot lists and reports that a person stated with the ground, the earliest first."""
    facts = event.facts.filter(fact__in=(*HOT_LISTS, *REPORTED)).select_related("person")
    return tuple(facts.order_by("at"))


def voices(rows: Iterable[Row]) -> list[Row]:
    """Return the first post of each author; who is unknown is left out."""
    first: dict[str, Row] = {}
    for row in rows:
        if row.author:
            first.setdefault(row.author, row)
    return list(first.values())


def _a_day(code: str, posts: Posts, now: Sequence[Row], before: Sequence[Row], blind: str) -> Measured:
    """Compare the authors of the last day with the daily number of the days with stored posts.

    `blind` says why nothing can be seen now; empty if it can.
    """
    heard, days, why = voices(now), posts.stored_days, blind
    usual = _daily(posts, before, days) if days >= YOUNG else None
    interval = None
    if usual is None:
        why = blind or too_young(days)
    elif not blind:
        dispersion = rate_dispersion(posts.by_day(usual, days))
        interval = rate_ratio(len(heard), 1, len(usual), days, dispersion)
        why = "" if interval else _("现在和平日都没有")
    return Measured(
        "reputation",
        code,
        None if blind else Count(len(heard), 1),
        None if usual is None else Count(len(usual), days),
        interval,
        why,
        rows=tuple(heard),
        before=tuple(usual or ()),
    )


def _daily(posts: Posts, rows: Sequence[Row], days: int) -> list[Row]:
    """Return the first post of each author on each day."""
    by_day: dict[int, list[Row]] = {}
    for row in rows:
        if (day := posts.day(row.at)) < days:
            by_day.setdefault(day, []).append(row)
    return [row for day in sorted(by_day) for row in voices(by_day[day])]


def _reporting(rows: Iterable[Row]) -> list[Row]:
    listed = _listed()
    return [row for row in rows if row.media == MediaType.NEWS or row.author in listed]


def _news_come_in(event: Event) -> bool:
    sources = Source.objects.filter(stream=event.stream, media_type=MediaType.NEWS, closed_at=None)
    return sources.exists() or Post.objects.filter(stream=event.stream, media_type=MediaType.NEWS).exists()


def _listed() -> dict[str, tuple[str, str]]:
    """Return (tier, name) by the hash that an outlet's name has as an author."""
    return {author_hash(name): (tier, name) for tier, names in _outlets().items() for name in names}


@cache
def _outlets() -> dict[str, list[str]]:
    text = (files("guanlan.watch.impact") / "outlets.yaml").read_text("utf-8")
    found: dict[str, list[str]] = YAML(typ="safe").load(text)
    return found
