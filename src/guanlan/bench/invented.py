"""Invented posts by a seed: words of the engine's own lexicon, matters that recur, copies and edits.

Random word order makes texts harder for caches and hash tables than what people write. The
quality figures on them say only whether a fast way keeps what the exact one keeps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import opencc
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from guanlan.engine.lexicon import Lexicon
from guanlan.engine.posts import SCHEMA
from guanlan.engine.query import Watch

START = datetime(2026, 3, 2, 1, tzinfo=UTC)
A_SECOND = 5  # posts: a wave
TOPICS, TOPICAL = 4000, 0.35
COPIES, TRADITIONAL = 0.25, 0.05
PLAIN_COPIES = 0.4  # of the copies; the others are cut short or have characters changed
BEHIND = 5000  # posts among which a copy finds its original
WORDS = 44  # of a post: their mean number
OWN_WORDS = 8  # of a topic
FAMILIAR = 2000  # the commonest words, which nobody watches for
PLATFORMS = ("weibo", "douyin", "xiaohongshu", "bilibili", "heimao")
MARKS = ("，", "。", "！", "", "", "")
EVERYTHING = " OR ".join(f"platform:{name}" for name in PLATFORMS)


@dataclass(frozen=True)
class Posts:
    """Texts in their order; `topics` and `originals` are -1 where there is none."""

    texts: list[str]
    topics: NDArray[np.int64]
    originals: NDArray[np.int64]


class Inventor:
    """Gives posts; the same seed gives the same."""

    def __init__(self, seed: int = 7) -> None:
        lexicon = Lexicon.load()
        self.random = np.random.default_rng(seed)
        self.words = [word for word in lexicon.words if word.isalpha()]
        counts = dict(zip(lexicon.words, lexicon.counts, strict=True))
        shares = np.array([counts[word] for word in self.words], float) ** 0.9
        self._reached = np.cumsum(shares / shares.sum())
        self.rare = [word for word in self.words[FAMILIAR:] if len(word) > 1]
        picked = self.random.integers(0, len(self.rare), (TOPICS, OWN_WORDS))
        self._matters = [[self.rare[at] for at in row] for row in picked]
        ranks = 1 / np.arange(1, TOPICS + 1)
        self._often = np.cumsum(ranks / ranks.sum())
        self._traditional = opencc.OpenCC("s2t")

    def posts(self, n: int) -> Posts:
        """Return n posts; copies copy posts of the same call."""
        draw = self.random
        sizes = np.clip(draw.lognormal(np.log(WORDS) - 0.1, 0.45, n), 4, 300).astype(int)
        drawn = np.searchsorted(self._reached, draw.random(int(sizes.sum()))).tolist()
        marks = draw.integers(0, len(MARKS), n).tolist()
        topics = np.where(
            draw.random(n) < TOPICAL, np.minimum(np.searchsorted(self._often, draw.random(n)), TOPICS - 1), -1
        )
        kinds, back = draw.random(n), draw.random(n)
        originals = np.full(n, -1)
        texts: list[str] = []
        at = 0
        for post in range(n):
            words = [self.words[word] for word in drawn[at : at + sizes[post]]]
            at += int(sizes[post])
            if post and kinds[post] < COPIES:
                original = post - 1 - int(back[post] * min(post, BEHIND))
                original = original if originals[original] < 0 else int(originals[original])
                originals[post], topics[post] = original, topics[original]
                texts.append(self._copied(texts[original], kinds[post] / COPIES, words))
                continue
            if topics[post] >= 0:
                self._speak(words, int(topics[post]))
            text = MARKS[marks[post]].join(["".join(words[i : i + 7]) for i in range(0, len(words), 7)])
            texts.append(self._traditional.convert(text) if kinds[post] > 1 - TRADITIONAL else text)
        return Posts(texts, topics, originals)

    def _speak(self, words: list[str], topic: int) -> None:
        """Put four to six of a topic's words among others, in place of as many."""
        own = self._matters[topic]
        for place in self.random.permutation(OWN_WORDS)[: self.random.integers(4, 7)]:
            words[int(self.random.integers(0, len(words)))] = own[place]

    def _copied(self, text: str, kind: float, words: Sequence[str]) -> str:
        if kind < PLAIN_COPIES:
            return text
        if kind < (1 + PLAIN_COPIES) / 2:  # its first part, with words of one's own
            return text[: max(12, len(text) * 2 // 3)] + "".join(words[:3])
        letters = list(text)
        for place in self.random.integers(0, len(letters), max(1, len(letters) // 15)):
            letters[int(place)] = words[0][0]
        return "".join(letters)


def batches(texts: Sequence[str], size: int = 1000, *, first: int = 0) -> list[pa.RecordBatch]:
    """Return posts with these texts in the engine's shape; the first is number `first` of its stream."""
    return [
        pa.Table.from_pylist(
            [_post(first + at + row, text) for row, text in enumerate(texts[at : at + size])], schema=SCHEMA
        )
        .combine_chunks()
        .to_batches()[0]
        for at in range(0, len(texts), size)
    ]


def lines(texts: Sequence[str]) -> list[bytes]:
    """Return the posts as canonical JSON, one a line."""
    return [orjson.dumps(_post(number, text)) + b"\n" for number, text in enumerate(texts)]


def _post(number: int, text: str) -> dict[str, object]:
    return {
        "id": f"p{number:09d}",
        "platform": PLATFORMS[number % len(PLATFORMS)],
        "media_type": "social",
        "url": f"https://example.com/{number % 97}/{number:09d}",
        "text": text,
        "author": f"a{number * 7919 % 50021}",
        "author_followers": number * 31 % 5003,
        "published_at": START + timedelta(seconds=number / A_SECOND),
        "likes": number % 17,
        "comments": number % 5,
        "reposts": number % 3,
    }


def terms(inventor: Inventor, n: int) -> list[str]:
    """Return n distinct words to watch for."""
    picked = inventor.random.permutation(len(inventor.rare))[:n]
    return [inventor.rare[at] for at in picked]


@dataclass(frozen=True)
class Asked:
    """A query in plain form: a word of each group, none of the excluded, two groups near each other."""

    groups: tuple[tuple[str, ...], ...]
    excluded: tuple[str, ...] = ()
    near: int = 0  # characters between the first two groups; 0: anywhere

    def written(self) -> str:
        """Return it in the language of watches."""
        sides = [f"({' OR '.join(group)})" for group in self.groups]
        joined = f"{sides[0]} NEAR/{self.near} {sides[1]}" if self.near else " AND ".join(sides)
        return joined + (f" NOT ({' OR '.join(self.excluded)})" if self.excluded else "")


def queries(inventor: Inventor, n: int, words: Sequence[str]) -> list[Asked]:
    """Return n queries over the words: six of ten have two groups, every second excludes a word.

    A group has two to six words; of those with two groups every third asks that they stand
    near each other.
    """
    draw = inventor.random

    def some(least: int, most: int) -> tuple[str, ...]:
        picked = draw.choice(len(words), int(draw.integers(least, most + 1)), replace=False)
        return tuple(words[at] for at in picked)

    made: list[Asked] = []
    for number in range(n):
        excluded = some(1, 2) if number % 2 else ()
        if draw.random() < 0.6:
            near = int(draw.integers(5, 40)) if draw.random() < 1 / 3 else 0
            made.append(Asked((some(2, 6), some(2, 6)), excluded, near))
        else:
            made.append(Asked((some(2, 6),), excluded))
    return made


def watches(asked: Sequence[Asked]) -> list[Watch]:
    """Return them as watches."""
    return [Watch(f"q{number}", one.written()) for number, one in enumerate(asked)]
