"""One normal form of a batch's words, with the way back to what was written.

Idea: all titles and texts become one UTF-32 array; one table lookup a character gives
NFKC, simplified Chinese and lower case, and a small phrase table decides the characters
whose simplified form depends on their neighbours (乾坤, 干燥). Every character remembers
where it came from. Addresses and @names are then masked, one mask code a character.

Limits: lower case goes character by character; traditional phrases are found in the text
as written, not across compatibility forms of the same ideograph. Zero-width characters and
variation selectors are dropped. Posts with combining characters take a slow path.
"""

import itertools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from guanlan.engine import folding

SEPARATOR = 0x1F  # between a post's title and its text
URL = 0x1D  # stands for one character of an address
NAME = 0x1E  # stands for one character of an @name, the @ included

Codes = NDArray[np.uint32]
Positions = NDArray[np.int64]
Field = Literal["title", "text"]


@dataclass(frozen=True)
class Texts:
    """A normalised batch, shared by every stage; the arrays are not to be written to.

    `codes` holds all posts one after another, each as title, SEPARATOR, text: post i is
    `codes[starts[i]:starts[i + 1]]`, its text begins at `bodies[i]`. Addresses are masked by
    URL, @names by NAME. `named` is the same with the names readable, so that a watch finds
    the company behind an @. `sources[p]` is the offset of character p in its own field.
    """

    codes: Codes
    named: Codes
    starts: Positions
    bodies: Positions
    sources: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def original_offset(self, post: int, position: int) -> tuple[Field, int]:
        """Return the field and the 0-based character there that `codes[position]` came from.

        `position` counts in `codes` and lies inside post `post`; the separator counts as
        the text's beginning.
        """
        if not self.starts[post] <= position < self.starts[post + 1]:
            raise IndexError(f"position {position} is not in post {post}")
        field: Field = "text" if position >= self.bodies[post] - 1 else "title"
        return field, int(self.sources[position])

    def string(self, post: int) -> str:
        """Return post `post` as a string: title, U+001F, text."""
        return decode(self.codes[self.starts[post] : self.starts[post + 1]])


def normalise(titles: pa.Array, texts: pa.Array) -> Texts:
    """Return the normal form of a batch; null means empty. Arrays of strings, equal length."""
    parts = [part or "" for pair in zip(titles.to_pylist(), texts.to_pylist(), strict=True) for part in pair]
    raw, ends = _flatten(parts)
    rows = np.unique(np.searchsorted(ends, np.flatnonzero(_joining()[raw]), side="right"))
    joined = {int(row): _compose(parts[row]) for row in rows}
    if joined:
        for row, (composed, _) in joined.items():
            parts[row] = composed
        raw, ends = _flatten(parts)
    codes, sources, field_ends = folding.fold(raw, ends, *load_table())
    for row, (_, origin) in joined.items():
        begin = field_ends[row - 1] if row else 0
        span = slice(begin, field_ends[row] - (row % 2 == 0))
        sources[span] = origin[sources[span]]
    starts = np.concatenate((np.zeros(1, np.int64), field_ends[1::2]))
    named = folding.mask_urls(codes, field_ends)
    return Texts(folding.mask_names(named, field_ends), named, starts, field_ends[0::2].copy(), sources)


def normal_form(words: str) -> str:
    """Return the normal form of a single string, unmasked: what a term looks like in a text."""
    codes, begins, _ends = normal_forms([words])
    return decode(codes[begins[0] :])


def normal_forms(parts: Sequence[str]) -> tuple[Codes, Positions, Positions]:
    """Return the normal forms of strings, unmasked, as codes, and where each begins and ends there."""
    raw, ends = _flatten(parts)
    if _joining()[raw].any():
        raw, ends = _flatten([_compose(part)[0] for part in parts])
    fields = np.repeat(ends, 2)  # of each string an empty title, then the string
    fields[0::2] = np.concatenate((np.zeros(1, np.int64), ends[:-1]))
    codes, _, places = folding.fold(raw, fields, *load_table())
    return codes, places[0::2], places[1::2]


def encode(words: str) -> Codes:
    """Return the string's code points."""
    return np.frombuffer(words.encode("utf-32-le"), np.uint32)


def decode(codes: Codes) -> str:
    """Return the string of the code points."""
    return codes.tobytes().decode("utf-32-le")


@cache
def load_table() -> tuple[Any, ...]:
    """Return the arrays that `folding.fold` looks up, from tables/fold.npz."""
    with np.load(Path(__file__).parent / "tables" / "fold.npz") as stored:
        return folding.prepare({name: stored[name] for name in stored.files})


@cache
def _joining() -> NDArray[np.bool_]:
    """Return, by code point, whether it may compose with what stands before it."""
    joining = np.zeros(0x110000, np.bool_)
    with np.load(Path(__file__).parent / "tables" / "fold.npz") as stored:
        joining[stored["joining"]] = True
    return joining


def _flatten(parts: Sequence[str]) -> tuple[Codes, Positions]:
    ends = np.cumsum(np.fromiter(map(len, parts), np.int64, len(parts)))
    return encode("".join(parts)), ends


def _compose(words: str) -> tuple[str, NDArray[np.int32]]:
    """Return NFKC of the string and, for each of its characters, where its cluster begins."""
    joins = _joining()[encode(words)]
    cuts = [0, *(at for at in range(1, len(words)) if not joins[at]), len(words)]
    out: list[str] = []
    origin: list[int] = []
    for begin, end in itertools.pairwise(cuts):
        piece = words[begin:end]
        form = unicodedata.normalize("NFKC", piece)
        out.append(form)
        origin.extend([begin] * len(form))
    return "".join(out), np.array(origin, np.int32)
