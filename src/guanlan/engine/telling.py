"""What is told of each post of a batch, once it has been taken."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from guanlan.engine.reading import Reading
from guanlan.engine.results import Found, PostResult
from guanlan.engine.signs import Sign
from guanlan.engine.stream import Stream

T = TypeVar("T")
Spans = Sequence[tuple[int, int]]  # of each post: its rows in the columns beside it


def post_results(stream: Stream, reading: Reading) -> list[PostResult]:
    """Return one result a post, in order."""
    n = len(reading.texts)
    rows = [row for _post, row in stream.taken]
    posts = np.array([post for post, _row in stream.taken], np.int64)
    ends = np.cumsum(np.bincount(posts, minlength=n)).tolist()
    spans = list(zip([0, *ends[:-1]], ends, strict=True))
    names, watched = list(stream.names), stream.ledger["watch"][rows].tolist()
    watches = _parted([names[watch] for watch in watched], spans)
    events = _parted(_keys(stream, rows), spans)
    founds, copies = _founds(reading), reading.copies
    harms, demands = _signs(stream, reading, rows, spans)
    columns = (
        reading.words["id"],
        reading.words["platform"],
        watches,
        [founds.get(post, ()) for post in range(n)],
        [copies[post][0] if post in copies else None for post in range(n)],
        reading.opinions.stance,
        [keys[0] if keys else None for keys in events],
        events,
        reading.known.tolist(),
        reading.opinions.emotion,
        reading.opinions.category,
        reading.opinions.abusive,
        reading.opinions.advertisement,
        harms,
        demands,
    )
    return list(map(PostResult._make, zip(*columns, strict=True)))


def _parted(column: Sequence[T], spans: Spans) -> list[tuple[T, ...]]:
    return [tuple(column[begin:end]) for begin, end in spans]


def _keys(stream: Stream, rows: Sequence[int]) -> list[str | None]:
    events = stream.events
    numbers = stream.ledger["event"][rows].tolist()
    return [events[number].key if number in events else None for number in numbers]


def _signs(
    stream: Stream, reading: Reading, rows: Sequence[int], spans: Spans
) -> tuple[list[tuple[Sign, ...]], list[tuple[Sign, ...]]]:
    """Return what each post says of harm and of demands; nothing in a statement of our own."""
    harms = [reading.harms.get(post, ()) for post in range(len(spans))]
    demands = [reading.demands.get(post, ()) for post in range(len(spans))]
    ours = stream.ledger["ours"][rows]
    for post in {*reading.harms, *reading.demands} if ours.any() else ():
        begin, end = spans[post]
        if begin < end and ours[begin:end].all():
            harms[post], demands[post] = (), ()
    return harms, demands


def _founds(reading: Reading) -> dict[int, tuple[Found, ...]]:
    """Return the terms found in each post that has any."""
    hits = reading.hits
    names, shown = [watch.name for watch in hits.watches], hits.shown()
    rows = zip(hits.of.tolist(), hits.why.tolist(), hits.fields(), hits.offsets.tolist(), strict=True)
    found = [Found(names[watch], shown[why], field, at) for watch, why, field, at in rows]
    posts, begins = np.unique(hits.posts, return_index=True)
    ends = [*begins[1:].tolist(), len(found)][: len(posts)]
    places = zip(posts.tolist(), begins.tolist(), ends, strict=True)
    return {post: tuple(found[first:last]) for post, first, last in places}
