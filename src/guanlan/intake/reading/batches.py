"""What reading gives: batches of posts, what was refused and what was remarked on."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from gettext import gettext as _
from typing import TypeAlias

import pyarrow as pa

from guanlan.errors import BadInput

ROWS = 1_000  # posts in a batch, at most


@dataclass(frozen=True)
class Refusal:
    """One line that did not become a post: which, in which column of the file, and why."""

    line: int
    column: str | None
    sentence: str

    def error(self, file: str) -> BadInput:
        """Return the refusal of the whole file for this line: file, line, column, sentence."""
        if self.column:
            place = _("{file} 第 {line} 行“{column}”列").format(file=file, line=self.line, column=self.column)
        else:
            place = _("{file} 第 {line} 行").format(file=file, line=self.line)
        return BadInput(_("{place}：{sentence}。").format(place=place, sentence=self.sentence))


@dataclass(frozen=True)
class Remark:
    """Something that could not be used although the post was taken; `line` is the first of `times`."""

    line: int
    column: str | None
    sentence: str
    times: int = 1


@dataclass(frozen=True)
class Batch:
    """Posts (engine.posts.SCHEMA, at most 1,000), the lines refused and the remarks."""

    posts: pa.RecordBatch
    refused: tuple[Refusal, ...] = ()
    remarks: tuple[Remark, ...] = ()


# A column before it is read: anything, or an Arrow array that is of its type already.
Given: TypeAlias = list[object] | pa.Array


@dataclass
class Raw:
    """Values as the file has them, by canonical name, before they are read.

    A name that is absent is unknown in every row. An Arrow array has the type of
    engine.posts.SCHEMA (published_at: string). `labels` are the file's own names
    of the columns, for sentences.
    """

    lines: list[int]
    values: dict[str, Given]
    labels: dict[str, str] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def label(self, name: str) -> str:
        return self.labels.get(name, name)


class Findings:
    """What goes wrong in a batch: the first refusal of each row, and remarks counted by kind."""

    def __init__(self, raw: Raw) -> None:
        self._raw = raw
        self._refused: dict[int, Refusal] = {}
        self._remarks: dict[tuple[str | None, str], Remark] = {}
        for remark in raw.remarks:
            self._count(remark)

    def refuse(self, row: int, name: str | None, sentence: str) -> None:
        column = self._raw.label(name) if name else None
        self._refused.setdefault(row, Refusal(self._raw.lines[row], column, sentence))

    def remark(self, row: int, name: str, sentence: str) -> None:
        self._count(Remark(self._raw.lines[row], self._raw.label(name), sentence))

    def _count(self, remark: Remark) -> None:
        known = self._remarks.get((remark.column, remark.sentence))
        times = remark.times + (known.times if known else 0)
        line = known.line if known else remark.line
        self._remarks[remark.column, remark.sentence] = Remark(line, remark.column, remark.sentence, times)

    def refused_rows(self) -> Iterable[int]:
        return self._refused.keys()

    def refused(self) -> tuple[Refusal, ...]:
        """Return every refusal of the batch in the file's order."""
        return tuple(sorted((*self._raw.refused, *self._refused.values()), key=lambda refusal: refusal.line))

    def remarks(self) -> tuple[Remark, ...]:
        return tuple(self._remarks.values())
