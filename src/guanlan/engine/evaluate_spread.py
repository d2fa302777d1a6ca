"""How far a repost is led back to the one it came from when the platform does not name its parent.

The set names the parents but has cut the `//@` chains off, so it is examined twice: as it
stands, and with the first link of each chain put back, which tells the most that chains can give.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from guanlan.engine.duplicates import Duplicates
from guanlan.engine.grid import grid
from guanlan.engine.known_events import rows
from guanlan.engine.seen import fingerprints
from guanlan.engine.spread import Spread
from guanlan.engine.text import normalise

EVERY = 4  # of the originals, with all their reposts
WATCH = 0


class Post(NamedTuple):
    """An original, whose parent is None, or a repost; `chained` is its text with the chain put back."""

    at: int  # seconds
    id: str
    author: str
    text: str
    chained: str
    parent: str | None
    below: bool  # it came from a repost, not from the original


@dataclass(frozen=True)
class Row:
    """Reposts led back to anything, and rightly; among them those that came from another repost."""

    texts: str
    reposts: int
    below: int
    traced: int
    right: int
    right_below: int


@dataclass(frozen=True)
class Table:
    """The set as it stands, then with chains."""

    rows: tuple[Row, ...]

    def __str__(self) -> str:
        heads = [_("转发文字"), _("转发"), _("非根转发"), _("追到来源"), _("来源属实"), _("非根找回")]
        return grid(heads, [_cells(row) for row in self.rows])


def evaluate_spread(path: Path) -> Table | None:
    """Trace the reposts in `path`, their parents hidden; None if there is no such file or no repost in it."""
    if not path.is_file():
        return None
    posts = sorted(cascades(path), key=lambda post: (post.at, post.id))
    if all(post.parent is None for post in posts):
        return None
    plain = judged(_("原样，无转发链"), posts, traced(posts, [post.text for post in posts]))
    chained = judged(_("补回上一级"), posts, traced(posts, [post.chained for post in posts]))
    return Table((plain, chained))


def cascades(path: Path) -> Iterator[Post]:
    """Yield each EVERY-th original with its reposts."""
    for place, row in enumerate(rows(path, "id", "t0", "text", "reposts")):
        if place % EVERY == 0:
            yield from cascade(row)


def cascade(row: dict[str, Any]) -> Iterator[Post]:
    """Yield an original and its reposts; one whose parent is not listed came from the original.

    Only the first link of a chain is put back: no further one is read.
    """
    original, began = row["id"], row["t0"]
    yield Post(began, original, original.rpartition("_")[2], row["text"], row["text"], None, False)
    known = {one: (author, text) for _delay, author, one, _parent, text in row["reposts"]}
    for delay, author, one, parent, text in row["reposts"]:
        below = parent in known and parent != one
        quoted = "//@{}:{}".format(*known[parent]) if below else ""
        above = f"{original}/{parent}" if below else original
        yield Post(began + delay, f"{original}/{one}", author, text, text + quoted, above, below)


def traced(posts: Sequence[Post], texts: Sequence[str]) -> list[str | None]:
    """Return whom each post is led back to, as the product does it under one watch for all."""
    times = np.array([post.at * 1_000_000 for post in posts], np.int64)
    words = normalise(pa.nulls(len(texts), pa.string()), pa.array(texts, pa.string()))
    copied = Duplicates().feed(words, [post.id for post in posts], times)
    spread, places = Spread(), {post.id: row for row, post in enumerate(posts)}
    authors = fingerprints(pa.array([post.author for post in posts]))
    watches, no_address = np.full(1, WATCH), np.zeros(1, np.uint64)
    sources: list[str | None] = []
    for row, (text, copy) in enumerate(zip(texts, copied, strict=True)):
        _kind, source = spread.source(WATCH, text, -1, -1 if copy is None else places[copy])
        sources.append(None if source < 0 else posts[source].id)
        spread.remember(watches, authors[row : row + 1], no_address, row)
    return sources


def judged(texts: str, posts: Sequence[Post], sources: Sequence[str | None]) -> Row:
    """Return how many of the reposts were led back, and to whom they came from."""
    led = [(post, source) for post, source in zip(posts, sources, strict=True) if post.parent is not None]
    right = [post for post, source in led if source == post.parent]
    return Row(
        texts,
        len(led),
        sum(post.below for post, _source in led),
        sum(source is not None for _post, source in led),
        len(right),
        sum(post.below for post in right),
    )


def _cells(row: Row) -> list[str]:
    counts = [f"{count:,}" for count in (row.reposts, row.below, row.traced)]
    return [row.texts, *counts, _share(row.right, row.traced), _share(row.right_below, row.below)]


def _share(some: int, of: int) -> str:
    return f"{some / of:.3f}" if of else "—"
