"""Which posts were seen before: fingerprints of (platform, id) in one open-addressing table."""

from typing import Any

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

Keys = NDArray[np.uint64]

RETAIN_US = 8 * 86_400_000_000  # a post not met again for so long is forgotten
NO_ROW = -1


@njit(cache=True)
def _fnv(offsets, octets, hashes):  # type: ignore[no-untyped-def]
    """Go on with FNV-1a over each string, with a closing zero octet."""
    prime = np.uint64(0x100000001B3)
    for i in range(hashes.size):
        value = hashes[i]
        for j in range(offsets[i], offsets[i + 1]):
            value = (value ^ np.uint64(octets[j])) * prime
        hashes[i] = value * prime


def fingerprints(*columns: pa.Array) -> Keys:
    """Return a 64-bit FNV-1a fingerprint per row of string columns; 0 where the last is null."""
    last = columns[-1]
    hashes = np.full(len(last), 0xCBF29CE484222325, np.uint64)
    for column in columns:
        _validity, offsets, octets = column.buffers()
        places = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1]
        _fnv(places, np.frombuffer(octets or b"\0", np.uint8), hashes)
    hashes[hashes == 0] = 1
    if last.null_count:
        hashes[last.is_null().to_numpy(zero_copy_only=False)] = 0
    return hashes


@njit(cache=True)
def slot_of(table, key):  # type: ignore[no-untyped-def]
    mask = table.size - 1
    at = np.int64((key ^ (key >> np.uint64(29))) & np.uint64(mask))
    while table[at] != key and table[at] != 0:
        at = (at + 1) & mask
    return at


@njit(cache=True)
def _visit(held, keys, clocks, known):  # type: ignore[no-untyped-def]
    table, rows, stamps = held
    taken = 0
    for i in range(keys.size):
        at = slot_of(table, keys[i])
        known[i] = table[at] != 0 and clocks[i] - stamps[at] <= RETAIN_US
        if table[at] == 0:
            taken += 1
            table[at] = keys[i]
        if not known[i]:
            rows[at] = -1
        stamps[at] = clocks[i]
    return taken


@njit(cache=True)
def _rehash(old, before, new):  # type: ignore[no-untyped-def]
    table, rows, stamps = new
    kept = 0
    for i in range(old[0].size):
        if old[0][i] != 0 and old[2][i] >= before:
            at = slot_of(table, old[0][i])
            table[at], rows[at], stamps[at] = old[0][i], old[1][i], old[2][i]
            kept += 1
    return kept


class Seen:
    """Every post of the last RETAIN_US of event time, with its row in the ledger if it has one."""

    def __init__(self) -> None:
        self._allot(1 << 12)
        self._taken = 0

    def visit(self, keys: Keys, clocks: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Note posts in order; return which were known already. `clocks` is event time at each."""
        known = np.zeros(keys.size, np.bool_)
        if keys.size:
            self._make_room(keys.size, int(clocks[0]))
            self._taken += _visit((self._table, self._rows, self._stamps), keys, clocks, known)
        return known

    def row(self, key: int) -> int:
        """Return the ledger's row of a post; NO_ROW if it has none."""
        at = slot_of(self._table, np.uint64(key))
        return int(self._rows[at]) if self._table[at] else NO_ROW

    @property
    def held(self) -> tuple[Keys, NDArray[np.int32]]:
        """The table and its rows, for the loop that places many posts; valid until `visit`."""
        return self._table, self._rows

    def bind(self, key: int, row: int) -> None:
        """Note the ledger's row of a post that was visited."""
        self._rows[slot_of(self._table, np.uint64(key))] = row

    def snapshot(self) -> dict[str, Any]:
        """Return all state as arrays."""
        return {"table": self._table, "rows": self._rows, "stamps": self._stamps, "taken": self._taken}

    @classmethod
    def restore(cls, state: dict[str, Any]) -> "Seen":
        """Return what `snapshot` described."""
        seen = cls()
        seen._table, seen._rows, seen._stamps = state["table"], state["rows"], state["stamps"]
        seen._taken = state["taken"]
        return seen

    def _allot(self, size: int) -> None:
        self._table = np.zeros(size, np.uint64)
        self._rows = np.full(size, NO_ROW, np.int32)
        self._stamps = np.zeros(size, np.int64)

    def _make_room(self, coming: int, clock: int) -> None:
        if 10 * (self._taken + coming) <= 6 * self._table.size:
            return
        old = self._table, self._rows, self._stamps
        before = clock - RETAIN_US
        alive = int(np.count_nonzero((old[0] != 0) & (old[2] >= before)))
        size = old[0].size
        while 10 * (alive + coming) > 4 * size:
            size *= 2
        self._allot(size)
        self._taken = _rehash(old, before, (self._table, self._rows, self._stamps))
