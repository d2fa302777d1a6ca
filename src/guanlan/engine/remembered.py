"""The last row under a key, for very many keys: two generations of an open-addressing table.

When the young generation is full it becomes the old one, and the old one is forgotten: what was
noted among the last GENERATION distinct keys is always known, what was not among twice as many never.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from guanlan.engine.seen import NO_ROW, Keys, slot_of

GENERATION = 200_000  # distinct keys
_SMALLEST = 1 << 12
_FILLED = 0.6


@njit(cache=True)
def under(watch, key):  # type: ignore[no-untyped-def]
    """Return the key that stands for `key` under a watch."""
    mixed = (key ^ (np.uint64(watch + 1) << np.uint64(32))) * np.uint64(0x9E3779B97F4A7C15)
    return mixed if mixed != 0 else np.uint64(1)


@njit(cache=True)
def _note(table, rows, keys, watches, first, base, room):  # type: ignore[no-untyped-def]
    """Note `base + k` under keys[k], from `first` on, 0 passed over; return (where it stopped, keys taken).

    It stops before one key more than `room`.
    """
    taken = 0
    for k in range(first, keys.size):
        if keys[k] == 0:
            continue
        key = under(watches[k], keys[k])
        at = slot_of(table, key)
        if table[at] == 0:
            if taken == room:
                return k, taken
            table[at] = key
            taken += 1
        rows[at] = base + k
    return keys.size, taken


class Remembered:
    """Rows by fingerprint and watch."""

    def __init__(self, generation: int = GENERATION) -> None:
        self._generation = generation
        self._old, self._young = _table(_SMALLEST), _table(_SMALLEST)
        self._taken = 0  # in the young generation

    def note(self, watches: NDArray[np.int64], keys: Keys, base: int) -> None:
        """Note row `base + k` under keys[k] and watches[k], in this order; key 0 stands for none."""
        at = 0
        while at < keys.size:
            room = min(self._generation, int(_FILLED * self._young[0].size)) - self._taken
            at, taken = _note(*self._young, keys, watches, at, base, room)
            self._taken += taken
            if at < keys.size:
                self._make_room()

    def row(self, watch: int, key: int) -> int:
        """Return the last row noted under a key; NO_ROW if there is none, or it is forgotten."""
        asked = np.uint64(under(watch, np.uint64(key)))
        for table, rows in (self._young, self._old):
            at = slot_of(table, asked)
            if table[at] != 0:
                return int(rows[at])
        return NO_ROW

    def _make_room(self) -> None:
        if self._taken >= self._generation:
            self._old, self._young, self._taken = self._young, _table(_SMALLEST), 0
            return
        keys, rows = self._young
        self._young = _table(2 * keys.size)
        _move(keys, rows, *self._young)

    def snapshot(self) -> dict[str, Any]:
        """Return all state as arrays."""
        return {"old": list(self._old), "young": list(self._young), "taken": self._taken}

    @classmethod
    def restore(cls, state: dict[str, Any], generation: int = GENERATION) -> "Remembered":
        """Return what `snapshot` described."""
        found = cls(generation)
        found._old, found._young = tuple(state["old"]), tuple(state["young"])
        found._taken = state["taken"]
        return found


def _table(size: int) -> tuple[Keys, NDArray[np.int32]]:
    return np.zeros(size, np.uint64), np.full(size, NO_ROW, np.int32)


@njit(cache=True)
def _move(keys, rows, new_keys, new_rows):  # type: ignore[no-untyped-def]
    for i in range(keys.size):
        if keys[i] != 0:
            at = slot_of(new_keys, keys[i])
            new_keys[at], new_rows[at] = keys[i], rows[i]
