"""How well documents of a stream are told apart by event, on sets whose events are known."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from guanlan.engine.agreement import B3, adjusted_mutual_information, b3, overlap
from guanlan.engine.grid import grid
from guanlan.engine.known_events import rows
from guanlan.engine.lexicon import Lexicon
from guanlan.engine.placing import JOIN
from guanlan.engine.terms import KINDS, MOST_TERMS, collect
from guanlan.engine.text import normalise
from guanlan.engine.topics import Terms, Topics

TITLES = ("tweets", "news")
COMMENTS = "chnci_open"
BLOCK = 20  # successive comments that are one document
WINDOW = 3_000  # documents
FOREVER_US = 1 << 60  # the window is one of documents only: the sets have no times, or long gaps
SETTLE_DOCUMENTS = 50
JOINS = (0.06, JOIN, 0.08, 0.10)
COMMA = "，"


@dataclass(frozen=True)
class Documents:
    """Texts in the order of the stream, and the event each is truly of."""

    name: str
    texts: list[str]
    truth: list[Hashable]


@dataclass(frozen=True)
class Row:
    """One set, clustered with one threshold."""

    source: str
    join: float
    documents: int
    events: int
    clusters: int
    ami: float
    b3: B3


@dataclass(frozen=True)
class Table:
    """The sets that are there, each with each of the thresholds."""

    rows: tuple[Row, ...]

    def __str__(self) -> str:
        heads = [_("事件集"), _("并入阈值"), _("文档"), _("真事件"), _("聚成"), "AMI"]
        heads += [_("B3 精确率"), _("B3 召回率"), "B3 F1"]
        return grid(heads, [_cells(row) for row in self.rows])


def evaluate_events(folder: Path) -> Table | None:
    """Cluster the streams in `folder`; None if it holds none. The threshold that ships is `placing.JOIN`."""
    lexicon = Lexicon.load()
    told: list[Row] = []
    for stream in streams(folder):
        terms = terms_of(stream.texts, lexicon)
        told.extend(scored(stream, clustered(terms, join), join) for join in JOINS)
    return Table(tuple(told)) if told else None


def streams(folder: Path) -> Iterator[Documents]:
    """Yield the sets that `folder` holds: *.jsonl.gz."""
    for name in TITLES:
        if (folder / f"{name}.jsonl.gz").is_file():
            found = list(rows(folder / f"{name}.jsonl.gz", "textCleaned", "clusterNo"))
            yield Documents(name, [row["textCleaned"] for row in found], [row["clusterNo"] for row in found])
    if (folder / f"{COMMENTS}.jsonl.gz").is_file():
        comments = rows(folder / f"{COMMENTS}.jsonl.gz", "t", "i", "event", "platform", "text")
        yield blocks(COMMENTS, sorted(comments, key=itemgetter("t", "i")))


def blocks(name: str, comments: Sequence[dict[str, Any]]) -> Documents:
    """Return each BLOCK successive comments of one event and platform as a document, dated by its last.

    `comments` stand in the order of their times; so do the documents.
    """
    unfinished: dict[tuple[str, str], list[dict[str, Any]]] = {}
    finished = []
    for comment in comments:
        place = comment["event"], comment["platform"]
        block = unfinished.setdefault(place, [])
        block.append(comment)
        if len(block) == BLOCK:
            finished.append(unfinished.pop(place))
    found = sorted([*finished, *unfinished.values()], key=lambda block: block[-1]["t"])
    texts = [COMMA.join(comment["text"] for comment in block) for block in found]
    return Documents(name, texts, [block[-1]["event"] for block in found])


def terms_of(texts: list[str], lexicon: Lexicon) -> list[Terms]:
    """Return each text's terms, as the product reads them under one watch."""
    words = normalise(pa.nulls(len(texts), pa.string()), pa.array(texts, pa.string()))
    room = np.empty(MOST_TERMS, np.uint64)
    begins, ends = words.starts[:-1].tolist(), words.starts[1:].tolist()
    return [
        room[: collect(words.codes, begin, end, 0, KINDS, lexicon.cutter, room)].copy()
        for begin, end in zip(begins, ends, strict=True)
    ]


def clustered(documents: list[Terms], join: float) -> list[int]:
    """Return the cluster each document ends in, those that became one later told as one.

    A document without terms, or nearer than `join` to nothing, founds a cluster.
    """
    topics = Topics(WINDOW, FOREVER_US)
    labels: list[int] = []
    into: dict[int, int] = {}
    for place, terms in enumerate(documents):
        number, cosine = topics.nearest(terms) if terms.size else (None, 0.0)
        labels.append(place if number is None or cosine < join else number)
        if terms.size:
            topics.add(labels[-1], terms, place)
        if (place + 1) % SETTLE_DOCUMENTS == 0:
            into.update((merge.from_number, merge.into_number) for merge in topics.settle(place))
    return [_last(into, label) for label in labels]


def scored(stream: Documents, labels: list[int], join: float) -> Row:
    """Return how far `labels` agree with the stream's events."""
    both = overlap(stream.truth, labels)
    told = both.truth.size, both.said.size
    return Row(stream.name, join, len(labels), *told, adjusted_mutual_information(both), b3(both))


def _last(into: dict[int, int], label: int) -> int:
    while label in into:
        label = into[label]
    return label


def _cells(row: Row) -> list[str]:
    counts = [f"{count:,}" for count in (row.documents, row.events, row.clusters)]
    return [row.source, f"{row.join:.2f}", *counts, *(f"{share:.3f}" for share in (row.ami, *row.b3))]
