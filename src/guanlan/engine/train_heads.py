"""Learns the heads beside the stance: emotion, abuse, advertisement, complaint category."""

from typing import NamedTuple

import numpy as np
from numba import njit

from guanlan.engine.learning import balanced, learn, linear, quantised
from guanlan.engine.model import Head
from guanlan.engine.ngrams import Array
from guanlan.engine.tasks import ABUSE, ADVERTISEMENT, CATEGORY, INVENTED, Task

FOLDS = 5
# Of plain texts that were not learnt from, so many may be called abusive or advertisements.
FALSE_ALARMS = 0.02
# A category is said only from a chance on at which, of texts not learnt from, so many are right.
SURE = 0.85
YES_OR_NO = (ABUSE, ADVERTISEMENT)


class Learnt(NamedTuple):
    """A head with its int8 weights (rows, classes)."""

    head: Head
    table: Array


def fit_head(task: Task, exam: Array, first: int, *, seed: int) -> Learnt:
    """Return the head learnt without the texts `exam` (bool) marks, test rows, or near copies of either.

    Its columns begin at `first`.
    """
    usable = task.apart_from(exam)
    unseen = unseen_scores(task, usable, seed)
    slope = temperature(unseen[usable], task.labels[usable], _worth(task, usable)[usable])
    weights, bias = learn(task.known, task.labels, _worth(task, usable), len(task.classes), seed=seed)
    table, step = quantised(weights)
    line = tuple((slope * bias).tolist())
    return Learnt(
        Head(task.name, task.classes, first, slope * step, line, _working(task, slope * unseen, usable)),
        table,
    )


def unseen_scores(task: Task, usable: Array, seed: int) -> Array:
    """Return float64 (n, classes): each usable text's scores from a model that saw no near copy of it."""
    found = np.zeros((len(usable), len(task.classes)))
    fold = np.random.default_rng(seed).integers(0, FOLDS, len(usable))
    for part in range(FOLDS):
        asked = usable & (fold == part)
        rest = usable & task.apart_from(asked)
        weights, bias = learn(task.known, task.labels, _worth(task, rest), len(task.classes), seed=seed)
        found[asked] = linear(task.known.rows, task.known.ends, weights, bias)[asked]
    return found


def temperature(scores: Array, labels: Array, worth: Array) -> float:
    """Return the slope, .05 to 20, by which scores lose least in weighted log loss (Guo et al. 2017)."""
    low, high = np.log(0.05), np.log(20.0)
    golden = (np.sqrt(5) - 1) / 2
    while high - low > 1e-4:
        left, right = high - golden * (high - low), low + golden * (high - low)
        if _loss(np.exp(left) * scores, labels, worth) < _loss(np.exp(right) * scores, labels, worth):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))


def _working(task: Task, unseen: Array, usable: Array) -> int:
    if task.name in YES_OR_NO:
        return working_point(unseen[usable], task.labels[usable])
    if task.name == CATEGORY:
        real = usable & (task.sources != INVENTED)
        return sure_point(unseen[real], task.labels[real])
    return 0


def sure_point(scores: Array, labels: Array) -> int:
    """Return the least per mille from which the likeliest class is right in SURE of the texts, up to 1000."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    best = 1000 * powers.max(axis=1) / powers.sum(axis=1)
    order = np.argsort(-best, kind="stable")
    right = np.cumsum((scores.argmax(axis=1) == labels)[order]) / np.arange(1, len(labels) + 1)
    enough = np.flatnonzero(right >= SURE)
    return int(np.ceil(best[order[enough[-1]]])) if len(enough) else 1000


def working_point(scores: Array, labels: Array) -> int:
    """Return the per mille, 500 at least, that at most FALSE_ALARMS of the plain texts reach."""
    plain = scores[labels == 1]
    chance = 1000 / (1 + np.exp(plain[:, 1] - plain[:, 0]))
    return min(1000, max(500, int(np.quantile(chance, 1 - FALSE_ALARMS)) + 1))


def _worth(task: Task, usable: Array) -> Array:
    """Classes count the same, except where the open sets have them about as often as a stream."""
    worth = np.zeros(len(usable))
    domains = np.full(int(usable.sum()), task.name) if task.name == CATEGORY else task.sources[usable]
    worth[usable] = balanced(domains, task.labels[usable], 0.5 if task.name in YES_OR_NO else 1.0)
    return worth


@njit(cache=True)
def _loss(scores: Array, labels: Array, worth: Array) -> float:
    total = 0.0
    for text in range(len(labels)):
        top = scores[text].max()
        total += worth[text] * (np.log(np.exp(scores[text] - top).sum()) + top - scores[text, labels[text]])
    return float(total / worth.sum())
