"""Near copies: a post that says mostly what an earlier one said.

Idea: a post is the set of its hashed character 3-grams. 64 minimum hashes in 32 bands of
two find earlier posts that may be alike (a pair that shares a third of its 3-grams meets
in some band with probability 1 - (1 - 1/9)^32 = .98); what they find is verified on the
3-grams themselves by containment, |A and B| / min(|A|, |B|). Of long posts the 192
smallest hashes stand for all (bottom-k), compared where both are complete.

A copy is named by the first post of its line. A repost (`//@`) with words of its own is
judged by those; without, by what it quotes. Posts of fewer than six 3-grams are no copies
of anything.

Limits: the last 20,000 posts, 72 hours; at most 64 candidates a post are verified.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from guanlan.engine.text import NAME, Texts

WINDOW = 20_000
WINDOW_US = 72 * 3_600_000_000
BANDS, SHIFTS = 32, 64
KEPT = 192  # 3-gram hashes of a post
LEAST = 6  # 3-grams
SHORT = 12  # 3-grams: below, nearly all must agree
ALIKE, SHORT_ALIKE = 0.4, 0.8
BUCKETS = 1 << 15
CANDIDATES = 64
_WHOLE = 0xFFFFFFFF

# Odd multipliers of the 64 hash functions, by the constants of splitmix64.
_MULTIPLIERS = np.array(
    [
        (0x9E3779B97F4A7C15 * (2 * n + 1) ^ 0xBF58476D1CE4E5B9 * (n + 7)) & 0xFFFFFFFF | 1
        for n in range(SHIFTS)
    ],
    np.uint32,
)


class Duplicates:
    """The posts of the window and their bands; `feed` in order, at any batch size."""

    def __init__(self) -> None:
        self._count = 0  # posts ever kept; the place of one is its number modulo WINDOW
        self._grams = np.zeros((WINDOW, KEPT), np.uint32)
        self._sizes = np.zeros(WINDOW, np.int32)
        self._tops = np.zeros(WINDOW, np.uint32)  # the largest hash up to which the set is complete
        self._times = np.zeros(WINDOW, np.int64)
        self._heads = np.full((BANDS, BUCKETS), -1, np.int64)
        self._before = np.full((BANDS, WINDOW), -1, np.int64)
        self._signs = np.zeros((WINDOW, BANDS), np.uint64)
        self._names: list[str] = [""] * WINDOW  # of the first post of its line

    def feed(self, texts: Texts, ids: Sequence[str], times: NDArray[np.int64]) -> list[str | None]:
        """Return for each post the id of the post it copies, or None; times in microseconds since 1970."""
        originals: list[str | None] = []
        tables = (self._grams, self._sizes, self._tops, self._times, self._heads, self._before, self._signs)
        for post, name in enumerate(ids):
            begin, end = int(texts.starts[post]), int(texts.starts[post + 1])
            own = _own_words(texts.codes, begin, end)
            found, kept = _find_and_keep(
                texts.codes, (begin, own, end), int(times[post]), self._count, tables, _MULTIPLIERS
            )
            first = self._names[found % WINDOW] if found >= 0 else None
            if kept:
                self._names[self._count % WINDOW] = first or name
                self._count += 1
            originals.append(first if first != name else None)
        return originals

    def snapshot(self) -> dict[str, Any]:
        """Return all state as arrays and plain values."""
        used = min(self._count, WINDOW)
        width = int(self._sizes.max(initial=0))
        return {
            "count": self._count,
            "grams": self._grams[:used, :width].copy(),
            "sizes": self._sizes[:used].copy(),
            "tops": self._tops[:used].copy(),
            "times": self._times[:used].copy(),
            "signs": self._signs[:used].copy(),
            "names": self._names[:used],
        }

    @classmethod
    def restore(cls, state: dict[str, Any]) -> "Duplicates":
        """Return what `snapshot` described; the bands are laid again from the signs."""
        made, used = cls(), len(state["names"])
        made._count = state["count"]
        made._grams[:used, : state["grams"].shape[1]] = state["grams"]
        made._sizes[:used], made._tops[:used] = state["sizes"], state["tops"]
        made._times[:used], made._signs[:used] = state["times"], state["signs"]
        made._names[:used] = state["names"]
        for number in range(made._count - used, made._count):
            _lay(made._signs[number % WINDOW], number, made._heads, made._before)
        return made


@njit(cache=True)
def _own_words(codes, begin, end):  # type: ignore[no-untyped-def]
    """Return where a repost's own words end: at the first `//@name`, or the post's end."""
    for at in range(begin, end - 2):
        if codes[at] == 47 and codes[at + 1] == 47 and codes[at + 2] == NAME:
            return at
    return end


@njit(cache=True)
def _shingles(codes, begin, end):  # type: ignore[no-untyped-def]
    """Return the sorted distinct hashes of the 3-grams, separators and masks left out."""
    words = np.empty(max(end - begin, 1), np.uint32)
    size = 0
    for at in range(begin, end):
        if codes[at] > 0x2F and codes[at] != 0x3000 and not 0x3001 <= codes[at] <= 0x3003:
            words[size] = codes[at]
            size += 1
    hashes = np.empty(max(size - 2, 0), np.uint32)
    for at in range(size - 2):
        mixed = np.uint64(words[at]) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ np.uint64(words[at + 1])) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ np.uint64(words[at + 2])) * np.uint64(0x94D049BB133111EB)
        hashes[at] = np.uint32(mixed >> np.uint64(32))
    return np.unique(hashes)


@njit(cache=True)
def _find_and_keep(codes, place, time, count, tables, multipliers):  # type: ignore[no-untyped-def]
    """Return (number of the earliest post this one copies or -1, whether it was kept)."""
    grams, sizes, tops, times, heads, before, signs = tables
    begin, own, end = place
    found = _shingles(codes, begin, own)
    if len(found) < LEAST and own < end:
        found = _shingles(codes, begin, end)
    if len(found) < LEAST:
        return -1, False
    top = np.uint32(_WHOLE) if len(found) <= KEPT else found[KEPT - 1]
    found = found[:KEPT]
    sign = _sign(found, multipliers)
    original = _earliest(found, top, sign, (time, count), tables)
    slot = count % WINDOW
    grams[slot, : len(found)] = found
    sizes[slot], tops[slot], times[slot] = len(found), top, time
    signs[slot] = sign
    _lay(sign, count, heads, before)
    return original, True


@njit(cache=True)
def _sign(found, multipliers):  # type: ignore[no-untyped-def]
    """Return one number a band: two minimum hashes side by side."""
    sign = np.empty(BANDS, np.uint64)
    for band in range(BANDS):
        both = np.uint64(0)
        for half in range(2):
            least = np.uint32(_WHOLE)
            for gram in found:
                mixed = np.uint32(gram * multipliers[2 * band + half])
                mixed = np.uint32((mixed ^ (mixed >> np.uint32(15))) * np.uint32(0x2C1B3C6D))
                least = min(least, mixed)
            both = (both << np.uint64(32)) | np.uint64(least)
        sign[band] = both
    return sign


@njit(cache=True)
def _bucket(sign):  # type: ignore[no-untyped-def]
    return np.int64((sign * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(49))


@njit(cache=True)
def _lay(sign, number, heads, before):  # type: ignore[no-untyped-def]
    for band in range(BANDS):
        bucket = _bucket(sign[band])
        before[band, number % WINDOW] = heads[band, bucket]
        heads[band, bucket] = number


@njit(cache=True)
def _earliest(found, top, sign, now, tables):  # type: ignore[no-untyped-def]
    """Return the number of the earliest verified candidate, -1 if there is none."""
    grams, sizes, tops, times, heads, before, signs = tables
    time, count = now
    seen = np.empty(CANDIDATES, np.int64)
    looked, best = 0, -1
    for band in range(BANDS):
        number = heads[band, _bucket(sign[band])]
        # A post that left the window has been written over, and with it its way back.
        while number > count - WINDOW and number >= 0 and looked < CANDIDATES:
            slot = number % WINDOW
            if signs[slot, band] == sign[band] and not _among(number, seen, looked):
                seen[looked] = number
                looked += 1
                fresh = times[slot] >= time - WINDOW_US
                if fresh and _is_alike(found, top, grams[slot, : sizes[slot]], tops[slot]):
                    best = number if best < 0 else min(best, number)
            number = before[band, slot]
    return best


@njit(cache=True)
def _among(number, seen, looked):  # type: ignore[no-untyped-def]
    for place in range(looked):  # noqa: SIM110 - compiled
        if seen[place] == number:
            return True
    return False


@njit(cache=True)
def _is_alike(one, one_top, other, other_top):  # type: ignore[no-untyped-def]
    """Say whether enough of the smaller set stands in the larger, as far as both are complete."""
    top = min(one_top, other_top)
    i = j = common = 0
    while i < len(one) and j < len(other) and one[i] <= top and other[j] <= top:
        if one[i] == other[j]:
            common += 1
            i += 1
            j += 1
        elif one[i] < other[j]:
            i += 1
        else:
            j += 1
    smaller = min(np.searchsorted(one, top, side="right"), np.searchsorted(other, top, side="right"))
    if smaller < LEAST:
        return False
    return common >= smaller * (SHORT_ALIKE if smaller < SHORT else ALIKE)
