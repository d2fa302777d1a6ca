"""The compiled loops behind `text`: fold a batch by table, mask addresses and names.

The table holds one word a character: its normal form in the low 21 bits, and a flag when it
begins a traditional phrase, becomes several characters, or vanishes.
"""

from typing import Any

import numpy as np
from numba import njit

LOW = 0x1FFFFF
PHRASE = 1 << 21
LONGER = 1 << 22
GONE = 1 << 23
SEPARATOR, URL, NAME = 0x1F, 0x1D, 0x1E
LONGEST_NAME = 30  # characters; Weibo's own limit
LONGEST_FACE = 8  # characters inside the brackets of an emoticon such as [smile]


def prepare(stored: dict[str, Any]) -> tuple[Any, ...]:
    """Return the lookup arrays in the order `fold` takes them."""
    table = np.arange(0x110000, dtype=np.uint32)
    table[stored["changed"]] = stored["targets"]
    table[stored["longer"]] = np.arange(len(stored["longer"]), dtype=np.uint32) | LONGER
    table[stored["invisible"]] = GONE
    begins = np.concatenate((np.zeros(1, np.int64), stored["phrase_ends"]))
    firsts = stored["phrase_source"][begins[:-1]]
    table[firsts] |= PHRASE
    longer = np.concatenate((np.zeros(1, np.int64), stored["longer_ends"]))
    phrases = (firsts, begins, stored["phrase_source"], stored["phrase_target"])
    return table, (longer, stored["longer_text"]), phrases


@njit(cache=True)
def _phrase(raw, at, end, firsts, begins, source):  # type: ignore[no-untyped-def]
    """Return the longest phrase that stands at `at`, or -1."""
    best, longest = -1, 0
    row = np.searchsorted(firsts, raw[at])
    while row < len(firsts) and firsts[row] == raw[at]:
        size = begins[row + 1] - begins[row]
        if size > longest and at + size <= end:
            same = 1
            while same < size and source[begins[row] + same] == raw[at + same]:
                same += 1
            if same == size:
                best, longest = row, size
        row += 1
    return best


@njit(cache=True)
def _room(raw, ends, table, longer):  # type: ignore[no-untyped-def]
    """Return an upper bound of the folded length."""
    room = len(raw) + len(ends)
    for at in range(len(raw)):
        word = table[raw[at]]
        if word & LONGER:
            room += longer[(word & LOW) + 1] - longer[word & LOW]
    return room


@njit(cache=True)
def fold(raw, ends, table, expansions, phrases):  # type: ignore[no-untyped-def]
    """Fold fields that stand one after another, a SEPARATOR after each title (even rows).

    Returns the codes, each code's offset in its own field, and the end of each field; a
    title's end lies behind its separator.
    """
    longer, longer_text = expansions
    firsts, begins, source, target = phrases
    room = _room(raw, ends, table, longer)
    codes, sources = np.empty(room, np.uint32), np.empty(room, np.int32)
    field_ends = np.empty(len(ends), np.int64)
    out, begin = 0, 0
    for row in range(len(ends)):
        at, end = begin, ends[row]
        while at < end:
            word = table[raw[at]]
            if word < PHRASE:
                codes[out], sources[out] = word, at - begin
                out += 1
            elif word & LONGER:
                for part in range(longer[word & LOW], longer[(word & LOW) + 1]):
                    codes[out], sources[out] = longer_text[part], at - begin
                    out += 1
            elif word & PHRASE:
                found = _phrase(raw, at, end, firsts, begins, source)
                size = begins[found + 1] - begins[found] if found >= 0 else 1
                for step in range(size):
                    codes[out] = target[begins[found] + step] if found >= 0 else word & LOW
                    sources[out] = at + step - begin
                    out += 1
                at += size - 1
            at += 1
        if row % 2 == 0:
            codes[out], sources[out] = SEPARATOR, 0
            out += 1
        field_ends[row] = out
        begin = end
    return codes[:out].copy(), sources[:out].copy(), field_ends


@njit(cache=True)
def _scheme(codes, at, end):  # type: ignore[no-untyped-def]
    """Return the length of http://, https:// or www. at `at`, else 0."""
    if (
        end - at >= 4
        and codes[at] == 119
        and codes[at + 1] == 119
        and codes[at + 2] == 119
        and codes[at + 3] == 46
    ):
        return 4
    if (
        end - at < 7
        or codes[at] != 104
        or codes[at + 1] != 116
        or codes[at + 2] != 116
        or codes[at + 3] != 112
    ):
        return 0
    size = 5 if codes[at + 4] == 115 else 4
    if (
        end - at >= size + 3
        and codes[at + size] == 58
        and codes[at + size + 1] == 47
        and codes[at + size + 2] == 47
    ):
        return size + 3
    return 0


@njit(cache=True)
def _letter(code):  # type: ignore[no-untyped-def]
    return 97 <= code <= 122 or 65 <= code <= 90 or 48 <= code <= 57


@njit(cache=True)
def _in_address(code):  # type: ignore[no-untyped-def]
    """ASCII that an address may hold: no space, quote, angle bracket or closing bracket."""
    return 33 <= code <= 126 and code not in (34, 39, 41, 60, 62, 93, 125)


@njit(cache=True)
def _in_name(code):  # type: ignore[no-untyped-def]
    """Letters of any script, digits, underscore, hyphen, middle dot."""
    if code < 128:
        return _letter(code) or code == 95 or code == 45
    if code == 0xB7 or 0xC0 <= code < 0x2000:
        return True
    return 0x3040 <= code < 0xD800 or 0xF900 <= code < 0xFB00 or 0x20000 <= code < 0x40000


@njit(cache=True)
def mask_urls(codes, field_ends):  # type: ignore[no-untyped-def]
    """Return a copy with every character of an address replaced by URL."""
    out = codes.copy()
    begin = 0
    for row in range(len(field_ends)):
        at, end = begin, field_ends[row]
        while at < end:
            size = _scheme(codes, at, end) if codes[at] == 104 or codes[at] == 119 else 0
            if size and not (at > begin and _letter(codes[at - 1])):
                stop = at + size
                while stop < end and _in_address(codes[stop]):
                    stop += 1
                out[at:stop] = URL
                at = stop
            else:
                at += 1
        begin = end
    return out


@njit(cache=True)
def mask_names(codes, field_ends):  # type: ignore[no-untyped-def]
    """Return a copy with every @name, the @ included, replaced by NAME.

    A name ends at its first character that no name holds, or after 30; an @ between two
    ASCII letters or digits is a mail address and stays.
    """
    out = codes.copy()
    begin = 0
    for row in range(len(field_ends)):
        at, end = begin, field_ends[row]
        while at < end:
            stop = at + 1
            if codes[at] == 64:
                while stop < end and stop - at <= LONGEST_NAME and _in_name(codes[stop]):
                    stop += 1
                mail = at > begin and _letter(codes[at - 1]) and stop > at + 1 and _letter(codes[at + 1])
                if stop > at + 1 and not mail:
                    out[at:stop] = NAME
            at = stop
        begin = end
    return out


@njit(cache=True)
def face_end(codes, at, end):  # type: ignore[no-untyped-def]
    """Return where the emoticon that opens at `at` closes, or `at` if it is none."""
    for close in range(at + 2, min(end, at + LONGEST_FACE + 2)):
        if codes[close] == 93:
            return close
    return at
