"""Learns from what people said of single posts how one platform's stance scores are put right.

Assumed is that the posts that people judged are a fair sample of the platform's: that they
confirm what is right as readily as they correct what is wrong. If they only correct, every
example is a mistake, and the line learns to turn the model round; so a set with hardly any
confirmations is refused. What cannot be seen from the set is that people look at events and
so at negative posts more; the line is pulled towards leaving the scores as they are.
"""

from gettext import gettext as _

import numpy as np

from guanlan.engine.model import CLASSES, Line
from guanlan.engine.ngrams import Array

FEWEST = 200
CONFIRMED = 4  # one judgement in so many must say that the model was right
# As if, before any judgement, two lines of three had a slope within a half of 1 and shifts within 1.
PULL_TO_ONE, PULL_TO_NONE = 1 / 0.5**2, 1.0
STEPS, SMALL = 50, 1e-10


class NotEnough(ValueError):
    """The judgements are too few or too one-sided to learn from; the message is a sentence."""


def line(scores: Array, truth: Array) -> Line:
    """Return the line under which scores (n, 3) of CLASSES best explain the classes `truth` (n,).

    The model's own scores, not yet put right by an earlier line. Raises NotEnough.
    """
    refuse_few(len(truth), int(np.sum(scores.argmax(axis=1) == truth)))
    return fitted(scores, truth)


def refuse_few(judged: int, right: int) -> None:
    """Raise NotEnough if `judged` texts, `right` of which the model had right, are not enough."""
    if judged < FEWEST:
        raise NotEnough(
            _("人工核对的帖文有 {judged} 条，校准一个平台至少要 {fewest} 条，还差 {missing} 条。").format(
                judged=judged, fewest=FEWEST, missing=FEWEST - judged
            )
        )
    if right * CONFIRMED < judged:
        raise NotEnough(
            _("核对的 {judged} 条里只有 {right} 条判对，像是只改了错的。请把判对的也点“无误”。").format(
                judged=judged, right=right
            )
        )


def fitted(scores: Array, truth: Array) -> Line:
    """Return the line of least log loss with a pull to (1, 0, 0, 0), by Newton's method."""
    wanted = np.eye(len(CLASSES))[truth]
    at, pull = np.array([1.0, 0, 0, 0]), np.array([PULL_TO_ONE, *[PULL_TO_NONE] * 3])
    rest = at.copy()
    loss = _loss(at, scores, wanted, pull, rest)
    for _step in range(STEPS):
        slope, curve = _slope_and_curve(at, scores, wanted, pull, rest)
        step = np.linalg.solve(curve, slope)
        further = _loss(at - step, scores, wanted, pull, rest)
        while further > loss and np.abs(step).max() > SMALL:  # too far: the loss is not a parabola
            step = step / 2
            further = _loss(at - step, scores, wanted, pull, rest)
        if np.abs(step).max() <= SMALL:
            break
        at, loss = at - step, further
    found = [round(float(one), 6) for one in at]
    return Line(found[0], (found[1], found[2], found[3]))


def righted(scores: Array, by: Line) -> Array:
    """Return scores (n, 3) as `by` puts them right."""
    return np.asarray(by.slope * scores + np.array(by.shifts))


def _chances(at: Array, scores: Array) -> Array:
    lead = at[0] * scores + at[1:]
    raised = np.exp(lead - lead.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _loss(at: Array, scores: Array, wanted: Array, pull: Array, rest: Array) -> float:
    lead = at[0] * scores + at[1:]
    most = lead.max(axis=1)
    told = most + np.log(np.exp(lead - most[:, None]).sum(axis=1)) - (wanted * lead).sum(axis=1)
    return float(told.sum() + (pull * (at - rest) ** 2).sum() / 2)


def _slope_and_curve(
    at: Array, scores: Array, wanted: Array, pull: Array, rest: Array
) -> tuple[Array, Array]:
    chance = _chances(at, scores)
    off = chance - wanted
    slope = np.array([(off * scores).sum(), *off.sum(axis=0)]) + pull * (at - rest)
    spread = chance[:, :, None] * (np.eye(len(CLASSES)) - chance[:, None, :])  # of each text's classes
    moves = np.concatenate(
        [scores[:, :, None], np.broadcast_to(np.eye(len(CLASSES)), (*scores.shape, 3))], axis=2
    )
    return slope, np.einsum("nki,nkl,nlj->ij", moves, spread, moves) + np.diag(pull)
