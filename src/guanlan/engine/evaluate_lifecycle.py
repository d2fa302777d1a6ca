"""What becomes of cascades after each stage that was told: does the stage say what comes next?"""

from collections.abc import Sequence
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from guanlan.engine.course import HOUR
from guanlan.engine.forecast import Forecaster
from guanlan.engine.forecast_learning import Cascade, cascades
from guanlan.engine.grid import grid
from guanlan.engine.lifecycle import STEPS, Stage, lifecycle

LOOKS = tuple(hours * HOUR for hours in (1, 3, 6, 12, 24, 36, 48, 72))


@dataclass(frozen=True)
class Row:
    """Looks at which a stage was told. Shares are of 1; `to_come` is that of the final size, in the median.

    `higher`: a later span brought more posts than any before. `more`: the next one brought more than
    the last.
    """

    stage: Stage
    looks: int
    higher: float
    more: float
    to_come: float


@dataclass(frozen=True)
class Table:
    """The stages in the order of a life; those never told are left out."""

    rows: tuple[Row, ...]

    def __str__(self) -> str:
        heads = [_("阶段"), _("次数"), _("之后更高"), _("下一段更多"), _("尚未到来")]
        return grid(heads, [_cells(row) for row in self.rows])


def evaluate_lifecycle(path: Path) -> Table | None:
    """Tell the stage of each cascade in `path` at each of LOOKS; None if there is none."""
    known = cascades(path) if path.is_file() else []
    if not known:
        return None
    return counted(known, Forecaster.load().day)


def counted(known: Sequence[Cascade], day: NDArray[np.float64]) -> Table:
    """Return what came after each stage."""
    seen: dict[str, list[tuple[bool, bool, float]]] = {}
    for one in known:
        times = np.concatenate([np.zeros(1), one.offsets[: one.final]]).astype(np.int64)
        for look in LOOKS:
            told = lifecycle(times + one.began, one.began + look, day)
            seen.setdefault(told.stage, []).append(_after(times - look, told.span // STEPS))
    found = []
    for stage in get_args(Stage):
        if stage in seen:
            higher, more, to_come = zip(*seen[stage], strict=True)
            shares = float(np.mean(higher)), float(np.mean(more)), float(np.median(to_come))
            found.append(Row(stage, len(higher), *shares))
    return Table(tuple(found))


def _after(ahead: NDArray[np.int64], step: int) -> tuple[bool, bool, float]:
    """Return (a later span is higher than any before, the next brings more, share still to come).

    `ahead` are the posts' times in seconds after the look; those before it are not above zero.
    """
    past = np.bincount((-ahead[ahead <= 0]) // step, minlength=STEPS)[::-1]
    coming = np.bincount((ahead[ahead > 0] - 1) // step, minlength=STEPS)
    before, after = (np.convolve(part, np.ones(STEPS, np.int64)) for part in (past, coming))
    next_one, last_one = int(coming[:STEPS].sum()), int(past[-STEPS:].sum())
    return bool(after.max() > before.max()), next_one > last_one, float(np.mean(ahead > 0))


def _cells(row: Row) -> list[str]:
    names = {"latent": _("潜伏"), "growing": _("发展"), "peak": _("高峰"), "declining": _("消退")}
    shares = [f"{one:.3f}" for one in (row.higher, row.more, row.to_come)]
    return [names[row.stage], f"{row.looks:,}", *shares]
