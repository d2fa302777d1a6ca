"""How a post came from another: an edge is drawn only on evidence, never by time alone.

Strongest first: the platform's own parent, the first name of a `//@` chain, a quoted
address, a mention by one who reuses the text. Without evidence a post is a root, assumed.
"""

import re
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from guanlan.engine.remembered import Remembered
from guanlan.engine.seen import Keys, fingerprints

KINDS = ("root", "platform", "chain", "url", "mention")

_CHAIN = re.compile(r"//\s*@([^\s:：@/]{1,40})\s*[:：]")
_MENTION = re.compile(r"@([^\s:：@/，。,！!？?、）)]{1,40})")
_URL = re.compile(r"https?://[^\s，。；）)】」”\"'<>]+")


class Edge(NamedTuple):
    """`child` came from `parent`, both post ids; a root has no parent."""

    child: str
    parent: str | None
    kind: str


class Spread:
    """Who wrote what last, and at which address it stands, under each watch; long ago is forgotten."""

    def __init__(self) -> None:
        self._authors, self._addresses = Remembered(), Remembered()

    def source(self, watch: int, text: str, platform_row: int, copied_row: int) -> tuple[int, int]:
        """Return (place in KINDS, ledger row it came from); (0, -1) for a root.

        `platform_row` is the row of the parent or reposted post, `copied_row` of the
        post whose text is reused, -1 where there is none.
        """
        if platform_row >= 0:
            return KINDS.index("platform"), platform_row
        if "@" in text:
            chained = _CHAIN.search(text)
            row = self._author(watch, chained[1]) if chained else -1
            if row >= 0:
                return KINDS.index("chain"), row
        for address in _URL.findall(text) if "http" in text else ():
            row = self._addresses.row(watch, _key(address))
            if row >= 0:
                return KINDS.index("url"), row
        return self._mention(watch, text, copied_row)

    def remember(self, watches: NDArray[np.int64], authors: Keys, addresses: Keys, first: int) -> None:
        """Note posts, so that later ones can be traced to them: row `first` and following of the ledger.

        `authors` and `addresses` are fingerprints, 0 for none.
        """
        self._authors.note(watches, authors, first)
        self._addresses.note(watches, addresses, first)

    def _author(self, watch: int, name: str) -> int:
        return self._authors.row(watch, _key(name))

    def _mention(self, watch: int, text: str, copied_row: int) -> tuple[int, int]:
        if copied_row >= 0 and "@" in text:
            for name in _MENTION.findall(text):
                if self._author(watch, name) == copied_row:
                    return KINDS.index("mention"), copied_row
        return KINDS.index("root"), -1

    def snapshot(self) -> dict[str, Any]:
        """Return all state as arrays."""
        return {"authors": self._authors.snapshot(), "addresses": self._addresses.snapshot()}

    @classmethod
    def restore(cls, state: dict[str, Any]) -> "Spread":
        """Return what `snapshot` described."""
        spread = cls()
        spread._authors = Remembered.restore(state["authors"])
        spread._addresses = Remembered.restore(state["addresses"])
        return spread


def _key(words: str) -> int:
    return int(fingerprints(pa.array([words]))[0])
