"""Learns the weights of one head: multinomial logistic regression over n-gram rows, by AdaGrad."""

from dataclasses import dataclass

import numpy as np
from numba import njit

from guanlan.engine.ngrams import Array, collect
from guanlan.engine.text import Texts

BITS = 17
PASSES = 6
RATE = 0.1
RIDGE = 1e-4
FIRST_SQUARE = 0.1
FAINT = 1


@dataclass(frozen=True)
class Grams:
    """The n-gram rows of every text: text i has rows[ends[i]:ends[i+1]]."""

    rows: Array
    ends: Array


def grams(texts: Texts) -> Grams:
    """Return the n-gram rows of `texts`, which every fit on them shares."""
    return Grams(*collect(texts.codes, texts.starts, BITS))


def learn(
    known: Grams, labels: Array, worth: Array, classes: int, *, left_out: float = 0.0, seed: int
) -> tuple[Array, Array]:
    """Return (weights float64 (2**BITS, classes), bias (classes,)) learnt from the texts of `worth` above 0.

    `labels` are class numbers, `worth` the weight of each text in the log loss (mean 1). Each
    pass leaves a share `left_out` of a text's n-grams out, so that none is leant on alone: worth
    half a point on sources that were not seen, and costs as much on those that were. The same
    seed gives the same weights.
    """
    order = np.random.default_rng(seed).permutation(np.flatnonzero(worth))
    weights = np.zeros((1 << BITS, classes))
    squares = np.full(weights.shape, FIRST_SQUARE)
    bias = np.zeros(classes)
    longest = int(np.diff(known.ends).max(initial=0))
    chance = np.uint64(seed + 1)
    for _pass in range(PASSES):
        state = (weights, squares, bias, np.empty(longest, np.uint32))
        chance = np.uint64(_descend((known.rows, known.ends), labels, worth, order, state, left_out, chance))
    return weights, bias


def balanced(domains: Array, labels: Array, power: float) -> Array:
    """Return weights 1 / (texts of the domain and class) ** power, mean 1.

    At 1 every class of a domain counts the same; at one half, a class ten times as large
    speaks about three times as loud.
    """
    _names, domain = np.unique(domains, return_inverse=True)
    cell = domain * (int(labels.max(initial=0)) + 1) + labels
    worth = 1.0 / np.bincount(cell)[cell] ** power
    return np.asarray(worth / worth.mean())


def quantised(weights: Array) -> tuple[Array, float]:
    """Return (int8 of the same shape, step): weights are about the integers times the step.

    The faintest, of one step, become nothing: they change no figure, and take a third of the room.
    """
    step = float(np.abs(weights).max()) / 127 or 1.0
    whole = np.rint(weights / step).astype(np.int8)
    return np.where(np.abs(whole) > FAINT, whole, 0).astype(np.int8), step


@njit(cache=True)
def linear(rows: Array, ends: Array, weights: Array, bias: Array) -> Array:
    """Return float64 (n, classes): bias + sum of a text's weights / sqrt(number of its rows)."""
    found = np.empty((len(ends) - 1, len(bias)))
    for text in range(len(ends) - 1):
        length = max(1, ends[text + 1] - ends[text])
        for kind in range(len(bias)):
            total = 0.0
            for at in range(ends[text], ends[text + 1]):
                total += weights[rows[at], kind]
            found[text, kind] = bias[kind] + total / np.sqrt(length)
    return found


@njit(cache=True)
def _descend(
    grams: tuple[Array, Array],
    labels: Array,
    worth: Array,
    order: Array,
    state: tuple[Array, Array, Array, Array],
    left_out: float,
    chance: np.uint64,
) -> np.uint64:
    """One pass of AdaGrad (Duchi et al. 2011) over the log loss; changes `state` in place.

    Of each text a share `left_out` of n-grams is left out by chance (a linear congruential
    generator, Knuth's constants), the rest made up for it; returns the generator's state.
    """
    rows, ends = grams
    weights, squares, bias, kept = state
    error = np.empty(len(bias))
    for text in order:
        first, last = ends[text], ends[text + 1]
        count = 0
        for at in range(first, last):
            chance = chance * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
            if (chance >> np.uint64(33)) * (1.0 / 2147483648.0) >= left_out:
                kept[count] = rows[at]
                count += 1
        reach = 1.0 / np.sqrt(max(1.0, (last - first) * (1.0 - left_out)))
        for kind in range(len(bias)):
            total = 0.0
            for at in range(count):
                total += weights[kept[at], kind]
            error[kind] = bias[kind] + total * reach
        error[:] = np.exp(error - error.max())
        error /= error.sum()
        error[labels[text]] -= 1.0
        error *= worth[text]
        for kind in range(len(bias)):
            bias[kind] -= 0.01 * RATE * error[kind]
        for at in range(count):
            row = kept[at]
            for kind in range(len(bias)):
                slope = error[kind] * reach + RIDGE * worth[text] * weights[row, kind]
                squares[row, kind] += slope * slope
                weights[row, kind] -= RATE * slope / np.sqrt(squares[row, kind])
    return chance
