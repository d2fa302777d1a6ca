"""The compiled loops behind `text`: decode and fold a batch by table, mask addresses and names.

The table holds one word a character: its normal form in the low 21 bits, and a flag when it
begins a traditional phrase, becomes several characters, vanishes, or may compose with what
stands before it.
"""

from typing import Any

import numpy as np
from numba import njit

LOW = 0x1FFFFF
PHRASE = 1 << 21
LONGER = 1 << 22
GONE = 1 << 23
JOINS = 1 << 24
DONE, JOINED, FULL = 0, -1, -2  # how `fold` came to its end
BROKEN = 0xFFFD  # stands for what is no UTF-8
PAIRS = 1 << 13  # bits that say which two characters may begin a phrase
SEPARATOR, URL, NAME = 0x1F, 0x1D, 0x1E
LONGEST_NAME = 30  # characters; Weibo's own limit
LONGEST_FACE = 8  # characters inside the brackets of an emoticon such as [smile]


def prepare(stored: dict[str, Any]) -> tuple[Any, ...]:
    """Return the lookup arrays in the order `fold` takes them."""
    table = np.arange(0x110000, dtype=np.uint32)
    table[0xD800:0xE000] = BROKEN
    table[stored["changed"]] = stored["targets"]
    table[stored["longer"]] = np.arange(len(stored["longer"]), dtype=np.uint32) | LONGER
    table[stored["invisible"]] = GONE
    table[stored["joining"]] |= JOINS
    begins = np.concatenate((np.zeros(1, np.int64), stored["phrase_ends"]))
    firsts, seconds = (stored["phrase_source"][begins[:-1] + place] for place in (0, 1))
    table[firsts] |= PHRASE
    pairs = np.zeros(PAIRS, np.bool_)
    pairs[_pair(firsts, seconds)] = True
    longer = np.concatenate((np.zeros(1, np.int64), stored["longer_ends"]))
    phrases = (pairs, firsts, begins, stored["phrase_source"], stored["phrase_target"])
    return table, (longer, stored["longer_text"]), phrases


@njit(cache=True)
def _pair(first, second):  # type: ignore[no-untyped-def]
    return (first * np.uint32(31) ^ second) & np.uint32(PAIRS - 1)


@njit(cache=True)
def _phrase(raw, at, end, phrases):  # type: ignore[no-untyped-def]
    """Return the longest phrase that stands at `at`, or -1."""
    _pairs, firsts, begins, source, _target = phrases
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
def _decode(data, at, end, raw):  # type: ignore[no-untyped-def]
    """Write the code points of `data[at:end]`, UTF-8; return how many."""
    n = 0
    while at < end:
        lead = np.uint32(data[at])
        if lead >> np.uint32(4) == np.uint32(14) and at + 3 <= end:
            middle, last = np.uint32(data[at + 1] & 63), np.uint32(data[at + 2] & 63)
            raw[n] = (lead & np.uint32(15)) << np.uint32(12) | middle << np.uint32(6) | last
            at += 3
        elif lead < np.uint32(128):
            raw[n] = lead
            at += 1
        else:
            raw[n], at = _two_or_four(data, at, end)
        n += 1
    return n


@njit(cache=True)
def _two_or_four(data, at, end):  # type: ignore[no-untyped-def]
    """Return the code point at `at` and where the next one begins; BROKEN for a byte that begins none."""
    lead = np.uint32(data[at])
    if lead >> np.uint32(5) == np.uint32(6) and at + 2 <= end:
        return (lead & np.uint32(31)) << np.uint32(6) | np.uint32(data[at + 1] & 63), at + 2
    if lead >> np.uint32(3) == np.uint32(30) and at + 4 <= end:
        code = lead & np.uint32(7)
        for part in range(1, 4):
            code = code << np.uint32(6) | np.uint32(data[at + part] & 63)
        return min(code, np.uint32(0x10FFFF)), at + 4
    return np.uint32(BROKEN), at + 1


@njit(cache=True)
def fold(titles, texts, tables, out, place):  # type: ignore[no-untyped-def]
    """Fold posts, title and text in turn, from the field `place[0]` on, to `out` from `place[1]` on.

    `titles` and `texts` are (where each begins, bytes of UTF-8). `out` is (codes, each code's
    offset in its own field, the end of each field); a SEPARATOR follows each title, and the
    title's end lies behind it. Returns DONE, or why it stopped before a field (`place` says
    which): JOINED, it holds a character that may compose; FULL, `out` is too small.
    """
    fields = len(out[2])
    raw = np.empty(max(_longest(titles[0]), _longest(texts[0])), np.uint32)
    for field in range(place[0], fields):
        begins, data = texts if field & 1 else titles
        post = field >> 1
        size = _decode(data, begins[post], begins[post + 1], raw)
        end = fold_field(raw[:size], tables, out, place[1], False)
        if end < 0:
            return end
        close(field, end, out, place)
    return DONE


@njit(cache=True, inline="always")
def close(field, end, out, place):  # type: ignore[no-untyped-def]
    """Note that the field `field` ends at `end`, behind its SEPARATOR if it is a title."""
    codes, sources, field_ends = out
    if not field & 1:
        codes[end], sources[end] = SEPARATOR, 0
        end += 1
    field_ends[field] = end
    place[0], place[1] = field + 1, end


@njit(cache=True)
def _longest(begins):  # type: ignore[no-untyped-def]
    longest = 0
    for row in range(len(begins) - 1):
        longest = max(longest, begins[row + 1] - begins[row])
    return longest


@njit(cache=True, inline="always")
def fold_field(raw, tables, out, begin, composed):  # type: ignore[no-untyped-def]
    """Fold one field to `out` from `begin` on; return where it ends, JOINED or FULL.

    `composed` says that what may compose has done so. Room for a SEPARATOR is left.
    """
    table, _expansions, phrases = tables
    codes, sources, _field_ends = out
    if begin + len(raw) + 1 > len(codes):
        return FULL
    if len(raw) == 0:
        return begin
    part, spots = codes[begin : begin + len(raw)], sources[begin : begin + len(raw)]
    flags, begun = np.uint32(0), np.uint64(0)
    for at in range(len(raw)):
        word = table[raw[at]]
        flags |= word
        part[at] = word & np.uint32(LOW)
        spots[begun] = at  # for now, until it is known what may begin a phrase
        begun += np.uint64((word >> np.uint32(21)) & np.uint32(1))
    if flags & np.uint32(JOINS) and not composed:
        return JOINED
    if flags & np.uint32(LONGER | GONE):
        return _fold_oddly(raw, tables, out, begin)
    free = 0
    for spot in spots[:begun]:
        if spot >= free and _may_begin(raw, spot, phrases[0]):
            free = _say_phrase(raw, spot, phrases, part)
    for at in range(len(raw)):
        spots[at] = at
    return begin + len(raw)


@njit(cache=True)
def _may_begin(raw, at, pairs):  # type: ignore[no-untyped-def]
    return at + 1 < len(raw) and pairs[_pair(raw[at], raw[at + 1])]


@njit(cache=True)
def _say_phrase(raw, at, phrases, codes):  # type: ignore[no-untyped-def]
    """Put the simplified form of a traditional phrase over what its characters became; return its end."""
    _pairs, _firsts, begins, _source, target = phrases
    found = _phrase(raw, at, len(raw), phrases)
    if found < 0:
        return at + 1
    size = begins[found + 1] - begins[found]
    codes[at : at + size] = target[begins[found] : begins[found + 1]]
    return at + size


@njit(cache=True)
def _fold_oddly(raw, tables, out, begin):  # type: ignore[no-untyped-def]
    """As `fold_field`, where some characters become none or several."""
    table, (longer, longer_text), phrases = tables
    codes, sources, _field_ends = out
    place, at, end = begin, 0, len(raw)
    while at < end:
        word = table[raw[at]]
        size = 1
        if word & np.uint32(LONGER):
            row = word & np.uint32(LOW)
            if place + longer[row + 1] - longer[row] + end - at > len(codes):
                return FULL
            for part in range(longer[row], longer[row + 1]):
                codes[place], sources[place] = longer_text[part], at
                place += 1
        elif not word & np.uint32(GONE):
            found = -1
            if word & np.uint32(PHRASE) and _may_begin(raw, at, phrases[0]):
                found = _phrase(raw, at, end, phrases)
            if found >= 0:
                size = phrases[2][found + 1] - phrases[2][found]
            for step in range(size):
                codes[place] = phrases[4][phrases[2][found] + step] if found >= 0 else word & np.uint32(LOW)
                sources[place] = at + step
                place += 1
        at += size
    return place


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
def mask(codes, field_ends):  # type: ignore[no-untyped-def]
    """Replace every character of an address by URL, in place; return a copy without @names either."""
    nameless = codes.copy()
    begin = 0
    for end in field_ends:
        if _may_hold_any(codes, begin, end):
            _mask_urls(codes, nameless, begin, end)
            _mask_names(codes, nameless, begin, end)
        begin = end
    return nameless


@njit(cache=True)
def _may_hold_any(codes, begin, end):  # type: ignore[no-untyped-def]
    """Say whether an h, w or @ stands there; compiled for many characters at once."""
    held = np.uint32(0)
    for at in range(begin, end):
        code = codes[at]
        held |= np.uint32(code == 104) | np.uint32(code == 119) | np.uint32(code == 64)
    return held != 0


@njit(cache=True)
def _mask_urls(codes, nameless, begin, end):  # type: ignore[no-untyped-def]
    """Replace every character of an address by URL, in both."""
    at = begin
    while at < end:
        size = _scheme(codes, at, end) if codes[at] == 104 or codes[at] == 119 else 0
        if size and not (at > begin and _letter(codes[at - 1])):
            stop = at + size
            while stop < end and _in_address(codes[stop]):
                stop += 1
            codes[at:stop] = URL
            nameless[at:stop] = URL
            at = stop
        else:
            at += 1


@njit(cache=True)
def _mask_names(codes, nameless, begin, end):  # type: ignore[no-untyped-def]
    """Replace every @name, the @ included, by NAME.

    A name ends at its first character that no name holds, or after 30; an @ between two
    ASCII letters or digits is a mail address and stays.
    """
    at = begin
    while at < end:
        stop = at + 1
        if codes[at] == 64:
            while stop < end and stop - at <= LONGEST_NAME and _in_name(codes[stop]):
                stop += 1
            mail = at > begin and _letter(codes[at - 1]) and stop > at + 1 and _letter(codes[at + 1])
            if stop > at + 1 and not mail:
                nameless[at:stop] = NAME
        at = stop


@njit(cache=True)
def face_end(codes, at, end):  # type: ignore[no-untyped-def]
    """Return where the emoticon that opens at `at` closes, or `at` if it is none."""
    for close in range(at + 2, min(end, at + LONGEST_FACE + 2)):
        if codes[close] == 93:
            return close
    return at
