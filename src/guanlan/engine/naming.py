"""What an event is called: a clause that somebody wrote in it, the one that says most of it.

The words that distinguish an event come from its topic; its name is the clause, of those kept
from its posts, in which these words stand thickest. So a name is always a person's own wording.
"""

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from guanlan.engine.lexicon import Lexicon
from guanlan.engine.terms import KINDS, MOST_TERMS, collect, scored, words
from guanlan.engine.text import encode, normal_form
from guanlan.engine.topics import Terms, Told

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
    return list(_clauses(title or "", _CHAIN.sub("", text or "")))[:EACH]


def _clauses(*fields: str) -> Iterator[str]:
    for field in fields:
        for part in _ENDS.split(_MARKS.sub(r" \1 ", field)):
            if SHORTEST <= len(part) <= LONGEST and any(character.isalpha() for character in part):
                yield part


def name_of(kept: Sequence[str], told: Told, watch: int, subject: Sequence[str], lexicon: Lexicon) -> str:
    """Return the clause that says most of what the topic told; "" without clauses.

    Of two that say as much, the one that names whom it is about (`subject`, in normal form).
    """
    known, _documents, scores = told
    buffer = np.empty(MOST_TERMS, np.uint64)
    best, highest = "", -1.0
    for clause in dict.fromkeys(kept):
        said = normal_form(clause)
        codes = encode(said)
        terms = buffer[: collect(codes, 0, codes.size, watch, KINDS, lexicon.cutter, buffer)]
        score = _weight(known, scores, terms) / (len(said) + ROOM) ** 0.5
        if any(words in said for words in subject):
            score *= NAMED
        if score > highest:
            best, highest = clause, score
    return best


def _weight(known: Terms, scores: NDArray[np.int64], terms: Terms) -> int:
    """Return the sum of the scores of those terms that are known; both are sorted and distinct."""
    if not known.size:
        return 0
    places = np.minimum(np.searchsorted(known, terms), known.size - 1)
    return int(scores[places[known[places] == terms]].sum())


def words_of(told: Told, lexicon: Lexicon) -> tuple[str, ...]:
    """Return the words that distinguish an event, best first."""
    keys, documents, scores = told
    order = np.lexsort((keys, -scores))[:SHOWN_TERMS]
    return words(scored(int(keys[i]), int(scores[i]), int(documents[i]), lexicon) for i in order)
