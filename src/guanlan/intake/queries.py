"""Reading sources, batches and posts."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from guanlan.clocks.models import Stream
from guanlan.intake.models import Batch, Post, Source, Volume
from guanlan.people.models import Person, Unit


def sources(person: Person, stream: Stream, *, now: datetime) -> QuerySet[Source]:
    """Return the open sources, troubled ones first, each with `today`: posts taken in 24 hours."""
    recent = Count("batches__posts", filter=Q(batches__posts__taken_at__gt=now - timedelta(days=1)))
    mine = Source.visible_to(person).filter(stream=stream, closed_at=None)
    troubled = Q(failing_since__isnull=False) | Q(silent_since__isnull=False)
    return mine.annotate(today=recent, troubled=troubled).order_by("-troubled", "name")


def hours_received(source: Source, *, now: datetime, hours: int = 24) -> list[int]:
    """Return how many posts a source gave in each of the last hours, oldest first."""
    start = now - timedelta(hours=hours)
    times = Post.objects.filter(batch__source=source, taken_at__gt=start, taken_at__lte=now)
    counts = [0] * hours
    for taken_at in times.values_list("taken_at", flat=True).iterator():
        counts[min(int((taken_at - start).total_seconds() // 3600), hours - 1)] += 1
    return counts


def batches(person: Person, stream: Stream) -> QuerySet[Batch]:
    """Return the batches, newest first."""
    return Batch.visible_to(person).filter(stream=stream).select_related("source").order_by("-number")


def batch_report(batch: Batch) -> dict[str, Any]:
    """Return what became of a batch, with the first refused lines."""
    return {"batch": batch, "refused_lines": batch.refused_lines.order_by("line")[:100]}


def volumes(person: Person, stream: Stream, unit: Unit) -> QuerySet[Volume]:
    """Return the figures that stand, the latest day first."""
    mine = Volume.visible_to(person).filter(stream=stream, unit=unit, closed_at=None)
    return mine.select_related("given_by").order_by("-day")


def volume_of(person: Person, stream: Stream, unit: Unit, day: date) -> Volume | None:
    """Return the figures that stand for a day."""
    return volumes(person, stream, unit).filter(day=day).first()


def days_without(person: Person, stream: Stream, unit: Unit, *, today: date, days: int = 28) -> list[date]:
    """Return which of the last days before today nobody gave figures for, the latest first."""
    asked = [today - timedelta(days=back) for back in range(1, days + 1)]
    given = set(volumes(person, stream, unit).filter(day__in=asked).values_list("day", flat=True))
    return [day for day in asked if day not in given]
