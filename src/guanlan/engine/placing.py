"""The compiled loop that takes posts which answer and repost nothing: into the ledger, and to their events.

A post and one of its watches make a row. A copy goes where its original is; any other row to
the nearest topic, to a new one, or, if it is too short to found one, it waits. Everything is
decided row by row in their order, as if one came alone.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from guanlan.engine import postings
from guanlan.engine.ledger import NO_EVENT
from guanlan.engine.seen import slot_of
from guanlan.engine.terms import MOST_TERMS, collect
from guanlan.engine.text import SEPARATOR

# One threshold for all, chosen on open data: docs/evaluation.md has what .06 to .10 give.
JOIN = 0.07
SHORT_TERMS = 4  # about fourteen Chinese characters
WAIT_US = 3_600_000_000

ROW, NUMBER, NEAREST = range(3)  # places in `counters`: next row, last event, topic found before a stop
_NOT_ASKED, _NONE = -2, -1


class Batch(NamedTuple):
    """What a batch says of each of its posts."""

    codes: NDArray[np.uint32]
    starts: NDArray[np.int64]
    at: NDArray[np.int64]
    clocks: NDArray[np.int64]
    keys: NDArray[np.uint64]
    copied: NDArray[np.uint64]  # the original's key, 0 for none
    negative: NDArray[np.bool_]
    authors: NDArray[np.uint64]
    media: NDArray[np.int64]
    followers: NDArray[np.int64]
    counts: NDArray[np.int64]  # as in posts.COUNTS
    platforms: NDArray[np.int64]
    harms: NDArray[np.int16]  # as in the ledger


class Rows(NamedTuple):
    """The rows to be made, and what became of them."""

    posts: NDArray[np.int64]
    watches: NDArray[np.int64]
    ours: NDArray[np.bool_]
    copied: NDArray[np.int64]  # row of the post that is copied
    events: NDArray[np.int64]
    founded: NDArray[np.int64]  # place of the topic that was founded with it
    waiting: NDArray[np.int64]  # -1, or how many terms of a post that waits
    terms: NDArray[np.uint64]  # of those


class Subjects(NamedTuple):
    """Whom each watch is about: words that tell no matter."""

    codes: NDArray[np.uint32]
    ends: NDArray[np.int64]  # of each word; its begin is the end before
    words: NDArray[np.int64]  # per watch: its first word


def rows_for(posts: NDArray[np.int64], watches: NDArray[np.int64], ours: NDArray[np.bool_]) -> Rows:
    """Return the rows of these posts under these watches, nothing known of them yet."""
    n = posts.size
    return Rows(
        posts,
        watches,
        ours,
        np.full(n, -1),
        np.full(n, NO_EVENT),
        np.full(n, -1),
        np.full(n, -1),
        np.empty((n, SHORT_TERMS), np.uint64),
    )


@njit(cache=True)
def place(first, rows, batch, ledger, seen, index, words, surging, counters):  # type: ignore[no-untyped-def]
    """Place the rows from `first` on; return the row at which room must be made, or their number.

    `words` is (subjects, kinds, cutter). `surging` is, per watch, the event that its short
    posts go to, and until when. After a stop the same row is taken up where it was left.
    """
    said = np.empty(0, np.uint32)
    terms = np.empty(MOST_TERMS, np.uint64)
    for k in range(first, rows.posts.size):
        post, watch, row = rows.posts[k], rows.watches[k], counters[ROW]
        if counters[NEAREST] == _NOT_ASKED:
            rows.copied[k] = _enter(k, row, rows, batch, ledger, seen)
            event = _event_under(rows.copied[k], watch, ledger)
            if event != NO_EVENT:
                rows.events[k] = ledger.event[row] = event
                counters[ROW] += 1
                continue
        begin, end = batch.starts[post], batch.starts[post + 1]
        if said.size < end - begin:
            said = np.empty(2 * (end - begin), np.uint32)
        size = _unsaid(batch.codes, begin, end, words[0], watch, said)
        n = collect(said, 0, size, watch, words[1], words[2], terms)
        if counters[NEAREST] == _NOT_ASKED:
            if postings.is_full(index):
                return k
            topic, cosine = postings.nearest(index, terms, n)
            counters[NEAREST] = topic if topic >= 0 and cosine >= JOIN else _NONE
            if counters[NEAREST] == _NONE and n < SHORT_TERMS:
                _wait(k, row, terms[:n], rows, batch, ledger, surging)
                counters[ROW] += 1
                counters[NEAREST] = _NOT_ASKED
                continue
        if postings.is_full(index):
            return k
        topic = counters[NEAREST]
        if topic == _NONE:
            counters[NUMBER] += 1
            topic = postings.found(index, counters[NUMBER], watch)
            rows.founded[k] = topic
        postings.add(index, terms, n, topic, batch.clocks[post])
        rows.events[k] = ledger.event[row] = index.numbers[topic]
        counters[ROW] += 1
        counters[NEAREST] = _NOT_ASKED
    return rows.posts.size


@njit(cache=True)
def _enter(k, row, rows, batch, ledger, seen):  # type: ignore[no-untyped-def]
    """Write the row that is not entered yet; return the row of the post that it copies, or -1."""
    table, known = seen
    post = rows.posts[k]
    copied = np.int64(-1)
    if k > 0 and rows.posts[k - 1] == post:
        copied = rows.copied[k - 1]
        ledger.twin[row - 1] = row
    else:
        if batch.copied[post] != 0:
            at = slot_of(table, batch.copied[post])
            copied = np.int64(known[at]) if table[at] != 0 else np.int64(-1)
        known[slot_of(table, batch.keys[post])] = row
    author = batch.authors[post]
    ledger.at[row], ledger.media[row] = batch.at[post], batch.media[post]
    ledger.negative[row] = ledger.negative[copied] if copied >= 0 else batch.negative[post]
    ledger.ours[row], ledger.reply[row] = rows.ours[k], False
    ledger.repeat[row] = copied >= 0 and author != 0 and author == ledger.author[copied]
    ledger.author[row], ledger.followers[row] = author, batch.followers[post]
    ledger.harms[row], ledger.original[row] = batch.harms[post], copied
    ledger.likes[row], ledger.comments[row] = batch.counts[0, post], batch.counts[1, post]
    ledger.reposts[row], ledger.favourites[row] = batch.counts[2, post], batch.counts[3, post]
    ledger.views[row], ledger.platform[row] = batch.counts[4, post], batch.platforms[post]
    ledger.watch[row], ledger.event[row], ledger.twin[row] = rows.watches[k], NO_EVENT, -1
    ledger.thread[row], ledger.edge[row], ledger.source[row] = batch.keys[post], 0, -1
    return copied


@njit(cache=True)
def _event_under(row, watch, ledger):  # type: ignore[no-untyped-def]
    """Return the event, under a watch, of the post that has `row`."""
    while row >= 0 and ledger.watch[row] != watch:
        row = ledger.twin[row]
    return ledger.event[row] if row >= 0 else np.int64(NO_EVENT)


@njit(cache=True)
def _unsaid(codes, begin, end, subjects, watch, said):  # type: ignore[no-untyped-def]
    """Copy a text to `said`, each word that only says whom the watch is about made a gap; return its size."""
    size = end - begin
    said[:size] = codes[begin:end]
    for word in range(subjects.words[watch], subjects.words[watch + 1]):
        start = subjects.ends[word - 1] if word else 0
        length = subjects.ends[word] - start
        kept, at = 0, 0
        while at < size:
            same = 0
            while same < length and at + same < size and said[at + same] == subjects.codes[start + same]:
                same += 1
            said[kept] = SEPARATOR if same == length else said[at]
            at += length if same == length else 1
            kept += 1
        size = kept
    return size


@njit(cache=True)
def _wait(k, row, terms, rows, batch, ledger, surging):  # type: ignore[no-untyped-def]
    """Give a short post to the event of its watch's surge, or note its terms: it waits for one."""
    numbers, untils = surging
    watch, at = rows.watches[k], batch.clocks[rows.posts[k]]
    if at < untils[watch]:
        untils[watch] = max(untils[watch], at + WAIT_US)
        rows.events[k] = ledger.event[row] = numbers[watch]
        return
    rows.waiting[k] = terms.size
    rows.terms[k, : terms.size] = terms
