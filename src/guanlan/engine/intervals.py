"""How sure a comparison with the usual is: 95 % intervals for a share, its change, and a ratio of rates.

All three stand on one score interval, so that zeros and small counts need no special case.
"""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

Z = 1.959963984540054  # the normal quantile of 97.5 %


class Interval(NamedTuple):
    """A value and the range that it may well have; None is without bound."""

    value: float | None
    low: float
    high: float | None


def share(count: float, of: float) -> Interval:
    """Return a share with its score interval (E. B. Wilson, JASA 22, 1927, 209-212)."""
    part, square = count / of, Z * Z
    centre = (count + square / 2) / (of + square)
    half = Z * sqrt(of * part * (1 - part) + square / 4) / (of + square)
    return Interval(part, max(0.0, centre - half), min(1.0, centre + half))


def share_difference(now: tuple[int, int], usual: tuple[int, int], dispersion: float = 1.0) -> Interval:
    """Return how much the first share, (count, of), lies above the second.

    The hybrid score interval: method 10 of R. G. Newcombe, Statistics in Medicine 17 (1998),
    873-890. Counts that come in clumps are worth fewer: both are divided by `dispersion`.
    """
    one, two = (share(count / dispersion, of / dispersion) for count, of in (now, usual))
    first, second = now[0] / now[1], usual[0] / usual[1]
    below = sqrt((first - one.low) ** 2 + ((two.high or 0.0) - second) ** 2)
    above = sqrt(((one.high or 0.0) - first) ** 2 + (second - two.low) ** 2)
    return Interval(first - second, first - second - below, first - second + above)


def rate_ratio(
    count: int, days: int, usual_count: int, usual_days: int, dispersion: float = 1.0
) -> Interval | None:
    """Return how many times the second rate the first one is; None if nothing was counted at all.

    Of two Poisson counts, the first given their sum is binomial; its score interval is taken over
    to the ratio (L. Barker and B. Cadwell, Statistics in Medicine 27, 2008, 4030-4041, compare
    such intervals). Counts are divided by `dispersion` as above.
    """
    if count + usual_count == 0:
        return None
    part = share(count / dispersion, (count + usual_count) / dispersion)
    times = usual_days / days
    value = count * times / usual_count if usual_count else None
    high = part.high if part.high is not None and part.high < 1 else None
    return Interval(
        value,
        part.low / (1 - part.low) * times,
        None if high is None else high / (1 - high) * times,
    )


def rate_dispersion(counts: Sequence[int]) -> float:
    """Return how much more days differ than a Poisson count would: 1 or more.

    Pearson's chi-square over its degrees of freedom (P. McCullagh and J. A. Nelder, Generalized
    Linear Models, 1989, section 9.2).
    """
    total = sum(counts)
    mean = total / len(counts) if counts else 0.0
    return _over([(count - mean) ** 2 / mean for count in counts]) if mean else 1.0


def share_dispersion(days: Sequence[tuple[int, int]]) -> float:
    """Return the same for days of (count, of): how much more their shares differ than by chance."""
    filled = [(count, of) for count, of in days if of]
    every = sum(of for _count, of in filled)
    part = sum(count for count, _of in filled) / every if every else 0.0
    if part in (0.0, 1.0):
        return 1.0
    return _over([(count - of * part) ** 2 / (of * part * (1 - part)) for count, of in filled])


def _over(squares: Sequence[float]) -> float:
    return max(1.0, sum(squares) / (len(squares) - 1)) if len(squares) > 1 else 1.0
