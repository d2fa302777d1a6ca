"""Puts posts that speak of one matter together: one pass, centroids, capped posting lists.

A topic is the sum of its documents' terms. A term weighs by how few topics hold it
(inverse topic frequency), not by how few posts: the words of a crisis that fills the
stream stay heavy, the brand's own name, which every topic holds, weighs nothing. Weights
change only in `settle`, which the caller calls at ticks of event time. All sums are
integers; the one division and root per candidate are scalar float64.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guanlan.engine import postings
from guanlan.engine.postings import Index
from guanlan.engine.terms import MOST_TERMS, MOST_WATCHES

Terms = NDArray[np.uint64]
Told = tuple[Terms, NDArray[np.int64], NDArray[np.int64]]  # terms, documents, scores

WINDOW_DOCUMENTS = 20_000
WINDOW_US = 72 * 3_600_000_000
MERGE = 0.3  # least cosine of two topics that are one
MERGE_DOCUMENTS = 2  # least documents of a topic that may merge
MERGE_SPREAD = 16  # terms in more topics than this do not speak for a merge
MERGE_SHARES = 1 << 21
SETTLE_EVERY = 8  # documents, or a quarter of the live ones if that is more
NAMING_DOCUMENTS = 200  # the latest ones, read for a topic's name


@dataclass(frozen=True)
class Merge:
    """Two topics found to be one: the later number went into the earlier."""

    from_number: int
    into_number: int


class Topics:
    """The live topics of every watch. Numbers are the caller's, and only ever grow."""

    def __init__(self, documents: int = WINDOW_DOCUMENTS, window_us: int = WINDOW_US) -> None:
        self._window_us = window_us
        self._index = _empty(documents)
        self._places: dict[int, int] = {}
        self._apart: set[tuple[int, int]] = set()

    def nearest(self, terms: Terms) -> tuple[int | None, float]:
        """Return (number, cosine) of the nearest topic of the terms' watch; (None, 0.0) if there is none."""
        self.make_room()
        place, cosine = postings.nearest(self._index, terms, terms.size)
        return (None, 0.0) if place < 0 else (int(self._index.numbers[place]), float(cosine))

    def add(self, number: int, terms: Terms, at: int) -> None:
        """Add a document, taken at `at` (microseconds of event time), to a topic, old or new."""
        self.make_room()
        place = self._place(number)
        if place is None:
            place = int(postings.found(self._index, number, int(terms[0]) >> 48))
            self._places[number] = place
        postings.add(self._index, terms, terms.size, place, at)

    @property
    def index(self) -> Index:
        """The arrays, for the loop that places many documents; valid until `make_room`."""
        return self._index

    def note(self, number: int, place: int) -> None:
        """Take over that a topic was founded at a place."""
        self._places[number] = place

    def settle(self, now: int) -> list[Merge]:
        """Let old documents go and, when enough were added, weigh the terms anew and merge.

        To be called at ticks of event time, never at the end of a batch.
        """
        postings.expire(self._index, now - self._window_us)
        count = self._index.counters
        live = int(count[postings.LAST] - count[postings.FIRST])
        if count[postings.SINCE] < max(SETTLE_EVERY, live // 4):
            return []
        self._places = {n: place for n, place in self._places.items() if self._place(n) is not None}
        postings.reweigh(self._index)
        return [self._merge(one, two) for one, two in self._alike()]

    def merge(self, from_number: int, into_number: int) -> None:
        """Give the documents of one topic, and all that will come to it, to another, as a person decided."""
        self._apart.discard((min(from_number, into_number), max(from_number, into_number)))
        self._retell_apart(from_number, into_number)
        gone, into = self._place(from_number), self._place(into_number)
        if gone is None:
            return
        if into is None:
            self._index.numbers[gone] = into_number
            self._places[into_number] = gone
        else:
            postings.retell(self._index, gone, into)

    def part(self, one: int, other: int) -> None:
        """Never find two topics to be one, until a person says so."""
        self._apart.add((min(one, other), max(one, other)))

    def told(self, number: int) -> Told:
        """Return (terms, documents, scores) of the topic's latest documents, the terms sorted.

        A score is documents times weight. All are empty once the topic's window is empty.
        """
        place = self._place(number)
        if place is None:
            return np.zeros(0, np.uint64), np.zeros(0, np.int64), np.zeros(0, np.int64)
        keys, documents, scores = postings.tally(self._index, place, NAMING_DOCUMENTS)
        return keys, documents, scores

    def snapshot(self) -> dict[str, Any]:
        """Return all state as arrays."""
        return {
            "window_us": self._window_us,
            "index": self._index._asdict(),
            "numbers": np.fromiter(self._places.keys(), np.int64),
            "places": np.fromiter(self._places.values(), np.int64),
            "apart": sorted(self._apart),
        }

    @classmethod
    def restore(cls, state: dict[str, Any]) -> "Topics":
        """Return the topics that `snapshot` described."""
        topics = cls.__new__(cls)
        topics._window_us = state["window_us"]
        topics._index = Index(**state["index"])
        topics._places = dict(zip(state["numbers"].tolist(), state["places"].tolist(), strict=True))
        # A snapshot from before events were split by hand has none.
        topics._apart = {(one, other) for one, other in state.get("apart", ())}
        return topics

    def _place(self, number: int) -> int | None:
        place = self._places.get(number)
        if place is None or self._index.numbers[place] != number or not self._index.sizes[place]:
            return None
        return place

    def _merge(self, one: int, two: int) -> Merge:
        numbers = self._index.numbers
        into, gone = (one, two) if numbers[one] < numbers[two] else (two, one)
        postings.retell(self._index, gone, into)
        self._retell_apart(int(numbers[gone]), int(numbers[into]))
        return Merge(int(numbers[gone]), int(numbers[into]))

    def _retell_apart(self, gone: int, into: int) -> None:
        """Let what was kept apart from one topic be kept apart from the one it went into."""
        pairs = {tuple(into if one == gone else one for one in pair) for pair in self._apart}
        self._apart = {(min(pair), max(pair)) for pair in pairs if len(set(pair)) == 2}

    def _alike(self) -> list[tuple[int, int]]:
        """Return pairs of topics whose cosine is at least MERGE, each topic at most once."""
        pairs, shares = np.empty(MERGE_SHARES, np.int64), np.empty(MERGE_SHARES, np.int64)
        n = postings.pairs(self._index, MERGE_DOCUMENTS, MERGE_SPREAD, pairs, shares)
        if n == 0:
            return []
        order = np.argsort(pairs[:n], kind="stable")
        distinct, first = np.unique(pairs[:n][order], return_index=True)
        dots = np.add.reduceat(shares[:n][order], first).astype(np.float64)
        ones, twos = distinct >> 32, distinct & 0xFFFFFFFF
        norms = self._index.norms.astype(np.float64)
        alike = np.flatnonzero(dots >= MERGE * np.sqrt(norms[ones] * norms[twos]))
        numbers = self._index.numbers
        ranked = sorted((sorted((int(numbers[ones[i]]), int(numbers[twos[i]]))), i) for i in alike)
        taken: set[int] = set()
        chosen = []
        for (early, late), i in ranked:
            if not {early, late} & taken and (early, late) not in self._apart:
                taken |= {early, late}
                chosen.append((int(ones[i]), int(twos[i])))
        return chosen

    def make_room(self) -> None:
        """Grow before a document comes, so that a kernel never runs out of slots or postings."""
        index, count = self._index, self._index.counters
        if count[postings.USED] + MOST_TERMS * postings.LIST_CAP > index.pool.shape[0]:
            self._index = index = index._replace(pool=np.concatenate([index.pool, np.zeros_like(index.pool)]))
        if 10 * (count[postings.TERMS] + 2 * MOST_TERMS) > 6 * index.keys.size:
            held = int(np.count_nonzero(index.facts[:, postings.SPREAD]))
            size = index.keys.size * (2 if 10 * held > 3 * index.keys.size else 1)
            roomy = index._replace(**_table(size))
            count[postings.TERMS] = 0
            postings.move(index, roomy)
            self._index = roomy


def _table(size: int) -> dict[str, Any]:
    return {
        "keys": np.zeros(size, np.uint64),
        "facts": np.zeros((size, 4), np.int32),
    }


def _empty(documents: int) -> Index:
    counters = np.zeros(8, np.int64)
    topics = documents + 1  # one being founded while the window is full
    return Index(
        **_table(1 << 15),
        pool=np.zeros((1 << 15, 2), np.int32),
        free=np.full(postings.BLOCKS, -1, np.int32),
        norms=np.zeros(topics, np.int64),
        sizes=np.zeros(topics, np.int32),
        numbers=np.zeros(topics, np.int64),
        watches=np.zeros(topics, np.int32),
        latest=np.full(topics, -1, np.int64),
        scores=np.zeros((topics, 2), np.int64),
        touched=np.zeros(topics, np.int32),
        slots=np.zeros((documents, MOST_TERMS), np.int32),
        lengths=np.zeros(documents, np.int32),
        topics=np.zeros(documents, np.int32),
        before=np.full(documents, -1, np.int64),
        stamps=np.zeros(documents, np.int64),
        fresh=np.full(MOST_WATCHES, postings.weight_of(postings.PRIOR_TOPICS, 1), np.int32),
        counters=counters,
    )
