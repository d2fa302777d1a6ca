"""Words that stand in more texts than usual: what people have come to talk about.

Terms (engine.terms) propose the words; a word is then counted as what it is, a string that a text
holds or does not, so that every count can be followed to its texts.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from guanlan.engine.intervals import Interval, share_difference
from guanlan.engine.lexicon import Lexicon
from guanlan.engine.terms import KINDS, MOST_TERMS, collect, words
from guanlan.engine.text import normalise

FEWEST = 5  # texts that a word must stand in
MOST = 5
_PROPOSED = 12
_FINE = 1_000_000


class Risen(NamedTuple):
    """A word, the places of the texts that hold it now, how many held it before, and the difference."""

    word: str
    now: tuple[int, ...]
    usual: int
    interval: Interval


def risen(now: Sequence[str], usual: Sequence[str], lexicon: Lexicon) -> list[Risen]:
    """Return the words whose share of the texts has risen for certain, the largest rise first.

    Certain: the 95 % interval of the difference lies above zero.
    """
    if not now or not usual:
        return []
    (texts, counts), (texts_before, before) = (_read(some, lexicon) for some in (now, usual))
    rises = {
        term: count * _FINE // len(now) - before[term] * _FINE // len(usual)
        for term, count in counts.items()
        if count >= FEWEST
    }
    best = sorted(rises, key=lambda term: (-rises[term], term))[: 4 * _PROPOSED]
    heights, texts_of = [rises[term] for term in best], [counts[term] for term in best]
    proposed = words(best, heights, texts_of, lexicon, most=_PROPOSED)
    found = [_risen(word, texts, texts_before) for word in proposed]
    certain = [one for one in found if len(one.now) >= FEWEST and one.interval.low > 0]
    return sorted(certain, key=lambda one: (-(one.interval.value or 0), one.word))[:MOST]


def _risen(word: str, texts: Sequence[str], before: Sequence[str]) -> Risen:
    now = tuple(place for place, text in enumerate(texts) if word in text)
    usual = sum(word in text for text in before)
    return Risen(word, now, usual, share_difference((len(now), len(texts)), (usual, len(before))))


def _read(texts: Sequence[str], lexicon: Lexicon) -> tuple[list[str], Counter[int]]:
    """Return the texts in normal form, and in how many of them each term stands."""
    normal = normalise(pa.array([""] * len(texts), pa.string()), pa.array(texts, pa.string()))
    out = np.empty(MOST_TERMS, np.uint64)
    counts: Counter[int] = Counter()
    for post in range(len(normal)):
        end = normal.starts[post + 1]
        filled = collect(normal.codes, normal.bodies[post], end, 0, KINDS, lexicon.cutter, out)
        counts.update(out[:filled].tolist())
    return [normal.string(post) for post in range(len(normal))], counts
