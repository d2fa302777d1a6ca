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
from guanlan.engine.prefetching import prefetch
from guanlan.engine.text import Texts

WINDOW_HOURS = 72
KEPT = 1 << 16  # originals
ARENA = 1 << 22  # 3-grams of all originals together
HASHES, BANDS = 64, 32
SLOTS, CELLS = 1 << 15, 4  # per band; a slot keeps its newest originals
CACHE_LINE = 64  # bytes
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


def _table() -> NDArray[np.int64]:
    """Return the empty slots of all bands, each slot in one line of the processor's cache."""
    size = BANDS * SLOTS * CELLS
    room = np.zeros(size + CACHE_LINE // 8, np.int64)
    begin = -room.ctypes.data % CACHE_LINE // 8
    return room[begin : begin + size].reshape(BANDS, SLOTS, CELLS)


class Duplicates:
    """Remembers originals; the same posts give the same answers at any batch size."""

    def __init__(self) -> None:
        self._ids: list[str] = [""] * KEPT
        self._state: dict[str, NDArray[Any]] = {
            "table": _table(),  # number << 24 | fingerprint
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
        originals: list[str | None] = [None] * len(ids)
        kept = self._ids
        for row, (copied, number) in enumerate(zip(found.tolist(), numbers.tolist(), strict=True)):
            if number:
                kept[number % KEPT] = ids[row]
            elif copied and kept[copied % KEPT] != ids[row]:
                originals[row] = kept[copied % KEPT]
        return originals

    def snapshot(self) -> dict[str, Any]:
        """Return a copy of everything that decides what comes next."""
        return {"ids": list(self._ids)} | {name: self._state[name].copy() for name in _STATE}

    @classmethod
    def restore(cls, snapshot: dict[str, Any]) -> "Duplicates":
        """Return a state that goes on exactly where `snapshot` was taken."""
        duplicates = cls()
        duplicates._ids = list(snapshot["ids"])
        for name in _STATE:
            duplicates._state[name][:] = snapshot[name]
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
        code = codes[at]
        if 0x3041 <= code < 0xD800:  # most are
            out[size] = code
            size += 1
        elif code == 91:
            at = face_end(codes, at, end)
        elif code == 47 and at + 2 < end and codes[at + 1] == 47 and codes[at + 2] == 30:
            if size >= SHORTEST:
                break
            size = 0
        elif _is_letter(code):
            out[size] = code
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

    `places` becomes an open table of them, at most a quarter full.
    """
    room = 16
    while room < 4 * size:
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
def _bands(signature, table, slots, fingerprints):  # type: ignore[no-untyped-def]
    """Write each band's slot and its 24-bit fingerprint; ask for the slots, which are far apart."""
    flat = table.reshape(BANDS * SLOTS, CELLS)
    for band in range(BANDS):
        key = signature[2 * band] * np.uint64(0x9E3779B97F4A7C15) + signature[2 * band + 1]
        key = (key ^ (key >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
        key ^= key >> np.uint64(32)
        slots[band] = key & np.uint64(SLOTS - 1)
        fingerprints[band] = np.int64((key >> np.uint64(20)) & np.uint64(0xFFFFFF))
        prefetch(flat, np.uint64(band * SLOTS) + slots[band])


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


@njit(cache=True, inline="always")
def _may_hold(table, band, slot, fingerprint):  # type: ignore[no-untyped-def]
    """Say whether a cell of the slot has the fingerprint; compiled for all cells at once."""
    held = False
    for cell in range(CELLS):
        held |= (table[band, slot, cell] ^ fingerprint) & 0xFFFFFF == 0
    return held


@njit(cache=True)
def _original(grams, places, bands, time, state):  # type: ignore[no-untyped-def]
    """Return the number of the earliest live original that is alike, or 0."""
    table, arena, begins, sizes, times, counters = state
    slots, fingerprints = bands
    best = 0
    for band in range(BANDS):
        slot, fingerprint = slots[band], fingerprints[band]
        if not _may_hold(table, band, slot, fingerprint):
            continue
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
def _remember(grams, bands, time, state):  # type: ignore[no-untyped-def]
    """Write an original, return its number."""
    table, arena, begins, sizes, times, counters = state
    counters[0] += 1
    number, row = counters[0], counters[0] % KEPT
    begin = counters[1]
    begins[row], sizes[row], times[row] = begin, len(grams), time
    for at in range(len(grams)):
        arena[(begin + at) & (ARENA - 1)] = grams[at]
    counters[1] += len(grams)
    slots, fingerprints = bands
    for band in range(BANDS):
        slot, fingerprint = slots[band], fingerprints[band]
        for cell in range(CELLS - 1, 0, -1):
            table[band, slot, cell] = table[band, slot, cell - 1]
        table[band, slot, 0] = (number << 24) | fingerprint
    return number


@njit(cache=True)
def _read(codes, begin, end, multipliers, table, room):  # type: ignore[no-untyped-def]
    """Fill `room` with the post's 3-grams, their open table and its bands; return (how many, mask)."""
    letters, grams, places, slots, fingerprints = room
    size = _letters(codes, begin, end, letters)
    if size < SHORTEST:
        return 0, 0
    kept, mask = _grams(letters, size, grams, places)
    _bands(_signature(grams[:kept], multipliers), table, slots, fingerprints)
    return kept, mask


@njit(cache=True)
def _room():  # type: ignore[no-untyped-def]
    return (
        np.empty(LONGEST, np.uint32),
        np.empty(LONGEST, np.uint64),
        np.empty(8 * LONGEST, np.uint64),
        np.empty(BANDS, np.uint64),
        np.empty(BANDS, np.int64),
    )


@njit(cache=True)
def _feed(codes, starts, times, multipliers, state):  # type: ignore[no-untyped-def]
    """Return for each post the number of what it copies and its own number, 0 for none."""
    posts = len(starts) - 1
    found, numbers = np.zeros(posts, np.int64), np.zeros(posts, np.int64)
    room = _room()
    _, all_grams, places, slots, fingerprints = room
    bands = (slots, fingerprints)
    for post in range(posts):
        kept, mask = _read(codes, starts[post], starts[post + 1], multipliers, state[0], room)
        if kept == 0:
            continue
        grams = all_grams[:kept]
        found[post] = _original(grams, (places, mask), bands, times[post], state)
        if found[post] == 0:
            numbers[post] = _remember(grams, bands, times[post], state)
    return found, numbers
