"""More posts than expected, or none: counts in ten-minute bins against what came before.

Few posts a bin: a Gamma-Poisson with discount, whose predictive distribution is negative
binomial. Many (from HIGH a bin): drift-SPOT (Siffer et al. 2017), the residual from a
moving mean against a generalised Pareto tail, fitted by moments. Each closed bin yields
the least count that would be a burst in the next one, so an open bin is judged by one
comparison of integers. After an alarm a series is quiet for REFRACTORY bins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

BIN_US = 600_000_000
DAY_BINS = 144
WEEK_HOURS = 168
REFRACTORY = 72  # bins
ONE = 1024  # fixed point of exposures and discounted sums
DISCOUNT = 1020  # of ONE, per bin: half is forgotten in about 30 hours
PRIOR_COUNT, PRIOR_BINS = 1, 6
CHANCE = 3e-5  # of a burst by chance, per bin: one in eight months
LEAST = 5  # posts in a bin, below which nothing is a burst
HIGH = 50  # posts a bin, from which drift-SPOT judges
DRIFT = 36  # bins of the moving mean
HISTORY = 1008  # residuals kept: a week
SILENT_CHANCE = 1e-6
SILENT_LEAST = DAY_BINS * ONE  # exposure without a post, below which nothing is silence
_LEVEL = np.full(WEEK_HOURS, ONE, np.int64)


class State(NamedTuple):
    """One place per series."""

    open_bin: NDArray[np.int64]
    counts: NDArray[np.int64]  # in the open bin
    limit: NDArray[np.int64]  # least count of the open bin that is a burst
    total: NDArray[np.int64]  # discounted count, in 1/ONE
    exposure: NDArray[np.int64]  # discounted bins, in 1/ONE
    quiet_until: NDArray[np.int64]  # bin
    empty: NDArray[np.int64]  # exposure since the last post, in 1/ONE
    at_last: NDArray[np.int64]  # total, exposure when the last post came: two per series
    silent: NDArray[np.bool_]
    bins: NDArray[np.int64]  # closed so far
    recent: NDArray[np.int32]  # last DRIFT counts
    residuals: NDArray[np.int32]  # last HISTORY residuals


@dataclass(frozen=True)
class Burst:
    """A series rose (`count` posts in ten minutes, `limit` or more are a burst) or fell silent."""

    series: tuple[int, ...]
    at: int
    silent: bool
    count: int
    limit: int


@njit(cache=True)
def _power(base, exponent):  # type: ignore[no-untyped-def]
    """Return base ** exponent for a whole exponent, by multiplication alone."""
    result = 1.0
    while exponent > 0:
        if exponent & 1:
            result *= base
        base *= base
        exponent >>= 1
    return result


@njit(cache=True)
def low_limit(total, exposure, here):  # type: ignore[no-untyped-def]
    """Return the least count whose chance under the Gamma-Poisson is below CHANCE.

    All arguments in 1/ONE; `here` is the exposure of the bin to be judged.
    """
    shape = max((total + ONE // 2) // ONE, 0) + PRIOR_COUNT
    rate = float(exposure) + PRIOR_BINS * ONE
    share = float(here) / (rate + float(here))
    chance = _power(1.0 - share, shape)
    reached = chance
    count = 0
    while 1.0 - reached >= CHANCE and count < 100 * HIGH:
        chance = chance * float(shape + count) / float(count + 1) * share
        count += 1
        reached += chance
    return max(count + 1, LEAST)


@njit(cache=True)
def high_limit(residuals, mean):  # type: ignore[no-untyped-def]
    """Return the least count beyond the tail of the residuals, sorted upwards, around `mean`."""
    n = residuals.size
    first = n * 98 // 100
    base = float(residuals[first])
    peaks, total, squares = n - first - 1, 0.0, 0.0
    for i in range(first + 1, n):
        excess = float(residuals[i]) - base
        total += excess
        squares += excess * excess
    average = total / peaks
    variance = squares / peaks - average * average
    ratio = float(peaks) / (CHANCE * n)
    if average <= 0.0:
        return np.int64(mean + base) + 1
    if variance <= 0.0:
        return np.int64(mean + base + average * np.log(ratio)) + 1
    shape = 0.5 * (1.0 - average * average / variance)
    scale = 0.5 * average * (average * average / variance + 1.0)
    if abs(shape) < 1e-3:
        return np.int64(mean + base + scale * np.log(ratio)) + 1
    return np.int64(mean + base + scale / shape * (ratio**shape - 1.0)) + 1


@njit(cache=True)
def close_bin(state, i, here, following):  # type: ignore[no-untyped-def]
    """Close the open bin of series i (its exposure `here`), open the next; return whether it fell silent."""
    count = state.counts[i]
    state.total[i] = state.total[i] * DISCOUNT // ONE + count * ONE
    state.exposure[i] = state.exposure[i] * DISCOUNT // ONE + here
    drift = np.int64(0)
    for j in range(DRIFT):
        drift += state.recent[i, j]
    mean = drift // DRIFT
    state.recent[i, state.bins[i] % DRIFT] = count
    if state.bins[i] >= DRIFT:  # before, the mean is not yet one
        state.residuals[i, (state.bins[i] - DRIFT) % HISTORY] = count - mean
    state.bins[i] += 1
    state.limit[i] = low_limit(state.total[i], state.exposure[i], following)
    if mean >= HIGH and state.bins[i] >= 2 * DAY_BINS:
        kept = np.sort(state.residuals[i, : min(state.bins[i] - DRIFT, HISTORY)])
        state.limit[i] = max(high_limit(kept, float(mean)), mean + LEAST)
    state.open_bin[i] += 1
    state.counts[i] = 0
    return _silence(state, i, count, here)


@njit(cache=True)
def _silence(state, i, count, here):  # type: ignore[no-untyped-def]
    if count:
        state.empty[i] = 0
        state.at_last[i, 0], state.at_last[i, 1] = state.total[i], state.exposure[i]
        state.silent[i] = False
        return False
    state.empty[i] += here
    if state.silent[i] or state.empty[i] < SILENT_LEAST or state.at_last[i, 1] < SILENT_LEAST // 2:
        return False
    share = float(state.at_last[i, 1]) / float(state.at_last[i, 1] + state.empty[i])
    state.silent[i] = _power(share, state.at_last[i, 0] // ONE) < SILENT_CHANCE
    return state.silent[i]


@njit(cache=True)
def _roll(state, i, until, hours):  # type: ignore[no-untyped-def]
    """Close bins until `until` is the open one; return the bin at which the series fell silent, or -1."""
    fell = -1
    while state.open_bin[i] < until:
        if state.silent[i] and state.counts[i] == 0 and until - state.open_bin[i] > 10 * DAY_BINS:
            state.open_bin[i] = until - 10 * DAY_BINS  # all forgotten: further empty bins change nothing
        here = hours[state.open_bin[i] // 6 % WEEK_HOURS]
        following = hours[(state.open_bin[i] + 1) // 6 % WEEK_HOURS]
        if close_bin(state, i, here, following):
            fell = state.open_bin[i]
    return fell


@njit(cache=True)
def _count(state, series, ats, rows, hours):  # type: ignore[no-untyped-def]
    """Count a post at `ats[j]` in `series[j]`, one after the other; hours[rows[i]] are those of series i."""
    for j in range(series.size):
        i = series[j]
        ahead = ats[j] // BIN_US - state.open_bin[i]
        if ahead > 0:
            _roll(state, i, ats[j] // BIN_US, hours[rows[i]])
        if ahead >= 0:
            state.counts[i] += 1


@njit(cache=True)
def _tick(state, n, until, rows, hours, told):  # type: ignore[no-untyped-def]
    """Close what is over before `until`; write (series, bin, count, limit) to `told`, count -1: silence."""
    found = 0
    for i in range(n):
        if state.counts[i] >= state.limit[i] and state.open_bin[i] >= state.quiet_until[i]:
            state.quiet_until[i] = state.open_bin[i] + REFRACTORY
            told[found, 0], told[found, 1] = i, state.open_bin[i]
            told[found, 2], told[found, 3] = state.counts[i], state.limit[i]
            found += 1
        if state.open_bin[i] < until:
            fell = _roll(state, i, until, hours[rows[i]])
            if fell >= 0:
                told[found, 0], told[found, 1], told[found, 2], told[found, 3] = i, fell, -1, 1
                found += 1
    return found


class Bursts:
    """Any number of series; those of one group (a watch) share their hours of the week.

    A series' key begins with its group; one whose last number is negative never counts as silent.
    """

    def __init__(self) -> None:
        self._series: dict[tuple[int, ...], int] = {}
        self._names: list[tuple[int, ...]] = []
        self._hours: dict[int, NDArray[np.int64]] = {}
        self._state = room(16)
        self._rows = np.zeros(16, np.int32)  # per series: its hours in `_table`
        self._place()

    def add(self, series: tuple[int, ...], at: int) -> None:
        """Count one post at `at` (microseconds); one older than the open bin is not counted."""
        self.add_all([series], np.array([at]))

    def add_all(self, series: Sequence[tuple[int, ...]], ats: NDArray[np.int64]) -> None:
        """Count a post in each of the series named, in their order, as `add` does."""
        known = self._series
        places = [
            known[one] if one in known else self._open(one, int(at))
            for one, at in zip(series, ats, strict=True)
        ]
        _count(self._state, np.array(places), ats, self._rows, self._table)

    def load(self, group: int, hourly: Sequence[int]) -> None:
        """Set how busy each hour of the week is, in posts; place 0 is Thursday 00:00 UTC (1 Jan 1970)."""
        counts = np.array(hourly, np.int64) + 1
        self._hours[group] = np.maximum(counts * WEEK_HOURS * ONE // counts.sum(), ONE // 10)
        self._place()

    def tick(self, now: int) -> list[Burst]:
        """Return what rose or fell silent by `now`; the rest is kept waiting or refractory."""
        told = np.empty((2 * len(self._names), 4), np.int64)
        found = _tick(self._state, len(self._names), now // BIN_US, self._rows, self._table, told)
        bursts = []
        for i, at, count, limit in told[:found].tolist():
            if count >= 0:
                bursts.append(Burst(self._names[i], at * BIN_US, False, count, limit))
            elif self._names[i][-1] >= 0:
                bursts.append(Burst(self._names[i], at * BIN_US, True, 0, 1))
        return bursts

    def _open(self, series: tuple[int, ...], at: int) -> int:
        i = self._series[series] = len(self._series)
        self._names.append(series)
        if i == self._state.counts.size:
            self._state = _grown(self._state)
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
        self._rows[i] = self._groups.get(series[0], 0)
        self._state.open_bin[i] = at // BIN_US
        hours = self._hours.get(series[0], _LEVEL)
        self._state.limit[i] = low_limit(0, 0, hours[at // BIN_US // 6 % WEEK_HOURS])
        return i

    def _place(self) -> None:
        """Put the hours of all groups into one table; its row 0 is for groups without."""
        self._groups = {group: row + 1 for row, group in enumerate(self._hours)}
        self._table = np.stack([_LEVEL, *self._hours.values()])
        self._rows = np.zeros(self._state.counts.size, np.int32)
        for i, series in enumerate(self._names):
            self._rows[i] = self._groups.get(series[0], 0)

    def snapshot(self) -> dict[str, Any]:
        """Return all state as arrays and plain values."""
        return {
            "series": [list(series) for series in self._names],
            "state": self._state._asdict(),
            "hours": {str(group): hours for group, hours in self._hours.items()},
        }

    @classmethod
    def restore(cls, state: dict[str, Any]) -> "Bursts":
        """Return what `snapshot` described."""
        bursts = cls()
        bursts._names = [tuple(series) for series in state["series"]]
        bursts._series = {series: i for i, series in enumerate(bursts._names)}
        bursts._state = State(**state["state"])
        bursts._hours = {int(group): hours for group, hours in state["hours"].items()}
        bursts._place()
        return bursts


def room(n: int) -> State:
    def whole() -> NDArray[np.int64]:
        return np.zeros(n, np.int64)

    return State(
        open_bin=whole(),
        counts=whole(),
        limit=whole(),
        total=whole(),
        exposure=whole(),
        quiet_until=whole(),
        empty=whole(),
        at_last=np.zeros((n, 2), np.int64),
        silent=np.zeros(n, np.bool_),
        bins=whole(),
        recent=np.zeros((n, DRIFT), np.int32),
        residuals=np.zeros((n, HISTORY), np.int32),
    )


def _grown(state: State) -> State:
    return State(*(np.concatenate([array, np.zeros_like(array)]) for array in state))
