"""Watches: which posts each takes, and why.

Idea: one scan finds every term of every watch; a watch is looked at only where one of its
anchors, terms without which it cannot hold, was found. Then its tree is evaluated and the
terms that made it true are told with the place where each was written.

Limits: terms are substrings of the normal form, addresses are not searched, @names are. The
commonest complaint words are found in disguise too (`evasions`).
`author:`, `platform:` and `media:` mean equality, `region:` means containment.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from guanlan.engine.evasions import Evasions
from guanlan.engine.grammar import Near, Node, Not, Or, QueryError, Term, parse
from guanlan.engine.posts import MEDIA_TYPES
from guanlan.engine.programs import compiled, leaves, run
from guanlan.engine.scan import TermScan
from guanlan.engine.text import Texts, normal_form

__all__ = ["Hit", "Hits", "Matcher", "QueryError", "Watch", "compile_watches", "subject"]

COLUMNS = {"author": "author", "platform": "platform", "region": "region", "media": "media_type"}


@dataclass(frozen=True)
class Watch:
    """A named query; `media` restricts media types; `own_accounts` are the company's authors."""

    name: str
    query: str
    media: tuple[str, ...] | None = None
    own_accounts: tuple[str, ...] = ()


class Hit(NamedTuple):
    """Why a watch took a post: `term` as typed stands at character `at` of the original `field`."""

    post: int
    watch: str
    term: str
    field: str
    at: int


@dataclass(frozen=True)
class Hits:
    """All hits of a batch, by post, then watch in the order given, then position in the query; in columns."""

    watches: tuple[Watch, ...]
    terms: tuple[Term, ...]  # as typed
    posts: NDArray[np.int32]
    of: NDArray[np.int32]  # place in `watches`
    why: NDArray[np.int32]  # place in `terms`
    titled: NDArray[np.bool_]  # found in the title
    offsets: NDArray[np.int32]  # in the original field

    def listed(self) -> list[Hit]:
        """Return them one by one."""
        names = [watch.name for watch in self.watches]
        shown, fields = self.shown(), self.fields()
        rows = zip(
            self.posts.tolist(),
            self.of.tolist(),
            self.why.tolist(),
            fields,
            self.offsets.tolist(),
            strict=True,
        )
        return [Hit(post, names[watch], shown[why], field, at) for post, watch, why, field, at in rows]

    def shown(self) -> list[str]:
        """Return each of `terms` as it was typed."""
        return [term.shown for term in self.terms]

    def fields(self) -> list[str]:
        """Return the field of each hit."""
        column = [term.field if term.field in COLUMNS else None for term in self.terms]
        rows = zip(self.why.tolist(), self.titled.tolist(), strict=True)
        return [column[why] or ("title" if titled else "text") for why, titled in rows]


def compile_watches(watches: Sequence[Watch]) -> "Matcher":
    """Return a matcher of the watches; raise QueryError if one cannot be read."""
    return Matcher([(watch, parse(watch.query)) for watch in watches])


def subject(watch: Watch) -> tuple[str, ...]:
    """Return the words that say whom the watch is about: those of the first thing it asks for.

    Of `观澜商城 AND (退款 OR 到账)` that is 观澜商城. Every post taken speaks of it, so it does not
    tell one matter from another. In normal form, the longest first.
    """
    return tuple(sorted(_first_asked(parse(watch.query)), key=lambda words: (-len(words), words)))


class Matcher:
    """Compiled watches; holds no state between batches."""

    def __init__(self, trees: Sequence[tuple[Watch, Node]]) -> None:
        self._watches = tuple(watch for watch, _tree in trees)
        terms = sorted({term.words for _, tree in trees for term in _words(tree)})
        self._evasions = Evasions(terms)
        self._scan = TermScan(self._evasions.sought)
        nodes = [tree for _watch, tree in trees]
        self._compiled = compiled(nodes, terms, [_anchors(tree) for tree in nodes])
        self._media = np.ones((len(trees) + 1, len(MEDIA_TYPES) + 1), np.bool_)
        for row, watch in enumerate(self._watches):
            if watch.media is not None:
                self._media[row] = [kind in watch.media for kind in (*MEDIA_TYPES, None)]

    def match(self, texts: Texts, batch: pa.RecordBatch) -> list[Hit]:
        """Return every hit, by post, then watch in the order given, then position in the query."""
        return self.find(texts, batch).listed()

    def find(self, texts: Texts, batch: pa.RecordBatch) -> Hits:
        """Return every hit, in columns."""
        found = self._evasions.seen_through(self._scan.find(texts), texts)
        columns = self._columns(batch)
        media = self._kinds(batch)
        room = len(found[0]) + len(texts) + 64
        while True:
            out = np.empty((4, room), np.int64)
            n = run(found, texts.bodies, self._compiled.programs, columns, (self._media, media), out)
            if n <= room:
                break
            room = int(n)
        posts, of, why = (column.astype(np.int32) for column in out[:3, :n])
        places = out[3, :n]
        titled = (places >= 0) & (places < texts.bodies[posts] - 1)
        offsets = np.where(places >= 0, texts.sources[places], 0) if len(texts.sources) else places
        return Hits(self._watches, self._compiled.terms, posts, of, why, titled, offsets.astype(np.int32))

    def _kinds(self, batch: pa.RecordBatch) -> NDArray[np.int32]:
        """Return each post's medium as a column of `_media`."""
        if all(watch.media is None for watch in self._watches):
            return np.zeros(batch.num_rows, np.int32)
        places = pa.compute.index_in(batch.column("media_type"), pa.array(MEDIA_TYPES))
        found: NDArray[np.int32] = places.fill_null(len(MEDIA_TYPES)).to_numpy()
        return found

    def _columns(self, batch: pa.RecordBatch) -> NDArray[np.bool_]:
        """Return, per condition and post, whether the column holds the words."""
        conditions = self._compiled.conditions
        held = np.zeros((len(conditions), batch.num_rows), np.bool_)
        read: dict[str, tuple[list[str], NDArray[np.int64]]] = {}
        for row, (field, words) in enumerate(conditions):
            if field not in read:
                coded = batch.column(COLUMNS[field]).fill_null("").dictionary_encode()
                read[field] = (
                    [_folded(value) for value in coded.dictionary.to_pylist()],
                    coded.indices.to_numpy(),
                )
            values, indices = read[field]
            true = [words in value if field == "region" else words == value for value in values]
            held[row] = np.array(true, np.bool_)[indices]
        return held


@lru_cache(maxsize=1 << 14)
def _folded(value: str) -> str:
    return normal_form(value).strip() if value else ""


def _words(node: Node) -> Iterator[Term]:
    """Yield the title-or-text terms of a tree."""
    return (term for term in leaves(node) if term.field in (None, "title"))


def _first_asked(node: Node) -> set[str]:
    if isinstance(node, Term):
        return {node.words} if node.field in (None, "title") else set()
    if isinstance(node, Near):
        return {term.words for term in node.left}
    if isinstance(node, Not):
        return set()
    found = [_first_asked(part) for part in node.parts]
    return set().union(*found) if isinstance(node, Or) else next(filter(None, found), set())


def _anchors(node: Node) -> set[str] | None:
    """Return terms one of which every taken post contains; None if there is no such set."""
    if isinstance(node, Term):
        return {node.words} if node.field in (None, "title") else None
    if isinstance(node, Near):
        return {term.words for term in node.left}
    if isinstance(node, Not):
        return None
    found = [_anchors(part) for part in node.parts]
    sets = [anchors for anchors in found if anchors is not None]
    if isinstance(node, Or):
        return set().union(*sets) if len(sets) == len(found) else None
    return min(sets, key=len, default=None)
