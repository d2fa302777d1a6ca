"""`guanlan replay`: a file of posts played in event time under a plan, by the engine alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from guanlan.engine.results import EventView, Signal
from guanlan.engine.severity import Reason
from guanlan.plan.criteria import table
from guanlan.plan.document import PlanDocument
from guanlan.watch.analysing import Run, last_moment, progress, read_all, watches_for

ROWS = 1_000


@dataclass(frozen=True)
class Played:
    """What a replay brought: posts as lines, the events at its end, every change of a level."""

    run: Run
    posts: pa.Table  # in the order played
    plan: PlanDocument
    events: list[EventView]
    signals: list[Signal]

    @property
    def last_at(self) -> datetime:
        """When the last post was published."""
        found: datetime = self.posts.column("published_at")[-1].as_py()
        return found


def play(posts: Path, *, watches: Path | None, plan: PlanDocument, timezone: str, now: datetime) -> Played:
    """Play a file of posts by (published_at, platform, id); raise BadInput with file and line."""
    read = read_all(posts, timezone=timezone, now=now)
    run = Run(watches_for(watches, read), table(plan))
    order = [(name, "ascending") for name in ("published_at", "platform", "id")]
    ordered = pa.Table.from_batches(read).sort_by(order).combine_chunks()
    del read  # as large again as what is played
    batches = ordered.to_batches(max_chunksize=ROWS)
    for batch in progress(batches, posts.name):
        run.feed(batch)
    run.close(last_moment(batches[-1]))
    signals = [signal for told in run.told for signal in told.signals]
    return Played(run, ordered, plan, run.engine.events(), signals)


def event_lines(played: Played) -> Iterator[bytes]:
    """Yield a line of JSON for each event, in the order in which they began."""
    for event in played.events:
        yield orjson.dumps(_event(event)) + b"\n"


def signal_lines(played: Played) -> Iterator[bytes]:
    """Yield a line of JSON for each change of a level, in event time."""
    for signal in played.signals:
        yield orjson.dumps(_signal(signal)) + b"\n"


def _event(event: EventView) -> dict[str, Any]:
    share = event.negative_permille
    return {
        "event": event.event,
        "watch": event.watch,
        "name": event.name,
        "first_at": event.first_at,
        "last_at": event.last_at,
        "posts": event.posts,
        "negative_share": None if share is None else share / 1000,
        "level": event.level,
        "terms": event.terms,
        "path": [edge._asdict() for edge in event.path],
        "forecast": event.forecast,
        "lifecycle": event.lifecycle,
    }


def _signal(signal: Signal) -> dict[str, Any]:
    return {
        "at": signal.at,
        "event": signal.event,
        "watch": signal.watch,
        "level": signal.level,
        "previous_level": signal.previous_level,
        "reasons": [_reason(reason) for reason in signal.reasons],
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "criterion": reason.criterion,
        "value": reason.value,
        "threshold": reason.threshold,
        "posts": reason.posts,
    }
