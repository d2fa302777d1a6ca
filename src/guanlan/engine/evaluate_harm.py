"""Examines the signs of a table on sentences that a person wrote and labelled.

An exam is a CSV of `text` and `flags` (with spaces between; none for a trap, a sentence that
sounds like one that has a flag).
"""

import argparse
import csv
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path

import pyarrow as pa

from guanlan.engine import harm
from guanlan.engine.grid import grid
from guanlan.engine.signs import Signs
from guanlan.engine.text import normalise

YEAR = 2026  # the sentences speak as of then


@dataclass(frozen=True)
class Row:
    """One flag: sentences that have it, how many were found, how often it was told in all."""

    flag: str
    sentences: int
    found: int
    told: int

    @property
    def recall(self) -> float:
        """Share of the sentences that have it."""
        return self.found / max(1, self.sentences)

    @property
    def precision(self) -> float:
        """Share of the times it was told."""
        return self.found / max(1, self.told)


@dataclass(frozen=True)
class Table:
    """The flags in order, all of them together last; and how many of the traps were set off."""

    rows: tuple[Row, ...]
    traps: int
    set_off: int

    @property
    def whole(self) -> Row:
        """All flags together."""
        return self.rows[-1]

    def __str__(self) -> str:
        heads = [_("标志"), _("句数"), _("召回"), _("精确")]
        cells = [
            [row.flag, f"{row.sentences:,}", f"{row.recall:.3f}", f"{row.precision:.3f}"] for row in self.rows
        ]
        traps = _("陷阱 {traps} 句，误触 {set_off} 句").format(traps=self.traps, set_off=self.set_off)
        return f"{grid(heads, cells)}\n\n{traps}"


def evaluate(exam: Path, signs: Signs) -> Table:
    """Return what `signs` finds in the exam's sentences."""
    with exam.open(encoding="utf-8", newline="") as lines:
        asked = [(row["text"], set(row["flags"].split())) for row in csv.DictReader(lines)]
    texts = pa.array([text for text, _flags in asked])
    found = signs.find(normalise(pa.nulls(len(asked), pa.string()), texts), [YEAR] * len(asked))
    told = [{sign.flag for sign in found.get(place, ())} for place in range(len(asked))]
    wanted = [flags for _text, flags in asked]
    rows = [_row(flag, wanted, told) for flag in signs.flags]
    whole = Row(
        _("合计"), *(sum(getattr(row, name) for row in rows) for name in ("sentences", "found", "told"))
    )
    traps = [place for place, flags in enumerate(wanted) if not flags]
    return Table((*rows, whole), len(traps), sum(bool(told[place]) for place in traps))


def _row(flag: str, wanted: Sequence[set[str]], told: Sequence[set[str]]) -> Row:
    pairs = [(flag in want, flag in got) for want, got in zip(wanted, told, strict=True)]
    return Row(
        flag,
        sum(want for want, _got in pairs),
        sum(all(pair) for pair in pairs),
        sum(got for _w, got in pairs),
    )


def main() -> None:
    """Print the table of each exam named."""
    words = argparse.ArgumentParser(prog="python -m guanlan.engine.evaluate_harm")
    words.add_argument("exams", type=Path, nargs="+")
    for exam in words.parse_args().exams:
        sys.stdout.write(f"{exam.name}\n{evaluate(exam, harm.signs())}\n\n")


if __name__ == "__main__":
    main()
