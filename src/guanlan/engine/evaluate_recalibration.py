"""What two hundred judged texts of a platform do for a model that had seen nothing of it."""

from collections.abc import Callable
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path

import numpy as np

from guanlan.engine.calibration import calibration_error
from guanlan.engine.corpus import Corpus, read
from guanlan.engine.evaluate_heads import macro_f1
from guanlan.engine.grid import grid
from guanlan.engine.heads import MILLE, chances
from guanlan.engine.learning import grams
from guanlan.engine.model import CLASSES
from guanlan.engine.ngrams import Array
from guanlan.engine.recalibrate import FEWEST, fitted, righted
from guanlan.engine.stance import logits
from guanlan.engine.train import fit

DRAWS = 10

Exams = Callable[[Corpus], list[tuple[str, Array]]]


@dataclass(frozen=True)
class Figures:
    """Of 1: how far certainty is off, what is right, and at the working point alarms and finds.

    `macro_f1` is None where no text is neutral; `alarms` are of the texts that are not negative.
    """

    calibration: float
    accuracy: float
    macro_f1: float | None
    alarms: float
    recall: float


@dataclass(frozen=True)
class Row:
    """One source left out: before, after (mean of the draws), and what the draws differ in.

    `worst` is the worst draw's calibration, `fewest` the least recall of one; `points` are the model's
    working point and the mean of those learnt.
    """

    source: str
    texts: int
    before: Figures
    after: Figures
    worst: float
    fewest: float
    points: tuple[int, float]


@dataclass(frozen=True)
class Table:
    """The exams in order."""

    rows: tuple[Row, ...]

    def __str__(self) -> str:
        pairs = [_("校准误差"), _("准确率"), _("三类宏 F1"), _("误报"), _("负面召回")]
        heads = [
            _("留出来源"),
            _("其余条数"),
            *(_("{what}，前→后").format(what=pair) for pair in [*pairs, _("工作点")]),
        ]
        return grid([*heads, _("最差一次校准误差"), _("最低一次召回")], [_cells(row) for row in self.rows])


def evaluate_recalibration(folder: Path, exams: Exams, *, seed: int) -> Table | None:
    """Leave each source of `exams` out and train without; judge FEWEST drawn texts, examine the others.

    A source is left aside if half of it is fewer than FEWEST; None if that is so of all.
    """
    corpus = read(folder)
    known = grams(corpus.texts)
    rows = []
    for name, exam in exams(corpus):
        if exam.sum() < 2 * FEWEST:
            continue
        model = fit(corpus, known, exam, seed=seed)
        scores = logits(corpus.texts, model)[exam]
        rows.append(examine(name, scores, corpus.stances[exam], model.negative_at, seed))
    return Table(tuple(rows)) if rows else None


def examine(name: str, scores: Array, truth: Array, negative_at: int, seed: int) -> Row:
    """Return the source's row, from its texts' scores (n, 3) and true classes (n,)."""
    draw = np.random.default_rng(seed)
    before, after, points = [], [], []
    for _draw in range(DRAWS):
        order = draw.permutation(len(truth))
        judged, rest = order[:FEWEST], order[FEWEST:]
        line = fitted(scores[judged], truth[judged], negative_at)
        points.append(line.working)
        before.append(figures(scores[rest], truth[rest], negative_at))
        after.append(figures(righted(scores[rest], line), truth[rest], line.working))
    worst = max(one.calibration for one in after)
    fewest = min(one.recall for one in after)
    met = negative_at, float(np.mean(points))
    return Row(name, len(truth) - FEWEST, _mean(before), _mean(after), worst, fewest, met)


def figures(scores: Array, truth: Array, negative_at: int) -> Figures:
    """Return what scores (n, 3) get right of `truth`."""
    shares = chances(np.ascontiguousarray(scores))
    said = scores.argmax(axis=1)
    called = shares[:, 0] >= negative_at
    neutral = bool(np.any(truth == 1))
    return Figures(
        calibration_error(shares.max(axis=1) / MILLE, shares.argmax(axis=1) == truth),
        float(np.mean(said == truth)),
        macro_f1(truth, said, len(CLASSES)) if neutral else None,
        float(np.mean(called[truth != 0])),
        float(np.mean(called[truth == 0])),
    )


def _mean(draws: list[Figures]) -> Figures:
    columns = zip(*(vars(one).values() for one in draws), strict=True)
    return Figures(*(None if None in column else float(np.mean(column)) for column in columns))  # type: ignore[arg-type]


def _cells(row: Row) -> list[str]:
    pairs = zip(vars(row.before).values(), vars(row.after).values(), strict=True)
    shown = ["—" if one is None else f"{one:.3f} → {other:.3f}" for one, other in pairs]
    point = f"{row.points[0]} → {row.points[1]:.0f}"
    return [row.source, f"{row.texts:,}", *shown, point, f"{row.worst:.3f}", f"{row.fewest:.3f}"]
