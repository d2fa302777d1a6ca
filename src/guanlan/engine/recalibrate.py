"""Learns from what people said of single posts how one platform's stance scores are put right.

With them goes the platform's own working point: chances put right are other chances, and the
model's point was chosen for those before.

Assumed is that the posts that people judged are a fair sample of the platform's: that they
confirm what is right as readily as they correct what is wrong. If they only correct, every
example is a mistake, and the line learns to turn the model round; so a set with hardly any
confirmations is refused. What cannot be seen from the set is that people look at events and
so at negative posts more; the line is pulled towards leaving the scores as they are.
"""

from gettext import gettext as _

import numpy as np

from guanlan.engine.heads import MILLE, chances
from guanlan.engine.model import CLASSES, Line
from guanlan.engine.ngrams import Array
from guanlan.engine.stance import FALSE_ALARMS, LEAST_SURE

FEWEST = 200
CONFIRMED = 4  # one judgement in so many must say that the model was right
# As if, before any judgement, two lines of three had a slope within a half of 1 and shifts within 1.
PULL_TO_ONE, PULL_TO_NONE = 1 / 0.5**2, 1.0
STEPS, SMALL = 50, 1e-10


class NotEnough(ValueError):
    """The judgements are too few or too one-sided to learn from; the message is a sentence."""


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


def fitted(scores: Array, truth: Array, negative_at: int) -> Line:
    """Return the line under which scores (n, 3) of CLASSES best explain the classes `truth` (n,).

    The model's own scores, not yet put right by an earlier line; `negative_at` is its own point.
    """
    found = [round(float(one), 6) for one in _best(scores, truth)]
    slope, shifts = found[0], (found[1], found[2], found[3])
    after = _negative(righted(scores, Line(slope, shifts, negative_at)))
    called = int(np.sum(_negative(scores) >= negative_at))
    return Line(slope, shifts, working_point(after, truth, called))


def working_point(negative: Array, truth: Array, called: int) -> int:
    """Return the per mille of `negative` chances from which a post of the platform is called so.

    As the model's own point was chosen: at most FALSE_ALARMS of what is not negative, and
    LEAST_SURE at least. But not so high that fewer are called negative than the `called` of before.
    """
    others = np.sort(negative[truth != 0])[::-1]
    allowed = int(FALSE_ALARMS * len(others) + 1e-9)
    asked = max(LEAST_SURE, int(others[allowed]) + 1) if allowed < len(others) else LEAST_SURE
    as_many = int(np.sort(negative)[-called]) if called else MILLE
    return max(1, min(asked, as_many, MILLE))


def _negative(scores: Array) -> Array:
    return np.asarray(chances(np.ascontiguousarray(scores))[:, 0])


def _best(scores: Array, truth: Array) -> Array:
    """Return (slope, *shifts) of least log loss with a pull to (1, 0, 0, 0), by Newton's method."""
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
    return at


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
