"""Where an event stands in its life: latent, growing, at its peak or declining, and by which numbers.

The posts of the last span (three hours; in the first six hours half the event's age) are held
against those of the span before and against the most that any such span has brought. Before they
are compared, counts are evened out by how busy the hours of the day are: a quiet night alone is no
decline. Whole numbers only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from guanlan.engine.course import DAY, HOUR, LOCAL, Floats

Stage = Literal["latent", "growing", "peak", "declining"]

STEPS = 3  # of a span
SHORTEST = 60  # seconds: a step
FEW = 10  # posts: an event that never had so many within a span is latent
RISE = 1_500  # per mille of the span before, from which the last one counts as growth
HIGH = 500  # per mille of the most so far, from which the last one belongs to the peak
QUIETEST = 300  # per mille: no hour counts as less busy than this


@dataclass(frozen=True)
class Lifecycle:
    """The stage, and why: posts of the last `span` seconds, of the span before, and the most in any.

    `of_most` is the last as per mille of the most, evened out.
    """

    stage: Stage
    span: int
    recent: int
    before: int
    most: int
    of_most: int


def lifecycle(times: Sequence[int] | NDArray[np.int64], now: int, day: Floats) -> Lifecycle:
    """Return the stage at `now` of an event with posts at `times` (seconds since 1970).

    Later posts are not looked at. `day` is how busy each hour of Shanghai's day is, 1 in the mean.
    """
    ages = now - np.asarray(times, np.int64)
    ages = ages[ages >= 0]
    step = min(HOUR, max(SHORTEST, int(ages.max(initial=0)) // (2 * STEPS) + 1))
    counts = np.bincount(ages // step, minlength=2 * STEPS)
    posts = _sums(np.concatenate([counts, np.zeros(STEPS - 1, np.int64)]))
    evened = posts * STEPS * 1_000_000 // _sums(_busy(counts.size + STEPS - 1, step, now, day))
    most = int(np.argmax(evened))
    of_most = int(evened[0] * 1_000 // max(1, evened[most]))
    recent, before = int(posts[0]), int(posts[STEPS])
    rising = bool(evened[0] * 1_000 >= RISE * evened[STEPS])
    stage = _stage(recent, int(posts.max()), of_most, rising=rising)
    return Lifecycle(stage, STEPS * step, recent, before, int(posts[most]), of_most)


def _stage(recent: int, most: int, of_most: int, *, rising: bool) -> Stage:
    if most < FEW:
        return "latent"
    if rising and recent >= FEW:
        return "growing"
    return "peak" if of_most >= HIGH else "declining"


def _busy(steps: int, step: int, now: int, day: Floats) -> NDArray[np.int64]:
    """Return how busy each of the last steps is, in per mille, the latest first."""
    middles = now - step // 2 - step * np.arange(steps)
    permille = np.round(day * 1_000).astype(np.int64)
    found: NDArray[np.int64] = np.maximum(permille[(middles + LOCAL) % DAY // HOUR], QUIETEST)
    return found


def _sums(steps: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the sum of each span: STEPS consecutive steps."""
    whole = np.concatenate([np.zeros(1, np.int64), np.cumsum(steps)])
    found: NDArray[np.int64] = whole[STEPS:] - whole[:-STEPS]
    return found
