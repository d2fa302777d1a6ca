"""Reading watches and events: the feed, the figures behind a level, the posts behind a figure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
from django.db.models import Case, Count, F, IntegerField, Prefetch, Q, QuerySet, Value, When

from guanlan.clocks.models import Stream
from guanlan.engine.posts import SCHEMA
from guanlan.engine.query import Watch as EngineWatch
from guanlan.engine.query import compile_watches
from guanlan.engine.severity import Grading, grade
from guanlan.engine.text import normalise
from guanlan.intake.models import Post
from guanlan.people.models import Person
from guanlan.plan.criteria import table
from guanlan.plan.document import PlanDocument
from guanlan.watch.models import Event, FactStated, Hit, Reading, Watch

State = Event.State

# How many stored posts the live count of a watch looks through.
COUNTED = 5_000


@dataclass(frozen=True)
class HourOfStances:
    """The posts of one hour by stance."""

    at: datetime
    negative: int
    neutral: int
    positive: int


def feed(person: Person, stream: Stream, *, stance: str = "", watch: str = "") -> QuerySet[Reading]:
    """Return what was read last, newest first, with the post and its hits; optionally narrowed."""
    found = Reading.visible_to(person).filter(stream=stream).select_related("post", "event")
    found = found.prefetch_related(Prefetch("post__hits", Hit.objects.select_related("watch").order_by("pk")))
    if stance:
        found = found.filter(stance=stance)
    if watch:
        found = found.filter(post__hits__watch__key=watch).distinct()
    return found.order_by("-published_at", "-pk")


def events(person: Person, stream: Stream, plan: PlanDocument | None) -> QuerySet[Event]:
    """Return the events that stand, gravest first, then the latest."""
    mine = Event.visible_to(person).filter(stream=stream).exclude(state=State.MERGED)
    return mine.select_related("watch").annotate(gravity=_gravity(plan)).order_by("gravity", "-last_at")


def waiting_events(person: Person, stream: Stream) -> QuerySet[Event]:
    """Return the events whose computed level nobody has confirmed yet."""
    levelled = Event.visible_to(person).filter(stream=stream).exclude(computed_level="")
    return levelled.filter(
        Q(state=State.OPEN) | ~Q(computed_level=F("confirmed_level")), confirm_by__isnull=False
    )


def posts_of(event: Event) -> QuerySet[Reading]:
    """Return the event's readings: most interactions first, with hits and number of copies."""
    found = event.readings.select_related("post").annotate(copied=Count("post__copies"))
    found = found.prefetch_related(Prefetch("post__hits", Hit.objects.select_related("watch").order_by("pk")))
    return found.order_by(F("post__likes").desc(nulls_last=True), "published_at")


def hours_of(event: Event, *, now: datetime, hours: int = 48) -> list[HourOfStances]:
    """Return the event's posts hour by hour up to the present hour, oldest first."""
    last = now.replace(minute=0, second=0, microsecond=0)
    first = last - timedelta(hours=hours - 1)
    counted: Counter[tuple[int, str]] = Counter()
    seen = event.readings.filter(published_at__gte=first).values_list("published_at", "stance")
    for at, stance in seen.iterator():
        counted[int((at - first).total_seconds() // 3600), stance] += 1
    return [
        HourOfStances(
            first + timedelta(hours=hour),
            counted[hour, "negative"],
            counted[hour, "neutral"],
            counted[hour, "positive"],
        )
        for hour in range(hours)
    ]


def recent(event: Event, *, now: datetime, hours: int = 2) -> tuple[int, int | None]:
    """Return (posts of the last hours, the negative ones' share per mille or None without posts)."""
    late = event.readings.filter(published_at__gt=now - timedelta(hours=hours), published_at__lte=now)
    counts = late.aggregate(all=Count("pk"), negative=Count("pk", filter=Q(stance="negative")))
    share = counts["negative"] * 1000 // counts["all"] if counts["all"] else None
    return counts["all"], share


def grading(event: Event, plan: PlanDocument) -> Grading:
    """Grade the event's measures as they stand, with a reason for every criterion."""
    stated = FactStated.objects.filter(event=event)
    facts = {fact.fact: (fact.post.external_id if fact.post else fact.key,) for fact in stated}
    measures: Mapping[str, int | None] = event.measures
    young = ("growth_7d",) if measures.get("growth_7d") is None else ()
    return grade(measures, facts, table(plan), young=young)


def count_matches(person: Person, stream: Stream, query: str) -> tuple[int, int, list[Post]]:
    """Return (matching, looked through, five examples) over the stream's latest posts.

    Raises engine.query.QueryError if the query cannot be read.
    """
    matcher = compile_watches([EngineWatch("count", query)])
    posts = list(Post.visible_to(person).filter(stream=stream).order_by("-published_at")[:COUNTED])
    batch = _batch(posts)
    places = sorted(
        {hit.post for hit in matcher.match(normalise(batch.column("title"), batch.column("text")), batch)}
    )
    return len(places), len(posts), [posts[place] for place in places[:5]]


def watches(person: Person, stream: Stream, *, now: datetime) -> QuerySet[Watch]:
    """Return the open watches, each with `today`, its hits in 24 hours."""
    recent_hits = Count(
        "hits__post", filter=Q(hits__post__published_at__gt=now - timedelta(days=1)), distinct=True
    )
    mine = Watch.visible_to(person).filter(stream=stream, closed_at=None)
    return mine.annotate(today=recent_hits).order_by("name")


def taken_names(stream: Stream, names: Sequence[str]) -> list[str]:
    """Return which of the names an open watch of the stream has already."""
    found = Watch.objects.filter(stream=stream, closed_at=None, name__in=names).order_by("pk")
    return list(found.values_list("name", flat=True))


def _gravity(plan: PlanDocument | None) -> Case:
    levels = plan.by_rank if plan else ()
    whens = [
        When(Q(confirmed_level=level.key) | Q(computed_level=level.key), then=Value(level.rank))
        for level in levels
    ]
    dismissed = When(state=State.DISMISSED, then=Value(100))
    return Case(dismissed, *whens, default=Value(99), output_field=IntegerField())


def _batch(posts: list[Post]) -> pa.RecordBatch:
    known: dict[str, list[Any]] = {
        "id": [post.external_id for post in posts],
        "author": [post.author_name for post in posts],
        "platform": [post.platform for post in posts],
        "published_at": [post.published_at for post in posts],
        **{
            name: [getattr(post, name) or None for post in posts]
            for name in ("title", "text", "media_type", "region")
        },
    }
    columns = [pa.array(known.get(field.name, [None] * len(posts)), field.type) for field in SCHEMA]
    return pa.record_batch(columns, schema=SCHEMA)
