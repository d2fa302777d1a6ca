"""Disguised spellings of the commonest complaint words: tui款, 退.款, 马扁. A term finds them too.

Idea: of the words in tables/evasions.tsv, those that stand in some term are sought in their
disguises as well, in the same scan; the rest of the term must stand around them as typed.
A mark between the characters, or another character that sounds or looks alike, counts only
where none belongs to its other neighbour by the table (客 服装, 顾客 服务, 辣鸡翅); Latin
letters only where no more letters or digits stand beside them.

Full width, mathematical letters, traditional characters and what has no width are the normal
form's business. Limits: of two disguised words in one term one is seen; a homophone that is no
spelling of the table is not.
"""

from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from guanlan.engine.ngrams import Array
from guanlan.engine.scan import Found
from guanlan.engine.text import Texts, decode, normal_form

DOTS = ("\u00b7", "\u2022", "\u30fb", "\u4e36")  # zh-data: four dots that stand in the middle
MARKS = (*" ./*-_|+~^'`=#&\\", *DOTS, "  ", "..", "**", "//", "--", "...")


class Spelling(NamedTuple):
    """One disguise of a word; beside it may stand none of the characters in `not_before`, `not_after`."""

    written: str
    word: str
    not_before: str
    not_after: str

    def stands(self, said: str, at: int) -> bool:
        """Say whether it is one where it was found, at `at` in `said`."""
        before, after = said[at - 1 : at], said[at + len(self.written) :][:1]
        if (before and before in self.not_before) or (after and after in self.not_after):
            return False
        return not (
            (_latin(self.written[0]) and _latin(before)) or (_latin(self.written[-1]) and _latin(after))
        )


class Evasions:
    """The disguises that the words in `terms` (normal form, each once) may wear.

    `sought` is what a scan must look for: the terms, then the disguises that are none of them.
    """

    def __init__(self, terms: Sequence[str]) -> None:
        asked = [spelling for spelling in _spellings() if any(spelling.word in term for term in terms)]
        self.spellings = {one.written: one for one in asked}
        self._number = {term: number for number, term in enumerate(terms)}
        self.sought = [*terms, *(written for written in self.spellings if written not in self._number)]
        self._disguise = np.array([written in self.spellings for written in self.sought], np.bool_)
        self._terms: dict[str, list[tuple[str, str, str]]] = {}
        for term in terms:
            for word in dict.fromkeys(one.word for one in asked):
                if word in term:
                    head, _word, tail = term.partition(word)
                    self._terms.setdefault(word, []).append((term, head, tail))

    def seen_through(self, found: Found, texts: Texts) -> Found:
        """Return what a scan for `sought` found in `texts`, each disguise as the terms it stands for."""
        posts, terms, places = found
        hidden = np.flatnonzero(self._disguise[terms])
        if not len(hidden):
            return found
        plain = terms < len(self._number)
        posts, terms, places = posts[plain], terms[plain], places[plain]
        width = len(self._number)
        rows = {at * width + term: post for post, at, term in self._meant(hidden, found, texts)}
        if not rows:
            return posts, terms, places
        keys = places * width + terms  # ascending, each once: the order of what a scan finds
        wanted = np.array(sorted(rows), np.int64)
        into = np.searchsorted(keys, wanted)
        missing = into == np.searchsorted(keys, wanted, "right")
        new, into = wanted[missing], into[missing]
        meant = np.array([rows[key] for key in new.tolist()], np.int32)
        return (
            np.insert(posts, into, meant),
            np.insert(terms, into, (new % width).astype(np.int32)),
            np.insert(places, into, new // width),
        )

    def _meant(self, hidden: Array, found: Found, texts: Texts) -> Iterator[tuple[int, int, int]]:
        """Yield (post, place, term) of each disguise among the rows `hidden` of what was found."""
        read, said = -1, ""
        for post, term, at in zip(*(column[hidden].tolist() for column in found), strict=True):
            start = int(texts.starts[post])
            if post != read:
                read, said = post, decode(texts.named[start : texts.starts[post + 1]])
            for words, begin in self.meant(self.sought[term], said, at - start):
                yield post, start + begin, self._number[words]

    def meant(self, written: str, said: str, at: int) -> Iterator[tuple[str, int]]:
        """Yield each term that the disguise found at `at` in `said` stands for, and where it begins."""
        spelling = self.spellings[written]
        if not spelling.stands(said, at):
            return
        for term, head, tail in self._terms[spelling.word]:
            if said.startswith(tail, at + len(written)) and said.endswith(head, 0, at):
                yield term, at - len(head)


def _spellings() -> Iterator[Spelling]:
    lines = (resources.files("guanlan.engine") / "tables" / "evasions.tsv").read_text("utf-8").splitlines()
    for line in lines[1:]:
        word, spellings, before, after = line.split("\t")
        for written in dict.fromkeys(map(normal_form, spellings.split())):
            spelled = any(map(_latin, written))
            yield Spelling(written, word, "" if spelled else before, "" if spelled else after)
        for written in _marked(word):
            yield Spelling(written, word, before, after)


def _marked(word: str) -> Iterable[str]:
    """Return the word with a mark between two of its characters."""
    return [left + mark + right for left, right in pairwise(word) for mark in MARKS]


def _latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
