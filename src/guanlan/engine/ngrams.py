"""Character 1-, 2- and 3-grams as rows of a table."""

from typing import Any

import numpy as np
from numba import njit

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
    for at in range(first, last):
        run = run + 1 if at > first and codes[at] == codes[at - 1] else 1
        if run <= RUN:
            kept[count] = codes[at]
            places[count] = at
            count += 1
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
def distinct_rows(kept: Array, count: int, bits: int, seen: Array, mark: int, rows: Array) -> int:
    """Write each row that the n-grams of `kept[:count]` fall on once to `rows`; return how many.

    `seen` has 2**bits places and holds marks of earlier posts; `mark` must be none of them.
    """
    found = 0
    for start in range(count):
        state = SEED
        for at in range(start, min(start + LONGEST, count)):
            state = extend(state, kept[at])
            row = row_of(state, bits)
            if seen[row] != mark:
                seen[row] = mark
                rows[found] = row
                found += 1
    return found


@njit(cache=True)
def _collect(codes: Array, starts: Array, bits: int, rows: Array, ends: Array) -> int:
    posts = len(starts) - 1
    seen = np.full(1 << bits, -1, np.int32)
    width = 0
    for post in range(posts):
        width = max(width, starts[post + 1] - starts[post])
    kept = np.empty(width, np.uint32)
    places = np.empty(width, np.int64)
    filled = 0
    for post in range(posts):
        count = squeeze(codes, starts[post], starts[post + 1], kept, places)
        filled += distinct_rows(kept, count, bits, seen, post, rows[filled:])
        ends[post + 1] = filled
    return filled


def collect(codes: Array, starts: Array, bits: int) -> tuple[Array, Array]:
    """Return (rows uint32, ends int64): post i has the distinct rows `rows[ends[i]:ends[i+1]]`."""
    rows = np.empty(LONGEST * len(codes), np.uint32)
    ends = np.zeros(len(starts), np.int64)
    filled = _collect(codes, starts, bits, rows, ends)
    return rows[:filled].copy(), ends
