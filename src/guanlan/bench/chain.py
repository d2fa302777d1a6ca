"""The whole way from a line of JSON to durable rows: the engine's, and two glued from known libraries.

All take the same lines, ask the same 500 queries over 3,000 terms and cluster every post: ours
through one more watch that takes everything. Ours also keeps spread, bursts, levels and the
words of each hit, which no glue does.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from gettext import gettext as _
from itertools import count
from pathlib import Path
from typing import Any

import ahocorasick_rs
import opencc
import orjson
from river.cluster import TextClust
from snownlp import SnowNLP

from guanlan.bench.copies import Datasketch, Rensa
from guanlan.bench.invented import EVERYTHING, Asked, Inventor, lines, queries, terms, watches
from guanlan.bench.reading import PlainQueries, automaton, fast_text, found_at, peer_normalise
from guanlan.bench.rounds import Contest, Peer, Side, Work
from guanlan.bench.rows import Row, Rows
from guanlan.bench.topics import bag
from guanlan.engine.model import Model
from guanlan.engine.pipeline import Analyser
from guanlan.engine.query import Watch
from guanlan.engine.results import PostResult
from guanlan.intake.reading import read_posts

QUERIES, TERMS = 500, 3000
POSTS, GLUED = 12_000, 900
NOW = datetime.fromisoformat("2026-12-31T00:00:00+00:00")
LONGEST_LIST = 200  # topics a pair of characters may lead to, in the strong glue
JOIN = 0.2


class Course:
    """The lines and queries that every chain takes; `folder` holds files and databases."""

    def __init__(self, folder: Path, inventor: Inventor, posts: int = POSTS) -> None:
        self.folder = folder
        self.lines = lines(inventor.posts(posts).texts)
        self.asked: list[Asked] = queries(inventor, QUERIES, terms(inventor, TERMS))
        self.watches = [*watches(self.asked), Watch("all", EVERYTHING)]
        self.model = Model.load()
        self.numbers = count()

    def rows(self) -> Rows:
        """Return an empty database."""
        place = self.folder / f"rows{next(self.numbers)}"
        place.mkdir()
        return Rows(place)

    def file(self, posts: int = POSTS) -> Path:
        """Return a file of the first lines, at most `posts`."""
        path = self.folder / f"posts{posts}.jsonl"
        if not path.exists():
            path.write_bytes(b"".join(self.lines[:posts]))
        return path


def engine_chain(analyser: Analyser, file: Path, rows: Rows) -> None:
    """Lines to rows through the product's reading and the engine, a transaction a batch."""
    number = count(1)
    for batch in read_posts(file, now=NOW, timezone="Asia/Shanghai"):
        results = analyser.feed(batch.posts)
        posts, hits = _rows(batch.posts, results.posts, number)
        rows.keep(posts, hits)


def _rows(batch: Any, read: Sequence[PostResult], number: "count[int]") -> tuple[list[Row], list[Row]]:
    names = ("url", "text", "author", "author_followers", "likes", "comments", "reposts")
    url, text, author, followers, *counts = (batch.column(name).to_pylist() for name in names)
    at = batch.column("published_at").cast("int64").to_pylist()
    posts: list[Row] = []
    hits: list[Row] = []
    for row, post in enumerate(read):
        key = next(number)
        low, middle, high = post.stance.values()
        posts.append(
            (
                *(key, post.platform, post.id, url[row], text[row], author[row], followers[row], at[row]),
                *(column[row] for column in counts),
                *(low, middle, high, post.duplicate_of, post.event),
            )
        )
        hits += [(key, *hit) for hit in post.hits if hit.term not in PLATFORM_TERMS]
    return posts, hits


PLATFORM_TERMS = frozenset(part.partition(":")[2] for part in EVERYTHING.split(" OR "))


class StrongGlue:
    """What a careful team would glue: Rust where there is Rust, an index of anchors, capped lists."""

    def __init__(self, course: Course) -> None:
        self.plain = PlainQueries(course.asked)
        self.rust = ahocorasick_rs.AhoCorasick(
            self.plain.words, implementation=ahocorasick_rs.Implementation.ContiguousNFA
        )
        self.convert = opencc.OpenCC("t2s").convert
        self.copies = Rensa()
        texts = [orjson.loads(line)["text"] for line in course.lines]
        self.predict: Callable[[Sequence[str]], Any] = fast_text(texts)
        self.lists: defaultdict[str, list[int]] = defaultdict(list)
        self.sizes: list[int] = []
        self.topics = count()
        self.number = count(1)

    def run(self, course: Course, rows: Rows) -> None:
        """Take all lines, a thousand at a time."""
        for at in range(0, len(course.lines), 1000):
            read = [orjson.loads(line) for line in course.lines[at : at + 1000]]
            texts = peer_normalise([post["text"] for post in read], self.convert)
            _labels, shares = self.predict(texts)
            posts: list[Row] = []
            hits: list[Row] = []
            for post, text, share in zip(read, texts, shares, strict=True):
                key = next(self.number)
                hits += [
                    (key, f"q{query}", "", "", 0) for query in self.plain.by_anchor(found_at(self.rust, text))
                ]
                copy = self.copies.take(text)
                posts.append(_plain_row(key, post, share, copy, self._topic(text)))
            rows.keep(posts, hits)

    def _topic(self, text: str) -> int:
        """Return the topic that shares most pairs of characters, of those in short lists; or a new one."""
        pairs = {text[at : at + 2] for at in range(len(text) - 1)}
        shared: defaultdict[int, int] = defaultdict(int)
        for pair in pairs:
            found = self.lists.get(pair)
            if found and len(found) < LONGEST_LIST:
                for topic in found:
                    shared[topic] += 1
        if shared:
            best = max(shared, key=shared.__getitem__)
            if shared[best] >= JOIN * (len(pairs) * self.sizes[best]) ** 0.5:
                return best
        topic = next(self.topics)
        self.sizes.append(len(pairs))
        for pair in pairs:
            self.lists[pair].append(topic)
        return topic


def _plain_row(key: int, post: dict[str, Any], share: Sequence[float], copy: bool, topic: int) -> Row:
    at = int(datetime.fromisoformat(post["published_at"]).timestamp() * 1e6)
    counts = (post["likes"], post["comments"], post["reposts"])
    low, middle, high = (round(float(part) * 1000) for part in share)
    return (
        *(key, post["platform"], post["id"], post["url"], post["text"], post["author"]),
        *(post["author_followers"], at, *counts, low, middle, high, copy, topic),
    )


class Glue:
    """What one glues on an afternoon: the best-known library for each step, a post at a time."""

    def __init__(self, course: Course) -> None:
        self.plain = PlainQueries(course.asked)
        self.automaton = automaton(self.plain.words)
        self.convert = opencc.OpenCC("t2s").convert
        self.copies = Datasketch()
        self.river = TextClust(real_time_fading=False, fading_factor=0.001, tgap=100, auto_r=True, radius=0.9)

    def run(self, course: Course, rows: Rows) -> None:
        """Take the first lines, one by one."""
        for key, line in enumerate(course.lines[:GLUED]):
            post = json.loads(line)
            (text,) = peer_normalise([post["text"]], self.convert)
            places: dict[int, list[int]] = {}
            for end, word in self.automaton.iter(text):
                places.setdefault(word, []).append(end - self.plain.sizes[word] + 1)
            hits = [(key, f"q{query}", "", "", 0) for query in self.plain.all(places)]
            copy = self.copies.take(text)
            share = SnowNLP(text).sentiments
            words = bag(text)
            topic = 0  # learning it is the dearer half; which topic it went to is not asked
            self.river.learn_one(words)
            rows.one_by_one(_plain_row(key, post, (1 - share, 0, share), copy, topic), hits)


def chaining(course: Course) -> Contest:
    """The whole chain against both glues."""

    def own() -> Work:
        analyser, rows, file = Analyser(course.model, course.watches), course.rows(), course.file()
        return lambda: engine_chain(analyser, file, rows)

    def strong() -> Work:
        glue, rows = StrongGlue(course), course.rows()
        return lambda: glue.run(course, rows)

    def plain() -> Work:
        glue, rows = Glue(course), course.rows()
        return lambda: glue.run(course, rows)

    glued = min(GLUED, len(course.lines))
    return Contest(
        _("全程：一行 JSON 到落盘（引擎 + 批量写）"),
        Side("guanlan", len(course.lines), own),
        [
            Peer(
                Side(
                    _("强拼装（{posts} 条）").format(posts=f"{len(course.lines):,}"),
                    len(course.lines),
                    strong,
                ),
                15,
                30,
            ),
            Peer(Side(_("拼装（{posts} 条）").format(posts=glued), glued, plain), 300, 700),
        ],
    )
