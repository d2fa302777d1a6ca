"""Which labelled texts are near copies of an exam's texts, so that none is learnt from."""

import numpy as np
from numba import njit

from guanlan.engine.ngrams import SEED, Array, extend

WIDTH = 8
PRIME = np.uint64(1099511628211)


def shingles(codes: Array, starts: Array) -> Array:
    """Return int64 (n+1,) starts and then numbers: each text's runs of eight characters.

    The result is one array per position of `codes`: the number of the run that begins
    there, -1 where none does. A text shorter than eight has one run, itself.
    """
    hashes, begins = _hashes(codes, starts)
    numbers = np.full(len(codes), -1, np.int64)
    numbers[begins] = np.unique(hashes[begins], return_inverse=True)[1]
    return numbers


def near(numbers: Array, starts: Array, exam: Array) -> Array:
    """Return bool (n,): texts at least half of whose runs occur in the texts `exam` marks (bool).

    The exam's own texts are among them.
    """
    inside = np.zeros(int(numbers.max(initial=-1)) + 2, np.bool_)
    inside[numbers[np.repeat(exam, np.diff(starts))]] = True
    inside[-1] = False
    return np.asarray(_half_inside(numbers, starts, inside)) | exam


@njit(cache=True)
def _hashes(codes: Array, starts: Array) -> tuple[Array, Array]:
    hashes = np.zeros(len(codes), np.uint64)
    begins = np.zeros(len(codes), np.bool_)
    for text in range(len(starts) - 1):
        first, last = starts[text], starts[text + 1]
        width = min(WIDTH, last - first)
        for start in range(first, last - width + 1 if width else first):
            state = SEED
            wide = np.uint64(state)
            for at in range(start, start + width):
                state = extend(state, codes[at])
                wide = (wide ^ np.uint64(state)) * PRIME
            hashes[start] = wide
            begins[start] = True
    return hashes, begins


@njit(cache=True)
def _half_inside(numbers: Array, starts: Array, inside: Array) -> Array:
    near_copy = np.zeros(len(starts) - 1, np.bool_)
    for text in range(len(starts) - 1):
        runs = 0
        shared = 0
        for at in range(starts[text], starts[text + 1]):
            if numbers[at] >= 0:
                runs += 1
                shared += inside[numbers[at]]
        near_copy[text] = runs > 0 and 2 * shared >= runs
    return near_copy
