"""Learns from reposted originals how a cascade goes on: `guanlan train --forecast`."""

from collections.abc import Sequence
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from guanlan.engine.corpus import REPOSTS, BadCorpus
from guanlan.engine.course import DAY, HOUR, LAST, LOCAL, NUMBERS, Floats, course
from guanlan.engine.forecast import AGES, LEAST_POSTS, QUANTILES, Forecaster
from guanlan.engine.known_events import rows
from guanlan.engine.trees import Trees, fit, read

LATEST = 800  # cascades that are learnt from; older ones went on differently
OLDER = 0.7  # of those, learnt from alone to see how wide an interval the newer ones need
COVERED = 0.8
FEWEST = 100  # cascades, below which nothing is learnt


@dataclass(frozen=True)
class Cascade:
    """An original at `began` (seconds since 1970), and how many seconds later each repost came, in order."""

    began: int
    offsets: Floats

    @property
    def final(self) -> int:
        """Reposts in the end: those of the first 30 days."""
        return int(np.searchsorted(self.offsets, LAST, side="right"))


@dataclass(frozen=True)
class Looks:
    """Cascades looked at when they were of certain ages; all arrays of one length.

    `wanted` is ln(final / seen).
    """

    cascade: NDArray[np.int64]
    age: NDArray[np.int64]
    seen: NDArray[np.int64]
    wanted: Floats
    numbers: Floats

    def among(self, chosen: NDArray[np.bool_]) -> "Looks":
        """Return those that `chosen` marks."""
        return Looks(
            self.cascade[chosen],
            self.age[chosen],
            self.seen[chosen],
            self.wanted[chosen],
            self.numbers[chosen],
        )


def cascades(path: Path) -> list[Cascade]:
    """Return the originals of a set that were reposted, the oldest first."""
    found = []
    for row in rows(path, "id", "t0", "reposts"):
        delays = np.sort(np.array([max(repost[0], 0) for repost in row["reposts"]], np.float64))
        if delays.size:
            found.append((row["t0"], row["id"], delays))
    found.sort(key=lambda one: one[:2])
    return [Cascade(began, delays) for began, _id, delays in found]


def learn(folder: Path, *, seed: int) -> Forecaster:
    """Learn from the cascades in `folder`/events; raise BadCorpus if there are too few."""
    path = folder / "events" / REPOSTS
    known = cascades(path) if path.is_file() else []
    if len(known) < FEWEST:
        sentence = _("“{name}”里没有足够的转发过程，至少要 {least} 条原帖，请检查数据文件夹。")
        raise BadCorpus(sentence.format(name=path, least=FEWEST))
    return learnt(known, seed=seed)


def learnt(known: Sequence[Cascade], *, seed: int) -> Forecaster:
    """Learn from the latest of `known`, which stand in the order of their beginnings.

    How wide the interval must be is seen on the newer ones by trees that learnt from the older.
    """
    known = known[-LATEST:]
    day = busy_hours(known)
    seen = looks(known, day)
    newer = seen.cascade >= int(OLDER * len(known))
    wider = _wider(grown(seen.among(~newer), seed=seed), seen.among(newer))
    origin = {"ced": len(known), "seed": seed}
    return Forecaster(day, grown(seen, seed=seed), wider, origin)


def busy_hours(known: Sequence[Cascade]) -> Floats:
    """Return how much of a cascade comes in each hour of Shanghai's day, each as heavy; 1 in the mean."""
    shares = np.zeros(24)
    for one in known:
        hours = ((one.began + one.offsets + LOCAL) % DAY // HOUR).astype(np.int64)
        shares += np.bincount(hours, minlength=24) / hours.size
    mean: Floats = shares / shares.mean()
    return mean


def looks(known: Sequence[Cascade], day: Floats) -> Looks:
    """Look at each cascade at each of AGES, if it has LEAST_POSTS by then."""
    found: list[tuple[int, int, int]] = []
    numbers: list[Floats] = []
    for place, one in enumerate(known):
        for age in AGES:
            seen = int(np.searchsorted(one.offsets, age, side="right"))
            if seen >= LEAST_POSTS:
                found.append((place, age, seen))
                numbers.append(course(one.offsets[:seen], one.began, float(age), day))
    cascade, ages, counts = np.array(found, np.int64).reshape(-1, 3).T
    finals = np.array([one.final for one in known], np.float64)[cascade]
    return Looks(cascade, ages, counts, np.log(finals / counts), np.array(numbers).reshape(-1, NUMBERS))


def grown(seen: Looks, *, seed: int) -> tuple[Trees, ...]:
    """Return trees for each of QUANTILES."""
    return tuple(fit(seen.numbers, seen.wanted, quantile, seed=seed) for quantile in QUANTILES)


def _wider(trees: Sequence[Trees], later: Looks) -> Floats:
    """Return, by AGES, how far beyond the interval COVERED of `later` lie at most; never below 0."""
    found = np.zeros(len(AGES))
    for place, age in enumerate(AGES):
        at = later.among(later.age == age)
        low, high = (np.array([read(trees[side], row) for row in at.numbers]) for side in (0, 2))
        if at.age.size:
            found[place] = max(0.0, np.quantile(np.maximum(low - at.wanted, at.wanted - high), COVERED))
    return found
