"""Negative, neutral or positive: what the model's first head says."""

import numpy as np

from guanlan.engine.heads import chances, scores
from guanlan.engine.model import Model
from guanlan.engine.ngrams import Array
from guanlan.engine.text import Texts


def stance(texts: Texts, model: Model) -> Array:
    """Return int32 (n, 3): probabilities in per mille for CLASSES; each row sums to 1000."""
    return np.asarray(chances(logits(texts, model)))


def logits(texts: Texts, model: Model) -> Array:
    """Return float64 (n, 3): calibrated scores for CLASSES; a difference is a log-odds."""
    return np.ascontiguousarray(scores(texts, model)[:, model.heads[0].columns])


def is_negative(probabilities: Array, model: Model) -> Array:
    """Return bool (n,): which posts the model calls negative at its working point."""
    return np.asarray(probabilities[:, 0] >= model.negative_at)
