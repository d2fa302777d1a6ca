"""Negative, neutral or positive: a linear head over character n-grams, calibrated."""

import math

import numpy as np
from numba import njit

from guanlan.engine.model import CLASSES, Model
from guanlan.engine.ngrams import LONGEST, SEED, Array, distinct_rows, extend, row_of, squeeze
from guanlan.engine.text import Texts

MILLE = 1000


def stance(texts: Texts, model: Model) -> Array:
    """Return int32 (n, 3): probabilities in per mille for CLASSES; each row sums to 1000."""
    return _probabilities(logits(texts, model))


def logits(texts: Texts, model: Model) -> Array:
    """Return float64 (n, 3): calibrated scores for CLASSES; a difference is a log-odds."""
    scores = np.empty((len(texts.starts) - 1, len(CLASSES)))
    _score(texts.codes, texts.starts, (model.table, model.bits), (model.scale, model.bias), scores)
    return scores


def is_negative(probabilities: Array, model: Model) -> Array:
    """Return bool (n,): which posts the model calls negative at its working point."""
    return np.asarray(probabilities[:, 0] >= model.negative_at)


def because(texts: Texts, post: int, model: Model, *, most: int = 6) -> list[tuple[str, int]]:
    """Return the words that decided post `post`, strongest first.

    Each is (words as normalised, their part of the winning class's lead over the mean of
    the other two, in thousandths of a log-odds). Overlapping n-grams are merged into spans,
    which end at marks and spaces.
    """
    winner = int(np.argmax(logits(texts, model)[post]))
    first, last = int(texts.starts[post]), int(texts.starts[post + 1])
    pull = _pull(texts.codes[first:last], model.table, model.bits, winner)
    letters = [chr(code) for code in texts.codes[first:last]]
    wordy = np.array([letter.isalnum() for letter in letters], np.bool_)
    spans = [(float(pull[low:high].sum()), low, high) for low, high in _spans(np.where(wordy, pull, 0.0))]
    spans.sort(key=lambda span: (-span[0], span[1]))
    factor = MILLE * model.scale / math.sqrt(max(1, _count(texts, post, model)))
    return [("".join(letters[low:high]), round(weight * factor)) for weight, low, high in spans[:most]]


def _count(texts: Texts, post: int, model: Model) -> int:
    codes = texts.codes[texts.starts[post] : texts.starts[post + 1]]
    kept, places = np.empty(len(codes), np.uint32), np.empty(len(codes), np.int64)
    count = squeeze(codes, 0, len(codes), kept, places)
    seen = np.full(1 << model.bits, -1, np.int32)
    return int(distinct_rows(kept, count, model.bits, seen, 0, np.empty(LONGEST * count, np.uint32)))


def _spans(pull: Array) -> list[tuple[int, int]]:
    """Runs of characters that each pull at least a fifth as hard as the hardest."""
    if not len(pull) or pull.max() <= 0:
        return []
    strong = np.concatenate([[False], pull >= pull.max() / 5, [False]]).astype(np.int8)
    edges = np.diff(strong)
    return list(zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True))


@njit(cache=True)
def _score(
    codes: Array,
    starts: Array,
    table: tuple[Array, int],
    line: tuple[float, tuple[float, float, float]],
    scores: Array,
) -> None:
    weights, bits = table
    scale, bias = line
    posts = len(starts) - 1
    seen = np.full(1 << bits, -1, np.int32)
    width = 0
    for post in range(posts):
        width = max(width, starts[post + 1] - starts[post])
    kept = np.empty(width, np.uint32)
    places = np.empty(width, np.int64)
    rows = np.empty(LONGEST * width, np.uint32)
    for post in range(posts):
        count = squeeze(codes, starts[post], starts[post + 1], kept, places)
        found = distinct_rows(kept, count, bits, seen, post, rows)
        for kind in range(3):
            total = 0
            for at in range(found):
                total += int(weights[rows[at], kind])
            scores[post, kind] = bias[kind] + scale * total / math.sqrt(max(found, 1))


@njit(cache=True)
def exponential(x: float) -> float:
    """Return e**x for x <= 0 within 1e-12 of the truth, from + - * only.

    The mathematics library's own differs in its last bits from one CPU to another.
    """
    if x < -40.0:
        return 0.0
    part = x / 64.0
    term = 1.0
    total = 1.0
    for order in range(1, 14):
        term = term * part / order
        total += term
    for _doubling in range(6):
        total *= total
    return total


@njit(cache=True)
def _probabilities(scores: Array) -> Array:
    shares = np.empty((len(scores), 3), np.int32)
    for post in range(len(scores)):
        top = max(scores[post, 0], scores[post, 1], scores[post, 2])
        low = exponential(scores[post, 0] - top)
        high = exponential(scores[post, 2] - top)
        total = low + exponential(scores[post, 1] - top) + high
        shares[post, 0] = int(MILLE * low / total + 0.5)
        # Both halves can round up; what is left for neutral never falls below nothing.
        shares[post, 2] = min(int(MILLE * high / total + 0.5), MILLE - shares[post, 0])
        shares[post, 1] = MILLE - shares[post, 0] - shares[post, 2]
    return shares


@njit(cache=True)
def _pull(codes: Array, weights: Array, bits: int, winner: int) -> Array:
    """Each character's part of the winner's lead: an n-gram's weight, shared over its places.

    An n-gram that occurs again counts at its first place only, as in the score.
    """
    kept = np.empty(len(codes), np.uint32)
    places = np.empty(len(codes), np.int64)
    count = squeeze(codes, 0, len(codes), kept, places)
    seen = np.zeros(1 << bits, np.bool_)
    pull = np.zeros(len(codes))
    for start in range(count):
        state = SEED
        for at in range(start, min(start + LONGEST, count)):
            state = extend(state, kept[at])
            row = row_of(state, bits)
            if seen[row]:
                continue
            seen[row] = True
            others = weights[row].sum() - weights[row, winner]
            lead = weights[row, winner] - others / 2.0
            for part in range(start, at + 1):
                pull[places[part]] += lead / (at + 1 - start)
    return pull
