"""How far two ways of putting the same things into groups agree.

AMI: mutual information beyond what chance would give, arithmetic mean (Vinh et al. 2010).
B3: precision and recall of each thing's own group, meant over things (Bagga, Baldwin 1998).
"""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np

from guanlan.engine.ngrams import Array


class Overlap(NamedTuple):
    """How many things each true group (a place in `truth`) shares with each group told (in `said`)."""

    truth: Array
    said: Array
    rows: Array  # of the pairs of groups that share anything: place in `truth`,
    columns: Array  # place in `said`,
    shared: Array  # things in both


class B3(NamedTuple):
    """Shares of 1."""

    precision: float
    recall: float
    f1: float


def overlap(truth: Sequence[Hashable], said: Sequence[Hashable]) -> Overlap:
    """Return the overlap of two labellings of the same things, which must be some."""
    true, told = _numbers(truth), _numbers(said)
    cells, shared = np.unique(true * (int(told.max()) + 1) + told, return_counts=True)
    rows, columns = np.divmod(cells, int(told.max()) + 1)
    return Overlap(np.bincount(true), np.bincount(told), rows, columns, shared)


def b3(both: Overlap) -> B3:
    """Return how pure (precision) and how whole (recall) the groups told are, seen from each thing."""
    things, squares = int(both.truth.sum()), both.shared.astype(np.float64) ** 2
    precision = float(np.sum(squares / both.said[both.columns])) / things
    recall = float(np.sum(squares / both.truth[both.rows])) / things
    return B3(precision, recall, 2 * precision * recall / (precision + recall))


def adjusted_mutual_information(both: Overlap) -> float:
    """Return 1 for the same groups, about 0 for groups told at random."""
    if both.shared.size == both.truth.size == both.said.size:
        return 1.0
    things = int(both.truth.sum())
    chance = both.truth[both.rows] / things * both.said[both.columns]
    mutual = float(np.sum(both.shared * np.log(both.shared / chance))) / things
    expected = _expected(both.truth, both.said)
    return (mutual - expected) / ((_entropy(both.truth) + _entropy(both.said)) / 2 - expected)


def _numbers(labels: Sequence[Hashable]) -> Array:
    places: dict[Hashable, int] = {}
    return np.array([places.setdefault(label, len(places)) for label in labels], np.int64)


def _entropy(sizes: Array) -> float:
    shares = sizes / sizes.sum()
    return float(-np.sum(shares * np.log(shares)))


def _expected(truth: Array, said: Array) -> float:
    """Return the mutual information of random groups of these sizes: the hypergeometric mean.

    Groups of one size count alike, so each pair of sizes is worked out once.
    """
    things = int(truth.sum())
    factorial = np.concatenate((np.zeros(1), np.cumsum(np.log(np.arange(1, things + 1)))))  # logarithms
    others, times = np.unique(said, return_counts=True)
    total = 0.0
    for size, often in zip(*np.unique(truth, return_counts=True), strict=True):
        total += often * float(np.sum(times * _of_size(int(size), others, things, factorial)))
    return total


def _of_size(size: int, others: Array, things: int, factorial: Array) -> Array:
    """Return for each other size what a group of `size` and one of that size share by chance."""
    shared = np.arange(1, min(size, int(others.max())) + 1)[None, :]
    other = others[:, None]
    possible = (shared >= size + other - things) & (shared <= other)
    rest = np.where(possible, other - shared, 0)
    neither = np.where(possible, things - size - other + shared, 0)
    chance = (factorial[size] + factorial[other] + factorial[things - size] + factorial[things - other]) - (
        factorial[things]
        + factorial[shared]
        + factorial[size - shared]
        + factorial[rest]
        + factorial[neither]
    )
    told = shared / things * np.log(things * shared / (size * other))
    return np.asarray(np.where(possible, told * np.exp(np.minimum(chance, 0.0)), 0.0).sum(axis=1))
