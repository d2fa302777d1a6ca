"""What the worker does here: let the demo's sources give what is due on the stream's clock."""

from datetime import datetime, timedelta

from guanlan.clocks.edge import now_for
from guanlan.clocks.models import Stream
from guanlan.demo.shelf import Laid, laid_out
from guanlan.demo.volumes import give_next_volumes
from guanlan.intake.actions import receive_batch
from guanlan.intake.models import Batch, Source

# Of stream time; at the demo's rate a batch per source comes every five seconds.
_EVERY = timedelta(minutes=5)


def play_next() -> bool:
    """Let one source, or customer service, give what is due; say whether there was anything."""
    for stream in Stream.objects.filter(kind=Stream.Kind.DEMO, closed_at=None):
        now = now_for(stream)
        sources = Source.objects.filter(stream=stream, kind=Source.Kind.PLAYED, closed_at=None)
        if any(_give(source, now) for source in sources.order_by("pk")) or give_next_volumes(stream, now):
            return True
    return False


def _give(source: Source, now: datetime) -> bool:
    laid, given = laid_out(source.key), _given(source)
    due = _due(laid, now)
    if due <= given:
        return False
    raw = b"\n".join(row.line for row in laid[given:due])
    receive_batch(source=source, raw=raw, name=f"{due}.jsonl", actor="system", now=now)
    return True


def _due(laid: tuple[Laid, ...], now: datetime) -> int:
    """Return how many lines are due at the last full step of the clock."""
    step = now - (now - now.replace(hour=0, minute=0, second=0, microsecond=0)) % _EVERY
    return sum(row.at <= step for row in laid)


def _given(source: Source) -> int:
    """Return how many lines the source has given: the last batch is named by it."""
    names = Batch.objects.filter(source=source).order_by("-number").values_list("name", flat=True)
    last = names.first()
    return int(last.removesuffix(".jsonl")) if last else 0
