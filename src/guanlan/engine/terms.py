"""The terms of a text, as numbers that can be read back: its words, and pairs of characters that are none.

A term is 16 bits for the watch and 48 for what was written: a pair of characters (16 bits
each, from above), the place of a word in the lexicon, or a Latin word of at most eight letters.
What stands in everybody's mouth, the commonest words and characters, is no term.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

import numpy as np
from numba import njit
from numpy.typing import NDArray

from guanlan.engine.folding import face_end
from guanlan.engine.lexicon import CHUNK, Lexicon, cut

MOST_TERMS = 192  # of one document; a long article is told by its opening
MOST_WATCHES = 1 << 15

_BREAK, _WIDE, _LATIN = 0, 1, 2  # a character ends a term, is cut into words, or does as a Latin letter
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
_LETTERS = 8
# Pairs begin at 0x2E80 << 32, the first wide character; Latin words and other scripts lie below.
_SPELLED, _HASHED, _WIDEST = 1 << 42, 1 << 43, 0x2E80
_WORTHY_DIGITS = 5  # 12315 is a word, a price is none


def _kinds() -> NDArray[np.uint8]:
    kinds = np.full(1 << 16, _BREAK, np.uint8)
    for code in range(1 << 16):
        character = chr(code)
        if unicodedata.category(character)[0] in "LN":
            kinds[code] = _LATIN if code < 0x2E80 else _WIDE
    return kinds


KINDS = _kinds()


@njit(cache=True)
def collect(codes, start, end, watch, kinds, cutter, out):  # type: ignore[no-untyped-def]
    """Write the distinct terms of codes[start:end] to `out`, sorted; return how many.

    Reading stops when `out` is full.
    """
    base = np.uint64(watch) << np.uint64(48)
    ends, slots = np.empty(CHUNK, np.int32), np.empty(CHUNK, np.int64)
    n = 0
    at = start
    while at < end and n < out.size:
        if codes[at] == 91:
            at = face_end(codes, at, end) + 1
            continue
        kind = _kind(codes[at], kinds)
        stop = at + 1
        while stop < end and stop - at < CHUNK and _kind(codes[stop], kinds) == kind:
            stop += 1
        if kind == _LATIN:
            term = _latin(codes, at, stop)
            if term and n < out.size:
                out[n] = base | term
                n += 1
        elif kind == _WIDE:
            n = _wide(codes, at, cut(codes, at, stop, cutter, ends, slots), base, cutter, ends, slots, out, n)
        at = stop
    return _distinct(out, n)


@njit(cache=True)
def _kind(code, kinds):  # type: ignore[no-untyped-def]
    return kinds[code] if code <= 0xFFFF else np.uint8(_BREAK)


@njit(cache=True)
def _latin(codes, first, last):  # type: ignore[no-untyped-def]
    """Return a Latin word's number; 0 for a single letter or a short figure."""
    spelled = np.uint64(0)
    hashed = np.uint64(14695981039346656037)
    plain, digits = True, True
    for at in range(first, last):
        code = codes[at]
        letter = 97 <= code <= 122
        digit = 48 <= code <= 57
        plain &= letter or digit
        digits &= digit
        if at - first < _LETTERS:
            spelled = spelled * np.uint64(37) + np.uint64(code - 96 if letter else code - 21 if digit else 0)
        hashed = (hashed ^ np.uint64(code)) * np.uint64(1099511628211)
    if last - first < 2 or (digits and last - first < _WORTHY_DIGITS):
        return np.uint64(0)
    return np.uint64(_SPELLED) | spelled if plain else np.uint64(_HASHED) | hashed >> np.uint64(22)


@njit(cache=True)
def _wide(codes, first, words, base, cutter, ends, slots, out, n):  # type: ignore[no-untyped-def]
    """Write the words of a run that was cut, and the pairs of neighbours that are no words."""
    begin = 0
    single = False  # does the word before consist of one character, not a common one?
    for i in range(words):
        slot = slots[i]
        common = slot >= 0 and cutter.common[slot]
        alone = ends[i] - begin == 1
        if n < out.size and not common:
            if not alone:
                out[n] = base | np.uint64(cutter.places[slot] + 1)
                n += 1
            elif single:
                left, right = np.uint64(codes[first + begin - 1]), np.uint64(codes[first + begin])
                out[n] = base | left << np.uint64(32) | right << np.uint64(16)
                n += 1
        single = alone and not common
        begin = ends[i]
    return n


@njit(cache=True)
def _distinct(out, n):  # type: ignore[no-untyped-def]
    out[:n].sort()
    kept = 0
    for i in range(n):
        if i == 0 or out[i] != out[i - 1]:
            out[kept] = out[i]
            kept += 1
    return kept


def readable(term: int, lexicon: Lexicon) -> str:
    """Return what was written; "" for a word of another script, which is kept as a hash only."""
    written = term & (1 << 48) - 1
    if written >> 32 >= _WIDEST:
        return chr(written >> 32) + chr(written >> 16 & 0xFFFF)
    if written < _SPELLED:
        return lexicon.words[written - 1]
    return "" if written >= _HASHED else _letters(written - _SPELLED)


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, letter = divmod(number, 37)
        letters = _ALPHABET[letter - 1] + letters
    return letters


def words(
    terms: Sequence[int],
    scores: Sequence[int],
    posts: Sequence[int],
    lexicon: Lexicon,
    *,
    most: int = 5,
    longest: int = 6,
) -> tuple[str, ...]:
    """Return at most `most` words of terms that stand best first, pairs that overlap made one.

    `posts` says in how many posts each stands. A pair grows by a pair that begins where it
    ends, or ends where it begins, and stands in nearly as many posts.
    """
    found: list[str] = []
    for written, many, pair in _in_order(terms, scores, posts, lexicon):
        if len(found) == most:
            break
        if not any(written in word for word in found):
            beside = _pairs_in(terms, posts, many) if pair else ()
            found.append(_grown(written, beside, longest))
    return tuple(found)


def _in_order(
    terms: Sequence[int], scores: Sequence[int], posts: Sequence[int], lexicon: Lexicon
) -> Iterator[tuple[str, int, bool]]:
    """Yield what was written, its posts, and if it is a pair; of equal scores in the order of writing."""
    for _score, group in groupby(zip(scores, terms, posts, strict=True), itemgetter(0)):
        read = sorted((readable(term, lexicon), many, _is_pair(term)) for _s, term, many in group)
        yield from (line for line in read if line[0])


def _is_pair(term: int) -> bool:
    return (term & (1 << 48) - 1) >> 32 >= _WIDEST


def _pairs_in(terms: Sequence[int], posts: Sequence[int], many: int) -> list[str]:
    """Return the pairs that stand in nearly as many posts."""
    return [
        chr(term >> 32 & 0xFFFF) + chr(term >> 16 & 0xFFFF)
        for term, count in zip(terms, posts, strict=True)
        if _is_pair(term) and 10 * min(count, many) >= 7 * max(count, many)
    ]


def _grown(word: str, pairs: Sequence[str], longest: int) -> str:
    grew = bool(pairs)
    while grew and len(word) < longest:
        grew = False
        for pair in pairs:
            if pair in word:
                continue
            if word[-1] == pair[0]:
                word, grew = word + pair[1], True
            elif word[0] == pair[1]:
                word, grew = pair[0] + word, True
            if grew:
                break
    return word
