"""Finds every term of every watch in one pass over a batch.

Terms stand in buckets by a hash of their first two characters; a term of one character has
its own buckets. A candidate is compared character by character, so nothing is found that
is not there, and terms that overlap or contain one another are all found.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from guanlan.engine.text import Texts, encode

BUCKETS = 1 << 16


class TermScan:
    """All terms, ready to scan; term ids are positions in `terms` (distinct, normal form)."""

    def __init__(self, terms: Sequence[str]) -> None:
        self._ends = np.cumsum([0, *(len(term) for term in terms)], dtype=np.int64)
        self._codes = encode("".join(terms))
        pairs = [term for term, words in enumerate(terms) if len(words) > 1]
        ones = [term for term, words in enumerate(terms) if len(words) == 1]
        self._pairs = _buckets(pairs, [_slot(*encode(terms[term][:2]).tolist()) for term in pairs])
        self._ones = _buckets(ones, [_slot(ord(terms[term]), 0) for term in ones])

    def find(self, texts: Texts) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Return (posts, terms, positions in `texts.named`) by post, then position, then term id."""
        room = 1024
        while True:
            out = np.empty((3, room), np.int64)
            found = _find(texts.named, texts.starts, (self._codes, self._ends), self._pairs, self._ones, out)
            if found <= room:
                posts, terms, positions = out[:, :found]
                order = np.lexsort((terms, positions))
                return posts[order], terms[order], positions[order]
            room = int(found)


def _slot(first: int, second: int) -> int:
    return ((first * 0x9E3779B1 + second * 0x85EBCA6B) >> 7) & (BUCKETS - 1)


def _buckets(terms: list[int], slots: list[int]) -> tuple[Any, Any]:
    counts = np.bincount(np.array(slots, np.int64), minlength=BUCKETS)
    starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))
    return starts, np.array(terms, np.int64)[np.argsort(np.array(slots, np.int64), kind="stable")]


@njit(cache=True)
def _find(codes, starts, terms, pairs, ones, out):  # type: ignore[no-untyped-def]
    """Fill `out` as far as it reaches; return how many occurrences there are."""
    found = 0
    for post in range(len(starts) - 1):
        end = starts[post + 1]
        for at in range(starts[post], end):
            first = np.int64(codes[at])
            if at + 1 < end:
                slot = ((first * 0x9E3779B1 + np.int64(codes[at + 1]) * 0x85EBCA6B) >> 7) & 0xFFFF
                found = _verify(codes, (post, at, end), terms, (slot, pairs[0], pairs[1]), out, found)
            if len(ones[1]):
                slot = ((first * 0x9E3779B1) >> 7) & 0xFFFF
                found = _verify(codes, (post, at, end), terms, (slot, ones[0], ones[1]), out, found)
    return found


@njit(cache=True)
def _verify(codes, place, terms, bucket, out, found):  # type: ignore[no-untyped-def]
    post, at, end = place
    words, ends = terms
    slot, starts, members = bucket
    for row in range(starts[slot], starts[slot + 1]):
        term = members[row]
        begin, size = ends[term], ends[term + 1] - ends[term]
        same = 0
        while same < size and at + same < end and words[begin + same] == codes[at + same]:
            same += 1
        if same == size:
            if found < out.shape[1]:
                out[0, found], out[1, found], out[2, found] = post, term, at
            found += 1
    return found
