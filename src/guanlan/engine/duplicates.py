"""Near copies: which earlier post a post repeats.

Idea: letters and digits only, no emoticons in brackets, as sets of 3-grams. 64 MinHashes
in 32 bands of two find originals that may be alike; the exact share of 3-grams then
decides. Only originals are kept, so copies never chain away from what they copy. Of a
repost (`own words//@name: quoted`) the own words count; where they are short, what it
quotes.

Limits: an original is remembered for 72 hours of event time, and while it is among the
last 65,536 originals and the last 4 million 3-grams. Fewer than 8 letters are never a
copy; short texts must agree almost wholly. Only a post's first 2,000 letters are compared.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from guanlan.engine.folding import face_end
from guanlan.engine.text import Texts

WINDOW_HOURS = 72
KEPT = 1 << 16  # originals
ARENA = 1 << 22  # 3-grams of all originals together
HASHES, BANDS = 64, 32
SLOTS, CELLS = 1 << 15, 4  # per band; a slot keeps its newest originals
LONGEST = 2000  # letters compared
SHORTEST = 8  # letters
SHORT, SHORT_PERCENT = 16, 80  # fewer 3-grams than this: so much of the larger set
QUOTED, QUOTED_PERCENT = 10, 90  # but from so many on, so much of the smaller set is enough: it quotes
MIDDLE, MIDDLE_PERCENT = 40, 50  # fewer than this: so much of the smaller set
PERCENT = 30  # of the smaller set, for longer texts; and for middling ones if the letters' order agrees
ORDER_PERCENT = 70  # of the smaller text's letters, in one order in both

_STATE = ("table", "arena", "begins", "sizes", "times", "counters")


def _multipliers() -> NDArray[np.uint64]:
    """Return odd 64-bit constants by splitmix64 (Steele, Lea, Flood 2014)."""
    full, state, out = (1 << 64) - 1, 0, []
    for _ in range(HASHES):
        state = (state + 0x9E3779B97F4A7C15) & full
        mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & full
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & full
        out.append(mixed ^ (mixed >> 31) | 1)
    return np.array(out, np.uint64)


MULTIPLIERS = _multipliers()


class Duplicates:
    """Remembers originals; the same posts give the same answers at any batch size."""

    def __init__(self) -> None:
        self._ids: list[str] = [""] * KEPT
        self._state: dict[str, NDArray[Any]] = {
            "table": np.zeros((BANDS, SLOTS, CELLS), np.int64),  # number << 24 | fingerprint
            "arena": np.zeros(ARENA, np.uint64),
            "begins": np.zeros(KEPT, np.int64),  # 3-grams written before this original's
            "sizes": np.zeros(KEPT, np.int64),
            "times": np.zeros(KEPT, np.int64),
            "counters": np.zeros(2, np.int64),  # originals, 3-grams written
        }

    def feed(self, texts: Texts, ids: Sequence[str], times: NDArray[np.int64]) -> list[str | None]:
        """Return for each post the id of the original it copies, or None.

        `times` are microseconds since 1970. Among several originals the earliest counts, by
        time, then by order of feeding. A post fed again under its own id is no copy.
        """
        state = tuple(self._state[name] for name in _STATE)
        found, numbers = _feed(texts.codes, texts.starts, np.asarray(times, np.int64), MULTIPLIERS, state)
        originals: list[str | None] = []
        for row, (copied, number) in enumerate(zip(found.tolist(), numbers.tolist(), strict=True)):
            if number:
                self._ids[number % KEPT] = ids[row]
            original = self._ids[copied % KEPT] if copied else None
            originals.append(None if original == ids[row] else original)
        return originals

    def snapshot(self) -> dict[str, Any]:
        """Return a copy of everything that decides what comes next."""
        return {"ids": list(self._ids)} | {name: self._state[name].copy() for name in _STATE}

    @classmethod
    def restore(cls, snapshot: dict[str, Any]) -> "Duplicates":
        """Return a state that goes on exactly where `snapshot` was taken."""
        duplicates = cls()
        duplicates._ids = list(snapshot["ids"])
        duplicates._state = {name: np.array(snapshot[name]) for name in _STATE}
        return duplicates


@njit(cache=True)
def _is_letter(code):  # type: ignore[no-untyped-def]
    """Whether a normalised code carries words: no space, mask, punctuation or symbol."""
    if code < 128:
        return 97 <= code <= 122 or 48 <= code <= 57
    return 0xC0 <= code < 0x2000 or 0x3041 <= code < 0xD800 or 0xF900 <= code < 0xFB00 or code >= 0x20000


@njit(cache=True)
def _letters(codes, begin, end, out):  # type: ignore[no-untyped-def]
    """Copy the compared letters to `out`, return how many: the first part of a //@ chain that has enough."""
    size, at = 0, begin
    while at < end and size < LONGEST:
        if at + 2 < end and codes[at] == 47 and codes[at + 1] == 47 and codes[at + 2] == 30:
            if size >= SHORTEST:
                break
            size = 0
        elif codes[at] == 91:
            at = face_end(codes, at, end)
        elif _is_letter(codes[at]):
            out[size] = codes[at]
            size += 1
        at += 1
    return size


@njit(cache=True)
def _mixed(gram):  # type: ignore[no-untyped-def]
    mixed = (gram ^ (gram >> np.uint64(31))) * np.uint64(0x9FB21C651E98DF25)
    return mixed ^ (mixed >> np.uint64(28))


@njit(cache=True)
def _place(gram, places, mask):  # type: ignore[no-untyped-def]
    """Return where a 3-gram stands in the open table `places`, or the free place where it would."""
    at = np.int64(_mixed(gram) >> np.uint64(20)) & mask
    while places[at] != 0 and places[at] != gram:
        at = (at + 1) & mask
    return at


@njit(cache=True)
def _grams(letters, size, grams, places):  # type: ignore[no-untyped-def]
    """Write the distinct 3-grams, three code points in 63 bits each; return (how many, mask of `places`).

    `places` becomes an open table of them, at most half full.
    """
    room = 16
    while room < 2 * size:
        room *= 2
    places[:room] = 0
    kept = 0
    for at in range(size - 2):
        packed = (np.int64(letters[at]) << 42) | (np.int64(letters[at + 1]) << 21) | np.int64(letters[at + 2])
        gram = np.uint64(packed)
        place = _place(gram, places, room - 1)
        if places[place] == 0:
            places[place] = gram
            grams[kept] = gram
            kept += 1
    return kept, room - 1


@njit(cache=True)
def _signature(grams, multipliers):  # type: ignore[no-untyped-def]
    lowest = np.full(HASHES, np.uint64(0xFFFFFFFFFFFFFFFF), np.uint64)
    for gram in grams:
        mixed = _mixed(gram)
        for row in range(HASHES):
            value = mixed * multipliers[row]
            value ^= value >> np.uint64(32)
            lowest[row] = min(lowest[row], value)
    return lowest


@njit(cache=True)
def _band(signature, band):  # type: ignore[no-untyped-def]
    """Return the band's slot and its 24-bit fingerprint."""
    key = signature[2 * band] * np.uint64(0x9E3779B97F4A7C15) + signature[2 * band + 1]
    key = (key ^ (key >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    key ^= key >> np.uint64(32)
    return np.int64(key & np.uint64(SLOTS - 1)), np.int64((key >> np.uint64(20)) & np.uint64(0xFFFFFF))


@njit(cache=True)
def _alike(grams, table, arena, begin, size):  # type: ignore[no-untyped-def]
    """Whether two sets share enough 3-grams; one also stands in the open `table`, one in the ring `arena`."""
    places, mask = table
    shared = 0
    for at in range(begin, begin + size):
        gram = arena[at & (ARENA - 1)]
        shared += places[_place(gram, places, mask)] == gram
    smaller, larger = min(len(grams), size), max(len(grams), size)
    if smaller < SHORT:
        quotes = smaller >= QUOTED and shared * 100 >= QUOTED_PERCENT * smaller
        return quotes or shared * 100 >= SHORT_PERCENT * larger
    if smaller >= MIDDLE or shared * 100 >= MIDDLE_PERCENT * smaller or shared * 100 < PERCENT * smaller:
        return shared * 100 >= PERCENT * smaller
    return _in_order(grams, arena, begin, size) * 100 >= ORDER_PERCENT * smaller


@njit(cache=True)
def _in_order(grams, arena, begin, size):  # type: ignore[no-untyped-def]
    """Return how many letters two texts share in one order (the longest common subsequence).

    A text's letters are the first ones of its 3-grams; one that occurs again counts once.
    Two reports in the same phrases share runs; a copy with letters replaced keeps its order.
    """
    best = np.zeros(len(grams) + 1, np.int32)
    for at in range(begin, begin + size):
        letter = arena[at & (ARENA - 1)] >> np.uint64(42)
        before = 0  # best[place - 1] of the line above
        for place in range(1, len(grams) + 1):
            above = best[place]
            if grams[place - 1] >> np.uint64(42) == letter:
                best[place] = before + 1
            elif best[place - 1] > above:
                best[place] = best[place - 1]
            before = above
    return best[len(grams)]


@njit(cache=True)
def _original(grams, places, signature, time, state):  # type: ignore[no-untyped-def]
    """Return the number of the earliest live original that is alike, or 0."""
    table, arena, begins, sizes, times, counters = state
    best = 0
    for band in range(BANDS):
        slot, fingerprint = _band(signature, band)
        for cell in range(CELLS):
            number = table[band, slot, cell] >> 24
            row = number % KEPT
            if number == 0 or number == best or table[band, slot, cell] & 0xFFFFFF != fingerprint:
                continue
            if number <= counters[0] - KEPT or begins[row] < counters[1] - ARENA:
                continue
            if abs(time - times[row]) > WINDOW_HOURS * 3_600_000_000:
                continue
            older = best == 0 or (times[row], number) < (times[best % KEPT], best)
            if older and _alike(grams, places, arena, begins[row], sizes[row]):
                best = number
    return best


@njit(cache=True)
def _remember(grams, signature, time, state):  # type: ignore[no-untyped-def]
    """Write an original, return its number."""
    table, arena, begins, sizes, times, counters = state
    counters[0] += 1
    number, row = counters[0], counters[0] % KEPT
    begins[row], sizes[row], times[row] = counters[1], len(grams), time
    for gram in grams:
        arena[counters[1] & (ARENA - 1)] = gram
        counters[1] += 1
    for band in range(BANDS):
        slot, fingerprint = _band(signature, band)
        for cell in range(CELLS - 1, 0, -1):
            table[band, slot, cell] = table[band, slot, cell - 1]
        table[band, slot, 0] = (number << 24) | fingerprint
    return number


@njit(cache=True)
def _feed(codes, starts, times, multipliers, state):  # type: ignore[no-untyped-def]
    """Return for each post the number of what it copies and its own number, 0 for none."""
    posts = len(starts) - 1
    found, numbers = np.zeros(posts, np.int64), np.zeros(posts, np.int64)
    letters, all_grams = np.empty(LONGEST, np.uint32), np.empty(LONGEST, np.uint64)
    places = np.empty(4 * LONGEST, np.uint64)
    for post in range(posts):
        size = _letters(codes, starts[post], starts[post + 1], letters)
        if size < SHORTEST:
            continue
        kept, mask = _grams(letters, size, all_grams, places)
        grams = all_grams[:kept]
        signature = _signature(grams, multipliers)
        found[post] = _original(grams, (places, mask), signature, times[post], state)
        if found[post] == 0:
            numbers[post] = _remember(grams, signature, times[post], state)
    return found, numbers
