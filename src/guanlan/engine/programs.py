"""Queries as programs of a stack machine, and the compiled loop that runs them over a batch.

A tree becomes its nodes in post order. A true node leaves the terms that made it true, and
where they stand, on a heap; a false one takes them back. So the heap holds, at the end, what
decided, in the order of the query. Words joined by OR are one node. A part that must be true
and is not ends its query at once.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from guanlan.engine.grammar import And, Near, Node, Not, Or, Term

_WORDS, _COLUMN, _NEAR, _NOT, _AND, _OR = range(6)
_NO_PAIR = (np.int64(-1), np.int64(0), np.int64(0), np.int32(0), np.int32(0))
FEW = 32
NOWHERE = -1  # place of a term that a column, not the text, holds


class Programs(NamedTuple):
    """All queries; a node is (kind, operand, second operand, must it be true for the query to be)."""

    nodes: NDArray[np.int32]
    begins: NDArray[np.int32]  # of each query's nodes
    nears: NDArray[np.int32]  # per NEAR: distance, begin of left, begin of right, end
    sides: NDArray[
        np.int32
    ]  # per word of a node or a NEAR: term scanned for, term as typed, in title, length
    anchored: tuple[NDArray[np.int32], NDArray[np.int32]]  # per term scanned for: begins, queries
    always: NDArray[np.int32]  # queries without anchors


class Compiled(NamedTuple):
    """The programs with what their numbers stand for."""

    programs: Programs
    terms: tuple[Term, ...]  # as typed
    conditions: tuple[tuple[str, str], ...]  # (field, words) of terms that a column must hold


def compiled(trees: Sequence[Node], scanned: Sequence[str], anchors: Sequence[set[str] | None]) -> Compiled:
    """Compile trees over the words that are scanned for; `anchors` None: to be run on every post."""
    number = {words: place for place, words in enumerate(scanned)}
    terms = sorted(
        {term for tree in trees for term in leaves(tree)}, key=lambda t: (t.words, t.field or "", t.shown)
    )
    typed = {term: place for place, term in enumerate(terms)}
    columns = sorted({(str(t.field), t.words) for t in terms if t.field not in (None, "title")})
    writer = _Writer(number, typed, {condition: place for place, condition in enumerate(columns)})
    begins = [0]
    for tree in trees:
        writer.write(tree, outermost=True)
        begins.append(len(writer.nodes))
    by_word: list[list[int]] = [[] for _words in scanned]
    for query, found in enumerate(anchors):
        for words in found or ():
            by_word[number[words]].append(query)
    ends = np.cumsum([0, *map(len, by_word)], dtype=np.int32)
    queries = np.array([query for found in by_word for query in found], np.int32)
    always = np.array([query for query, found in enumerate(anchors) if found is None], np.int32)
    programs = Programs(
        _rows(writer.nodes),
        np.array(begins, np.int32),
        _rows(writer.nears),
        _rows(writer.sides),
        (ends, queries),
        always,
    )
    return Compiled(programs, tuple(terms), tuple(columns))


def leaves(node: Node) -> Iterator[Term]:
    """Yield every term of a tree, those of columns too."""
    if isinstance(node, Term):
        yield node
    elif isinstance(node, Near):
        yield from (*node.left, *node.right)
    elif isinstance(node, Not):
        yield from leaves(node.part)
    else:
        for part in node.parts:
            yield from leaves(part)


def _rows(rows: list[tuple[int, ...]]) -> NDArray[np.int32]:
    return np.array(rows, np.int32).reshape(len(rows), 4)


class _Writer:
    """Writes trees as nodes in post order."""

    def __init__(
        self, number: dict[str, int], typed: dict[Term, int], column: dict[tuple[str, str], int]
    ) -> None:
        self._number, self._typed, self._column = number, typed, column
        self.nodes: list[tuple[int, ...]] = []
        self.nears: list[tuple[int, ...]] = []
        self.sides: list[tuple[int, ...]] = []

    def write(self, node: Node, *, must: bool = False, outermost: bool = False) -> None:
        if (words := _words(node)) is not None:
            begin = len(self.sides)
            self._sides(words)
            self.nodes.append((_WORDS, begin, len(self.sides), must))
        elif isinstance(node, Term):
            place = self._column[str(node.field), node.words]
            self.nodes.append((_COLUMN, place, self._typed[node], must))
        elif isinstance(node, Near):
            begin = len(self.sides)
            self._sides((*node.left, *node.right))
            self.nodes.append((_NEAR, len(self.nears), 0, must))
            self.nears.append((node.distance, begin, begin + len(node.left), len(self.sides)))
        elif isinstance(node, Not):
            self.write(node.part)
            self.nodes.append((_NOT, 1, 0, must))
        else:
            kind = _AND if isinstance(node, And) else _OR
            for part in node.parts:
                self.write(part, must=outermost and kind == _AND)
            self.nodes.append((kind, len(node.parts), 0, must))

    def _sides(self, terms: Iterable[Term]) -> None:
        for term in terms:
            titled = int(term.field == "title")
            self.sides.append((self._number[term.words], self._typed[term], titled, len(term.words)))


def _words(node: Node) -> Sequence[Term] | None:
    """Return the terms of one that stands in title or text, or of several joined by OR; else None."""
    parts = node.parts if isinstance(node, Or) else (node,)
    terms = [part for part in parts if isinstance(part, Term) and part.field in (None, "title")]
    return terms if len(terms) == len(parts) else None


@njit(cache=True)
def run(found, bodies, programs, columns, allowed, out):  # type: ignore[no-untyped-def]
    """Run the queries over a batch; fill `out` as far as it reaches, return how many reasons there are.

    `found` is what the scan found. `columns` says per condition and post whether it holds;
    `allowed` is (per query and medium whether it is read, each post's medium).
    A reason is (post, query, term as typed, place or NOWHERE), each once a query and post.
    """
    posts, terms, places = found
    nodes, begins, _nears, sides, anchored, always = programs
    longest = np.diff(begins).max() if len(begins) > 1 else 0
    # Of each occurrence the term's next in the post; of each term its first, its last and its post.
    following = np.empty(len(terms), np.int32)
    heads, lasts = np.empty(len(anchored[0]), np.int32), np.empty(len(anchored[0]), np.int32)
    marks = np.full(len(anchored[0]), -1, np.int32)
    chains = (following, heads, lasts, marks)
    asked = np.full(len(begins), -1, np.int32)  # of each query: the post it was last asked for
    candidates = np.empty(len(begins), np.int32)
    stack = np.empty((longest + 1, 2), np.int32)
    heap = np.empty((2 * longest + 2 + len(sides), 2), np.int64)
    written = at = 0
    for post in range(len(bodies)):
        candidates[: len(always)] = always
        at, n = _chained(post, at, posts, terms, chains, anchored, asked, candidates, len(always))
        _sort(candidates, n)
        words = (post, bodies[post], marks, heads, following, places)
        for i in range(n):
            query = candidates[i]
            if allowed[0][query, allowed[1][post]]:
                reasons = _true(
                    nodes, begins[query], begins[query + 1], programs, columns, words, stack, heap
                )
                written = _told(post, query, heap, reasons, out, written)
    return written


@njit(cache=True)
def _sort(numbers, n):  # type: ignore[no-untyped-def]
    """Sort the first `n` numbers; mostly they are two or three."""
    if n > FEW:
        numbers[:n].sort()
        return
    for i in range(1, n):
        number, at = numbers[i], i
        while at > 0 and numbers[at - 1] > number:
            numbers[at] = numbers[at - 1]
            at -= 1
        numbers[at] = number


@njit(cache=True, inline="always")
def _chained(post, at, posts, terms, chains, anchored, asked, candidates, n):  # type: ignore[no-untyped-def]
    """Chain a post's occurrences, which begin at `at`; return (where they end, how many queries to run)."""
    following, heads, lasts, marks = chains
    while at < len(terms) and posts[at] == post:
        term = terms[at]
        following[at] = -1
        if marks[term] == post:
            following[lasts[term]] = at
        else:
            marks[term], heads[term] = post, at
            for row in range(anchored[0][term], anchored[0][term + 1]):
                query = anchored[1][row]
                if asked[query] != post:
                    asked[query] = post
                    candidates[n] = query
                    n += 1
        lasts[term] = at
        at += 1
    return at, n


@njit(cache=True, inline="always")
def _told(post, query, heap, reasons, out, written):  # type: ignore[no-untyped-def]
    """Write the reasons on the heap, each once, as far as `out` reaches; return how many there are by now."""
    for j in range(reasons):
        if _repeated(heap, j):
            continue
        if written < out.shape[1]:
            out[0, written], out[1, written] = post, query
            out[2, written], out[3, written] = heap[j, 0], heap[j, 1]
        written += 1
    return written


@njit(cache=True)
def _repeated(heap, j):  # type: ignore[no-untyped-def]
    for i in range(j):  # noqa: SIM110 - a compiled loop
        if heap[i, 0] == heap[j, 0] and heap[i, 1] == heap[j, 1]:
            return True
    return False


@njit(cache=True, inline="always")
def _true(nodes, first, last, programs, columns, words, stack, heap):  # type: ignore[no-untyped-def]
    """Run one program on one post; return how many reasons stand on the heap, 0 if it is false.

    The stack holds (true?, where its reasons begin) per open node.
    """
    post = words[0]
    depth = reasons = 0
    for row in range(first, last):
        kind, operand = nodes[row, 0], nodes[row, 1]
        begin = reasons
        true = False
        if kind == _WORDS:
            reasons = _said(programs.sides, operand, nodes[row, 2], words, heap, reasons)
            true = reasons > begin
        elif kind == _COLUMN:
            true = columns[operand, post]
            heap[reasons, 0], heap[reasons, 1] = nodes[row, 2], NOWHERE
            reasons += true
        elif kind == _NEAR:
            true = _nearest(programs, operand, words, heap, reasons)
            reasons += 2 * true
        else:
            depth -= operand
            begin = stack[depth, 1]
            true = _joined(kind, stack, depth, depth + operand)
            if not true or kind == _NOT:
                reasons = begin
        stack[depth, 0], stack[depth, 1] = true, begin
        depth += 1
        if nodes[row, 3] and not true:
            stack[0, 0] = 0
            break
    return reasons if stack[0, 0] else 0


@njit(cache=True, inline="always")
def _said(sides, first, last, words, heap, reasons):  # type: ignore[no-untyped-def]
    """Write those of a node's words that stand in the post; return how many reasons there are by now."""
    post, body, marks, heads, _following, places = words
    for side in range(first, last):
        term = sides[side, 0]
        if marks[term] == post and (not sides[side, 2] or places[heads[term]] < body - 1):
            heap[reasons, 0], heap[reasons, 1] = sides[side, 1], places[heads[term]]
            reasons += 1
    return reasons


@njit(cache=True, inline="always")
def _joined(kind, stack, first, last):  # type: ignore[no-untyped-def]
    """Say whether an AND, OR or NOT of the parts on the stack is true."""
    true = 0
    for part in range(first, last):
        true += stack[part, 0]
    return true == 0 if kind == _NOT else true > 0 if kind == _OR else true == last - first


@njit(cache=True)
def _nearest(programs, near, words, heap, reasons):  # type: ignore[no-untyped-def]
    """Write the first pair, by position in the post, that stands near enough; say whether there is one.

    First is the pair whose later word comes first, then whose left word does, then by the words.
    """
    post, _body, marks, _heads, _following, _places = words
    distance, begin, middle, end = programs.nears[near]
    sides = programs.sides
    best = _NO_PAIR
    for left in range(begin, middle):
        if marks[sides[left, 0]] != post:
            continue
        for right in range(middle, end):
            if marks[sides[right, 0]] != post:
                continue
            pair = _closest(sides[left], sides[right], distance, words)
            if pair[0] >= 0 and (best[0] < 0 or pair < best):
                best = pair
    there = best[0] >= 0
    if there:
        heap[reasons, 0], heap[reasons, 1] = best[3], best[1]
        heap[reasons + 1, 0], heap[reasons + 1, 1] = best[4], best[2]
    return there


@njit(cache=True)
def _closest(left, right, distance, words):  # type: ignore[no-untyped-def]
    """Return the first near pair of two words: (later place, both places, both as typed), or _NO_PAIR."""
    _post, body, _marks, heads, following, places = words
    best = _NO_PAIR
    i = heads[left[0]]
    while i >= 0:
        one, i = places[i], following[i]
        j = heads[right[0]]
        while j >= 0:
            two, j = places[j], following[j]
            gap = two - one - left[3] if one <= two else one - two - right[3]
            late = (left[2] and one >= body - 1) or (right[2] and two >= body - 1)
            pair = (max(one, two), one, two, left[1], right[1])
            near = 0 <= gap <= distance and (one < body) == (two < body) and not late
            if near and (best[0] < 0 or pair < best):
                best = pair
    return best
