"""How well the final size of a cascade is foretold: learnt from the oldest, examined on the newest."""

from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path

import numpy as np

from guanlan.engine.course import DAY, HOUR, Floats
from guanlan.engine.forecast_learning import FEWEST, Looks, cascades, learnt, looks
from guanlan.engine.grid import grid

OLDEST = 0.7  # of the cascades, to learn from
SHOWN = (600, 1_800, HOUR, 3 * HOUR, 6 * HOUR, DAY)
DRAWS = 1_000
SPREAD = (2.5, 97.5)


@dataclass(frozen=True)
class Row:
    """Cascades of one age (seconds): errors are |told - true| / true, in the median.

    `ratio` tells the seen over the median share that training cascades had by that age; `times` is
    ours over it, with the bounds between which 95 of 100 redrawn exams lie. `covered` is the share
    whose true size lies in the interval, `wide` its upper over its lower bound, in the median.
    """

    age: int
    cascades: int
    share: float
    ratio: float
    ours: float
    times: tuple[float, float, float]
    covered: float
    wide: float


@dataclass(frozen=True)
class Table:
    """The ages, from the youngest."""

    rows: tuple[Row, ...]

    def __str__(self) -> str:
        heads = [_("看到"), _("原帖"), _("已见比例"), _("比例法误差"), _("本法误差"), _("与比例法之比")]
        heads += [_("95% 区间"), _("八成区间覆盖"), _("区间上下限之比")]
        return grid(heads, [_cells(row) for row in self.rows])


def evaluate_forecast(path: Path, *, seed: int) -> Table | None:
    """Learn from the oldest cascades in `path`, tell the newest; None if there are too few."""
    known = cascades(path) if path.is_file() else []
    first = int(OLDEST * len(known))
    if first < FEWEST:
        return None
    model = learnt(known[:first], seed=seed)
    before, after = (looks(part, model.day) for part in (known[:first], known[first:]))
    told = np.array([model.quantiles(*one) for one in zip(after.numbers, after.age, strict=True)])
    rows = []
    for age in SHOWN:
        at = after.age == age
        plain = -np.median(-before.wanted[before.age == age])
        rows.append(examined(age, after.among(at), told[at], float(plain), seed=seed))
    return Table(tuple(rows))


def examined(age: int, seen: Looks, told: Floats, plain: float, *, seed: int) -> Row:
    """Return what `told` (n, 3: low, median, high) and the `plain` are worth, as ln(final / seen)."""
    ratio, ours = (np.abs(np.exp(one - seen.wanted) - 1.0) for one in (plain, told[:, 1]))
    chance = np.random.default_rng(seed)
    drawn = chance.integers(0, ratio.size, (DRAWS, ratio.size))
    low, high = np.percentile(np.median(ours[drawn], axis=1) / np.median(ratio[drawn], axis=1), SPREAD)
    return Row(
        age,
        ratio.size,
        float(np.median(np.exp(-seen.wanted))),
        float(np.median(ratio)),
        float(np.median(ours)),
        (float(np.median(ours) / np.median(ratio)), float(low), float(high)),
        float(np.mean((told[:, 0] <= seen.wanted) & (seen.wanted <= told[:, 2]))),
        float(np.exp(np.median(told[:, 2] - told[:, 0]))),
    )


def _cells(row: Row) -> list[str]:
    minutes = row.age // 60
    age = _("{n} 分钟").format(n=minutes) if minutes < 60 else _("{n} 小时").format(n=minutes // 60)
    times, low, high = row.times
    shares = [f"{one:.3f}" for one in (row.share, row.ratio, row.ours, times)]
    return [
        age,
        f"{row.cascades:,}",
        *shares,
        f"{low:.2f}–{high:.2f}",
        f"{row.covered:.3f}",
        f"{row.wide:.2f}",
    ]
