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


class Bursts:
    """Any number of series; those of one group (a watch) share their hours of the week.

    A series' key begins with its group; one whose last number is negative never counts as silent.
    """

    def __init__(self) -> None:
        self._series: dict[tuple[int, ...], int] = {}
        self._hours: dict[int, NDArray[np.int64]] = {}
        self._state = room(16)

    def add(self, series: tuple[int, ...], at: int) -> None:
        """Count one post at `at` (microseconds); one older than the open bin is not counted."""
        i = self._series.get(series)
        if i is None:
            i = self._series[series] = len(self._series)
            if i == self._state.counts.size:
                self._state = _grown(self._state)
            self._state.open_bin[i] = at // BIN_US
            self._state.limit[i] = low_limit(0, 0, self._hours_of(series)[at // BIN_US // 6 % WEEK_HOURS])
        ahead = at // BIN_US - int(self._state.open_bin[i])
        if ahead > 0:
            _roll(self._state, i, at // BIN_US, self._hours_of(series))
        if ahead >= 0:
            self._state.counts[i] += 1

    def load(self, group: int, hourly: Sequence[int]) -> None:
        """Set how busy each hour of the week is, in posts; place 0 is Thursday 00:00 UTC (1 Jan 1970)."""
        counts = np.array(hourly, np.int64) + 1
        self._hours[group] = np.maximum(counts * WEEK_HOURS * ONE // counts.sum(), ONE // 10)

    def tick(self, now: int) -> list[Burst]:
        """Return what rose or fell silent by `now`; the rest is kept waiting or refractory."""
        found = []
        state = self._state
        for series, i in self._series.items():
            over = self._rose(series, i)
            found.extend(over)
            fell = _roll(state, i, now // BIN_US, self._hours_of(series))
            if fell >= 0 and series[-1] >= 0:
                found.append(Burst(series, int(fell) * BIN_US, True, 0, 1))
        return found

    def _rose(self, series: tuple[int, ...], i: int) -> list[Burst]:
        state = self._state
        if state.counts[i] < state.limit[i] or state.open_bin[i] < state.quiet_until[i]:
            return []
        state.quiet_until[i] = state.open_bin[i] + REFRACTORY
        at = int(state.open_bin[i]) * BIN_US
        return [Burst(series, at, False, int(state.counts[i]), int(state.limit[i]))]

    def _hours_of(self, series: tuple[int, ...]) -> NDArray[np.int64]:
        return self._hours.get(series[0], _LEVEL)

    def snapshot(self) -> dict[str, Any]:
        """Return all state as arrays and plain values."""
        return {
            "series": [list(series) for series in self._series],
            "state": self._state._asdict(),
            "hours": {str(group): hours for group, hours in self._hours.items()},
        }

    @classmethod
    def restore(cls, state: dict[str, Any]) -> "Bursts":
        """Return what `snapshot` described."""
        bursts = cls()
        bursts._series = {tuple(series): i for i, series in enumerate(state["series"])}
        bursts._state = State(**state["state"])
        bursts._hours = {int(group): hours for group, hours in state["hours"].items()}
        return bursts


_LEVEL = np.full(WEEK_HOURS, ONE, np.int64)


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
