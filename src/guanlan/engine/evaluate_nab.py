"""The bursts on the Numenta Anomaly Benchmark, scored as its paper defines (Lavin and Ahmad 2015).

A window found early earns up to 1, one not found costs 1, an alarm outside costs .11 or less where it
follows a window closely; nothing counts in the first 15 % of a file, at most 750 rows. The score is 0
for finding nothing and 100 for finding all windows at their first row. A row is a bin. Numbers of
tweets are counts as they stand; any other measure is scaled to LEVEL in the mean of those first rows.
"""

import csv
import io
import json
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from gettext import gettext as _
from math import erfc, exp
from pathlib import Path

import numpy as np
from numba import njit

from guanlan.engine.bursts import ONE, REFRACTORY, WINDOW, State, close_bin, low_limit, rises, room
from guanlan.engine.course import Floats
from guanlan.engine.grid import grid

ARCHIVE = "nab/nab.tar.gz"
WINDOWS = "labels/combined_windows.json"
MISSED, FALSE = 1.0, 0.11  # what an unfound window and a false alarm cost: the standard profile
LEVEL = 100
TWEETS = "realTweets/"
REMEMBERED, STEP = 6_400, 100  # of the windowed Gaussian that the benchmark brings
TAIL = 4.965e-13  # its chance at the threshold by which the benchmark's table lists it: 39.6

Window = tuple[int, int]  # first and last row


@dataclass(frozen=True)
class Series:
    """One file of the benchmark."""

    name: str
    values: Floats
    windows: tuple[Window, ...]

    @property
    def trial(self) -> int:
        """How many rows at the beginning do not count."""
        return min(len(self.values) * 15 // 100, 750)


@dataclass(frozen=True)
class Row:
    """A detector's scores over all files and over numbers of tweets; its alarms in and outside windows."""

    detector: str
    standard: float
    tweets: float
    found: int
    windows: int
    false: int


@dataclass(frozen=True)
class Table:
    """Ours, then the control whose score is known."""

    rows: tuple[Row, ...]

    def __str__(self) -> str:
        heads = [_("检测器"), "standard", "realTweets", _("找到的窗口"), _("窗口"), _("窗口外报警")]
        return grid(heads, [_cells(row) for row in self.rows])


def evaluate_nab(path: Path) -> Table | None:
    """Score the bursts and the windowed Gaussian on the archive at `path`; None if there is none."""
    if not path.is_file():
        return None
    known = list(series(path))
    return Table((scored(_("本法"), known, alarms), scored("windowedGaussian (39.6)", known, gaussian)))


def series(path: Path) -> Iterator[Series]:
    """Yield the benchmark's files in the order of their names."""
    with tarfile.open(path) as archive:

        def read(name: str) -> str:
            member = archive.extractfile(name)
            assert member is not None
            return member.read().decode()

        for name, spans in sorted(json.loads(read(WINDOWS)).items()):
            table = list(csv.DictReader(io.StringIO(read(f"data/{name}"))))
            times = [datetime.fromisoformat(row["timestamp"]) for row in table]
            values = np.array([float(row["value"]) for row in table])
            yield Series(name, values, tuple(_window(times, span) for span in spans))


def _window(times: Sequence[datetime], span: Sequence[str]) -> Window:
    first, last = (datetime.fromisoformat(moment) for moment in span)
    inside = [row for row, at in enumerate(times) if first <= at <= last]
    return inside[0], inside[-1]


def alarms(one: Series) -> list[int]:
    """Return the rows at which the engine's bursts tell of one."""
    usual = float(np.mean(np.abs(one.values[: one.trial]))) or 1.0
    scale = 1.0 if one.name.startswith(TWEETS) else LEVEL / usual
    counts = np.round(np.clip(one.values, 0, None) * scale)
    return [int(row) for row in _told(room(1), np.minimum(counts, 10**6).astype(np.int64))]


@njit(cache=True)
def _told(state: State, counts):  # type: ignore[no-untyped-def]
    told = []
    state.limit[0] = low_limit(0, 0, ONE, ONE)
    for row in range(counts.size):
        state.counts[0] = counts[row]
        if rises(state, 0):
            told.append(row)
            state.quiet_until[0] = row + REFRACTORY
        close_bin(state, 0, ONE, ONE, (WINDOW + 1) * ONE)
    return np.array(told, np.int64)


def gaussian(one: Series) -> list[int]:
    """Return the rows whose value has a chance under TAIL by the mean and spread of those remembered."""
    found, kept, mean, spread = [], one.values[:0], 0.0, 1.0
    for row, value in enumerate(one.values):
        if row and 0.5 * erfc(abs(value - mean) / spread / 1.4142) <= TAIL:
            found.append(row)
        if row < REMEMBERED or (row - REMEMBERED) % STEP == STEP - 1:
            kept = one.values[max(0, row + 1 - REMEMBERED) : row + 1]
            mean, spread = float(np.mean(kept)), float(np.std(kept)) or 1e-6
    return found


def scored(name: str, known: Sequence[Series], detector: Callable[[Series], list[int]]) -> Row:
    """Return a detector's scores."""
    told = {one.name: detector(one) for one in known}
    tweets = [one for one in known if one.name.startswith(TWEETS)]
    counted = [_counted(one, told[one.name]) for one in known]
    return Row(
        name,
        total(known, told),
        total(tweets, told),
        sum(found for found, _false in counted),
        sum(len(one.windows) for one in known),
        sum(false for _found, false in counted),
    )


def total(known: Sequence[Series], told: Mapping[str, Sequence[int]]) -> float:
    """Return 100 * (reached - nothing) / (perfect - nothing)."""
    windows = sum(len(one.windows) for one in known)
    reached = sum(score(one, told[one.name]) for one in known)
    return 100 * (reached + MISSED * windows) / (windows + MISSED * windows) if windows else 0.0


def score(one: Series, told: Sequence[int]) -> float:
    """Return what the alarms of one file earn and cost."""
    earned = dict.fromkeys(one.windows, -MISSED)
    cost = 0.0
    for row in told:
        window = _inside(one, row)
        if row < one.trial:
            continue
        if window is None:
            cost += FALSE * _after(one, row)
        else:
            place = -(window[1] - row + 1) / (window[1] - window[0] + 1)
            earned[window] = max(earned[window], worth(place) / worth(-1.0))
    return sum(earned.values()) + cost


def worth(place: float) -> float:
    """Return what an alarm is worth at a place: -1 where its window begins, 0 at its end, 1 a width later."""
    return -1.0 if place > 3 else 2 / (1 + exp(5 * place)) - 1


def _after(one: Series, row: int) -> float:
    before = [window for window in one.windows if window[1] < row]
    if not before:
        return -1.0
    first, last = before[-1]
    return worth((row - last) / (last - first))


def _inside(one: Series, row: int) -> Window | None:
    return next((window for window in one.windows if window[0] <= row <= window[1]), None)


def _counted(one: Series, told: Sequence[int]) -> tuple[int, int]:
    places = [_inside(one, row) for row in told if row >= one.trial]
    return len({window for window in places if window}), sum(window is None for window in places)


def _cells(row: Row) -> list[str]:
    scores = [f"{row.standard:.1f}", f"{row.tweets:.1f}"]
    return [row.detector, *scores, *(f"{count:,}" for count in (row.found, row.windows, row.false))]
