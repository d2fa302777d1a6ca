"""More posts than expected, or none: counts in ten-minute bins against what came before.

Few posts a bin: a Gamma-Poisson with discount, whose predictive distribution is negative
binomial. Many (from HIGH a bin): drift-SPOT (Siffer et al. 2017), the residual from a
moving mean against a generalised Pareto tail, fitted by moments. Posts come in clumps
(answers, reposts), so a series scatters more than chance: by how much is learnt from its own
past, squares of what was unexpected over what was expected, and the Gamma-Poisson counts clumps
of that size. What grows too slowly for ten minutes is seen in an hour: the open bin with the
WINDOW before it. Each closed bin yields the least counts that would be a burst in the next one,
so an open bin is judged by two comparisons of integers. After an alarm a series is quiet for
REFRACTORY bins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

BIN_MINUTES = 10
BIN_US = BIN_MINUTES * 60_000_000
DAY_BINS = 144
WEEK_HOURS = 168
REFRACTORY = 72  # bins
ONE = 1024  # fixed point of exposures and discounted sums
DISCOUNT = 1020  # of ONE, per bin: half is forgotten in about 30 hours
PRIOR_COUNT, PRIOR_BINS = 1, 6
CHANCE = 3e-5  # of a burst by chance, per bin: one in eight months
LEAST = 5  # posts in a bin, below which nothing is a burst
WINDOW = 6  # bins, which with the open one hold a whole hour at any moment
HOUR_LEAST = 7  # posts in these, below which nothing is a burst
HOUR_KNOWN = DAY_BINS  # bins, before which an hour is not judged
MEMORY = 1024  # bins over which scatter is learnt; half is forgotten in about five days
PULL_TO_CHANCE = 20  # posts: as if so many had come as chance has it
FAR = 2**31 - 1  # a deviation, in 1/ONE, beyond which a greater one is no more
NEVER = 2**40  # as a limit
FORGOTTEN = 50 * DAY_BINS
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
    before: NDArray[np.int64]  # posts of the WINDOW bins before it
    hour_limit: NDArray[np.int64]  # least count of these and the open bin that is a burst
    total: NDArray[np.int64]  # discounted count, in 1/ONE
    exposure: NDArray[np.int64]  # discounted bins, in 1/ONE
    quiet_until: NDArray[np.int64]  # bin
    empty: NDArray[np.int64]  # exposure since the last post, in 1/ONE
    at_last: NDArray[np.int64]  # total, exposure when the last post came: two per series
    silent: NDArray[np.bool_]
    bins: NDArray[np.int64]  # closed so far
    recent: NDArray[np.int32]  # last DRIFT counts
    residuals: NDArray[np.int32]  # last HISTORY residuals
    by_bin: NDArray[np.int64]  # discounted squares of what was unexpected, and the expected, in 1/ONE
    by_hour: NDArray[np.int64]  # the same of hours of the clock
    hour: NDArray[np.int64]  # posts and what was expected of the hour so far, in 1/ONE


@dataclass(frozen=True)
class Burst:
    """A series rose (`count` posts in the `minutes` from `at`, `limit` or more a burst) or fell silent."""

    series: tuple[int, ...]
    at: int
    silent: bool
    count: int
    limit: int
    minutes: int


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
def low_limit(total, exposure, here, clump):  # type: ignore[no-untyped-def]
    """Return the least count whose chance is below CHANCE if clumps of `clump` posts are Gamma-Poisson.

    All arguments in 1/ONE; `here` is the exposure of what is to be judged.
    """
    shape = max((total * ONE // clump + ONE // 2) // ONE, 0) + PRIOR_COUNT
    rate = float(exposure) + PRIOR_BINS * ONE
    share = float(here) / (rate + float(here))
    chance = _power(1.0 - share, shape)
    reached = chance
    count = 0
    while 1.0 - reached >= CHANCE and count < 100 * HIGH:
        chance = chance * float(shape + count) / float(count + 1) * share
        count += 1
        reached += chance
    return ((count + 1) * clump + ONE // 2) // ONE


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
def close_bin(state, i, here, following, around):  # type: ignore[no-untyped-def]
    """Close the open bin of series i, open the next; return whether the series fell silent.

    Exposures: of the bin `here`, of the one `following`, and of that one with WINDOW before, `around`.
    """
    count = state.counts[i]
    _scatter(state, i, here)
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
    state.before[i] = 0
    for j in range(WINDOW):
        state.before[i] += state.recent[i, (state.bins[i] - 1 - j) % DRIFT]
    in_bins, in_hours = _clump(state.by_bin[i]), _clump(state.by_hour[i])
    state.limit[i] = max(low_limit(state.total[i], state.exposure[i], following, in_bins), LEAST)
    if state.bins[i] >= HOUR_KNOWN:
        unusual = low_limit(state.total[i], state.exposure[i], around, max(in_bins, in_hours))
        state.hour_limit[i] = max(unusual, HOUR_LEAST)
    if mean >= HIGH and state.bins[i] >= 2 * DAY_BINS:
        kept = np.sort(state.residuals[i, : min(state.bins[i] - DRIFT, HISTORY)])
        state.limit[i] = max(high_limit(kept, float(mean)), mean + LEAST)
    state.open_bin[i] += 1
    state.counts[i] = 0
    return _silence(state, i, count, here)


@njit(cache=True)
def _scatter(state, i, here):  # type: ignore[no-untyped-def]
    """Learn from the open bin, about to close, how far the series is from what was expected of it.

    What is beyond a limit teaches no more than the limit: a burst does not excuse the next.
    """
    if state.exposure[i]:
        expected = state.total[i] * here // state.exposure[i]
        seen = min(state.counts[i], state.limit[i]) * ONE
        _deviate(state.by_bin[i], seen, expected, MEMORY)
        state.hour[i, 0] += seen
        state.hour[i, 1] += expected
    if state.open_bin[i] % 6 == 5:
        seen = min(state.hour[i, 0], state.hour_limit[i] * ONE)
        _deviate(state.by_hour[i], seen, state.hour[i, 1], MEMORY // 6)
        state.hour[i] = 0


@njit(cache=True)
def _deviate(scatter, seen, expected, memory):  # type: ignore[no-untyped-def]
    off = min(abs(seen - expected), FAR)
    scatter[0] += off * off // ONE - scatter[0] // memory
    scatter[1] += expected - scatter[1] // memory


@njit(cache=True)
def _clump(scatter):  # type: ignore[no-untyped-def]
    """Return how many posts come together, in 1/ONE, one at least: the index of dispersion."""
    pull = float(PULL_TO_CHANCE * ONE)
    return max(np.int64(ONE * ((float(scatter[0]) + pull) / (float(scatter[1]) + pull))), ONE)


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
        if state.silent[i] and state.counts[i] == 0 and until - state.open_bin[i] > FORGOTTEN:
            state.open_bin[i] = until - FORGOTTEN  # all forgotten: further empty bins change nothing
        opened = state.open_bin[i] + 1
        here, following = hours[(opened - 1) // 6 % WEEK_HOURS], hours[opened // 6 % WEEK_HOURS]
        before = hours[(opened - WINDOW) // 6 % WEEK_HOURS]  # one hour earlier: WINDOW is an hour's bins
        around = following * (opened % 6 + 1) + before * (WINDOW - opened % 6)
        if close_bin(state, i, here, following, around):
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
def rises(state, i):  # type: ignore[no-untyped-def]
    """Return whether the open bin of series i, alone or with the hour before it, is a burst to be told."""
    more = state.counts[i] >= state.limit[i] or state.counts[i] + state.before[i] >= state.hour_limit[i]
    return more and state.open_bin[i] >= state.quiet_until[i]


@njit(cache=True)
def _tick(state, n, until, rows, hours, told):  # type: ignore[no-untyped-def]
    """Close what is over before `until`; write (series, bin, count, limit, bins) to `told`.

    A count of -1 is a silence.
    """
    found = 0
    for i in range(n):
        if rises(state, i):
            state.quiet_until[i] = state.open_bin[i] + REFRACTORY
            told[found, 0], told[found, 1] = i, state.open_bin[i]
            told[found, 2], told[found, 3], told[found, 4] = state.counts[i], state.limit[i], 1
            if state.counts[i] < state.limit[i]:
                told[found, 1] -= WINDOW
                told[found, 2] += state.before[i]
                told[found, 3], told[found, 4] = state.hour_limit[i], WINDOW + 1
            found += 1
        if state.open_bin[i] < until:
            fell = _roll(state, i, until, hours[rows[i]])
            if fell >= 0:
                told[found, 0], told[found, 1], told[found, 2] = i, fell, -1
                told[found, 3], told[found, 4] = 1, 1
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
        told = np.empty((2 * len(self._names), 5), np.int64)
        found = _tick(self._state, len(self._names), now // BIN_US, self._rows, self._table, told)
        bursts = []
        for i, at, count, limit, bins in told[:found].tolist():
            if count >= 0:
                bursts.append(Burst(self._names[i], at * BIN_US, False, count, limit, BIN_MINUTES * bins))
            elif self._names[i][-1] >= 0:
                bursts.append(Burst(self._names[i], at * BIN_US, True, 0, 1, BIN_MINUTES))
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
        self._state.limit[i] = max(low_limit(0, 0, hours[at // BIN_US // 6 % WEEK_HOURS], ONE), LEAST)
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
        before=whole(),
        hour_limit=np.full(n, NEVER, np.int64),
        by_bin=np.zeros((n, 2), np.int64),
        by_hour=np.zeros((n, 2), np.int64),
        hour=np.zeros((n, 2), np.int64),
    )


def _grown(state: State) -> State:
    return State(
        *(np.concatenate([array, more]) for array, more in zip(state, room(len(state.counts)), strict=True))
    )
