"""Words: a list with how often each was read, and the likeliest way to cut a run of characters.

A run is cut by the cheapest path (Viterbi) over words of at most four characters; a word costs
minus the logarithm of its share, in 64ths of a bit. The list is learnt from open text by
`lexicon_learning`, not typed by anybody.
"""

import hashlib
import json
import math
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from gettext import gettext as _
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

MAGIC = b"guanlan-words 1\n"
BUNDLED = "words.lexicon"
LONGEST = 4  # characters of a word: so many fit into one key
CHUNK = 256  # characters cut at once
PAIR_BITS = 17


class BadLexicon(ValueError):
    """The file holds no word list of ours, or not all of it; the message is a sentence."""


class Cutter(NamedTuple):
    """What the kernels look words up in: an open hash table."""

    keys: NDArray[np.uint64]  # the word's characters, 16 bits each; 0 = free
    costs: NDArray[np.int32]  # in 64ths of a bit
    places: NDArray[np.int32]  # in the list
    common: NDArray[np.bool_]  # it distinguishes nothing
    longest: NDArray[np.uint8]  # by the hash of two characters: the longest word that may begin with them
    unknown: int  # cost of a character that is not listed


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Words of one to four characters, the oftenest first, and how often each was read.

    `common` words are in everybody's mouth, whatever the matter.
    """

    words: tuple[str, ...]
    counts: tuple[int, ...]
    common: frozenset[str]
    origin: str

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the list, in hexadecimal."""
        return hashlib.sha256(self._body()).hexdigest()

    @cached_property
    def cutter(self) -> Cutter:
        """The list as the kernels need it."""
        total = sum(self.counts)
        size = 1 << math.ceil(math.log2(2 * len(self.words) + 2))
        keys = np.array([_key(word) for word in self.words], np.uint64)
        costs = np.array([_cost(count, total) for count in self.counts], np.int32)
        table = Cutter(
            np.zeros(size, np.uint64),
            np.zeros(size, np.int32),
            np.zeros(size, np.int32),
            np.zeros(size, np.bool_),
            np.zeros(1 << PAIR_BITS, np.uint8),
            _cost(0.5, total),
        )
        _fill(table, keys, costs, np.array([word in self.common for word in self.words], np.bool_))
        return table

    def save(self, path: Path) -> None:
        """Write the list to `path`; the same list is the same bytes."""
        head = json.dumps({"fingerprint": self.fingerprint, "origin": self.origin}, sort_keys=True)
        path.write_bytes(MAGIC + head.encode() + b"\n" + zlib.compress(self._body(), 9))

    @classmethod
    def load(cls, path: Path | None = None) -> "Lexicon":
        """Return the list in `path`, or the one that ships. Raise BadLexicon if it is damaged."""
        if path is None:
            return _read((resources.files("guanlan.engine") / "bundle" / BUNDLED).read_bytes(), BUNDLED)
        if not path.is_file():
            raise BadLexicon(_("没有词表文件“{name}”，请检查路径。").format(name=path))
        return _read(path.read_bytes(), str(path))

    def _body(self) -> bytes:
        rows = zip(self.words, self.counts, strict=True)
        return "\n".join(f"{word}\t{count}\t{int(word in self.common)}" for word, count in rows).encode()


def ranked(counts: Iterable[tuple[str, int]], common: Iterable[str], origin: str) -> Lexicon:
    """Return the lexicon of (word, how often), in the order that places stand for."""
    order = sorted(counts, key=lambda row: (-row[1], row[0]))
    words = tuple(word for word, _n in order)
    return Lexicon(words, tuple(n for _word, n in order), frozenset(common) & set(words), origin)


def _read(content: bytes, name: str) -> Lexicon:
    damaged = _("词表文件“{name}”已损坏或不是观澜的词表，请重新复制或重新训练。").format(name=name)
    if not content.startswith(MAGIC):
        raise BadLexicon(damaged)
    try:
        line, packed = content[len(MAGIC) :].split(b"\n", 1)
        head = json.loads(line)
        rows = [row.split("\t") for row in zlib.decompress(packed).decode().split("\n")]
        counts = [(word, int(count)) for word, count, _common in rows]
        found = ranked(counts, (word for word, _n, common in rows if common == "1"), head["origin"])
    except (ValueError, KeyError, zlib.error) as broken:
        raise BadLexicon(damaged) from broken
    if found.fingerprint != head.get("fingerprint"):
        raise BadLexicon(damaged)
    return found


def _key(word: str) -> int:
    key = 0
    for character in word:
        key = key << 16 | ord(character)
    return key


def _cost(count: float, total: int) -> int:
    return round(64 * math.log2(total / count))


@njit(cache=True)
def _slot(keys, key):  # type: ignore[no-untyped-def]
    """Return the key's slot, or the free one where it would stand."""
    mask = keys.size - 1
    mixed = key * np.uint64(0x9E3779B97F4A7C15)
    at = np.int64((mixed ^ (mixed >> np.uint64(32))) & np.uint64(mask))
    while keys[at] != 0 and keys[at] != key:
        at = (at + 1) & mask
    return at


@njit(cache=True)
def _fill(table, keys, costs, common):  # type: ignore[no-untyped-def]
    for place in range(keys.size):
        at = _slot(table.keys, keys[place])
        table.keys[at] = keys[place]
        table.costs[at] = costs[place]
        table.places[at] = place
        table.common[at] = common[place]
        size = 1
        while size < LONGEST and keys[place] >> np.uint64(16 * size):
            size += 1
        if size > 1:
            pair = _pair(keys[place] >> np.uint64(16 * (size - 2)))
            table.longest[pair] = max(table.longest[pair], size)


@njit(cache=True)
def _pair(key):  # type: ignore[no-untyped-def]
    """Return the place of two characters in `Cutter.longest`."""
    return (key * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - PAIR_BITS)


@njit(cache=True)
def cut(codes, first, last, table, ends, slots):  # type: ignore[no-untyped-def]
    """Cut codes[first:last], at most CHUNK characters below 65,536, into words; return how many.

    The i-th word, from the left, ends at `ends[i]` (counted from `first`) and stands in slot
    `slots[i]` of the table, -1 for a character that is not listed.
    """
    length = last - first
    cost = np.full(length + 1, 1 << 60, np.int64)
    begin = np.zeros(length + 1, np.int32)
    slot = np.full(length + 1, -1, np.int64)
    cost[0] = 0
    for p in range(length):
        key = np.uint64(codes[first + p])
        reach = 1
        if p + 1 < length:
            reach = max(reach, table.longest[_pair(key << np.uint64(16) | np.uint64(codes[first + p + 1]))])
        for q in range(p, min(p + reach, length)):
            if q > p:
                key = key << np.uint64(16) | np.uint64(codes[first + q])
            at = _slot(table.keys, key)
            listed = table.keys[at] == key
            if not listed and q > p:
                continue
            price = cost[p] + (table.costs[at] if listed else table.unknown)
            if price < cost[q + 1]:
                cost[q + 1], begin[q + 1], slot[q + 1] = price, p, at if listed else -1
    count = 0
    p = length
    while p > 0:
        ends[count], slots[count] = p, slot[p]
        count += 1
        p = begin[p]
    for i in range(count // 2):
        j = count - 1 - i
        ends[i], ends[j] = ends[j], ends[i]
        slots[i], slots[j] = slots[j], slots[i]
    return count
