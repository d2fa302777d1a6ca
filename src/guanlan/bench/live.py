"""The engine's own topics and memory of near copies, fed as the stream feeds them, without any peer."""

from collections.abc import Sequence
from itertools import count

import numpy as np
from numpy.typing import NDArray

from guanlan.bench.invented import A_SECOND, batches
from guanlan.engine.duplicates import Duplicates
from guanlan.engine.lexicon import Lexicon
from guanlan.engine.placing import JOIN
from guanlan.engine.terms import KINDS, MOST_TERMS, collect
from guanlan.engine.text import Texts, normalise
from guanlan.engine.topics import Topics

Terms = NDArray[np.uint64]
MINUTE = 60 * A_SECOND  # posts


def terms_of(texts: Sequence[str], lexicon: Lexicon) -> list[Terms]:
    """Return each text's terms under watch 0, as the stream takes them."""
    buffer = np.empty(MOST_TERMS, np.uint64)
    found: list[Terms] = []
    for batch in batches(texts):
        read = normalise(batch.column("title"), batch.column("text"))
        for first, last in zip(read.starts[:-1].tolist(), read.starts[1:].tolist(), strict=True):
            found.append(buffer[: collect(read.codes, first, last, 0, KINDS, lexicon.cutter, buffer)].copy())
    return found


class Live:
    """Topics with so many live ones; each post goes to the nearest or founds one, old ones fall out."""

    def __init__(self, live: int) -> None:
        self.topics = Topics(live)
        self.numbers = count(1)
        self.taken = 0

    def fill(self, documents: Sequence[Terms]) -> "Live":
        """Give each document a topic of its own and weigh the terms as a tick would."""
        for terms in documents:
            self._place(next(self.numbers), terms)
        self.topics.settle(self._at())
        return self

    def take(self, documents: Sequence[Terms]) -> None:
        """Place documents as the stream does, a tick a minute among them."""
        for terms in documents:
            number, cosine = self.topics.nearest(terms)
            self._place(next(self.numbers) if number is None or cosine < JOIN else number, terms)
            if self.taken % MINUTE == 0:
                self.topics.settle(self._at())

    def _place(self, number: int, terms: Terms) -> None:
        self.topics.add(number, terms, self._at())
        self.taken += 1

    def _at(self) -> int:
        return self.taken * 1_000_000 // A_SECOND


def times(first: int, posts: int) -> NDArray[np.int64]:
    """Return when posts were published, in microseconds."""
    return (np.arange(first, first + posts, dtype=np.int64) * 1_000_000) // A_SECOND


def fed(duplicates: Duplicates, read: Sequence[Texts], first: int = 0) -> list[str | None]:
    """Let the detector take batches in order; return what each post copies."""
    found: list[str | None] = []
    for texts in read:
        names = [str(first + len(found) + row) for row in range(len(texts))]
        found += duplicates.feed(texts, names, times(first + len(found), len(texts)))
    return found
