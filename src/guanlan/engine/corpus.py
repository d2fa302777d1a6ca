"""Labelled texts from a folder: the open sets we know, and a company's own labels."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from gettext import gettext as _
from importlib import resources
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa

from guanlan.engine.emoticons import marked_reposts
from guanlan.engine.model import CLASSES
from guanlan.engine.ngrams import Array
from guanlan.engine.shingles import shingles
from guanlan.engine.text import Texts, normalise

ANY_FILE = "*"
REPOSTS = "ced_open.jsonl.gz"
LINE = "\n"  # where a row keeps its line's number; no column can be called so


class BadCorpus(ValueError):
    """The folder cannot be learnt from; the message is a sentence that says where and why."""


@dataclass(frozen=True)
class Labelled:
    """One text with its stance (index into CLASSES), where it is from, and if it is for tests only."""

    source: str
    domain: str
    text: str
    stance: int
    held: bool


@dataclass(frozen=True)
class Corpus:
    """All labelled texts as arrays of one length, normalised once.

    `domains` cut a source finer (a shop's departments); `held` rows are never learnt from.
    """

    texts: Texts
    sources: Array
    domains: Array
    stances: Array
    held: Array

    @cached_property
    def shingles(self) -> Array:
        """What `near` compares; see engine.shingles."""
        return shingles(self.texts.codes, self.texts.starts)


def read(folder: Path) -> Corpus:
    """Return what `folder` holds: *.csv and *.csv.gz with columns text and label.

    With a sub-folder `text`, the files are looked for there, and reposts that end in an
    unmistakable emoticon are taken from `events/ced_open.jsonl.gz` if it is there.
    Raises BadCorpus when there is nothing to learn from or a file is odd.
    """
    if not folder.is_dir():
        raise BadCorpus(_("没有文件夹“{name}”，请检查路径。").format(name=folder))
    inner = folder / "text"
    files = sorted(path for path in (inner if inner.is_dir() else folder).iterdir() if _is_table(path))
    if not files:
        raise BadCorpus(
            _("文件夹“{name}”里没有 CSV 文件，请放入含 text、label 两列的表。").format(name=folder)
        )
    found = [row for path in files for row in agreed(_rows(path))]
    reposts = folder / "events" / REPOSTS
    if inner.is_dir() and reposts.is_file():
        found += agreed(Labelled("reposts", "reposts", *one, False) for one in marked_reposts(reposts))
    return gather(found)


def gather(found: list[Labelled]) -> Corpus:
    """Return `found` as one corpus; raise BadCorpus if a class is missing."""
    stances = np.array([row.stance for row in found], np.int8)
    for place, name in enumerate(CLASSES):
        if not np.any(stances == place):
            raise BadCorpus(_("标注里没有一条“{name}”，三类都要有才能训练。").format(name=name))
    written = pa.array([row.text for row in found], pa.string())
    return Corpus(
        normalise(pa.nulls(len(found), pa.string()), written),
        np.array([row.source for row in found]),
        np.array([row.domain for row in found]),
        stances,
        np.array([row.held for row in found]),
    )


def agreed(rows: Iterable[Labelled]) -> list[Labelled]:
    """Return each text once: neutral gives way to a stance; texts called both ways are left out."""
    kept: dict[str, Labelled] = {}
    torn: set[str] = set()
    for row in rows:
        before = kept.get(row.text, row)
        if {before.stance, row.stance} == {0, 2}:
            torn.add(row.text)
        kept[row.text] = row if before.stance == 1 else before
    return [row for text, row in kept.items() if text not in torn]


def _is_table(path: Path) -> bool:
    return path.name.endswith((".csv", ".csv.gz"))


def table_rows(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a table with columns text and label; raise BadCorpus if it is none."""
    table = csv.DictReader(io.StringIO(_content(path), newline=""))
    if not {"text", "label"} <= set(table.fieldnames or ()):
        raise BadCorpus(_("“{name}”的表头没有 text 和 label 两列。").format(name=path.name))
    for row in table:
        yield {name: value or "" for name, value in row.items()} | {LINE: str(table.line_num)}


def _rows(path: Path) -> Iterator[Labelled]:
    source = path.name.split(".")[0]
    known = _stances()
    meaning = known.get(source, known[ANY_FILE])
    for row in table_rows(path):
        label, text = row["label"].strip(), row["text"].strip()
        if label not in meaning:
            raise BadCorpus(
                _("“{name}”第 {line} 行的 label“{label}”不认识，请写 {words}。").format(
                    name=path.name, line=row[LINE], label=label, words="、".join(islice(meaning, 12))
                )
            )
        if text and meaning[label] in CLASSES:
            domain = f"{source}/{row['cat']}" if row.get("cat") else source
            yield Labelled(source, domain, text, CLASSES.index(meaning[label]), row.get("split") == "test")


def _content(path: Path) -> str:
    try:
        packed = path.read_bytes()
        return (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode("utf-8-sig")
    except (OSError, EOFError, zlib.error) as broken:
        raise BadCorpus(_("“{name}”不是完整的 gzip 文件，请重新下载。").format(name=path.name)) from broken
    except UnicodeDecodeError as broken:
        raise BadCorpus(
            _("“{name}”第 {place} 个字节起不是 UTF-8，请另存为 UTF-8。").format(
                name=path.name, place=broken.start + 1
            )
        ) from broken


@lru_cache(maxsize=1)
def _stances() -> dict[str, dict[str, str]]:
    """File name -> label -> class, or "" for labels that say nothing of stance."""
    meanings: dict[str, dict[str, str]] = {}
    written = (resources.files("guanlan.engine") / "bundle" / "sets.csv").read_text("utf-8")
    for row in csv.DictReader(written.splitlines()):
        meanings.setdefault(row["file"], {})[row["label"]] = row["stance"]
    return meanings
