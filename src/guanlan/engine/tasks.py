"""Labelled texts of the heads beside the stance: emotion, abuse, advertisement, complaint category."""

import csv
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from guanlan.engine.corpus import table_rows
from guanlan.engine.learning import Grams, grams
from guanlan.engine.ngrams import Array
from guanlan.engine.shingles import near, shingles
from guanlan.engine.text import Texts, normalise

EMOTION, ABUSE, ADVERTISEMENT, CATEGORY = "emotion", "abuse", "advertisement", "category"
EMOTIONS = ("angry", "fear", "happy", "neutral", "sad", "surprise")
CATEGORIES = (
    "LOGISTICS",
    "REFUND",
    "ATTITUDE",
    "QUALITY",
    "PRICE",
    "ADVERTISING",
    "ACCOUNT",
    "PRIVACY",
    "SAFETY",
    "CONTRACT",
    "SYSTEM",
    "OTHER",
)
# In the order in which a model holds them; a head that says yes or no names its yes first.
HEADS = {
    EMOTION: EMOTIONS,
    ABUSE: ("abusive", "plain"),
    ADVERTISEMENT: ("advertisement", "plain"),
    CATEGORY: CATEGORIES,
}
TEST = "test"
INVENTED = "invented"
EVERYDAY = ("hotel", "shopping", "waimai", "weibo2018", "weibo_5moods", "cluemotion")
FROM_EACH = 800  # texts of an everyday set that show what is no advertisement


class Example(NamedTuple):
    """One text with its class; of the `split` "test" nothing is learnt."""

    source: str
    text: str
    label: int
    split: str = ""


@dataclass(frozen=True)
class Task:
    """All examples of one head as arrays of one length."""

    name: str
    classes: tuple[str, ...]
    texts: Texts
    labels: Array
    sources: Array
    splits: Array

    @cached_property
    def known(self) -> Grams:
        """The n-gram rows of the texts."""
        return grams(self.texts)

    def apart_from(self, exam: Array) -> Array:
        """Return bool (n,): the texts to learn from when `exam` (bool) is asked; no near copy of one."""
        return ~near(self._shingles, self.texts.starts, exam | (self.splits == TEST))

    @cached_property
    def _shingles(self) -> Array:
        return shingles(self.texts.codes, self.texts.starts)


def tasks(folder: Path) -> Iterator[Task]:
    """Yield the task of each head for which `folder` holds open sets; BadCorpus as `corpus.read`."""
    inner = folder / "text"
    sets = {path.name.split(".")[0]: path for path in (inner if inner.is_dir() else folder).glob("*.csv*")}
    readers: dict[str, Callable[[dict[str, Path]], Iterator[Example]]] = {
        EMOTION: lambda sets: _by_table(sets, EMOTION),
        ABUSE: lambda sets: _by_table(sets, ABUSE),
        ADVERTISEMENT: _advertisements,
        CATEGORY: _complaints,
    }
    for name, classes in HEADS.items():
        found = once(readers[name](sets))
        if len({example.label for example in found if example.split != TEST}) == len(classes):
            yield gather(name, found)


def gather(name: str, found: list[Example]) -> Task:
    """Return `found` as the task of head `name`."""
    written = pa.array([example.text for example in found], pa.string())
    return Task(
        name,
        HEADS[name],
        normalise(pa.nulls(len(found), pa.string()), written),
        np.array([example.label for example in found], np.int64),
        np.array([example.source for example in found]),
        np.array([example.split for example in found]),
    )


def once(examples: Iterator[Example]) -> list[Example]:
    """Return each text once; not at all if a test holds it and another set too."""
    kept: dict[str, Example] = {}
    tests: dict[str, set[bool]] = {}
    for example in examples:
        kept.setdefault(example.text, example)
        tests.setdefault(example.text, set()).add(example.split == TEST)
    return [example for text, example in kept.items() if len(tests[text]) == 1]


def _by_table(sets: dict[str, Path], head: str) -> Iterator[Example]:
    """The sets whose labels bundle/sets.csv translates for `head`."""
    classes = HEADS[head]
    for source, meaning in _meanings(head).items():
        for row in table_rows(sets[source]) if source in sets else ():
            label = meaning.get(row["label"].strip())
            if label and row["text"].strip():
                yield Example(source, row["text"].strip(), classes.index(label), row.get("split", ""))


def _advertisements(sets: dict[str, Path]) -> Iterator[Example]:
    """Mail, spam or not; and every so many a text of everyday sets, which advertise nothing."""
    mail = list(_by_table(sets, ADVERTISEMENT))
    yield from mail
    for source in EVERYDAY if mail else ():
        rows = list(table_rows(sets[source])) if source in sets else []
        for row in rows[:: max(1, len(rows) // FROM_EACH)]:
            yield Example(source, row["text"].strip(), 1)


def _complaints(sets: dict[str, Path]) -> Iterator[Example]:
    """The texts that bundle/complaints.csv names by their hash; and complaints that we invented."""
    labels = {(row["source"], row["text_sha256_16"]): row["label"] for row in _bundled("complaints.csv")}
    read = 0
    for source in sorted({source for source, _digest in labels}):
        for row in table_rows(sets[source]) if source in sets else ():
            text = row["text"].strip()
            label = labels.get((source, hashlib.sha256(text.encode()).hexdigest()[:16]))
            if label:
                read += 1
                yield Example(source, text, CATEGORIES.index(label))
    for row in _bundled("invented_complaints.csv") if read else ():
        yield Example(INVENTED, row["text"], CATEGORIES.index(row["label"]))


def _bundled(name: str) -> Iterator[dict[str, str]]:
    written = (resources.files("guanlan.engine") / "bundle" / name).read_text("utf-8")
    return iter(csv.DictReader(written.splitlines()))


@lru_cache
def _meanings(head: str) -> dict[str, dict[str, str]]:
    """File name -> label -> class of `head`, of the files that say something of it."""
    meanings: dict[str, dict[str, str]] = {}
    for row in _bundled("sets.csv"):
        if row[head]:
            meanings.setdefault(row["file"], {})[row["label"]] = row[head]
    return meanings
