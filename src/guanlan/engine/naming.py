"""What an event is called: a clause that somebody wrote in it, the one that says most of it.

The words that distinguish an event come from its topic; its name is the clause, of those kept
from its posts, in which these words stand thickest. So a name is always a person's own wording.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
from numba import njit

from guanlan.engine.lexicon import Lexicon
from guanlan.engine.terms import KINDS, MOST_TERMS, collect, words
from guanlan.engine.text import decode, normal_forms
from guanlan.engine.topics import Told

MOST_CLAUSES = 24  # kept of an event
EACH = 4  # taken from one post
SHORTEST, LONGEST = 4, 26  # characters
ROOM = 12  # characters: a short clause is no better than its words
NAMED = 1.3  # what naming the company is worth
SHOWN_TERMS = 60  # of a topic, among which the words that are shown are looked for
_CHAIN = re.compile(r"//\s*@.*", re.DOTALL)
_MARKS = re.compile(r"https?://\S+|@[\w-]+:?|#([^#]*)#|\[[^\[\]]{1,8}\]|\u3010|\u3011")
_ENDS = re.compile(r"[\s,;!?.\u3002\uff0c\uff1b\uff01\uff1f\u2026~\uff5e\u3001:\uff1a\u201c\u201d\"]+")


def wants(posts: int) -> bool:
    """Say whether clauses are taken from an event's post: the first six, and three at each doubling."""
    return posts <= 6 or posts - (1 << posts.bit_length() - 1) < 3


def clauses(title: str | None, text: str | None) -> list[str]:
    """Return the first clauses of a post that may serve as a name, its title's before its text's."""
    own = _CHAIN.sub("", text) if text and "//" in text else text
    return list(islice(_clauses(*filter(None, (title, own))), EACH))


def _clauses(*fields: str) -> Iterator[str]:
    for field in fields:
        for part in _ENDS.split(_MARKS.sub(r" \1 ", field)):
            if SHORTEST <= len(part) <= LONGEST and any(map(str.isalpha, part)):
                yield part


def name_of(kept: Sequence[str], told: Told, watch: int, subject: Sequence[str], lexicon: Lexicon) -> str:
    """Return the clause that says most of what the topic told; "" without clauses.

    Of two that say as much, the one that names whom it is about (`subject`, in normal form).
    """
    distinct = list(dict.fromkeys(kept))
    if not distinct:
        return ""
    codes, begins, ends = normal_forms(distinct)
    weights = _weights(codes, (begins, ends), watch, KINDS, lexicon.cutter, told)
    written = decode(codes)
    best, highest = "", -1.0
    lines = zip(distinct, begins.tolist(), ends.tolist(), weights.tolist(), strict=True)
    for clause, begin, end, weight in lines:
        score = weight / (end - begin + ROOM) ** 0.5
        if any(words in written[begin:end] for words in subject):
            score *= NAMED
        if score > highest:
            best, highest = clause, score
    return best


@njit(cache=True)
def _weights(codes, places, watch, kinds, cutter, told):  # type: ignore[no-untyped-def]
    """Return for each clause the sum of the scores of those of its terms that the topic told."""
    begins, ends = places
    known, _documents, scores = told
    terms = np.empty(MOST_TERMS, np.uint64)
    weights = np.zeros(begins.size, np.int64)
    for clause in range(begins.size):
        n = collect(codes, begins[clause], ends[clause], watch, kinds, cutter, terms)
        for term in terms[:n]:
            at = np.searchsorted(known, term)
            if at < known.size and known[at] == term:
                weights[clause] += scores[at]
    return weights


def words_of(told: Told, lexicon: Lexicon) -> tuple[str, ...]:
    """Return the words that distinguish an event, best first."""
    keys, documents, scores = told
    order = np.lexsort((keys, -scores))[:SHOWN_TERMS]
    return words(keys[order].tolist(), scores[order].tolist(), documents[order].tolist(), lexicon)
