"""Changes from outside: another table, stated facts, events and posts that a person put right."""

from functools import singledispatch

import pyarrow as pa

from guanlan.engine.hours import HOUR_US
from guanlan.engine.naming import wants
from guanlan.engine.results import (
    BackgroundCounts,
    EventsMerged,
    EventSplit,
    FactStated,
    PostDropped,
    PostMoved,
    StanceCorrected,
    TableChanged,
    WatchesChanged,
)
from guanlan.engine.stream import Stream, micros
from guanlan.engine.taking import terms_of
from guanlan.engine.text import normalise


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
def _split(change: EventSplit, stream: Stream) -> None:
    event = stream.by_key(change.event)
    watch = stream.name_of(event.watch)
    found = [(stream.row_of(platform, post, watch), said) for platform, post, *said in change.posts]
    found = [(row, said) for row, said in found if stream.event_of(row) == event.number]
    if not 0 < len(found) < len(event.rows):
        raise KeyError(change.event)
    founded = stream.split(event.number, [row for row, _said in found])
    titles, bodies = zip(*(said for _row, said in found), strict=True)
    texts = normalise(pa.array(titles, pa.string()), pa.array(bodies, pa.string()))
    for place, (row, said) in enumerate(found):
        terms = terms_of(stream, texts.string(place), event.watch)
        if terms.size:
            stream.gather.topics.add(founded, terms, stream.clock)
        if not stream.ledger["reply"][row]:
            stream.gather.follow(int(stream.ledger["thread"][row]), event.watch, founded)
        if wants(place + 1):
            stream.events[founded].unread += tuple(said)


@apply.register
def _move(change: PostMoved, stream: Stream) -> None:
    row = stream.row_of(change.platform, change.id, change.watch)
    event = stream.by_key(change.event) if change.event else None
    stream.leave(row)
    if event is not None:
        _count_again(stream, row)
        stream.join(event.number, row, moved=True)


@apply.register
def _stance(change: StanceCorrected, stream: Stream) -> None:
    ledger = stream.ledger
    rows = stream.rows_of(change.platform, change.id)
    ledger["corrected"][rows] = True
    follow = [row for row in ledger.copies(rows[0]) if not ledger["corrected"][row]]
    for row in (*rows, *follow):
        before = ledger.against(row)
        ledger["negative"][row] = change.negative
        if not ledger["dropped"][row]:
            _amend(stream, row, 0, ledger.against(row) - before)
        number = stream.event_of(row)
        if number is not None:
            stream.touch(number, late=False)


@apply.register
def _drop(change: PostDropped, stream: Stream) -> None:
    for row in stream.rows_of(change.platform, change.id):
        stream.leave(row)
        if not stream.ledger["dropped"][row]:
            stream.ledger["dropped"][row] = True
            _amend(stream, row, -1, -stream.ledger.against(row))


def _count_again(stream: Stream, row: int) -> None:
    """Count a post again that was dropped and now has an event after all."""
    if stream.ledger["dropped"][row]:
        stream.ledger["dropped"][row] = False
        _amend(stream, row, 1, int(stream.ledger.against(row)))


def _amend(stream: Stream, row: int, posts: int, negative: int) -> None:
    if stream.ledger["counted"][row]:
        watch, at = int(stream.ledger["watch"][row]), int(stream.ledger["at"][row])
        stream.hours.amend(watch, at, posts, negative)


@apply.register
def _background(change: BackgroundCounts, stream: Stream) -> None:
    watch = stream.names[change.watch]
    stream.hours.load(watch, micros(change.first_hour) // HOUR_US, change.posts, change.negative)
    week = stream.hours.week(watch)
    if week is not None:
        stream.bursts.load(watch, week)
