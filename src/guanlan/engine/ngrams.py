"""Character 1-, 2- and 3-grams as rows of a table."""

from typing import Any

import numpy as np
from numba import njit

from guanlan.engine.prefetching import prefetch

Array = np.ndarray[Any, np.dtype[Any]]

LONGEST = 3
RUN = 3


@njit(cache=True)
def squeeze(codes: Array, first: int, last: int, kept: Array, places: Array) -> int:
    """Copy `codes[first:last]` to `kept`, of a run of one code at most three; return how many.

    `places[i]` is where `kept[i]` stood in `codes`. Both must be long enough. "哈哈哈哈哈哈" is no
    stronger than "哈哈哈", and a masked URL weighs the same whatever its length.
    """
    count = 0
    run = 0
    before = np.uint32(0xFFFFFFFF)  # no code
    for at in range(first, last):
        run = run + 1 if codes[at] == before else 1
        before = kept[count] = codes[at]
        places[count] = at
        count += run <= RUN
    return count


@njit(cache=True)
def extend(state: np.uint32, code: np.uint32) -> np.uint32:
    """Return the hash state of an n-gram lengthened by `code` (multiply, xor, shift)."""
    mixed = np.uint32((state ^ np.uint32(code)) * np.uint32(0x9E3779B1))
    return np.uint32(mixed ^ (mixed >> np.uint32(15)))


@njit(cache=True)
def row_of(state: np.uint32, bits: int) -> np.uint32:
    """Return the row, below 2**bits, that a hash state falls on."""
    mixed = np.uint32(state * np.uint32(0x85EBCA6B))
    return np.uint32((mixed ^ (mixed >> np.uint32(13))) & np.uint32((1 << bits) - 1))


SEED = np.uint32(2166136261)


@njit(cache=True)
def _all_rows(kept: Array, count: int, bits: int, ones: Array, twos: Array, threes: Array) -> None:
    """Write the rows of the 1-, 2- and 3-gram that begin at each place; no place waits for another.

    Those that would reach beyond the end are of no meaning.
    """
    for at in range(count):
        one = extend(SEED, kept[at])
        two = extend(one, kept[at + 1])
        ones[at] = row_of(one, bits)
        twos[at] = row_of(two, bits)
        threes[at] = row_of(extend(two, kept[at + 2]), bits)


@njit(cache=True, inline="always")
def _noted(row: np.uint32, seen: Array, rows: Array, found: np.uint64) -> np.uint64:
    """Write a row behind the `found` ones; return how many they are, one more if it is new."""
    word = row >> np.uint32(6)
    bit = np.uint64(1) << np.uint64(row & np.uint32(63))
    rows[found] = row
    before = seen[word]
    seen[word] = before | bit
    return found + np.uint64((before & bit) == np.uint64(0))


@njit(cache=True)
def room(bits: int, longest: int) -> tuple[Array, Array, Array, Array]:
    """Return what `distinct_rows` works in, for posts of up to `longest` codes.

    They are the codes of a post, the rows of its n-grams by length, the rows that were met, a
    bit each (all unset between posts), and the rows found.
    """
    return (
        np.zeros(longest + LONGEST - 1, np.uint32),
        np.empty((LONGEST, longest), np.uint32),
        np.zeros(((1 << bits) + 63) >> 6, np.uint64),
        np.empty(LONGEST * longest + 1, np.uint32),
    )


@njit(cache=True)
def distinct_rows(count, bits, room, table):  # type: ignore[no-untyped-def]
    """Write each row that the n-grams of the post in `room` fall on once; return how many.

    A `table` that is not None is asked for each row at once, so that it is there when it is read.
    """
    kept, by_length, seen, rows = room
    ones, twos, threes = by_length[0], by_length[1], by_length[2]
    _all_rows(kept, count, bits, ones, twos, threes)
    found, at = np.uint64(0), np.uint64(0)
    while at < np.uint64(max(count - 2, 0)):
        if table is not None:
            prefetch(table, ones[at])
            prefetch(table, twos[at])
            prefetch(table, threes[at])
        found = _noted(ones[at], seen, rows, found)
        found = _noted(twos[at], seen, rows, found)
        found = _noted(threes[at], seen, rows, found)
        at += np.uint64(1)
    while at < np.uint64(count):
        found = _noted(ones[at], seen, rows, found)
        if at + np.uint64(1) < np.uint64(count):
            found = _noted(twos[at], seen, rows, found)
        at += np.uint64(1)
    for place in range(found):
        seen[rows[place] >> np.uint32(6)] = 0
    return np.int64(found)


@njit(cache=True)
def longest_of(starts: Array) -> int:
    """Return the length of the longest post."""
    longest = 0
    for post in range(len(starts) - 1):
        longest = max(longest, starts[post + 1] - starts[post])
    return longest


@njit(cache=True)
def _collect(codes: Array, starts: Array, bits: int, rows: Array, ends: Array) -> int:
    longest = longest_of(starts)
    used = room(bits, longest)
    places = np.empty(longest, np.int64)
    filled = 0
    for post in range(len(starts) - 1):
        count = squeeze(codes, starts[post], starts[post + 1], used[0], places)
        found = distinct_rows(count, bits, used, None)
        rows[filled : filled + found] = used[3][:found]
        filled += found
        ends[post + 1] = filled
    return filled


def collect(codes: Array, starts: Array, bits: int) -> tuple[Array, Array]:
    """Return (rows uint32, ends int64): post i has the distinct rows `rows[ends[i]:ends[i+1]]`."""
    rows = np.empty(LONGEST * len(codes), np.uint32)
    ends = np.zeros(len(starts), np.int64)
    filled = _collect(codes, starts, bits, rows, ends)
    return rows[:filled].copy(), ends
