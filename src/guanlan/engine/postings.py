"""The posting lists under the topics: compiled kernels over plain arrays, integers throughout.

A term's postings stand side by side in a block of `pool`, in no order; a block that is full is
changed for one twice as large.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from guanlan.engine.terms import MOST_TERMS

LIST_CAP = 128  # topics one term may lead to; a term in more of them distinguishes none
COMMON = 24  # sixteenths of a bit: a term in more than about a third of the topics weighs nothing
ALONE = 0.2  # least cosine where a text shares a single term with a topic: one word is no matter
PRIOR_TOPICS = 8  # as if so many other topics were known: a first topic's words are not worthless

# Of a term: where its block begins, of which size it is (-1 none), in how many topics it stands, and its
# weight in sixteenths of a bit.
BLOCK, KIND, SPREAD, WEIGHT = range(4)
TERMS, USED, TOPICS, FIRST, LAST, SINCE, LIVE = range(7)  # places in `Index.counters`
SMALLEST, BLOCKS = 2, 7  # postings of the smallest block, and how many sizes there are: 2, 4 … LIST_CAP


class Index(NamedTuple):
    """The arrays the kernels work on; -1 stands for none."""

    keys: NDArray[np.uint64]  # per term slot: the term, 0 = free
    facts: NDArray[np.int32]  # per term slot: what BLOCK to WEIGHT name, side by side in the cache
    pool: NDArray[np.int32]  # per posting: the topic, and its documents that hold the term
    free: NDArray[np.int32]  # per size: the first free block; each begins with the next
    norms: NDArray[np.int64]  # per topic: squared length
    sizes: NDArray[np.int32]  # per topic: its documents in the window, 0 = free
    numbers: NDArray[np.int64]  # per topic: the caller's number, ever growing
    watches: NDArray[np.int32]  # per topic
    latest: NDArray[np.int64]  # per topic: its last document, numbered from the stream's first
    scores: NDArray[np.int64]  # per topic: the score and the terms shared; scratch, all zero between calls
    touched: NDArray[np.int32]  # scratch
    slots: NDArray[np.int32]  # per document (a ring) its term slots
    lengths: NDArray[np.int32]
    topics: NDArray[np.int32]  # per document
    before: NDArray[np.int64]  # per document: the one before it of the same topic, -1 none
    stamps: NDArray[np.int64]  # per document: microseconds of event time
    fresh: NDArray[np.int32]  # per watch: the weight of a term not seen before
    counters: NDArray[np.int64]


@njit(cache=True)
def is_full(index):  # type: ignore[no-untyped-def]
    """Say whether one more document might run out of slots or postings."""
    return (
        index.counters[USED] + MOST_TERMS * LIST_CAP > index.pool.shape[0]
        or 10 * (index.counters[TERMS] + 2 * MOST_TERMS) > 6 * index.keys.size
    )


@njit(cache=True, forceinline=True)
def weight_of(topics, spread):  # type: ignore[no-untyped-def]
    """Return a term's weight: 16 * log2(topics / spread) - COMMON, at least 0.

    Whole numbers only: the logarithm is linear between powers of two.
    """
    quotient = topics * 65536 // spread
    power = 0
    while quotient >> (power + 1):
        power += 1
    rest = ((quotient - (1 << power)) * 16) >> power
    return max((power - 16) * 16 + rest - COMMON, 0)


@njit(cache=True, forceinline=True)
def _slot(index, key):  # type: ignore[no-untyped-def]
    """Return the key's slot, taking a free one for a key not seen before."""
    mask = index.keys.size - 1
    mixed = key * np.uint64(0x9E3779B97F4A7C15)
    at = np.int64((mixed ^ (mixed >> np.uint64(32))) & np.uint64(mask))
    while index.keys[at] != key:
        if index.keys[at] == 0:
            index.keys[at] = key
            index.facts[at, KIND] = -1
            index.facts[at, SPREAD] = 0
            index.facts[at, WEIGHT] = index.fresh[np.int64(key >> np.uint64(48))]
            index.counters[TERMS] += 1
            break
        at = (at + 1) & mask
    return at


@njit(cache=True, forceinline=True)
def _posting(index, slot, topic):  # type: ignore[no-untyped-def]
    """Return where the term's posting of a topic stands, or -1."""
    first = index.facts[slot, BLOCK]
    for node in range(first, first + index.facts[slot, SPREAD]):
        if index.pool[node, 0] == topic:
            return node
    return -1


@njit(cache=True, forceinline=True)
def _raise(index, slot, topic):  # type: ignore[no-untyped-def]
    """Count one more document of `topic` with the term; a full list takes no further topic."""
    node = _posting(index, slot, topic)
    if node < 0:
        if index.facts[slot, SPREAD] >= LIST_CAP:
            return
        _widen(index, slot)
        node = index.facts[slot, BLOCK] + index.facts[slot, SPREAD]
        index.pool[node, 0], index.pool[node, 1] = topic, 0
        index.facts[slot, SPREAD] += 1
    weight = np.int64(index.facts[slot, WEIGHT])
    index.norms[topic] += weight * weight * (2 * np.int64(index.pool[node, 1]) + 1)
    index.pool[node, 1] += 1


@njit(cache=True, forceinline=True)
def _widen(index, slot):  # type: ignore[no-untyped-def]
    """See to it that the term's block has room for one more."""
    kind, spread = index.facts[slot, KIND], index.facts[slot, SPREAD]
    if kind >= 0 and spread < SMALLEST << kind:
        return
    block = index.free[kind + 1]
    if block >= 0:
        index.free[kind + 1] = index.pool[block, 0]
    else:
        block = index.counters[USED]
        index.counters[USED] += SMALLEST << (kind + 1)
    if kind >= 0:
        old = index.facts[slot, BLOCK]
        for node in range(spread):
            index.pool[block + node, 0] = index.pool[old + node, 0]
            index.pool[block + node, 1] = index.pool[old + node, 1]
        _give_back(index, slot)
    index.facts[slot, BLOCK], index.facts[slot, KIND] = block, kind + 1


@njit(cache=True, forceinline=True)
def _give_back(index, slot):  # type: ignore[no-untyped-def]
    block, kind = index.facts[slot, BLOCK], index.facts[slot, KIND]
    index.pool[block, 0] = index.free[kind]
    index.free[kind] = block


@njit(cache=True, forceinline=True)
def _lower(index, slot, topic):  # type: ignore[no-untyped-def]
    node = _posting(index, slot, topic)
    if node < 0:
        return
    weight = np.int64(index.facts[slot, WEIGHT])
    index.pool[node, 1] -= 1
    index.norms[topic] -= weight * weight * (2 * np.int64(index.pool[node, 1]) + 1)
    if index.pool[node, 1] == 0:
        index.facts[slot, SPREAD] -= 1
        last = index.facts[slot, BLOCK] + index.facts[slot, SPREAD]
        index.pool[node, 0], index.pool[node, 1] = index.pool[last, 0], index.pool[last, 1]
        if index.facts[slot, SPREAD] == 0:
            _give_back(index, slot)
            index.facts[slot, KIND] = -1


@njit(cache=True)
def _forget(index):  # type: ignore[no-untyped-def]
    """Drop the oldest document of the window."""
    ring = index.stamps.size
    oldest = index.counters[FIRST] % ring
    topic = index.topics[oldest]
    for j in range(index.lengths[oldest]):
        if index.slots[oldest, j] >= 0:
            _lower(index, index.slots[oldest, j], topic)
    index.counters[FIRST] += 1
    index.sizes[topic] -= 1
    if index.sizes[topic] == 0:
        index.counters[LIVE] -= 1


@njit(cache=True)
def expire(index, before):  # type: ignore[no-untyped-def]
    """Drop the documents taken before `before` (microseconds)."""
    ring = index.stamps.size
    while (
        index.counters[FIRST] < index.counters[LAST] and index.stamps[index.counters[FIRST] % ring] < before
    ):
        _forget(index)


@njit(cache=True)
def nearest(index, terms, n):  # type: ignore[no-untyped-def]
    """Return (topic, cosine) of the topic nearest to the terms; (-1, 0.0) if there is none.

    Of those that share only one, it must be as near as ALONE. A tie goes to the lowest number.
    """
    # One step for all terms, then the next for all: so the processor waits for memory once, not n times.
    slots, weights = np.empty(n, np.int64), np.empty(n, np.int64)
    own = np.int64(0)
    for j in range(n):
        slots[j] = _slot(index, terms[j])
    for j in range(n):
        weights[j] = np.int64(index.facts[slots[j], WEIGHT])
        own += weights[j] * weights[j]
    touched = 0
    for j in range(n):
        if weights[j] == 0:
            continue
        square, first = weights[j] * weights[j], index.facts[slots[j], BLOCK]
        for node in range(first, first + index.facts[slots[j], SPREAD]):
            topic = index.pool[node, 0]
            if index.scores[topic, 0] == 0:
                index.touched[touched] = topic
                touched += 1
            index.scores[topic, 0] += square * index.pool[node, 1]
            index.scores[topic, 1] += 1
    best, highest = -1, 0.0
    for j in range(touched):
        topic = index.touched[j]
        score = float(index.scores[topic, 0]) / np.sqrt(float(own) * float(index.norms[topic]))
        if index.scores[topic, 1] == 1 and score < ALONE:
            score = 0.0
        index.scores[topic, 0] = 0
        index.scores[topic, 1] = 0
        if score > highest or (score == highest and index.numbers[topic] < index.numbers[best]):
            best, highest = topic, score
    return best, highest


@njit(cache=True)
def found(index, number, watch):  # type: ignore[no-untyped-def]
    """Open an empty topic with the caller's number; return its place."""
    topic = np.int64(0)
    while index.sizes[(index.counters[TOPICS] + topic) % index.sizes.size] != 0:
        topic += 1
    topic = (index.counters[TOPICS] + topic) % index.sizes.size
    index.counters[TOPICS] = topic + 1
    index.numbers[topic] = number
    index.watches[topic] = watch
    index.norms[topic] = 0
    index.latest[topic] = -1
    return topic


@njit(cache=True)
def add(index, terms, n, topic, at):  # type: ignore[no-untyped-def]
    """Add a document taken at `at` to a topic, dropping the oldest if the window is full."""
    ring = index.stamps.size
    if index.sizes[topic] == 0:
        index.counters[LIVE] += 1
    index.sizes[topic] += 1  # first, so that dropping the oldest cannot close this topic
    if index.counters[LAST] - index.counters[FIRST] == ring:
        _forget(index)
    place = index.counters[LAST] % ring
    for j in range(n):
        slot = _slot(index, terms[j])
        index.slots[place, j] = slot
        _raise(index, slot, topic)
    index.lengths[place] = n
    index.topics[place] = topic
    index.before[place] = index.latest[topic]
    index.latest[topic] = index.counters[LAST]
    index.stamps[place] = at
    index.counters[LAST] += 1
    index.counters[SINCE] += 1


@njit(cache=True)
def reweigh(index):  # type: ignore[no-untyped-def]
    """Set every term's weight by the topics it stands in now, and the lengths with it."""
    live = np.zeros(index.fresh.size, np.int64)
    for topic in range(index.sizes.size):
        index.norms[topic] = 0
        if index.sizes[topic]:
            live[index.watches[topic]] += 1
    for watch in range(live.size):
        index.fresh[watch] = weight_of(live[watch] + PRIOR_TOPICS, 1)
    for slot in range(index.keys.size):
        if index.keys[slot] == 0:
            continue
        spread = index.facts[slot, SPREAD]
        here = live[np.int64(index.keys[slot] >> np.uint64(48))] + PRIOR_TOPICS
        weight = np.int64(0)
        if spread < LIST_CAP:
            weight = np.int64(weight_of(here, max(spread, 1)))
        index.facts[slot, WEIGHT] = weight
        first = index.facts[slot, BLOCK]
        for node in range(first, first + spread):
            times = np.int64(index.pool[node, 1])
            index.norms[index.pool[node, 0]] += weight * weight * times * times
    index.counters[SINCE] = 0


@njit(cache=True)
def pairs(index, least, longest, out, shares):  # type: ignore[no-untyped-def]
    """List the shares of the dot product of each two topics with at least `least` documents.

    Only terms that stand in at most `longest` topics count, so the product is a lower bound.
    """
    n = 0
    for slot in range(index.keys.size):
        spread, weight = index.facts[slot, SPREAD], np.int64(index.facts[slot, WEIGHT])
        if spread < 2 or spread > longest or weight == 0:
            continue
        square = weight * weight
        first = index.facts[slot, BLOCK]
        last = first + spread
        for node in range(first, last):
            one = index.pool[node, 0]
            for other in range(node + 1, last):
                two = index.pool[other, 0]
                if index.sizes[one] >= least and index.sizes[two] >= least and n < out.size:
                    out[n] = np.int64(min(one, two)) << 32 | np.int64(max(one, two))
                    shares[n] = square * index.pool[node, 1] * index.pool[other, 1]
                    n += 1
    return n


@njit(cache=True)
def retell(index, topic, into):  # type: ignore[no-untyped-def]
    """Give the documents of one topic to another."""
    ring = index.stamps.size
    index.latest[into] = -1
    for number in range(index.counters[FIRST], index.counters[LAST]):
        place = number % ring
        if index.topics[place] == topic or index.topics[place] == into:
            index.before[place] = index.latest[into]
            index.latest[into] = number
        if index.topics[place] != topic:
            continue
        for j in range(index.lengths[place]):
            if index.slots[place, j] >= 0:
                _lower(index, index.slots[place, j], topic)
                _raise(index, index.slots[place, j], into)
        index.topics[place] = into
        index.sizes[into] += 1
    index.sizes[topic] = 0
    index.counters[LIVE] -= 1


@njit(cache=True)
def move(old, index):  # type: ignore[no-untyped-def]
    """Copy a table of terms into a roomier one, leaving out terms that no topic holds."""
    places = np.full(old.keys.size, -1, np.int32)
    for slot in range(old.keys.size):
        if old.keys[slot] != 0 and old.facts[slot, SPREAD] > 0:
            place = _slot(index, old.keys[slot])
            index.facts[place] = old.facts[slot]
            places[slot] = place
    ring = index.stamps.size
    for number in range(index.counters[FIRST], index.counters[LAST]):
        for j in range(index.lengths[number % ring]):
            slot = index.slots[number % ring, j]
            index.slots[number % ring, j] = places[slot] if slot >= 0 else -1


@njit(cache=True)
def tally(index, topic, most):  # type: ignore[no-untyped-def]
    """Return (terms, documents, scores) of a topic's latest `most` documents."""
    ring = index.stamps.size
    most = min(most, index.sizes[topic])
    keys = np.empty(most * index.slots.shape[1], np.uint64)
    n, seen = 0, 0
    number = index.latest[topic]
    while number >= index.counters[FIRST] and seen < most:
        place = number % ring
        seen += 1
        for j in range(index.lengths[place]):
            if index.slots[place, j] >= 0:
                keys[n] = index.keys[index.slots[place, j]]
                n += 1
        number = index.before[place]
    keys[:n].sort()
    documents = np.zeros(n, np.int64)
    scores = np.zeros(n, np.int64)
    kept = -1
    for i in range(n):
        if kept < 0 or keys[i] != keys[kept]:
            kept += 1
            keys[kept] = keys[i]
            scores[kept] = np.int64(index.facts[_slot(index, keys[i]), WEIGHT])
        documents[kept] += 1
    return keys[: kept + 1], documents[: kept + 1], scores[: kept + 1] * documents[: kept + 1]
