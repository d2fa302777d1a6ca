"""The terms of a text: pairs and triples of neighbouring characters, as numbers that can be read back."""

import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

MOST_TERMS = 384  # of one document; a long article is told by its opening
MOST_WATCHES = 1 << 15

_BREAK, _WIDE, _LATIN = 0, 1, 2  # a character ends a term, stands in one, or does as a Latin letter


def _kinds() -> NDArray[np.uint8]:
    kinds = np.full(1 << 16, _BREAK, np.uint8)
    for code in range(1 << 16):
        character = chr(code)
        if unicodedata.category(character)[0] in "LN":
            kinds[code] = _LATIN if code < 0x2E80 else _WIDE
    return kinds


KINDS = _kinds()


@njit(cache=True)
def collect(codes, start, end, watch, kinds, out):  # type: ignore[no-untyped-def]
    """Write the distinct terms of codes[start:end] to `out`, sorted; return how many.

    A term is `watch` (15 bits) and three characters (16 bits each, the third 0 in a
    pair). Wide characters give pairs and triples; a run of Latin letters or digits
    gives triples only, since its pairs tell nothing. Reading stops when `out` is full.
    """
    base = np.uint64(watch) << np.uint64(48)
    n = 0
    for i in range(start, end - 1):
        a, b = codes[i], codes[i + 1]
        if a > 0xFFFF or b > 0xFFFF or kinds[a] == 0 or kinds[b] == 0:
            continue
        if n + 2 > out.size:  # room for both
            break
        pair = base | np.uint64(a) << np.uint64(32) | np.uint64(b) << np.uint64(16)
        latin = kinds[a] == 2 and kinds[b] == 2
        if not latin:
            out[n] = pair
            n += 1
        third = codes[i + 2] if i + 2 < end else np.uint32(0)
        if third <= 0xFFFF and (kinds[third] == 2 or (kinds[third] == 1 and not latin)):
            out[n] = pair | np.uint64(third)
            n += 1
    return _distinct(out, n)


@njit(cache=True)
def _distinct(out, n):  # type: ignore[no-untyped-def]
    out[:n].sort()
    kept = 0
    for i in range(n):
        if i == 0 or out[i] != out[i - 1]:
            out[kept] = out[i]
            kept += 1
    return kept


def readable(term: int) -> str:
    """Return the characters of a term."""
    third = term & 0xFFFF
    return chr(term >> 32 & 0xFFFF) + chr(term >> 16 & 0xFFFF) + (chr(third) if third else "")


def words(scored: Iterable[tuple[str, int, int]], most: int = 5, longest: int = 6) -> tuple[str, ...]:
    """Merge overlapping terms to at most `most` words, best first.

    `scored` holds (term, score, posts). A term grows by a neighbour that overlaps it in
    all but one character and stands in nearly as many posts.
    """
    ranked = sorted(scored, key=lambda row: (-row[1], row[0]))
    found: list[str] = []
    for term, _score, posts in ranked:
        if len(found) == most:
            break
        if not any(_touch(term, word) for word in found):
            found.append(_grown(term, posts, ranked, longest))
    return tuple(found)


def _touch(term: str, word: str) -> bool:
    return any(term[i : i + 2] in word for i in range(len(term) - 1))


def _grown(word: str, posts: int, ranked: Sequence[tuple[str, int, int]], longest: int) -> str:
    neighbours = [term for term, _score, n in ranked if len(term) == 3 and 10 * n >= 7 * posts]
    grew = True
    while grew and len(word) < longest:
        grew = False
        for term in neighbours:
            if term in word:
                continue
            if word.endswith(term[:2]):
                word, grew = word + term[2], True
            elif word.startswith(term[1:]):
                word, grew = term[0] + word, True
            if grew:
                break
    return word
