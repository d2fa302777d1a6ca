"""What the stance head gets right on a source that none of its training came from; and all other tables."""

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path

import numpy as np

from guanlan.engine.calibration import calibration_error
from guanlan.engine.corpus import REPOSTS, Corpus, read
from guanlan.engine.evaluate_bursts import evaluate_bursts
from guanlan.engine.evaluate_copies import evaluate_copies
from guanlan.engine.evaluate_events import evaluate_events
from guanlan.engine.evaluate_forecast import evaluate_forecast
from guanlan.engine.evaluate_heads import evaluate_heads, macro_f1
from guanlan.engine.evaluate_lifecycle import evaluate_lifecycle
from guanlan.engine.evaluate_nab import ARCHIVE, evaluate_nab
from guanlan.engine.evaluate_queries import evaluate_queries
from guanlan.engine.evaluate_recalibration import evaluate_recalibration
from guanlan.engine.evaluate_spread import evaluate_spread
from guanlan.engine.grid import grid
from guanlan.engine.heads import MILLE
from guanlan.engine.learning import grams
from guanlan.engine.model import CLASSES, Model
from guanlan.engine.ngrams import Array
from guanlan.engine.stance import is_negative, logits, stance
from guanlan.engine.train import fit

EXAMS = ("hotel", "waimai", "weibo2018", "car", "smp2020_virus", "nlpcc2013_emotion")


@dataclass(frozen=True)
class Row:
    """One exam: a whole source left out. Shares are of 1; None where the source has no neutral texts.

    `two_way` is over the texts that are not neutral. `called` and `recall` are the shares of neutral
    and of negative texts called negative at the working point, `precision` is among all called so;
    `called_by_half` and `recall_by_half` are the shares given a chance of 500 per mille or more.
    """

    source: str
    texts: int
    two_way: float
    macro_f1: float | None
    called: float | None
    recall: float
    precision: float
    called_by_half: float | None
    recall_by_half: float
    calibration: float


@dataclass(frozen=True)
class Table:
    """The exams of one run, in order."""

    seed: int
    rows: tuple[Row, ...]

    def __str__(self) -> str:
        heads = [_("留出来源"), _("条数"), _("两类准确率"), _("三类宏 F1"), _("中性误报"), _("负面召回")]
        heads += [_("负面精确率"), _("过半误报"), _("过半召回"), _("校准误差")]
        return grid(heads, [_cells(row) for row in self.rows])


def report(folder: Path, *, seed: int) -> Iterator[str]:
    """Yield each table under its title, as soon as it is made: stance, then what `folder` allows."""
    yield f"{_('立场')}\n{evaluate(folder, seed=seed)}\n"
    for title, heads in evaluate_heads(folder, seed=seed):
        yield f"\n{title}\n{heads}\n"
    for title, make in _others(folder, seed):
        table = make()
        if table is not None:
            yield f"\n{title}\n{table}\n"


def _others(folder: Path, seed: int) -> list[tuple[str, Callable[[], object | None]]]:
    """Return (title, what makes the table, or None without its set) of each further exam."""
    events, reposts = folder / "events", folder / "events" / REPOSTS
    return [
        (_("两百条核对之后"), lambda: evaluate_recalibration(folder, exams, seed=seed)),
        (_("事件聚类"), lambda: evaluate_events(events)),
        (_("近似重复"), lambda: evaluate_copies(reposts, seed=seed)),
        (_("传播路径"), lambda: evaluate_spread(reposts)),
        (_("最终规模"), lambda: evaluate_forecast(reposts, seed=seed)),
        (_("生命周期"), lambda: evaluate_lifecycle(reposts)),
        (_("突增，NAB"), lambda: evaluate_nab(folder / ARCHIVE)),
        (_("突增，混在日常帖文里"), lambda: evaluate_bursts(events, seed=seed)),
        (_("监测方案命中"), lambda: evaluate_queries(events)),
    ]


def evaluate(folder: Path, *, seed: int) -> Table:
    """Leave each of EXAMS out of `folder`'s sources, train on the rest, examine.

    A company's own folder, with none of EXAMS in it, has each of its sources left out; one
    source alone has a fifth of its texts left out.
    """
    corpus = read(folder)
    known = grams(corpus.texts)
    return Table(
        seed,
        tuple(
            examine(name, corpus, exam, fit(corpus, known, exam, seed=seed)) for name, exam in exams(corpus)
        ),
    )


def exams(corpus: Corpus) -> list[tuple[str, Array]]:
    """Return (source, bool (n,) of its texts) for each exam."""
    names = np.unique(corpus.sources).tolist()
    if len(names) == 1:
        return [(names[0], np.arange(len(corpus.sources)) % 5 == 0)]
    asked = [name for name in EXAMS if name in names] or names
    return [(name, corpus.sources == name) for name in asked]


def examine(name: str, corpus: Corpus, exam: Array, model: Model) -> Row:
    """Return what `model` gets right on the texts that `exam` marks."""
    truth = corpus.stances[exam]
    chances = stance(corpus.texts, model)[exam]
    scores = logits(corpus.texts, model)[exam]
    called = is_negative(chances, model)
    half = chances[:, 0] >= MILLE // 2
    said = scores.argmax(axis=1)
    sided = truth != 1
    neutral = bool(np.any(truth == 1))
    return Row(
        name,
        int(exam.sum()),
        _share((scores[:, 2] > scores[:, 0])[sided] == (truth[sided] == 2)),
        macro_f1(truth, said, len(CLASSES)) if neutral else None,
        _share(called[truth == 1]) if neutral else None,
        _share(called[truth == 0]),
        _share(truth[called] == 0),
        _share(half[truth == 1]) if neutral else None,
        _share(half[truth == 0]),
        calibration_error(chances.max(axis=1) / MILLE, chances.argmax(axis=1) == truth),
    )


def _share(hits: Array) -> float:
    return float(np.mean(hits)) if len(hits) else 0.0


def _cells(row: Row) -> list[str]:
    shares = [row.two_way, row.macro_f1, row.called, row.recall, row.precision]
    shares += [row.called_by_half, row.recall_by_half, row.calibration]
    return [row.source, f"{row.texts:,}", *("—" if one is None else f"{one:.3f}" for one in shares)]


def main() -> None:
    """Print the tables for --data with --seed."""
    words = argparse.ArgumentParser(prog="python -m guanlan.engine.evaluate")
    words.add_argument("--data", type=Path, required=True)
    words.add_argument("--seed", type=int, default=0)
    asked = words.parse_args()
    for table in report(asked.data, seed=asked.seed):
        sys.stdout.write(table)


if __name__ == "__main__":
    main()
