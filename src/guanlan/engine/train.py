"""Learns the stance, calibrated on sources it did not see, and binds it with the other heads."""

import argparse
import sys
from pathlib import Path

import numpy as np

from guanlan.engine.corpus import Corpus, read
from guanlan.engine.learning import Grams, grams, learn, linear, quantised
from guanlan.engine.model import CLASSES, STANCE, Head, Model
from guanlan.engine.ngrams import Array
from guanlan.engine.shingles import near
from guanlan.engine.stance import FALSE_ALARMS, LEAST_SURE
from guanlan.engine.tasks import tasks
from guanlan.engine.train_heads import fit_head

FOLDS = 3
LEFT_OUT = 0.3
NEUTRAL = 2.0  # a stream is mostly neutral, though the open sets are not
FEWEST_NEUTRAL = 100
PULL_TO_ONE = 1e-4


def train(folder: Path, *, seed: int) -> Model:
    """Return the model learnt from all of `folder` but its test rows and their near copies."""
    corpus = read(folder)
    model = fit(corpus, grams(corpus.texts), corpus.held, seed=seed)
    tables, heads = [model.table], [*model.heads]
    for task in tasks(folder):
        first = sum(table.shape[1] for table in tables)
        learnt = fit_head(task, np.zeros(len(task.labels), np.bool_), first, seed=seed)
        tables.append(learnt.table)
        heads.append(learnt.head)
    return Model(np.concatenate(tables, axis=1), tuple(heads), model.origin)


def fit(corpus: Corpus, known: Grams, exam: Array, *, seed: int) -> Model:
    """Return the stance learnt without the texts `exam` marks, test rows, and near copies of either."""
    usable = ~near(corpus.shingles, corpus.texts.starts, exam | corpus.held)
    scores = _unseen_scores(corpus, known, usable, seed)
    sided = usable & (corpus.stances != 1)
    slope = calibrate(
        (scores[:, 2] - scores[:, 0])[sided],
        corpus.stances[sided] == 2,
        source_weights(corpus.sources[sided]),
    )
    weights, bias = learn_stance(corpus, known, usable, seed)
    table, step = quantised(weights)
    working = working_point(slope * scores, corpus, usable)
    names, counts = np.unique(corpus.sources[usable], return_counts=True)
    origin = dict(zip(names.tolist(), counts.tolist(), strict=True)) | {"seed": seed}
    head = Head(STANCE, CLASSES, 0, slope * step, tuple((slope * bias).tolist()), working)
    return Model(table, (head,), origin)


def learn_stance(corpus: Corpus, known: Grams, usable: Array, seed: int) -> tuple[Array, Array]:
    """Return (weights float64 (2**BITS, 3), bias (3,)) learnt from the `usable` texts."""
    worth = np.zeros(len(usable))
    worth[usable] = domain_weights(corpus.domains[usable], corpus.stances[usable])
    return learn(known, corpus.stances, worth, len(CLASSES), left_out=LEFT_OUT, seed=seed)


def domain_weights(domains: Array, stances: Array) -> Array:
    """Return each text's weight, 1/sqrt(texts of its domain and class), neutral's doubled, mean 1.

    A source ten times as large speaks about three times as loud, not ten; measured to be worth
    more than the choice of classifier.
    """
    names, domain = np.unique(domains, return_inverse=True)
    cell = domain * len(CLASSES) + stances
    sizes = np.bincount(cell, minlength=len(names) * len(CLASSES))
    worth = np.where(stances == 1, NEUTRAL, 1.0) / np.sqrt(sizes[cell])
    return np.asarray(worth / worth.mean())


def source_weights(sources: Array) -> Array:
    """Return weights under which every source counts the same; they sum to 1."""
    names, source, sizes = np.unique(sources, return_inverse=True, return_counts=True)
    return np.asarray(1.0 / (sizes[source] * len(names)))


def _unseen_scores(corpus: Corpus, known: Grams, usable: Array, seed: int) -> Array:
    """Each usable text's scores from a model that saw nothing of its source."""
    scores = np.zeros((len(usable), len(CLASSES)))
    names, source = np.unique(corpus.sources, return_inverse=True)
    fold = source % FOLDS if len(names) >= FOLDS else np.arange(len(usable)) % FOLDS
    for part in range(FOLDS):
        asked = usable & (fold == part)
        rest = usable & ~near(corpus.shingles, corpus.texts.starts, asked)
        if asked.any() and rest.any():
            weights, bias = learn_stance(corpus, known, rest, seed)
            scores[asked] = linear(known.rows, known.ends, weights, bias)[asked]
    return scores


def calibrate(leads: Array, positive: Array, worth: Array) -> float:
    """Return the slope that makes 1 / (1 + exp(-slope * lead)) the chance of `positive` (bool).

    Least weighted log loss by Newton's method (`worth` sums to 1). No shift is learnt: over
    sources it learnt how many texts each source happens to have of a class, and the error of
    calibration on the next source rose from .05 to .3. A slight pull to 1 keeps the slope
    finite where every text is on its right side.
    """
    slope = 1.0
    for _step in range(25):
        chance = 1 / (1 + np.exp(-slope * leads))
        rise = float(np.sum(worth * (chance - positive) * leads)) + PULL_TO_ONE * (slope - 1)
        curve = float(np.sum(worth * chance * (1 - chance) * leads * leads)) + PULL_TO_ONE
        slope = min(max(slope - rise / curve, slope / 2), slope * 2)
    return slope


def working_point(scores: Array, corpus: Corpus, usable: Array) -> int:
    """Return the per mille from which a post is called negative, LEAST_SURE at least.

    Of the neutral texts, unseen in `scores`, at most FALSE_ALARMS reach it in the mean over sources.
    """
    chance = 1000 * _softmax(scores)[:, 0]
    neutral = usable & (corpus.stances == 1)
    _names, source, sizes = np.unique(corpus.sources[neutral], return_inverse=True, return_counts=True)
    worth = np.where(sizes >= FEWEST_NEUTRAL, 1.0 / sizes, 0.0)[source]
    order = np.argsort(-chance[neutral], kind="stable")
    alarms = np.cumsum(worth[order]) / max(1.0, float(worth.sum()))
    too_many = np.flatnonzero(alarms > FALSE_ALARMS + 1e-9)
    highest = float(chance[neutral][order][too_many[0]]) if len(too_many) else 0.0
    return min(1000, max(LEAST_SURE, int(highest) + 1))


def _softmax(scores: Array) -> Array:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def main() -> None:
    """Train on --data with --seed and write the model to --out."""
    words = argparse.ArgumentParser(prog="python -m guanlan.engine.train")
    words.add_argument("--data", type=Path, required=True)
    words.add_argument("--out", type=Path, required=True)
    words.add_argument("--seed", type=int, default=0)
    asked = words.parse_args()
    model = train(asked.data, seed=asked.seed)
    model.save(asked.out)
    sys.stdout.write(f"{model.fingerprint} {model.negative_at}\n")


if __name__ == "__main__":
    main()
