"""The posts of a platform whose stance a person judged: to learn from, and to examine by."""

import csv
import hashlib
from dataclasses import dataclass
from importlib import resources

import numpy as np
import pyarrow as pa

from guanlan.clocks.models import Stream
from guanlan.engine.model import CLASSES
from guanlan.engine.ngrams import Array
from guanlan.engine.text import Texts, normalise
from guanlan.watch.models import JUDGEMENTS, Correction

# One judged post in so many is never learnt from; versions are compared on it.
HELD = 5


@dataclass(frozen=True)
class Judged:
    """Texts of one platform with what they truly are: places in CLASSES, one each."""

    keys: tuple[str, ...]  # of posts; empty for the texts that ship
    words: tuple[str, ...]
    texts: Texts
    truth: Array

    def __len__(self) -> int:
        return len(self.words)


def judged(stream: Stream, platform: str, *, held: bool) -> Judged:
    """Return the platform's judged posts that are held back, or those that are not.

    By the hash of a post's key, so that what was once held stays so. A copy says nothing
    that its original does not say; it is left out.
    """
    said = Correction.objects.filter(stream=stream, kind__in=JUDGEMENTS, post__platform=platform)
    said = said.filter(post__reading__copy_of=None).select_related("post").order_by("at", "pk")
    last = {one.post.key: one for one in said}
    chosen = sorted((key, one) for key, one in last.items() if is_held(key) == held)
    rows = [(key, one.post.title, one.post.text, one.after) for key, one in chosen]
    return _gathered(rows)


def frozen() -> Judged:
    """Return the invented posts that ship, the same for every version and company."""
    written = (resources.files("guanlan.watch.versions") / "exam.csv").read_text("utf-8")
    return _gathered([("", "", row["text"], row["stance"]) for row in csv.DictReader(written.splitlines())])


def is_held(key: str) -> bool:
    """Say whether a post is kept for examining."""
    return hashlib.sha256(key.encode()).digest()[0] % HELD == 0


def _gathered(rows: list[tuple[str, str, str, str]]) -> Judged:
    titles = pa.array([title or None for _key, title, _text, _stance in rows], pa.string())
    texts = pa.array([text for _key, _title, text, _stance in rows], pa.string())
    return Judged(
        tuple(key for key, *_rest in rows),
        tuple(title or text for _key, title, text, _stance in rows),
        normalise(titles, texts),
        np.array([CLASSES.index(stance) for *_rest, stance in rows], np.int64),
    )
