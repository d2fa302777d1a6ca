"""Finds every term of every watch in one pass over a batch.

Terms are filed under their first two characters, in an open hash table; those of one
character under that one. A bit per hash, few enough to stay in the processor's nearest
cache, says where looking is worth while. The rest of a term is compared character by
character, so nothing is found that is not there, and terms that overlap or contain one
another are all found.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from guanlan.engine.text import Texts, encode

BITS, SINGLES = 1 << 17, 1 << 12
A_POST = 4  # occurrences for which there is room at first

Found = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]


class Files(NamedTuple):
    """The terms, filed under how they begin."""

    bits: NDArray[np.uint32]
    singles: NDArray[np.bool_]  # per low bits of a character: may it be a whole term
    keys: NDArray[np.uint64]  # first two characters (the second 0 for a term of one); 0: free
    spans: NDArray[np.int32]  # per key: begin and end of its terms
    terms: NDArray[np.int32]  # ascending within a key
    thirds: NDArray[np.uint32]  # their third character, 0 for none
    sizes: NDArray[np.int32]
    begins: NDArray[np.int32]  # of the rest of each term in `codes`
    codes: NDArray[np.uint32]


class TermScan:
    """All terms, ready to scan; term ids are positions in `terms` (distinct, normal form)."""

    def __init__(self, terms: Sequence[str]) -> None:
        self._files = _filed(terms)

    def find(self, texts: Texts) -> Found:
        """Return (posts, terms, positions in `texts.named`) by post, then position, then term id."""
        room = A_POST * len(texts) + 64
        while True:
            out = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int64)
            found = _find(texts.named, texts.starts, self._files, out)
            if found <= room:
                return out[0][:found], out[1][:found], out[2][:found]
            room = int(found)


def _filed(terms: Sequence[str]) -> Files:
    by_key: dict[int, list[int]] = {}
    for term, words in enumerate(terms):
        by_key.setdefault(ord(words[0]) << 32 | (ord(words[1]) if len(words) > 1 else 0), []).append(term)
    size = 1 << (4 * len(by_key) + 4).bit_length()
    order = [term for found in by_key.values() for term in found]
    ends = np.cumsum([0, *(len(found) for found in by_key.values())], dtype=np.int32)
    codes, starts = encode("".join(terms)), np.cumsum([0, *map(len, terms)], dtype=np.int32)
    singles = np.zeros(SINGLES, np.bool_)
    singles[[ord(words) & (SINGLES - 1) for words in terms if len(words) == 1]] = True
    files = Files(
        np.zeros(BITS >> 5, np.uint32),
        singles,
        np.zeros(size, np.uint64),
        np.zeros((size, 2), np.int32),
        np.array(order, np.int32),
        np.array([ord(terms[term][2]) if len(terms[term]) > 2 else 0 for term in order], np.uint32),
        np.array([len(terms[term]) for term in order], np.int32),
        np.array([starts[term] for term in order], np.int32),
        codes,
    )
    _file(files, np.array(list(by_key), np.uint64), ends)
    return files


@njit(cache=True)
def _mixed(key):  # type: ignore[no-untyped-def]
    return key * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(40)


@njit(cache=True)
def _file(files, keys, ends):  # type: ignore[no-untyped-def]
    mask = np.uint64(files.keys.size - 1)
    for row in range(keys.size):
        mixed = _mixed(keys[row])
        at = mixed & mask
        while files.keys[at] != 0:
            at = (at + np.uint64(1)) & mask
        files.keys[at] = keys[row]
        files.spans[at, 0], files.spans[at, 1] = ends[row], ends[row + 1]
        bit = mixed & np.uint64(BITS - 1)
        files.bits[bit >> np.uint64(5)] |= np.uint32(1) << np.uint32(bit & np.uint64(31))


@njit(cache=True)
def _find(codes, starts, files, out):  # type: ignore[no-untyped-def]
    """Fill `out` as far as it reaches; return how many occurrences there are."""
    found = 0
    spots = np.empty(np.diff(starts).max() if len(starts) > 1 else 0, np.int64)
    for post in range(len(starts) - 1):
        end = starts[post + 1]
        for spot in spots[: _listed(codes, starts[post], end, files, spots)]:
            first = np.uint64(codes[spot]) << np.uint64(32)
            before = found
            if files.singles[codes[spot] & np.uint32(SINGLES - 1)]:
                found = _verify(codes, (post, spot, end), first, files, out, found)
            if spot + 1 < end:
                key = first | np.uint64(codes[spot + 1])
                found = _verify(codes, (post, spot, end), key, files, out, found)
            if found - before > 1 and found <= len(out[1]):
                _ordered(out[1], before, found)
    return found


@njit(cache=True)
def _listed(codes, begin, end, files, spots):  # type: ignore[no-untyped-def]
    """List where looking is worth while, without a branch; return how many places these are."""
    bits, singles = files.bits, files.singles
    listed, at, last = np.uint64(0), np.uint64(begin), np.uint64(max(begin, end - 1))
    while at < last:
        code = codes[at]
        bit = _mixed(np.uint64(code) << np.uint64(32) | np.uint64(codes[at + np.uint64(1)]))
        bit &= np.uint64(BITS - 1)
        worth = bits[bit >> np.uint64(5)] >> np.uint32(bit & np.uint64(31))
        spots[listed] = at
        listed += np.uint64((worth & np.uint32(1)) | np.uint32(singles[code & np.uint32(SINGLES - 1)]))
        at += np.uint64(1)
    if begin < end:
        spots[listed] = at
        listed += np.uint64(singles[codes[at] & np.uint32(SINGLES - 1)])
    return np.int64(listed)


@njit(cache=True)
def _ordered(terms, first, last):  # type: ignore[no-untyped-def]
    """Sort the few terms of one position."""
    for i in range(first + 1, last):
        term, at = terms[i], i
        while at > first and terms[at - 1] > term:
            terms[at] = terms[at - 1]
            at -= 1
        terms[at] = term


@njit(cache=True, inline="always")
def _verify(codes, place, key, files, out, found):  # type: ignore[no-untyped-def]
    """Write the terms filed under `key` that stand at a place of a text."""
    post, at, end = place
    mask = np.uint64(files.keys.size - 1)
    slot = _mixed(key) & mask
    while files.keys[slot] != key:
        if files.keys[slot] == 0:
            return found
        slot = (slot + np.uint64(1)) & mask
    for row in range(files.spans[slot, 0], files.spans[slot, 1]):
        third = files.thirds[row]
        if third and (at + 2 >= end or codes[at + 2] != third):
            continue
        size, begin = files.sizes[row], files.begins[row]
        same = 3
        while same < size and at + same < end and files.codes[begin + same] == codes[at + same]:
            same += 1
        if same >= size:
            if found < len(out[0]):
                out[0][found], out[1][found], out[2][found] = post, files.terms[row], at
            found += 1
    return found
