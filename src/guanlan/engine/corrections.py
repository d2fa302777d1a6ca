"""Changes from outside: another table, stated facts, events and posts that a person put right."""

from functools import singledispatch

from guanlan.engine.measures import HOUR_US, Hours
from guanlan.engine.results import (
    BackgroundCounts,
    EventsMerged,
    FactStated,
    PostMoved,
    TableChanged,
    WatchesChanged,
)
from guanlan.engine.stream import Stream, micros


@singledispatch
def apply(change: object, stream: Stream) -> None:
    """Take one change into the stream; raise KeyError if it names what does not exist."""
    raise TypeError(change)


@apply.register
def _watches(change: WatchesChanged, stream: Stream) -> None:
    stream.change_watches(change.watches)


@apply.register
def _table(change: TableChanged, stream: Stream) -> None:
    stream.table = change.table
    for number in stream.events:
        stream.touch(number, late=False)


@apply.register
def _fact(change: FactStated, stream: Stream) -> None:
    event = stream.by_key(change.event)
    event.facts.pop(change.fact, None)
    if change.posts:
        event.facts[change.fact] = change.posts
    stream.touch(event.number, late=False)


@apply.register
def _merge(change: EventsMerged, stream: Stream) -> None:
    gone, into = stream.by_key(change.gone).number, stream.by_key(change.into).number
    stream.gather.topics.merge(gone, into)
    stream.gather.merge(gone, into)
    stream.merge(gone, into, stream.clock)


@apply.register
def _move(change: PostMoved, stream: Stream) -> None:
    row = stream.row_of(change.platform, change.id, change.watch)
    event = stream.by_key(change.event) if change.event else None
    stream.leave(row)
    if event is not None:
        stream.join(event.number, row, moved=True)


@apply.register
def _background(change: BackgroundCounts, stream: Stream) -> None:
    watch = stream.names[change.watch]
    first = micros(change.first_hour) // HOUR_US
    hours = stream.hours.setdefault(watch, Hours(first))
    hours.load(first, change.posts, change.negative)
    week = hours.week()
    if week is not None:
        stream.bursts.load(watch, week)
