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

    `macro_f1` and `alarms` are None where no text is neutral.
    """

    calibration: float
    accuracy: float
    macro_f1: float | None
    alarms: float | None
    recall: float


@dataclass(frozen=True)
class Row:
    """One source left out: before, after (mean of the draws), and the worst draw's calibration."""

    source: str
    texts: int
    before: Figures
    after: Figures
    worst: float


@dataclass(frozen=True)
class Table:
    """The exams in order."""

    rows: tuple[Row, ...]

    def __str__(self) -> str:
        pairs = [_("校准误差"), _("准确率"), _("三类宏 F1"), _("中性误报"), _("负面召回")]
        heads = [_("留出来源"), _("其余条数"), *(_("{what}，前→后").format(what=pair) for pair in pairs)]
        return grid([*heads, _("最差一次校准误差")], [_cells(row) for row in self.rows])


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
    before, after = [], []
    for _draw in range(DRAWS):
        order = draw.permutation(len(truth))
        judged, rest = order[:FEWEST], order[FEWEST:]
        line = fitted(scores[judged], truth[judged])
        before.append(figures(scores[rest], truth[rest], negative_at))
        after.append(figures(righted(scores[rest], line), truth[rest], negative_at))
    worst = max(one.calibration for one in after)
    return Row(name, len(truth) - FEWEST, _mean(before), _mean(after), worst)


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
        float(np.mean(called[truth == 1])) if neutral else None,
        float(np.mean(called[truth == 0])),
    )


def _mean(draws: list[Figures]) -> Figures:
    columns = zip(*(vars(one).values() for one in draws), strict=True)
    return Figures(*(None if None in column else float(np.mean(column)) for column in columns))  # type: ignore[arg-type]


def _cells(row: Row) -> list[str]:
    pairs = zip(vars(row.before).values(), vars(row.after).values(), strict=True)
    shown = ["—" if one is None else f"{one:.3f} → {other:.3f}" for one, other in pairs]
    return [row.source, f"{row.texts:,}", *shown, f"{row.worst:.3f}"]
