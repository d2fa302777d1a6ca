"""One post against the live topics: ours against sparse products and River's TextClust."""

from collections.abc import Sequence
from gettext import gettext as _
from itertools import count

import numpy as np
from numpy.typing import NDArray
from river.cluster import TextClust
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import HashingVectorizer
from sparse_dot_topn import sp_matmul_topn

from guanlan.bench.invented import A_SECOND, Inventor, batches
from guanlan.bench.rounds import Contest, Peer, Side, Work
from guanlan.engine.lexicon import Lexicon
from guanlan.engine.placing import JOIN
from guanlan.engine.terms import KINDS, MOST_TERMS, collect
from guanlan.engine.text import normalise
from guanlan.engine.topics import Topics

Terms = NDArray[np.uint64]
LIVE, POSTS = 10_000, 2_000
RIVER_LIVE, RIVER_POSTS = 800, 80  # five rounds of 80: a thousand in their middle
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


def gathering(inventor: Inventor, lexicon: Lexicon) -> Contest:
    """Clustering at 10,000 live; texts are terms, vectors or counts before the clock runs."""
    texts = inventor.posts(LIVE + POSTS).texts
    documents = [terms for terms in terms_of(texts, lexicon) if terms.size]
    vectors = HashingVectorizer(analyzer="char", ngram_range=(2, 2), n_features=1 << 18, alternate_sign=False)
    matrix = csr_matrix(vectors.transform(texts))
    live, coming = matrix[:LIVE].T.tocsr(), matrix[LIVE:]
    bags = [bag(text) for text in texts[: RIVER_LIVE + 6 * RIVER_POSTS]]
    river = TextClust(real_time_fading=False, fading_factor=0.001, tgap=100, auto_r=True, radius=0.9)
    for words in bags[:RIVER_LIVE]:
        river.learn_one(words)
    turns = count(RIVER_LIVE, RIVER_POSTS)

    def own() -> Work:
        topics = Live(LIVE).fill(documents[:LIVE])
        return lambda: topics.take(documents[-POSTS:])

    def clustered() -> Work:
        first = next(turns)
        return lambda: [river.learn_one(words) for words in bags[first : first + RIVER_POSTS]]

    return Contest(
        _("聚类，现存 {live} 个").format(live=f"{LIVE:,}"),
        Side("guanlan", POSTS, own),
        [
            Peer(Side("sparse_dot_topn", POSTS, lambda: lambda: sp_matmul_topn(coming, live, top_n=1)), 3, 6),
            Peer(Side("River TextClust (1,000)", RIVER_POSTS, clustered), 300, 600),
        ],
    )


def bag(text: str) -> dict[str, int]:
    """Return how often each pair of characters stands in a text."""
    counts: dict[str, int] = {}
    for at in range(len(text) - 1):
        counts[text[at : at + 2]] = counts.get(text[at : at + 2], 0) + 1
    return counts
