"""How a post came from another: an edge is drawn only on evidence, never by time alone.

Strongest first: the platform's own parent, the first name of a `//@` chain, a quoted
address, a mention by one who reuses the text. Without evidence a post is a root, assumed.
"""

import re
from collections import OrderedDict
from typing import Any, NamedTuple

KINDS = ("root", "platform", "chain", "url", "mention")

_CHAIN = re.compile(r"//\s*@([^\s:：@/]{1,40})\s*[:：]")
_MENTION = re.compile(r"@([^\s:：@/，。,！!？?、）)]{1,40})")
_URL = re.compile(r"https?://[^\s，。；）)】」”\"'<>]+")
MOST_REMEMBERED = 200_000


class Edge(NamedTuple):
    """`child` came from `parent`, both post ids; a root has no parent."""

    child: str
    parent: str | None
    kind: str


class Spread:
    """Who wrote what last, and at which address it stands, under each watch."""

    def __init__(self) -> None:
        self._authors: OrderedDict[tuple[int, str], int] = OrderedDict()
        self._addresses: OrderedDict[tuple[int, str], int] = OrderedDict()

    def source(self, watch: int, text: str, platform_row: int, copied_row: int) -> tuple[int, int]:
        """Return (place in KINDS, ledger row it came from); (0, -1) for a root.

        `platform_row` is the row of the parent or reposted post, `copied_row` of the
        post whose text is reused, -1 where there is none.
        """
        if platform_row >= 0:
            return KINDS.index("platform"), platform_row
        if "@" in text:
            chained = _CHAIN.search(text)
            row = self._authors.get((watch, chained[1]), -1) if chained else -1
            if row >= 0:
                return KINDS.index("chain"), row
        for address in _URL.findall(text) if "http" in text else ():
            row = self._addresses.get((watch, address), -1)
            if row >= 0:
                return KINDS.index("url"), row
        return self._mention(watch, text, copied_row)

    def remember(self, watch: int, author: str | None, address: str | None, row: int) -> None:
        """Note a post, so that later ones can be traced to it; who was silent longest is forgotten."""
        for known, name in ((self._authors, author), (self._addresses, address)):
            if name:
                known[watch, name] = row
                known.move_to_end((watch, name))
                if len(known) > MOST_REMEMBERED:
                    known.popitem(last=False)

    def _mention(self, watch: int, text: str, copied_row: int) -> tuple[int, int]:
        if copied_row >= 0 and "@" in text:
            for name in _MENTION.findall(text):
                row = self._authors.get((watch, name), -1)
                if row == copied_row:
                    return KINDS.index("mention"), row
        return KINDS.index("root"), -1

    def snapshot(self) -> dict[str, Any]:
        """Return all state as plain values."""
        return {
            "authors": [[*key, row] for key, row in self._authors.items()],
            "addresses": [[*key, row] for key, row in self._addresses.items()],
        }

    @classmethod
    def restore(cls, state: dict[str, Any]) -> "Spread":
        """Return what `snapshot` described."""
        spread = cls()
        spread._authors = OrderedDict(((watch, name), row) for watch, name, row in state["authors"])
        spread._addresses = OrderedDict(((watch, name), row) for watch, name, row in state["addresses"])
        return spread
