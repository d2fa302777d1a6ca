"""What reads a post by itself: normal form, terms, queries, heads; each against its peers."""

import re
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Sequence
from gettext import gettext as _
from pathlib import Path

import ahocorasick
import ahocorasick_rs
import fasttext
import opencc
import pyarrow as pa
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import SGDClassifier
from snownlp import SnowNLP

from guanlan.bench.invented import Asked, Inventor, batches, queries, terms, watches
from guanlan.bench.rounds import Contest, Peer, Side, Work
from guanlan.engine.heads import judge
from guanlan.engine.model import Model
from guanlan.engine.query import compile_watches
from guanlan.engine.scan import TermScan
from guanlan.engine.text import Texts, normalise

POSTS = 10_000
BATCH = 1000
FEATURES = 1 << 20
ADDRESS = re.compile(r"https?://\S+|www\.\S+")


class Material:
    """The same posts for every contest of this module, in all the shapes that the ways take."""

    def __init__(self, seed: int = 7, posts: int = POSTS) -> None:
        self.inventor = Inventor(seed)
        self.texts = self.inventor.posts(posts).texts
        self.batches = batches(self.texts, BATCH)
        self.read = [_normalised(batch) for batch in self.batches]
        self.folded = [texts.string(post)[1:] for texts in self.read for post in range(len(texts))]
        self.model = Model.load()


def _normalised(batch: pa.RecordBatch) -> Texts:
    return normalise(batch.column("title"), batch.column("text"))


def peer_normalise(texts: Sequence[str], convert: Callable[[str], str]) -> list[str]:
    """NFKC, simplified characters, lower case, addresses masked: a post at a time."""
    return [ADDRESS.sub("\x1d", convert(unicodedata.normalize("NFKC", text)).lower()) for text in texts]


def normalising(material: Material) -> Contest:
    """Normal form against NFKC + OpenCC + re."""
    convert = opencc.OpenCC("t2s").convert
    return Contest(
        _("归一化"),
        Side(
            "guanlan", len(material.texts), lambda: lambda: [_normalised(batch) for batch in material.batches]
        ),
        [
            Peer(
                Side(
                    "NFKC+OpenCC+re",
                    len(material.texts),
                    lambda: lambda: peer_normalise(material.texts, convert),
                ),
                10,
                18,
            )
        ],
    )


def automaton(words: Sequence[str]) -> ahocorasick.Automaton:
    """Return pyahocorasick's automaton of the words' numbers."""
    made = ahocorasick.Automaton()
    for number, word in enumerate(words):
        made.add_word(word, number)
    made.make_automaton()
    return made


def matching(material: Material, count: int = 2000) -> Contest:
    """2,000 terms against two Aho-Corasick automata; all give each occurrence."""
    words = terms(material.inventor, count)
    scan = TermScan(words)
    rust = ahocorasick_rs.AhoCorasick(words, implementation=ahocorasick_rs.Implementation.ContiguousNFA)
    classic = automaton(words)

    def rusty() -> list[object]:
        return [rust.find_matches_as_indexes(text, overlapping=True) for text in material.folded]

    def classical() -> list[object]:
        return [list(classic.iter(text)) for text in material.folded]

    posts = len(material.texts)
    return Contest(
        _("匹配 {count} 个词").format(count=f"{count:,}"),
        Side("guanlan", posts, lambda: lambda: [scan.find(texts) for texts in material.read]),
        [
            Peer(Side("ahocorasick_rs", posts, lambda: rusty), 3, 6),
            Peer(Side("pyahocorasick", posts, lambda: classical), 20, 40),
        ],
    )


class PlainQueries:
    """Queries in plain Python over an automaton: sets of the words found, an index of anchors."""

    def __init__(self, asked: Sequence[Asked]) -> None:
        self.words = sorted(
            {word for one in asked for group in (*one.groups, one.excluded) for word in group}
        )
        number = {word: place for place, word in enumerate(self.words)}
        self.asked = [
            (
                [frozenset(number[word] for word in group) for group in one.groups],
                frozenset(number[word] for word in one.excluded),
                one.near,
            )
            for one in asked
        ]
        self.anchors: dict[int, list[int]] = {}
        for place, (groups, _excluded, _near) in enumerate(self.asked):
            for word in min(groups, key=len):
                self.anchors.setdefault(word, []).append(place)
        self.everything = range(len(self.asked))
        self.sizes = [len(word) for word in self.words]

    def by_anchor(self, places: dict[int, list[int]]) -> list[int]:
        """Return the queries that hold, looking only at those whose anchor was found."""
        anchors = self.anchors
        candidates = {query for word in places for query in anchors.get(word, ())}
        return [query for query in candidates if self._holds(query, places)] if candidates else []

    def all(self, places: dict[int, list[int]]) -> list[int]:
        """Return the queries that hold, looking at each."""
        return [query for query in self.everything if self._holds(query, places)]

    def _holds(self, query: int, places: dict[int, list[int]]) -> bool:
        groups, excluded, near = self.asked[query]
        found = places.keys()
        for group in groups:
            if group.isdisjoint(found):
                return False
        if excluded and not excluded.isdisjoint(found):
            return False
        return not near or self._near(groups[0], groups[1], near, places)

    def _near(
        self, left: frozenset[int], right: frozenset[int], near: int, places: dict[int, list[int]]
    ) -> bool:
        sizes = self.sizes
        for one in left & places.keys():
            for other in right & places.keys():
                for a in places[one]:
                    for b in places[other]:
                        if 0 <= (b - a - sizes[one] if a <= b else a - b - sizes[other]) <= near:
                            return True
        return False


def asking(material: Material, count: int = 1000, words: int = 4000) -> Contest:
    """1,000 boolean queries, NEAR among them, the scan for their terms included."""
    asked = queries(material.inventor, count, terms(material.inventor, words))
    matcher = compile_watches(watches(asked))
    plain = PlainQueries(asked)
    rust = ahocorasick_rs.AhoCorasick(plain.words, implementation=ahocorasick_rs.Implementation.ContiguousNFA)

    def own() -> Work:
        return lambda: [
            matcher.find(texts, batch) for texts, batch in zip(material.read, material.batches, strict=True)
        ]

    def with_rust(evaluate: Callable[[dict[int, list[int]]], list[int]], texts: Sequence[str]) -> Work:
        return lambda: [evaluate(found_at(rust, text)) for text in texts]

    posts = len(material.texts)
    few = material.folded[:500]
    return Contest(
        _("{count} 条布尔查询，含 NEAR").format(count=f"{count:,}"),
        Side("guanlan", posts, own),
        [
            Peer(
                Side("ahocorasick_rs + anchors", posts, lambda: with_rust(plain.by_anchor, material.folded)),
                15,
                50,
            ),
            Peer(Side("ahocorasick_rs + all", len(few), lambda: with_rust(plain.all, few)), 500, 1500),
        ],
    )


def found_at(rust: ahocorasick_rs.AhoCorasick, text: str) -> dict[int, list[int]]:
    """Return where each word of the automaton stands in a text."""
    places: dict[int, list[int]] = {}
    for word, begin, _end in rust.find_matches_as_indexes(text, overlapping=True):
        if word in places:
            places[word].append(begin)
        else:
            places[word] = [begin]
    return places


def judging(material: Material) -> Contest:
    """All heads in one pass against linear models of one head each, and SnowNLP."""
    posts = len(material.texts)
    few = material.folded[:40]
    predict = fast_text(material.folded)
    vectors, line = hashed(material.folded)

    def scikit() -> list[object]:
        return [
            line.predict_proba(vectors.transform(material.folded[at : at + 5000]))
            for at in range(0, posts, 5000)
        ]

    return Contest(
        _("所有判断一遍读完"),
        Side("guanlan", posts, lambda: lambda: [judge(texts, material.model) for texts in material.read]),
        [
            Peer(Side("fastText", posts, lambda: lambda: predict(material.folded)), 4, 15),
            Peer(Side("scikit-learn", posts, lambda: scikit), 15, 60),
            Peer(
                Side("SnowNLP", len(few), lambda: lambda: [SnowNLP(text).sentiments for text in few]),
                2000,
                8000,
            ),
        ],
    )


def fast_text(texts: Sequence[str]) -> Callable[[Sequence[str]], object]:
    """Return fastText's batch prediction, characters and their 1- to 3-grams; three classes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "posts.txt"
        path.write_text(
            "".join(f"__label__{number % 3} {' '.join(text)}\n" for number, text in enumerate(texts[:3000])),
            "utf-8",
        )
        learnt = path.with_suffix(".bin")
        # In a process of its own: in this one's used memory fastText says NaN, try after try.
        alone = [sys.executable, "-m", "guanlan.bench.alone", "fasttext", str(path), str(learnt)]
        subprocess.run(alone, check=True, capture_output=True)
        model = fasttext.load_model(str(learnt))
    return lambda posts: model.predict([" ".join(post) for post in posts], k=3)


def hashed(texts: Sequence[str]) -> tuple[HashingVectorizer, SGDClassifier]:
    """Return scikit-learn's hashed character n-grams and a fitted linear model."""
    vectors = HashingVectorizer(
        analyzer="char", ngram_range=(1, 3), n_features=FEATURES, alternate_sign=False
    )
    line = SGDClassifier(loss="log_loss", max_iter=3, tol=None, random_state=0)
    line.fit(vectors.transform(texts[:3000]), [number % 3 for number in range(min(3000, len(texts)))])
    return vectors, line


def contests(material: Material) -> list[Contest]:
    """Return the contests of this module."""
    return [normalising(material), matching(material), asking(material), judging(material)]
