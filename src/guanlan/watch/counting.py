"""Counts an event anew from its stored posts, each count with the very posts that it counts.

The engine's measures say no more than a number. This is the slow form of the same rules
(`engine.measures`), at a moment of one's own, for whoever must show what was counted.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from guanlan.engine.hours import BASELINE, YOUNG
from guanlan.engine.measures import HARM, LARGE_ACCOUNT
from guanlan.intake.authors import author_hash
from guanlan.intake.models import MediaType
from guanlan.watch.models import Event, Hit, JournalEntry, Reading, Watch

HOUR = timedelta(hours=1)
BEFORE = BASELINE * HOUR

_COLUMNS = {
    "pk": "post_id",
    "key": "post__key",
    "at": "published_at",
    "harms": "harms",
    "copy_of": "copy_of_id",
    "stance": "stance_now",
    "corrected": "corrected_stance",
    "platform": "post__platform",
    "media": "post__media_type",
    "author": "post__author_hash",
    "followers": "post__author_followers",
    "parent": "post__parent_id_outside",
    "likes": "post__likes",
    "comments": "post__comments",
    "reposts": "post__reposts",
    "favourites": "post__favourites",
    "views": "post__views",
    "original_author": "copy_of__author_hash",
    "original_stance": "copy_of__reading__stance_now",
}


@dataclass(frozen=True, slots=True)
class Row:
    """What is counted of one post. `against`: negative, by somebody else, no copy of one's own words.

    `harms` are the flags of harm that it sets in words of its own.
    """

    pk: int
    key: str
    at: datetime
    stance: str
    platform: str
    media: str
    author: str
    followers: int | None
    reply: bool
    likes: int | None
    reposts: int | None
    views: int | None
    interactions: int | None
    other: bool
    against: bool
    harms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Counted:
    """A value and the posts it was read from; None is unknown. `beside` is what it was compared with."""

    value: int | None
    rows: tuple[Row, ...] = ()
    beside: tuple[Row, ...] = ()


def rows_of(event: Event) -> list[Row]:
    """Return the event's posts, the earliest first."""
    return _rows(event.readings.all(), event.watch)


def under(watch: Watch) -> QuerySet[Reading]:
    """Return the readings of posts under the watch: they met it or stand in its events, and are ours."""
    met = Q(post__in=Hit.objects.filter(watch=watch).values("post"))
    return Reading.objects.filter(Q(event__watch=watch) | met, stream=watch.stream, not_ours=False)


def rows_under(watch: Watch, since: datetime, until: datetime) -> list[Row]:
    """Return the posts under a watch from `since` until before `until`, the earliest first."""
    return _rows(under(watch).filter(published_at__gte=since, published_at__lt=until), watch)


def counted(event: Event, rows: list[Row], *, now: datetime) -> Mapping[str, Counted]:
    """Return every measure of the plan's criteria at `now`."""
    others = [row for row in rows if row.other]
    against = [row for row in rows if row.against]
    complaints = [row for row in others if row.media == MediaType.COMPLAINT]
    films = [row for row in against if row.media == MediaType.VIDEO]
    still = [row for row in against if row.media != MediaType.VIDEO]
    share = 1000 * len(against) // len(others) if others else None
    return {
        "posts": _all(rows),
        "complaints_72h": _all(_within(complaints, now, 72)),
        "complaints_24h": _all(_within(complaints, now, 24)),
        "negative_24h": _all(_within(against, now, 24)),
        "negative_comments": _all([row for row in against if row.reply]),
        "negative_permille": Counted(share, tuple(against), tuple(others)),
        "outlets": _voices(row for row in against if row.media == MediaType.NEWS),
        "large_accounts": _voices(row for row in against if (row.followers or 0) >= LARGE_ACCOUNT),
        "top_interactions": _top(against, lambda row: row.interactions),
        "top_reposts": _top(against, lambda row: row.reposts),
        "top_views": _top(still, lambda row: row.views),
        "top_plays": _top(films, lambda row: row.views),
        "top_video_likes": _top(films, lambda row: row.likes),
        "growth_7d": _growth(event, now),
        **{name: _tellers(others, flags) for name, flags in HARM.items()},
    }


def _all(rows: list[Row]) -> Counted:
    return Counted(len(rows), tuple(rows))


def _within(rows: list[Row], now: datetime, hours: int) -> list[Row]:
    return [row for row in rows if now - hours * HOUR < row.at <= now]


def _voices(rows: Iterable[Row]) -> Counted:
    """Count authors, each by its earliest post; who is unknown is not counted."""
    first: dict[str, Row] = {}
    for row in rows:
        if row.author:
            first.setdefault(row.author, row)
    return _all(list(first.values()))


def _tellers(rows: list[Row], flags: Iterable[str]) -> Counted:
    """Count who sets one of the flags, each by the earliest post; all the unknown ones are one."""
    first: dict[str, Row] = {}
    for row in rows:
        if row.harms.intersection(flags):
            first.setdefault(row.author, row)
    return _all(list(first.values()))


def _top(rows: list[Row], of: Callable[[Row], int | None]) -> Counted:
    best = max((row for row in rows if of(row) is not None), key=lambda row: of(row) or 0, default=None)
    return Counted(None) if best is None else Counted(of(best), (best,))


def _growth(event: Event, now: datetime) -> Counted:
    """Compare the watch's last 24 hours, whole hours, with the daily mean of the 7 days before."""
    if event.measures.get("growth_7d") is None:
        return Counted(None)  # the engine holds its baseline too young
    last = now.replace(minute=0, second=0, microsecond=0) + HOUR
    start = last - 24 * HOUR
    readings = under(event.watch).filter(published_at__lt=last)
    first = readings.order_by("published_at").values_list("published_at", flat=True).first()
    rows = [
        row for row in _rows(readings.filter(published_at__gte=start - BEFORE), event.watch) if row.against
    ]
    day = tuple(row for row in rows if row.at >= start)
    before = tuple(row for row in rows if row.at < start)
    noted = {hour: negative for hour, _posts, negative in noted_hours(event.watch)}
    begun = min([first.replace(minute=0, second=0, microsecond=0) if first else last, *noted])
    hours = min(BASELINE, (start - begun) // HOUR)
    if hours + 24 < YOUNG:
        return Counted(None)
    unseen = sum(count for hour, count in noted.items() if start - hours * HOUR <= hour < start)
    base = max(24 * (len(before) + unseen), hours)
    now_negative = len(day) + sum(count for hour, count in noted.items() if hour >= start)
    return Counted((now_negative * hours - base) * 100 // base, day, before)


def noted_hours(watch: Watch) -> Iterator[tuple[datetime, int, int]]:
    """Yield the hours before Guanlan watched, each with posts and negative ones, as a person noted them."""
    notes = JournalEntry.objects.filter(
        stream=watch.stream,
        kind=JournalEntry.Kind.CHANGE,
        change__kind="background",
        change__watch=watch.name,
        applied_at__isnull=False,
    )
    for note in notes.order_by("number"):
        first = datetime.fromisoformat(note.change["first_hour"]).replace(minute=0, second=0, microsecond=0)
        counts = zip(note.change["posts"], note.change["negative"], strict=True)
        for place, (posts, negative) in enumerate(counts):
            yield first + place * HOUR, posts, negative


def _rows(readings, watch: Watch) -> list[Row]:  # type: ignore[no-untyped-def]
    ours = {author_hash(name) for name in watch.own_accounts}
    found = readings.order_by("published_at", "post_id").distinct().values_list(*_COLUMNS.values())
    return [_row(dict(zip(_COLUMNS, values, strict=True)), ours) for values in found.iterator()]


def _row(found: dict, ours: set[str]) -> Row:  # type: ignore[type-arg]
    author = found["author"]
    other = author not in ours and not (author and author == found["original_author"])
    # A copy is as negative as what it copies, unless a person judged it.
    negative = (found["corrected"] or found["original_stance"] or found["stance"]) == "negative"
    touches = [found[name] for name in ("likes", "comments", "reposts", "favourites")]
    known = [count for count in touches if count is not None]
    kept = {name: found[name] for name in ("pk", "key", "at", "stance", "platform", "media", "author")}
    kept |= {name: found[name] for name in ("followers", "likes", "reposts", "views")}
    return Row(
        **kept,
        reply=bool(found["parent"]),
        interactions=sum(known) if known else None,
        other=other,
        against=other and negative,
        harms=frozenset() if found["copy_of"] else frozenset(sign["flag"] for sign in found["harms"]),
    )
