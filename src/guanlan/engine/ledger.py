"""The posts that a watch hit, one row per post and watch, in columns."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

UNKNOWN = -1  # of a count
NO_EVENT = -1

_KINDS = {
    "at": np.int64,  # published, microseconds since 1970
    "media": np.int8,  # place in posts.MEDIA_TYPES, -1 unknown
    "negative": np.bool_,
    "ours": np.bool_,  # by an account of the watch's owner
    "repeat": np.bool_,  # a copy of a post by the same author
    "corrected": np.bool_,  # a person said whether it is negative
    "dropped": np.bool_,  # a person said that it does not concern us
    "counted": np.bool_,  # in the hours of its watch
    "reply": np.bool_,
    "author": np.uint64,  # fingerprint, 0 unknown
    "harms": np.int16,  # a bit for each of harm.FLAGS that the post itself sets; a copy sets none
    "followers": np.int64,
    "likes": np.int64,
    "comments": np.int64,
    "reposts": np.int64,
    "favourites": np.int64,
    "views": np.int64,
    "platform": np.int32,
    "watch": np.int32,
    "event": np.int64,
    "twin": np.int32,  # the same post's row under another watch, -1 none
    "original": np.int32,  # first row of the post that it copies, -1 none
    "thread": np.uint64,  # fingerprint of the thread's first post
    "edge": np.int8,  # place in spread.KINDS
    "source": np.int32,  # row the edge comes from, -1 none
}

COUNTS = ("likes", "comments", "reposts", "favourites", "views")


class Columns(NamedTuple):
    """What the measures read."""

    at: NDArray[np.int64]
    media: NDArray[np.int8]
    negative: NDArray[np.bool_]
    ours: NDArray[np.bool_]
    repeat: NDArray[np.bool_]
    reply: NDArray[np.bool_]
    author: NDArray[np.uint64]
    harms: NDArray[np.int16]
    followers: NDArray[np.int64]
    likes: NDArray[np.int64]
    comments: NDArray[np.int64]
    reposts: NDArray[np.int64]
    favourites: NDArray[np.int64]
    views: NDArray[np.int64]


class Whole(NamedTuple):
    """Every column."""

    at: NDArray[np.int64]
    media: NDArray[np.int8]
    negative: NDArray[np.bool_]
    ours: NDArray[np.bool_]
    repeat: NDArray[np.bool_]
    reply: NDArray[np.bool_]
    author: NDArray[np.uint64]
    harms: NDArray[np.int16]
    original: NDArray[np.int32]
    followers: NDArray[np.int64]
    likes: NDArray[np.int64]
    comments: NDArray[np.int64]
    reposts: NDArray[np.int64]
    favourites: NDArray[np.int64]
    views: NDArray[np.int64]
    platform: NDArray[np.int32]
    watch: NDArray[np.int32]
    event: NDArray[np.int64]
    twin: NDArray[np.int32]
    thread: NDArray[np.uint64]
    edge: NDArray[np.int8]
    source: NDArray[np.int32]


class Ledger:
    """Rows only ever grow; ids stand beside them."""

    def __init__(self) -> None:
        self._arrays: dict[str, NDArray[Any]] = {k: np.zeros(1024, kind) for k, kind in _KINDS.items()}
        self.ids: list[str] = []

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, column: str) -> NDArray[Any]:
        return self._arrays[column]

    def append(self, post_id: str, values: dict[str, int]) -> int:
        """Add a row; return its number."""
        row = len(self.ids)
        if row == self._arrays["at"].size:
            self._arrays = {k: np.concatenate([v, np.zeros_like(v)]) for k, v in self._arrays.items()}
        for name, value in values.items():
            self._arrays[name][row] = value
        self.ids.append(post_id)
        return row

    def reserve(self, rows: int) -> "Whole":
        """Return all columns, with room for so many rows more; valid until the next append."""
        while len(self.ids) + rows > self._arrays["at"].size:
            self._arrays = {k: np.concatenate([v, np.zeros_like(v)]) for k, v in self._arrays.items()}
        return Whole(**{name: self._arrays[name] for name in Whole._fields})

    def rows(self, row: int) -> list[int]:
        """Return all rows of the post that has `row`, from there on."""
        found = []
        while row >= 0:
            found.append(row)
            row = int(self._arrays["twin"][row])
        return found

    def against(self, row: int) -> bool:
        """Say whether the post is negative, by somebody else, and no copy of its author's own words."""
        found = self._arrays
        return bool(found["negative"][row] and not found["ours"][row] and not found["repeat"][row])

    def copies(self, row: int) -> list[int]:
        """Return all rows of the posts that copy the one whose first row is `row`."""
        found: list[int] = np.flatnonzero(self._arrays["original"][: len(self.ids)] == row).tolist()
        return found

    def columns(self) -> Columns:
        """Return the columns that the measures read; valid until the next append."""
        return Columns(**{name: self._arrays[name] for name in Columns._fields})

    def snapshot(self) -> dict[str, Any]:
        """Return all state as arrays and strings."""
        n = len(self.ids)
        return {"ids": self.ids, "arrays": {k: v[:n].copy() for k, v in self._arrays.items()}}

    @classmethod
    def restore(cls, state: dict[str, Any]) -> "Ledger":
        """Return the ledger that `snapshot` described."""
        ledger = cls()
        room = max(1024, len(state["ids"]))
        for name, kind in _KINDS.items():
            array = state["arrays"].get(name, np.zeros(0, kind))  # an older snapshot knows fewer
            ledger._arrays[name] = np.concatenate([array, np.zeros(room - array.size, kind)])
        ledger.ids = list(state["ids"])
        return ledger
