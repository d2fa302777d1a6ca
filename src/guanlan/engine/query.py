"""Watches: which posts each takes, and why.

Idea: one scan finds every term of every watch; a watch is looked at only where one of its
anchors, terms without which it cannot hold, was found. Then its tree is evaluated and the
terms that made it true are told with the place where each was written.

Limits: terms are substrings of the normal form, addresses are not searched, @names are. The
commonest complaint words are found in disguise too (`evasions`).
`author:`, `platform:` and `media:` mean equality, `region:` means containment.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from guanlan.engine.evasions import Evasions
from guanlan.engine.grammar import And, Near, Node, Not, Or, QueryError, Term, parse
from guanlan.engine.scan import TermScan
from guanlan.engine.text import Texts, decode, normal_form

__all__ = ["Hit", "Matcher", "QueryError", "Watch", "compile_watches", "subject"]

COLUMNS = {"author": "author", "platform": "platform", "region": "region", "media": "media_type"}


@dataclass(frozen=True)
class Watch:
    """A named query; `media` restricts media types; `own_accounts` are the company's authors."""

    name: str
    query: str
    media: tuple[str, ...] | None = None
    own_accounts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hit:
    """Why a watch took a post: `term` as typed stands at character `at` of the original `field`."""

    post: int
    watch: str
    term: str
    field: str
    at: int


@dataclass(frozen=True)
class _Post:
    """One post while its candidates are evaluated: where each term stands, its columns."""

    texts: Texts
    row: int
    places: Mapping[str, Sequence[int]]
    batch: pa.RecordBatch

    def column(self, field: str) -> str:
        value = self.batch.column(COLUMNS[field])[self.row].as_py()
        return normal_form(value).strip() if value else ""

    def at(self, term: Term) -> Sequence[int]:
        """Positions of a title-or-text term."""
        places = self.places.get(term.words, ())
        if term.field == "title":
            return [place for place in places if place < self.texts.bodies[self.row] - 1]
        return places


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
        self._trees = trees
        self._terms = sorted({term.words for _, tree in trees for term in _words(tree)})
        self._evasions = Evasions(self._terms)
        known = set(self._terms)
        self._sought = [*self._terms, *(one for one in self._evasions.spellings if one not in known)]
        self._scan = TermScan(self._sought)
        self._anchored: dict[str, list[int]] = {}
        self._always: list[int] = []
        for row, (_, tree) in enumerate(trees):
            anchors = _anchors(tree)
            if anchors is None:
                self._always.append(row)
            for words in anchors or ():
                self._anchored.setdefault(words, []).append(row)

    def match(self, texts: Texts, batch: pa.RecordBatch) -> list[Hit]:
        """Return every hit, by post, then watch in the order given, then position in the query."""
        places = self._places(texts)
        rows = range(len(texts)) if self._always else sorted(places)
        hits: list[Hit] = []
        for row in rows:
            post = _Post(texts, row, places.get(row, {}), batch)
            candidates = set(self._always).union(*(self._anchored.get(words, ()) for words in post.places))
            for number in sorted(candidates):
                hits.extend(self._explain(number, post))
        return hits

    def _places(self, texts: Texts) -> dict[int, dict[str, list[int]]]:
        places: dict[int, dict[str, list[int]]] = {}
        disguised: dict[tuple[int, str], set[int]] = {}
        read, said = -1, ""
        for post, term, at in zip(*(found.tolist() for found in self._scan.find(texts)), strict=True):
            if term < len(self._terms):
                places.setdefault(post, {}).setdefault(self._terms[term], []).append(at)
            if self._sought[term] in self._evasions.spellings:
                start = int(texts.starts[post])
                if post != read:
                    read, said = post, decode(texts.named[start : texts.starts[post + 1]])
                for words, begin in self._evasions.meant(self._sought[term], said, at - start):
                    disguised.setdefault((post, words), set()).add(start + begin)
        for (post, words), found in disguised.items():
            known = places.setdefault(post, {})
            known[words] = sorted(found.union(known.get(words, ())))
        return places

    def _explain(self, number: int, post: _Post) -> Iterator[Hit]:
        watch, tree = self._trees[number]
        if watch.media is not None and post.batch.column("media_type")[post.row].as_py() not in watch.media:
            return
        reasons = _reasons(tree, post)
        for term, at in dict.fromkeys(reasons or ()):
            if at is None:
                yield Hit(post.row, watch.name, term.shown, str(term.field), 0)
            else:
                yield Hit(post.row, watch.name, term.shown, *post.texts.original_offset(post.row, at))


Reason = tuple[Term, int | None]


def _reasons(node: Node, post: _Post) -> list[Reason] | None:
    """Return the terms that make the node true with their first positions, None if it is false."""
    if isinstance(node, Term):
        return _term_reasons(node, post)
    if isinstance(node, Near):
        pair = _nearest(node, post)
        return None if pair is None else list(pair)
    if isinstance(node, Not):
        return [] if _reasons(node.part, post) is None else None
    found = [_reasons(part, post) for part in node.parts]
    true = [reasons for reasons in found if reasons is not None]
    if not true or (isinstance(node, And) and len(true) < len(found)):
        return None
    return [reason for reasons in true for reason in reasons]


def _term_reasons(term: Term, post: _Post) -> list[Reason] | None:
    if term.field in (None, "title"):
        places = post.at(term)
        return [(term, places[0])] if places else None
    value = post.column(str(term.field))
    true = term.words in value if term.field == "region" else term.words == value
    return [(term, None)] if true else None


def _nearest(node: Near, post: _Post) -> tuple[Reason, Reason] | None:
    """Return the first pair, by position in the post, that stands near enough."""
    body = int(post.texts.bodies[post.row])
    pairs = [
        (max(one, two), one, two, left, right)
        for left in node.left
        for right in node.right
        for one in post.at(left)
        for two in post.at(right)
        if (one < body) == (two < body) and 0 <= _gap(one, left, two, right) <= node.distance
    ]
    if not pairs:
        return None
    _, one, two, left, right = min(pairs)
    return (left, one), (right, two)


def _gap(one: int, left: Term, two: int, right: Term) -> int:
    """Characters between two words; negative if they overlap."""
    return two - one - len(left.words) if one <= two else one - two - len(right.words)


def _words(node: Node) -> Iterator[Term]:
    """Yield the title-or-text terms of a tree."""
    if isinstance(node, Term):
        if node.field in (None, "title"):
            yield node
    elif isinstance(node, Near):
        yield from (*node.left, *node.right)
    elif isinstance(node, Not):
        yield from _words(node.part)
    else:
        for part in node.parts:
            yield from _words(part)


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
