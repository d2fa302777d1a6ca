"""Learns the word list from open text, without a dictionary.

A run of two to four characters is a candidate when its parts stand together far more often than
chance would have it (pointwise mutual information at every cut) and many characters stand on
either side of it (branching entropy; Jin and Tanaka-Ishii 2006). Then the texts are cut by the
candidates, counted anew, and what is hardly used is dropped, three times (hard EM on a unigram
model). Common is what most sources use often, hotels' guests as much as readers of the news: a
word that only shoppers use may be what a matter is about.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numba import njit

from guanlan.engine.corpus import Corpus, read
from guanlan.engine.lexicon import CHUNK, LONGEST, Lexicon, cut, ranked
from guanlan.engine.ngrams import Array

LEAST = 6  # readings of a candidate
TOGETHER = {2: 2.0, 3: 4.0, 4: 4.0}  # nats of mutual information at its weakest cut, by length
FREE = 1.0  # nats of branching entropy on its poorer side
KEPT = 5  # readings as a word
ROUNDS = 3
# By the median of its share over the sources. Chosen on the open half of CHNCI.
COMMON_WORDS = 500
COMMON_CHARACTERS = 100
_FIRST, _LAST = 0x4E00, 0x9FFF  # the common block of Chinese characters


def learn(folder: Path) -> Lexicon:
    """Return the words of all texts that corpus.read finds in `folder`, test rows left out."""
    return learn_from(read(folder))


def learn_from(corpus: Corpus) -> Lexicon:
    """Return the words of a corpus, test rows left out."""
    codes = _runs(corpus, ~corpus.held)
    singles, readings = np.unique(codes[codes != 0], return_counts=True)
    counts = [(chr(code), int(n)) for code, n in zip(singles, readings, strict=True)]
    for length in range(2, LONGEST + 1):
        counts += _candidates(codes, length)
    origin = ", ".join(np.unique(corpus.sources).tolist())
    lexicon = ranked(counts, (), origin)
    for _round in range(ROUNDS):
        lexicon = _recounted(lexicon, codes)
    return replace(lexicon, common=frozenset(_common(lexicon, corpus)))


def _runs(corpus: Corpus, wanted: Array) -> Array:
    """Return the wanted texts' Chinese characters, with one 0 for whatever stands between two runs."""
    texts = corpus.texts
    lengths = texts.starts[1:] - texts.starts[:-1]
    codes = np.where(np.repeat(wanted, lengths), texts.codes, 0)
    codes[(codes < _FIRST) | (codes > _LAST)] = 0
    again = (codes[1:] == 0) & (codes[:-1] == 0)
    return np.concatenate((codes[:1], codes[1:][~again], np.zeros(LONGEST + 1, codes.dtype)))


def _grams(codes: Array, length: int) -> Array:
    """Return, by position, the `length` characters from there as one number; 0 across a gap."""
    size = codes.size - LONGEST
    key = np.zeros(size, np.uint64)
    whole = np.ones(size, np.bool_)
    for step in range(length):
        part = codes[step : step + size]
        key = key << np.uint64(16) | part.astype(np.uint64)
        whole &= part != 0
    return np.where(whole, key, np.uint64(0))


def _counted(codes: Array, length: int) -> tuple[Array, Array]:
    grams = _grams(codes, length)
    return np.unique(grams[grams != 0], return_counts=True)


def _candidates(codes: Array, length: int) -> list[tuple[str, int]]:
    keys, counts = _counted(codes, length)
    keys, counts = keys[counts >= LEAST], counts[counts >= LEAST]
    bound = _together(codes, keys, counts, length) >= TOGETHER[length]
    keys, counts = keys[bound], counts[bound]
    free = _free(codes, keys, length) >= FREE
    return [
        (_spelled(key, length), count)
        for key, count in zip(keys[free].tolist(), counts[free].tolist(), strict=True)
    ]


def _together(codes: Array, keys: Array, counts: Array, length: int) -> Array:
    """Return the mutual information of the two parts at the weakest cut, in nats."""
    total = float(np.count_nonzero(codes))
    weakest = np.full(keys.size, np.inf)
    for head in range(1, length):
        tail = length - head
        by_chance = np.ones(keys.size)
        for part, size in ((keys >> np.uint64(16 * tail), head), (keys & _mask(tail), tail)):
            known, readings = _counted(codes, size)
            by_chance *= readings[np.searchsorted(known, part)] / total
        weakest = np.minimum(weakest, np.log(counts / total / by_chance))
    return weakest


def _free(codes: Array, keys: Array, length: int) -> Array:
    """Return the lower of the two branching entropies, in nats; a gap is a new neighbour each time."""
    grams = _grams(codes, length)
    place = np.searchsorted(keys, grams)
    place[place == keys.size] = 0
    at = np.flatnonzero((keys[place] == grams) & (grams != 0)) if keys.size else np.zeros(0, np.int64)
    sides = [_entropy(place[at], codes[at + step], keys.size) for step in (-1, length)]
    return np.minimum(*sides)


def _entropy(words: Array, neighbours: Array, size: int) -> Array:
    """Return for each of `size` words the entropy of the neighbours it was read with."""
    pairs, counts = np.unique(words.astype(np.int64) << 16 | neighbours, return_counts=True)
    alone = pairs & 0xFFFF == 0
    spread = np.where(alone, 0.0, counts * np.log(counts))
    totals = np.bincount(words, minlength=size)
    inner = np.bincount(pairs >> 16, weights=spread, minlength=size)
    return np.asarray(np.log(totals) - inner / totals)


def _recounted(lexicon: Lexicon, codes: Array) -> Lexicon:
    """Return the lexicon with its words counted as the texts are cut by it."""
    readings = _count(codes, lexicon.cutter, len(lexicon.words))
    kept = [
        (word, count)
        for word, count in zip(lexicon.words, readings.tolist(), strict=True)
        if count >= (KEPT if len(word) > 1 else 1)
    ]
    return ranked(kept, (), lexicon.origin)


def _common(lexicon: Lexicon, corpus: Corpus) -> Iterator[str]:
    size = len(lexicon.words)
    shares = [
        readings / max(readings.sum(), 1)
        for source in np.unique(corpus.sources)
        for readings in [
            _count(_runs(corpus, ~corpus.held & (corpus.sources == source)), lexicon.cutter, size)
        ]
    ]
    order = np.argsort(-np.median(shares, axis=0), kind="stable").tolist()
    ranking = [lexicon.words[place] for place in order]
    yield from [word for word in ranking if len(word) > 1][:COMMON_WORDS]
    yield from [word for word in ranking if len(word) == 1][:COMMON_CHARACTERS]


@njit(cache=True)
def _count(codes, table, size):  # type: ignore[no-untyped-def]
    readings = np.zeros(size, np.int64)
    ends, slots = np.empty(CHUNK, np.int32), np.empty(CHUNK, np.int64)
    first = 0
    while first < codes.size:
        last = first
        while last < codes.size and last - first < CHUNK and codes[last] != 0:
            last += 1
        for i in range(cut(codes, first, last, table, ends, slots)):
            if slots[i] >= 0:
                readings[table.places[slots[i]]] += 1
        first = max(last, first + 1)
    return readings


def _mask(length: int) -> np.uint64:
    return np.uint64((1 << 16 * length) - 1)


def _spelled(key: int, length: int) -> str:
    return "".join(chr(key >> 16 * step & 0xFFFF) for step in reversed(range(length)))
