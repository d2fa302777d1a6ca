"""Negative, neutral or positive: what the model's first head says."""

from collections.abc import Mapping, Sequence

import numpy as np

from guanlan.engine.heads import chances, scores
from guanlan.engine.model import Model
from guanlan.engine.ngrams import Array
from guanlan.engine.text import Texts

# Of posts that are not negative, how many may be called so. Posts are judged after a watch took them,
# where few are neutral; what it costs is in docs/evaluation.md.
FALSE_ALARMS = 0.15
LEAST_SURE = 500  # per mille: what is likelier not negative is not called so for want of false alarms


def stance(texts: Texts, model: Model) -> Array:
    """Return int32 (n, 3): probabilities in per mille for CLASSES; each row sums to 1000."""
    return np.asarray(chances(logits(texts, model)))


def logits(texts: Texts, model: Model) -> Array:
    """Return float64 (n, 3): calibrated scores for CLASSES; a difference is a log-odds."""
    return np.ascontiguousarray(scores(texts, model)[:, model.heads[0].columns])


def stance_of(shares: Mapping[str, int], negative_at: int) -> str:
    """Return what a post is called: negative from its working point on, else the likelier of the others."""
    if shares["negative"] >= negative_at:
        return "negative"
    return "positive" if shares["positive"] > shares["neutral"] else "neutral"


def is_negative(probabilities: Array, model: Model, platforms: Sequence[str] | None = None) -> Array:
    """Return bool (n,): which posts the model calls negative, each at its platform's working point."""
    least = np.full(len(probabilities), model.negative_at)
    if platforms is not None and model.sources:
        names = np.array(platforms, object)
        for platform, line in model.sources.items():
            least[names == platform] = line.working
    return np.asarray(probabilities[:, 0] >= least)
