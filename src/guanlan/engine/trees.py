"""Boosted trees for one quantile, small enough to ship: learnt with a seed, read in a compiled loop.

Each tree splits on the sign of the residuals (the gradient of the pinball loss) and puts the
quantile of what is left into its leaves. Values are told apart by BINS quantiles a feature.
All trees have the same full shape: node i has the children 2i + 1 and 2i + 2.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DEPTH = 4
NODES = 2**DEPTH - 1
LEAVES = 2**DEPTH
BINS = 32
ROUNDS = 160
RATE = 0.05
ROWS, FEATURES = 0.5, 0.4  # shares of rows and features that a tree may look at
LEAST = 60  # rows in a leaf


@dataclass(frozen=True, eq=False)
class Trees:
    """`feature` and `least` (trees, NODES): right if value >= least; `leaf` (trees, LEAVES)."""

    start: float
    feature: NDArray[np.int16]
    least: NDArray[np.float32]
    leaf: NDArray[np.float32]


def fit(rows: Floats, wanted: Floats, quantile: float, *, seed: int) -> Trees:
    """Learn the `quantile` of `wanted` (n,) from `rows` (n, features)."""
    chance = np.random.default_rng(seed)
    edges = np.quantile(rows, np.linspace(0, 1, BINS + 1)[1:-1], axis=0).astype(np.float32)
    binned = np.empty(rows.shape, np.uint8)
    for place in range(rows.shape[1]):
        binned[:, place] = np.searchsorted(edges[:, place], rows[:, place].astype(np.float32), side="right")
    start = float(np.quantile(wanted, quantile))
    left = wanted - start
    made: list[tuple[NDArray[np.int64], NDArray[np.int64], Floats]] = []
    for _round in range(ROUNDS):
        some = np.sort(chance.choice(len(rows), int(len(rows) * ROWS), replace=False))
        seen = np.sort(chance.choice(rows.shape[1], max(1, int(rows.shape[1] * FEATURES)), replace=False))
        feature, place = _grow(binned, left, some, seen, quantile)
        leaves = _leaves(binned, feature, place)
        leaf = np.zeros(LEAVES)
        for one in range(LEAVES):
            inside = left[some][leaves[some] == one]
            leaf[one] = RATE * np.quantile(inside, quantile) if inside.size else 0.0
        leaf = leaf.astype(np.float32).astype(np.float64)
        left = left - leaf[leaves]
        made.append((feature, place, leaf))
    features = np.array([one[0] for one in made], np.int16)
    least = np.array([_values(edges, *one[:2]) for one in made], np.float32)
    return Trees(start, features, least, np.array([one[2] for one in made], np.float32))


def _values(edges: NDArray[np.float32], feature: NDArray[np.int64], place: NDArray[np.int64]) -> list[float]:
    return [float(edges[at, one]) if one >= 0 else np.inf for one, at in zip(feature, place, strict=True)]


@njit(cache=True)
def _grow(binned, left, some, seen, quantile):  # type: ignore[no-untyped-def]
    """Return each node's feature (-1: all go left) and the bin up to which rows go left."""
    feature, place = np.full(NODES, -1, np.int64), np.zeros(NODES, np.int64)
    node = np.zeros(some.size, np.int64)
    for level in range(DEPTH):
        first, count = 2**level - 1, 2**level
        sums, sizes = np.zeros((count, seen.size, BINS)), np.zeros((count, seen.size, BINS), np.int64)
        for i in range(some.size):
            row, at = some[i], node[i] - first
            slope = quantile if left[row] > 0.0 else quantile - 1.0
            for j in range(seen.size):
                sums[at, j, binned[row, seen[j]]] += slope
                sizes[at, j, binned[row, seen[j]]] += 1
        for at in range(count):
            _split(sums[at], sizes[at], seen, feature, place, first + at)
        for i in range(some.size):
            one = feature[node[i]]
            right = one >= 0 and binned[some[i], one] > place[node[i]]
            node[i] = 2 * node[i] + (2 if right else 1)
    return feature, place


@njit(cache=True)
def _split(sums, sizes, seen, feature, place, node):  # type: ignore[no-untyped-def]
    """Choose the split of a node by which the squared sums of slopes gain most."""
    best = 1e-9
    whole, rows = sums[0].sum(), sizes[0].sum()
    for j in range(seen.size):
        below, fewer = 0.0, 0
        for at in range(BINS - 1):
            below += sums[j, at]
            fewer += sizes[j, at]
            if fewer < LEAST or rows - fewer < LEAST:
                continue
            above = whole - below
            gain = below * below / fewer + above * above / (rows - fewer) - whole * whole / rows
            if gain > best:
                best, feature[node], place[node] = gain, seen[j], at


@njit(cache=True)
def _leaves(binned, feature, place):  # type: ignore[no-untyped-def]
    found = np.empty(binned.shape[0], np.int64)
    for row in range(binned.shape[0]):
        node = 0
        while node < NODES:
            one = feature[node]
            right = one >= 0 and binned[row, one] > place[node]
            node = 2 * node + (2 if right else 1)
        found[row] = node - NODES
    return found


@njit(cache=True)
def _read(start, feature, least, leaf, row):  # type: ignore[no-untyped-def]
    total = start
    for tree in range(feature.shape[0]):
        node = 0
        while node < NODES:
            one = feature[tree, node]
            right = one >= 0 and np.float32(row[one]) >= least[tree, node]
            node = 2 * node + (2 if right else 1)
        total += np.float64(leaf[tree, node - NODES])
    return total


def read(trees: Trees, row: Floats) -> float:
    """Return the quantile that the trees tell of one row."""
    return float(_read(trees.start, trees.feature, trees.least, trees.leaf, row))
