"""What the worker does here: let the demo's sources give what is due on the stream's clock."""

from datetime import datetime, timedelta

from guanlan.clocks import edge
from guanlan.clocks.actions import set_clock
from guanlan.clocks.edge import now_for
from guanlan.clocks.models import Stream
from guanlan.demo.phrases import written
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
        if not stream.paused and stream.rate != 1 and now >= _end_of_play(stream):
            _let_it_be(stream, now)
        sources = Source.objects.filter(stream=stream, kind=Source.Kind.PLAYED, closed_at=None)
        if any(_give(source, now) for source in sources.order_by("pk")) or give_next_volumes(stream, now):
            return True
    return False


def _end_of_play(stream: Stream) -> datetime:
    """Return when the story is over; the fast clock was set where it begins."""
    assert stream.clock_from is not None
    return stream.clock_from + timedelta(hours=written("story")["played_hours"])


def _let_it_be(stream: Stream, now: datetime) -> None:
    """Let the clock go at its usual pace, or whoever looks around is late with everything."""
    set_clock(stream=stream, shows=now, rate=1, paused=False, actor="system", real_now=edge.real_now())


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
