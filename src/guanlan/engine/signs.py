"""Finds what posts say by the words of a table, and lets go of what the words around them undo.

Idea: one scan finds the table's words in a whole batch. Only where one stands are its
surroundings read: patterns look at the sentence, in which the word stands between ⟦ and ⟧.
So 没有人⟦受伤⟧ is nothing, and 手机又⟦死⟧机了 neither. A word of the table is one of

    word    says it by itself
    half    says it if a pattern `with` of the same group holds, or another flag named by
            `beside` stands in the sentence
and is undone by
    not     a pattern on the sentence; of a group, of a flag, or of all flags (*)
    post    a pattern on the whole post

Limits: patterns see at most REACH characters to either side; a post's own words end where a
quoted chain (//@) begins; only the first MOST words of a post are looked at.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from guanlan.engine.scan import TermScan
from guanlan.engine.text import SEPARATOR, Texts, decode

REACH = 80  # characters
MOST = 48
OLD = 2  # years: what a post dates so far back is no news
_ENDS = re.compile(f"[{chr(SEPARATOR)}\u3002!?;\\n]")
_CHAIN = re.compile(r"//\s*@")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)\u5e74")
_NEVER = re.compile(r"(?!)")

Span = tuple[int, int]


class Sign(NamedTuple):
    """A flag, and the words that decided it: in normal form, at character `at` of the original field."""

    flag: str
    words: str
    field: str
    at: int


class _Place(NamedTuple):
    """A word of the table where it stands in a post."""

    flag: str
    group: str
    words: str
    at: int
    sentence: Span

    def marked(self, said: str) -> str:
        """Return the sentence with the word between ⟦ and ⟧."""
        begin, end = self.sentence
        stop = self.at + len(self.words)
        return f"{said[begin : self.at]}\u27e6{self.words}\u27e7{said[stop:end]}"


Groups = dict[tuple[str, str], re.Pattern[str]]


class Signs:
    """The words and patterns of one table; holds no state between batches."""

    def __init__(self, name: str) -> None:
        """Read the table `name` of the folder tables."""
        rows = _rows(name)
        self.flags = tuple(dict.fromkeys(row[0] for row in rows if row[0] != "*"))
        words: dict[str, list[tuple[str, str, bool]]] = defaultdict(list)
        for flag, role, group, entry in rows:
            for word in entry.split() if role in ("word", "half") else ():
                words[word].append((flag, group, role == "half"))
        self._words = sorted(words)
        self._uses = [list(dict.fromkeys(words[word])) for word in self._words]
        self._scan = TermScan(self._words)
        self._with = _patterns(rows, "with")
        self._not = _patterns(rows, "not")
        self._beside = {
            (flag, group): set(entry.split()) for flag, role, group, entry in rows if role == "beside"
        }
        self._post = _patterns(rows, "post").get(("*", ""), [_NEVER])

    def find(self, texts: Texts, years: NDArray[np.int64] | Sequence[int]) -> dict[int, tuple[Sign, ...]]:
        """Return the signs of each post that has any; `years` are the years of publication."""
        places: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for post, word, at in zip(*(found.tolist() for found in self._scan.find(texts)), strict=True):
            if len(places[post]) < MOST:
                places[post].append((word, at))
        found = {post: tuple(self._read(texts, post, places[post], int(years[post]))) for post in places}
        return {post: signs for post, signs in found.items() if signs}

    def _read(self, texts: Texts, post: int, words: list[tuple[int, int]], year: int) -> Iterator[Sign]:
        start = int(texts.starts[post])
        said = decode(texts.named[start : texts.starts[post + 1]])
        chain = _CHAIN.search(said)
        own = chain.start() if chain else len(said)
        whole, half = self._places(said[:own], [(word, at - start) for word, at in words if at - start < own])
        kept = [place for place in whole if self._stands(place, said, year)]
        beside: dict[Span, set[str]] = defaultdict(set)
        for place in kept:
            beside[place.sentence].add(place.flag)
        for place in half:
            if self._borne_out(place, said, beside) and self._stands(place, said, year):
                kept.append(place)
                beside[place.sentence].add(place.flag)
        if any(pattern.search(said) for pattern in self._post if kept):
            return
        for place in _first(kept):
            yield Sign(place.flag, place.words, *texts.original_offset(post, start + place.at))

    def _places(self, said: str, words: list[tuple[int, int]]) -> tuple[list[_Place], list[_Place]]:
        """Return the places of whole and of half words."""
        ends = [0, *(end.end() for end in _ENDS.finditer(said)), len(said) + 1]
        whole: list[_Place] = []
        half: list[_Place] = []
        for word, at in words:
            size = len(self._words[word])
            begin = max(max(end for end in ends if end <= at), at - REACH)
            end = min(min(end for end in ends if end > at), at + size + REACH, len(said))
            for flag, group, is_half in self._uses[word]:
                place = _Place(flag, group, self._words[word], at, (begin, end))
                (half if is_half else whole).append(place)
        return whole, sorted(half, key=lambda place: (place.flag, place.group) in self._beside)

    def _borne_out(self, place: _Place, said: str, beside: Mapping[Span, set[str]]) -> bool:
        key = place.flag, place.group
        marked = place.marked(said)
        if all(pattern.search(marked) for pattern in self._with.get(key, [_NEVER])):
            return True
        return bool(self._beside.get(key, set()) & beside.get(place.sentence, set()))

    def _stands(self, place: _Place, said: str, year: int) -> bool:
        marked = place.marked(said)
        undone = (("*", ""), (place.flag, ""), (place.flag, place.group))
        if any(pattern.search(marked) for key in dict.fromkeys(undone) for pattern in self._not.get(key, ())):
            return False
        return not any(int(old) <= year - OLD for old in _YEAR.findall(marked))


def _rows(name: str) -> list[tuple[str, str, str, str]]:
    lines = (resources.files("guanlan.engine") / "tables" / name).read_text("utf-8").splitlines()[1:]
    return [(flag, role, group, entry) for flag, role, group, entry in (line.split("\t") for line in lines)]


def _patterns(
    rows: Sequence[tuple[str, str, str, str]], role: str
) -> dict[tuple[str, str], list[re.Pattern[str]]]:
    found: dict[tuple[str, str], list[re.Pattern[str]]] = defaultdict(list)
    for flag, kind, group, entry in rows:
        if kind == role:
            found[flag, group].append(re.compile(entry, re.DOTALL))
    return dict(found)


def _first(places: Sequence[_Place]) -> Iterator[_Place]:
    """Yield each flag's words once, in their order, none inside another of its flag."""
    ends: dict[str, int] = defaultdict(int)
    told: set[tuple[str, str]] = set()
    for place in sorted(places, key=lambda place: (place.at, -len(place.words))):
        if (place.flag, place.words) not in told and place.at >= ends[place.flag]:
            told.add((place.flag, place.words))
            ends[place.flag] = place.at + len(place.words)
            yield place
