"""How well an edited copy is led back to what it copies, and how often a text is taken for a copy of another.

Half of a set's originals are remembered. EDITED of them are edited in each way and asked one
by one, each against the same memory. What truly shares text is told by `containment`, which
is no rule of the detector's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from guanlan.engine.duplicates import Duplicates
from guanlan.engine.edits import edits
from guanlan.engine.grid import grid
from guanlan.engine.known_events import rows
from guanlan.engine.ngrams import Array
from guanlan.engine.text import normalise

EDITED = 400
SHORTEST = 30  # characters of an original
RELATED = 0.3  # containment from which two originals are one group
STRANGE = 0.2  # containment below which, with every other, an original is a stranger


@dataclass(frozen=True)
class Row:
    """One kind of query: shares led to a text of its own group, and to one outside it.

    `right` is None for queries that have no group in memory.
    """

    kind: str
    queries: int
    right: float | None
    false: float


@dataclass(frozen=True)
class Table:
    """The edits, their mean, and originals that are not remembered, asked as they stand."""

    edits: tuple[Row, ...]
    unedited: tuple[Row, ...]

    @property
    def mean(self) -> Row:
        """The mean of the edits."""
        right, false = (sum(row.right or 0.0 for row in self.edits), sum(row.false for row in self.edits))
        queries = sum(row.queries for row in self.edits)
        return Row(_("以上平均"), queries, right / len(self.edits), false / len(self.edits))

    def __str__(self) -> str:
        heads = [_("改法"), _("条数"), _("找回"), _("认错")]
        return grid(heads, [_cells(row) for row in (*self.edits, self.mean, *self.unedited)])


def evaluate_copies(path: Path, *, seed: int) -> Table | None:
    """Examine the detector on the originals in `path`; None if there is no such file or no stranger in it."""
    if not path.is_file():
        return None
    texts = originals(path)
    alike = containment(texts)
    kept, others = np.arange(0, len(texts), 2), np.arange(1, len(texts), 2)
    strange = [row for row in others.tolist() if np.delete(alike[row], row).max(initial=0.0) < STRANGE]
    if not strange:
        return None
    snapshot = remembering(texts, kept)
    draw = np.random.default_rng(seed)
    chosen = draw.choice(kept, min(EDITED, len(kept)), replace=False).tolist()
    lent = [texts[row] for row in strange]
    edited = []
    for name, edit in edits().items():
        found = asked(snapshot, [edit(texts[row], draw, lent) for row in chosen])
        edited.append(judged(name, dict(zip(chosen, found, strict=True)), alike, grouped=True))
    found = asked(snapshot, [texts[row] for row in others])
    return Table(
        tuple(edited), _unedited(dict(zip(others.tolist(), found, strict=True)), strange, kept, alike)
    )


def _unedited(
    found: dict[int, int | None], strange: Sequence[int], kept: Array, alike: Array
) -> tuple[Row, ...]:
    """Return rows for the originals with a group in memory, those without, and the strangers among these."""
    related = {row for row in found if alike[row, kept].max() >= RELATED}
    some = {row: partner for row, partner in found.items() if row in related}
    none = {row: partner for row, partner in found.items() if row not in related}
    return (
        judged(_("未改，有同组原文"), some, alike, grouped=True),
        judged(_("未改，无同组原文"), none, alike, grouped=False),
        judged(_("其中与谁都不像"), {row: found[row] for row in strange}, alike, grouped=False),
    )


def originals(path: Path) -> list[str]:
    """Return the file's distinct texts of SHORTEST characters or more."""
    texts = dict.fromkeys(row["text"] for row in rows(path, "text"))
    return [text for text in texts if len(text) >= SHORTEST]


def containment(texts: Sequence[str]) -> Array:
    """Return float (n, n): of the 3-grams of the smaller text, the share that stands in the other.

    3-grams of letters and digits as written: no folding, no masks, no MinHash.
    """
    places: dict[str, list[int]] = {}
    sizes = np.zeros(len(texts), np.int64)
    for row, text in enumerate(texts):
        for gram in (found := grams(text)):
            places.setdefault(gram, []).append(row)
        sizes[row] = len(found)
    shared = np.zeros((len(texts), len(texts)), np.int32)
    for sharing in places.values():
        if len(sharing) > 1:
            shared[np.ix_(sharing, sharing)] += 1
    np.fill_diagonal(shared, sizes)
    return np.asarray(shared / np.maximum(1, np.minimum(sizes[:, None], sizes[None, :])))


def grams(text: str) -> set[str]:
    """Return the distinct 3-grams of the text's letters and digits."""
    letters = "".join(filter(str.isalnum, text))
    return {letters[at : at + 3] for at in range(len(letters) - 2)}


def remembering(texts: Sequence[str], kept: Array) -> dict[str, Any]:
    """Return the state of a detector that was fed these texts; their ids are their places in `texts`."""
    detector = Duplicates()
    feed(detector, [texts[row] for row in kept], [str(row) for row in kept])
    return detector.snapshot()


def asked(snapshot: dict[str, Any], texts: Sequence[str]) -> list[int | None]:
    """Return the place of the original that each text is taken for, as if it came alone."""
    detector = Duplicates.restore(snapshot)
    answers = feed(detector, texts, [f"asked {row}" for row in range(len(texts))])
    for row, answer in enumerate(answers):
        if answer is not None and answer.startswith("asked"):  # by another question
            (answers[row],) = feed(Duplicates.restore(snapshot), [texts[row]], ["asked"])
    return [None if answer is None else int(answer) for answer in answers]


def feed(detector: Duplicates, texts: Sequence[str], ids: Sequence[str]) -> list[str | None]:
    """Feed texts, all of one moment."""
    words = normalise(pa.nulls(len(texts), pa.string()), pa.array(texts, pa.string()))
    return detector.feed(words, ids, np.zeros(len(texts), np.int64))


def judged(kind: str, found: dict[int, int | None], alike: Array, *, grouped: bool) -> Row:
    """Return how often the partner found for an original (its edit) is of its group, and how often not.

    `grouped`: they have a group in memory.
    """
    given = [(row, partner) for row, partner in found.items() if partner is not None]
    right = sum(bool(alike[row, partner] >= RELATED) for row, partner in given)
    queries = max(1, len(found))
    return Row(kind, len(found), right / queries if grouped else None, (len(given) - right) / queries)


def _cells(row: Row) -> list[str]:
    right = "—" if row.right is None else f"{row.right:.3f}"
    return [row.kind, f"{row.queries:,}", right, f"{row.false:.4f}"]
