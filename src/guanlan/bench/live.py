"""The engine's own topics and memory of near copies, fed as the stream feeds them, without any peer."""

from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from guanlan.bench.invented import A_SECOND, batches
from guanlan.engine import postings
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
        self.number = 1  # of the next topic
        self.taken = 0

    def fill(self, documents: Sequence[Terms]) -> "Live":
        """Give each document a topic of its own and weigh the terms as a tick would."""
        for terms in documents:
            self.topics.add(self.number, terms, self._at())
            self.number += 1
            self.taken += 1
        self.topics.settle(self._at())
        return self

    def take(self, documents: Sequence[Terms]) -> None:
        """Place documents as the stream places a wave, minute by minute, a tick after each."""
        while documents:
            now = MINUTE - self.taken % MINUTE
            self._minute(documents[:now])
            documents = documents[now:]
            if self.taken % MINUTE == 0:
                self.topics.settle(self._at())

    def _minute(self, documents: Sequence[Terms]) -> None:
        terms, ends = np.concatenate(documents), np.cumsum([one.size for one in documents])
        done = 0
        while done < ends.size:
            self.topics.make_room()
            placed, self.number = _place(self.topics.index, terms, ends, done, self.number, self._at())
            self.taken += placed - done
            done = placed

    def _at(self) -> int:
        return self.taken * 1_000_000 // A_SECOND


@njit(cache=True)
def _place(index, terms, ends, first, number, at):  # type: ignore[no-untyped-def]
    """Place documents from `first` on until room must be made; return (where it stopped, next number).

    What `placing.place` does with a post that neither copies nor waits.
    """
    for k in range(first, ends.size):
        if postings.is_full(index):
            return k, number
        said = terms[(ends[k - 1] if k else 0) : ends[k]]
        topic, cosine = postings.nearest(index, said, said.size)
        if topic < 0 or cosine < JOIN:
            topic = postings.found(index, number, said[0] >> np.uint64(48))
            number += 1
        postings.add(index, said, said.size, topic, at)
    return ends.size, number


def times(first: int, posts: int) -> NDArray[np.int64]:
    """Return when posts were published, in microseconds."""
    return (np.arange(first, first + posts, dtype=np.int64) * 1_000_000) // A_SECOND


Named = tuple[Texts, list[str], NDArray[np.int64]]  # posts, what each is called, when each was published


def named(read: Sequence[Texts], first: int = 0) -> list[Named]:
    """Return batches of posts with names and moments; the first is number `first` of its stream."""
    found: list[Named] = []
    for texts in read:
        numbers = range(first, first + len(texts))
        found.append((texts, [str(number) for number in numbers], times(first, len(texts))))
        first += len(texts)
    return found


def fed(duplicates: Duplicates, posts: Sequence[Named]) -> list[str | None]:
    """Let the detector take batches in order; return what each post copies."""
    return [original for one in posts for original in duplicates.feed(*one)]
