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
Folded = tuple[Codes, NDArray[np.int32], Positions]  # codes, sources, ends of the fields

SPARE = 64  # characters for which there is room beyond those written


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
    named, sources, field_ends = _folded(titles, texts)
    codes = folding.mask(named, field_ends)
    starts = np.concatenate((np.zeros(1, np.int64), field_ends[1::2]))
    return Texts(codes, named, starts, field_ends[0::2].copy(), sources)


def _folded(titles: pa.Array, texts: pa.Array) -> Folded:
    """Return titles and texts in turn, unmasked."""
    columns = _filled(titles), _filled(texts)
    (title_begins, _), (text_begins, _) = written = _bytes(columns[0]), _bytes(columns[1])
    if len(title_begins) != len(text_begins):
        raise ValueError(f"{len(titles)} titles, {len(texts)} texts")
    most = sum(_characters(data[begins[0] : begins[-1]]) for begins, data in written)
    out = _room(most + most // 16 + len(texts) + SPARE, 2 * len(texts))
    place = np.zeros(2, np.int64)  # the field that comes next, and where in `out`
    while (why := folding.fold(*written, load_table(), out, place)) != folding.DONE:
        if why == folding.FULL:
            out = _wider(out)
        else:
            field = int(place[0])
            out = _fold_composed(columns[field & 1][field >> 1].as_py(), field, out, place)
    return out[0][: place[1]], out[1][: place[1]], out[2]


def normal_form(words: str) -> str:
    """Return the normal form of a single string, unmasked: what a term looks like in a text."""
    codes, _sources, ends = _fold_composed(words, 1, _room(len(words) + SPARE, 2), np.zeros(2, np.int64))
    return decode(codes[: ends[1]])


def normal_forms(parts: Sequence[str]) -> tuple[Codes, Positions, Positions]:
    """Return the normal forms of strings, unmasked, as codes, and where each begins and ends there."""
    codes, _sources, ends = _folded(pa.nulls(len(parts), pa.string()), pa.array(parts, pa.string()))
    return codes, ends[0::2], ends[1::2]


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


def _filled(column: pa.Array) -> pa.Array:
    if column.type != pa.string():
        column = column.cast(pa.string())
    return column.fill_null("") if column.null_count else column


def _bytes(column: pa.Array) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Return where each string of the column begins, and the last one ends, in its bytes of UTF-8."""
    _valid, offsets, data = column.buffers()
    begins = np.zeros(1, np.int32)
    if len(column):
        begins = np.frombuffer(offsets, np.int32, len(column) + 1, column.offset * begins.itemsize)
    written = np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
    begins.flags.writeable = written.flags.writeable = False  # one kind of array, one compiled kernel
    return begins, written


def _characters(written: NDArray[np.uint8]) -> int:
    """Return how many characters begin in these bytes of UTF-8."""
    return int(np.count_nonzero(written.view(np.int8) >= -64))  # what goes on with one is 0b10xxxxxx


def _room(codes: int, fields: int) -> Folded:
    return np.empty(codes, np.uint32), np.empty(codes, np.int32), np.zeros(fields, np.int64)


def _wider(out: Folded) -> Folded:
    """Return twice the room, with what is written."""
    wider = _room(2 * len(out[0]), len(out[2]))
    wider[0][: len(out[0])], wider[1][: len(out[1])], wider[2][:] = out
    return wider


def _fold_composed(words: str, field: int, out: Folded, place: Positions) -> Folded:
    """Fold one field whose characters may compose; return `out`, wider if it had to be."""
    composed, origin = _compose(words)
    begin = int(place[1])
    while (end := folding.fold_field(encode(composed), load_table(), out, begin, True)) == folding.FULL:
        out = _wider(out)
    out[1][begin:end] = origin[out[1][begin:end]]
    folding.close(field, end, out, place)
    return out


@cache
def _joining() -> NDArray[np.bool_]:
    """Return, by code point, whether it may compose with what stands before it."""
    flagged: NDArray[np.bool_] = (load_table()[0] & folding.JOINS) != 0
    return flagged


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
