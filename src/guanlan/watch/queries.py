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
from guanlan.watch.models import Correction, Event, FactStated, Hit, Reading, Watch

State = Event.State

# How many stored posts the live count of a watch looks through.
COUNTED = 5_000

# What may stand in place of a level when events are chosen.
BELOW, DISMISSED = "below", "dismissed"


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
        found = found.filter(stance_now=stance)
    if watch:
        found = found.filter(post__in=Hit.objects.filter(watch__key=watch).values("post"))
    return found.order_by("-published_at", "-pk")


def events(
    person: Person, stream: int, plan: PlanDocument | None, *, level: str = "", watch: str = ""
) -> QuerySet[Event]:
    """Return the events that reached a level: those waiting for a person first, the gravest before.

    `level` narrows it to one level, or asks for those below the levels (BELOW) or called
    false alarms (DISMISSED) instead; `watch` is a watch's key.
    """
    mine = Event.visible_to(person).filter(stream_id=stream).exclude(state=State.MERGED)
    mine = mine.filter(watch__key=watch) if watch else mine
    below = Q(computed_level="", confirmed_level="")
    if level == DISMISSED:
        found = mine.filter(state=State.DISMISSED)
    elif level == BELOW:
        found = mine.filter(below).exclude(state=State.DISMISSED)
    else:
        found = mine.exclude(below).exclude(state=State.DISMISSED)
    if level not in ("", BELOW, DISMISSED):
        found = found.filter(Q(confirmed_level=level) | Q(confirmed_level="", computed_level=level))
    waits = Case(When(confirm_by__isnull=False, then=Value(0)), default=Value(1))
    ranked = found.select_related("watch").annotate(gravity=_gravity(plan), waits=waits)
    return ranked.order_by("waits", "gravity", F("confirm_by").asc(nulls_last=True), "-last_at")


def waiting_events(person: Person, stream: int) -> QuerySet[Event]:
    """Return the events whose computed level nobody has confirmed yet, the most urgent first."""
    levelled = Event.visible_to(person).filter(stream_id=stream).exclude(computed_level="")
    unsettled = Q(state=State.OPEN) | ~Q(computed_level=F("confirmed_level"))
    return levelled.filter(unsettled, confirm_by__isnull=False).order_by("confirm_by")


def posts_of(event: Event) -> QuerySet[Reading]:
    """Return the event's readings: most interactions first, with hits and number of copies."""
    found = event.readings.select_related("post", "event").annotate(copied=Count("post__copies"))
    found = found.prefetch_related(
        Prefetch("post__hits", Hit.objects.select_related("watch").order_by("pk")),
        Prefetch("post__corrections", Correction.objects.select_related("person")),
    )
    return found.order_by(F("post__likes").desc(nulls_last=True), "published_at")


def last_hour(person: Person, stream: int, *, now: datetime) -> tuple[int, int]:
    """Return how many posts of the last hour were read, and how many of them are negative."""
    read = Reading.visible_to(person).filter(stream_id=stream, published_at__lte=now)
    counts = read.filter(published_at__gt=now - timedelta(hours=1)).aggregate(
        all=Count("pk"), negative=Count("pk", filter=Q(stance_now="negative"))
    )
    return counts["all"], counts["negative"]


def hours_of(event: Event, *, now: datetime, hours: int = 48) -> list[HourOfStances]:
    """Return the event's posts hour by hour up to the hour of `now`, oldest first."""
    last = now.replace(minute=0, second=0, microsecond=0)
    first = last - timedelta(hours=hours - 1)
    counted: Counter[tuple[int, str]] = Counter()
    span = (first, last + timedelta(hours=1))
    seen = event.readings.filter(published_at__gte=span[0], published_at__lt=span[1]).values_list(
        "published_at", "stance_now"
    )
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
    counts = late.aggregate(all=Count("pk"), negative=Count("pk", filter=Q(stance_now="negative")))
    share = counts["negative"] * 1000 // counts["all"] if counts["all"] else None
    return counts["all"], share


def grading(event: Event, plan: PlanDocument, measures: Mapping[str, int | None] | None = None) -> Grading:
    """Grade the event's measures as they stand, or `measures`, with a reason for every criterion."""
    stated = FactStated.objects.filter(event=event)
    facts = {fact.fact: (fact.post.external_id if fact.post else fact.key,) for fact in stated}
    measures = event.measures if measures is None else measures
    young = ("growth_7d",) if measures.get("growth_7d") is None else ()
    return grade(measures, facts, table(plan), young=young)


def count_matches(person: Person, stream: Stream, query: str) -> tuple[int, int, list[Post]]:
    """Return (matching, looked through, five examples) over the posts that the stream read last.

    Raises engine.query.QueryError if the query cannot be read.
    """
    matcher = compile_watches([EngineWatch("count", query)])
    read = Post.visible_to(person).filter(reading__stream=stream)
    posts = list(read.order_by("-reading__published_at")[:COUNTED])
    batch = batch_of(posts)
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


def batch_of(posts: list[Post]) -> pa.RecordBatch:
    """Return posts as the engine takes them, without their counts."""
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
