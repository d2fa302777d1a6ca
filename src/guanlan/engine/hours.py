"""How many posts, and negative ones, each watch had hour by hour in the last 29 days."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

HOUR_US = 3_600_000_000
RING = 29 * 24
LATE = 72  # hours after which a post is too late for its own hour
BASELINE = 7 * 24
YOUNG = BASELINE // 2

FIRST, LATEST = 0, 1  # hours known, counted from 1970: places in `bounds`


@njit(cache=True)
def _reach(bounds, counts, hour):  # type: ignore[no-untyped-def]
    """Open the hours up to `hour`, empty."""
    if hour - bounds[LATEST] >= RING:
        counts[:] = 0
    else:
        for opened in range(bounds[LATEST] + 1, hour + 1):
            counts[:, opened % RING] = 0
    bounds[LATEST] = max(bounds[LATEST], hour)
    bounds[FIRST] = max(bounds[FIRST], bounds[LATEST] - RING + 1)


@njit(cache=True)
def _add(bounds, counts, rows, ats, clocks, negative, counted):  # type: ignore[no-untyped-def]
    """Count each post in its own hour of rows[k], unless it is too late for that; note which were counted."""
    for k in range(rows.size):
        bound, count = bounds[rows[k]], counts[rows[k]]
        hour = ats[k] // HOUR_US
        _reach(bound, count, clocks[k] // HOUR_US)
        counted[k] = hour > bound[LATEST] - LATE and hour <= bound[LATEST]
        if counted[k]:
            bound[FIRST] = min(bound[FIRST], hour)
            count[0, hour % RING] += 1
            count[1, hour % RING] += negative[k]


class Hours:
    """The hours of all watches."""

    def __init__(self) -> None:
        self._rows: dict[int, int] = {}  # of each watch
        self._bounds = np.zeros((1, 2), np.int64)
        self._counts = np.zeros((1, 2, RING), np.int64)
        self._told = np.zeros(
            (1, 2, RING), np.int64
        )  # the counts, and the latest hour, as `changed` saw them
        self._told_latest = np.zeros(1, np.int64)

    def add(
        self,
        watches: NDArray[np.int64],
        ats: NDArray[np.int64],
        clocks: NDArray[np.int64],
        negative: NDArray[np.bool_],
    ) -> NDArray[np.bool_]:
        """Count posts published at `ats`, in order, and say which were not too late for their hour.

        `clocks` is event time at each (microseconds, as `ats`).
        """
        rows = np.array([self._row(watch, k, clocks) for k, watch in enumerate(watches.tolist())], np.int64)
        counted = np.empty(rows.size, np.bool_)
        _add(self._bounds, self._counts, rows, ats, clocks, negative, counted)
        return counted

    def _row(self, watch: int, post: int, clocks: NDArray[np.int64]) -> int:
        row = self._rows.get(watch)
        return self.open(watch, int(clocks[post]) // HOUR_US) if row is None else row

    def open(self, watch: int, first: int) -> int:
        """Return a watch's row; one not known yet begins with the hour `first`, counted from 1970."""
        if watch not in self._rows:
            row = self._rows[watch] = len(self._rows)
            if row == len(self._bounds):
                self._bounds = np.concatenate([self._bounds, np.zeros_like(self._bounds)])
                self._counts = np.concatenate([self._counts, np.zeros_like(self._counts)])
            self._bounds[row] = first
        return self._rows[watch]

    def amend(self, watch: int, at: int, posts: int, negative: int) -> None:
        """Add to what was counted for the hour of `at`, or take from it, while that hour is held."""
        bounds, counts = self._of(watch)
        hour = at // HOUR_US
        if bounds[FIRST] <= hour <= bounds[LATEST]:
            counts[:, hour % RING] += (posts, negative)

    def load(self, watch: int, first: int, posts: Sequence[int], negative: Sequence[int]) -> None:
        """Take background counts over, hour by hour from `first`; hours out of reach are left out."""
        self.open(watch, first)
        bounds, counts = self._of(watch)
        _reach(bounds, counts, first + len(posts) - 1)
        bounds[FIRST] = min(bounds[FIRST], max(first, bounds[LATEST] - RING + 1))
        for offset, pair in enumerate(zip(posts, negative, strict=True)):
            if first + offset >= bounds[FIRST]:
                counts[:, (first + offset) % RING] += pair

    def changed(self) -> Iterator[tuple[int, int, int, int]]:
        """Yield (watch, hour, posts, negative) of each hour counted otherwise than when last asked.

        What was told is no part of the state: after `restore` every hour that holds a post is told anew.
        """
        self._grow_told()
        for watch, row in self._rows.items():
            counts, told = self._counts[row], self._told[row]
            latest = int(self._bounds[row, LATEST])
            opened = range(max(int(self._told_latest[row]) + 1, latest - RING + 1), latest + 1)
            told[:, [hour % RING for hour in opened]] = 0
            for place in np.flatnonzero((counts != told).any(axis=0)).tolist():
                yield watch, latest - (latest - place) % RING, int(counts[0, place]), int(counts[1, place])
            told[:] = counts
            self._told_latest[row] = latest

    def _grow_told(self) -> None:
        missing = len(self._counts) - len(self._told)
        if missing > 0:
            self._told = np.concatenate([self._told, np.zeros((missing, 2, RING), np.int64)])
            self._told_latest = np.concatenate([self._told_latest, np.zeros(missing, np.int64)])

    def growth(self, watch: int, clock: int) -> int | None:
        """Return the rise, in percent, of the last 24 hours' negative posts over the daily mean before.

        The mean is that of the 7 days before, or of what there is of them, and at least
        one post a day. None while there are less than 3.5 days of history.
        """
        if watch not in self._rows:
            return None
        bounds, counts = self._of(watch)
        _reach(bounds, counts, clock // HOUR_US)
        first, latest = bounds.tolist()
        before = min(BASELINE, latest - first + 1 - 24)
        if before + 24 < YOUNG:
            return None
        day = _sum(counts[1], latest - 23, 24)
        base = max(24 * _sum(counts[1], latest - 23 - before, before), before)
        return int((day * before - base) * 100 // base)

    def weeks(self) -> Iterator[tuple[int, list[int]]]:
        """Yield each watch with its `week`, those that have one."""
        for watch in self._rows:
            week = self.week(watch)
            if week is not None:
                yield watch, week

    def week(self, watch: int) -> list[int] | None:
        """Return the posts per hour of the week, from Thursday 00:00 UTC; None under a week of history."""
        bounds, counts = self._of(watch)
        first, latest = bounds.tolist()
        if latest - first < BASELINE:
            return None
        sums = np.zeros(BASELINE, np.int64)
        for hour in range(max(first, latest - RING + 1), latest):
            sums[hour % BASELINE] += counts[0, hour % RING]
        return [int(count) for count in sums]

    def _of(self, watch: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        row = self._rows[watch]
        return self._bounds[row], self._counts[row]

    def snapshot(self) -> dict[str, Any]:
        """Return all state."""
        n = len(self._rows)
        return {"watches": list(self._rows), "bounds": self._bounds[:n], "counts": self._counts[:n]}

    @classmethod
    def restore(cls, state: dict[str, Any]) -> "Hours":
        """Return what `snapshot` described."""
        hours = cls()
        hours._rows = {watch: row for row, watch in enumerate(state["watches"])}
        if hours._rows:
            hours._bounds, hours._counts = state["bounds"], state["counts"]
        return hours


def _sum(counts: NDArray[np.int64], first: int, hours: int) -> int:
    return int(counts[np.arange(first, first + hours) % RING].sum())
