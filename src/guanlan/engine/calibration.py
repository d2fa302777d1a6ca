"""How far what a model says of its own certainty is from how often it is right."""

import numpy as np

from guanlan.engine.ngrams import Array

BINS = 15


def calibration_error(confidence: Array, right: Array) -> float:
    """Return the expected calibration error over 15 bins of equal width (Guo et al. 2017).

    Mean over all texts of |how sure the bin was - how often it was right|.
    """
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    sure = np.bincount(bins, weights=confidence, minlength=BINS)
    correct = np.bincount(bins, weights=right, minlength=BINS)
    return float(np.abs(sure - correct).sum() / max(1, len(bins)))
