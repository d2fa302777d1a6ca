"""The course an event has taken so far, as the numbers that its final size is told from.

Only the times of its posts count: how many came when, how long since the last, what hour
of the day it is, and what is still to come if posts go on as by a power law of the time
since the first, busier and quieter by the hour of the day.
"""

from functools import cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HOUR = 3_600
DAY = 24 * HOUR
LAST = 30 * DAY  # after the first post; what comes later is no part of the final size
LOCAL = 8 * HOUR  # Shanghai
EASE = 300.0  # seconds added to the time since the first post
FIXED = 4  # powers that are told apart, before the ladder on which the likeliest is looked for
POWERS = np.array([0.8, 1.1, 1.4, 1.8] + [0.3 + step / 10 for step in range(23)])
USUAL_POWER, POWER_SPREAD = 1.1, 0.18
SINCE = np.array([0.0, 0.5, 0.75])  # of the age: posts since then carry the rate
LATELY = np.array([1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 3 / 4])
EARLY = np.array([1 / 16, 1 / 8, 1 / 4, 1 / 2])
NTH = np.array([1, 5, 10, 25, 50, 100, 200])
PARTS = np.array([0.25, 0.5, 0.75, 0.9])
NUMBERS = 1 + LATELY.size + EARLY.size + NTH.size + 1 + PARTS.size + 5 + FIXED * SINCE.size + 2


def _grid() -> tuple[Floats, Floats]:
    """Return moments after the first post, and the seconds each stands for, up to LAST."""
    spans = ((0, HOUR, 60), (HOUR, 12 * HOUR, 300), (12 * HOUR, 3 * DAY, 1_800), (3 * DAY, LAST, 3 * HOUR))
    at = [np.arange(begin + step / 2, end, step) for begin, end, step in spans]
    wide = [np.full(len(part), step) for part, (_begin, _end, step) in zip(at, spans, strict=True)]
    return np.concatenate(at).astype(np.float64), np.concatenate(wide).astype(np.float64)


AT, WIDE = _grid()


@njit(cache=True)
def _count_from(offsets, least):  # type: ignore[no-untyped-def]
    return offsets.size - np.searchsorted(offsets, least, side="right")


@njit(cache=True)
def _course(offsets, began, age, busy, fading):  # type: ignore[no-untyped-def]
    numbers = np.empty(NUMBERS)
    numbers[0] = np.log(age)
    k = _shape(offsets, age, numbers, 1)
    hour = ((began + age + LOCAL) % DAY) / HOUR
    numbers[k], numbers[k + 1] = np.sin(hour * np.pi / 12), np.cos(hour * np.pi / 12)
    past = coming = soon = 0.0
    for i in range(AT.size):
        past += busy[i] if AT[i] <= age else 0.0
        coming += busy[i] if age < AT[i] <= age + 6 * HOUR else 0.0
        soon += busy[i] if age < AT[i] <= 3 * age else 0.0
    numbers[k + 2] = np.log((past + 1.0) / age)
    numbers[k + 3] = np.log((coming + 1.0) / (6 * HOUR))
    numbers[k + 4] = np.log((soon + 1.0) / (2 * age))
    k = _go_on(offsets, age, busy, fading, numbers, k + 5)
    _likeliest(offsets, age, busy, fading, numbers, k)
    return numbers


@njit(cache=True)
def _shape(offsets, age, numbers, k):  # type: ignore[no-untyped-def]
    """Write how the posts so far lie in the time so far, whatever their number; return where it ends."""
    n = offsets.size
    for share in LATELY:
        numbers[k] = np.log((_count_from(offsets, age * (1.0 - share)) + 0.5) / (n + 1.0))
        k += 1
    for share in EARLY:
        numbers[k] = np.log((n - _count_from(offsets, age * share) + 0.5) / (n + 1.0))
        k += 1
    for nth in NTH:
        numbers[k] = np.log((offsets[nth - 1] + 1.0) / (age + 1.0)) if n >= nth else 1.0
        k += 1
    numbers[k] = np.log((age - offsets[n - 1] + 1.0) / age)
    k += 1
    for part in PARTS:
        numbers[k] = np.log((offsets[int(part * (n - 1))] + 1.0) / age)
        k += 1
    return k


@njit(cache=True)
def _go_on(offsets, age, busy, fading, numbers, k):  # type: ignore[no-untyped-def]
    """Write what is to come by each fixed power, as ln(1 + its share of the seen); return where it ends."""
    for power in range(FIXED):
        coming = _weight(busy, fading[power], age, float(LAST))
        for since in SINCE:
            past = _weight(busy, fading[power], age * since, age)
            share = (_count_from(offsets, age * since) + 0.5) / offsets.size
            numbers[k] = np.log(1.0 + share * coming / past)
            k += 1
    return k


@njit(cache=True)
def _likeliest(offsets, age, busy, fading, numbers, k):  # type: ignore[no-untyped-def]
    """Write the power that fits the posts' times best, and what is to come by it."""
    logs = 0.0
    for offset in offsets:
        logs += np.log(offset + EASE)
    best = -np.inf
    for power in range(FIXED, POWERS.size):
        past = _weight(busy, fading[power], -1.0, age)
        away = (POWERS[power] - USUAL_POWER) / POWER_SPREAD
        likely = -POWERS[power] * logs - offsets.size * np.log(past) - 0.5 * away * away
        if likely > best:
            best, numbers[k] = likely, POWERS[power]
            numbers[k + 1] = np.log(1.0 + _weight(busy, fading[power], age, float(LAST)) / past)


@njit(cache=True)
def _weight(busy, fading, begin, end):  # type: ignore[no-untyped-def]
    total = 1e-9
    for i in range(AT.size):
        if begin < AT[i] <= end:
            total += busy[i] * fading[i]
    return total


@njit(cache=True)
def _busy(began, day):  # type: ignore[no-untyped-def]
    found = np.empty(AT.size)
    for i in range(AT.size):
        found[i] = day[int((began + AT[i] + LOCAL) % DAY // HOUR)] * WIDE[i]
    return found


@njit(cache=True)
def _faded():  # type: ignore[no-untyped-def]
    found = np.empty((POWERS.size, AT.size))
    for power in range(POWERS.size):
        for i in range(AT.size):
            found[power, i] = (AT[i] + EASE) ** -POWERS[power]
    return found


@cache
def _fading() -> Floats:
    """Return how far each power has faded at each moment of the grid."""
    found: Floats = _faded()
    return found


def course(offsets: Floats, began: int, age: float, day: Floats) -> Floats:
    """Return the NUMBERS of a course.

    `offsets` are the seconds after the first post, at `began` (seconds since 1970), at which
    the further posts came, in order, none after `age`; `day` is how busy each hour is.
    """
    found: Floats = _course(offsets, began, age, _busy(began, day), _fading())
    return found
