"""One post against the live topics: ours against sparse products and River's TextClust."""

from gettext import gettext as _
from itertools import count

from river.cluster import TextClust
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import HashingVectorizer
from sparse_dot_topn import sp_matmul_topn

from guanlan.bench.invented import Inventor
from guanlan.bench.live import Live, terms_of
from guanlan.bench.rounds import Contest, Peer, Side, Work
from guanlan.engine.lexicon import Lexicon

LIVE, POSTS = 10_000, 2_000
RIVER_LIVE, RIVER_POSTS = 800, 80  # five rounds of 80: a thousand in their middle


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
