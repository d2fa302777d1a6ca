"""The numbered journal of a stream: what the engine is to take next, in order."""

from datetime import datetime
from typing import Any

from django.db.models import Max

from guanlan.clocks.actions import touch
from guanlan.clocks.models import Stream
from guanlan.intake.models import Batch
from guanlan.watch.models import JournalEntry

Kind = JournalEntry.Kind


def append(
    stream: Stream,
    *,
    kind: str,
    at: datetime,
    batch: Batch | None = None,
    change: dict[str, Any] | None = None,
) -> JournalEntry:
    """Append one entry and return it; runs inside the caller's transaction."""
    touch(stream)  # puts two writers behind each other, so that the numbers have no gap
    last = JournalEntry.objects.filter(stream=stream).aggregate(last=Max("number"))["last"]
    return JournalEntry.objects.create(
        stream=stream, number=(last or 0) + 1, kind=kind, at=at, batch=batch, change=change or {}
    )


def waiting(stream: Stream) -> JournalEntry | None:
    """Return the first entry that has not been applied."""
    return JournalEntry.objects.filter(stream=stream, applied_at=None).order_by("number").first()
