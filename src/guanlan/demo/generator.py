"""Three days of the demo company: canonical posts, the same bytes for the same seed and end."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from guanlan.demo.ordinary import ordinary_talk
from guanlan.demo.phrases import written
from guanlan.demo.refund import refund_event
from guanlan.demo.sideshows import praise_wave, same_name_place
from guanlan.demo.writer import Post, Writer

SEED = 11

# Parts of the story in the order they are drawn; each draws from a generator of its own,
# so that a change of one leaves the others as they were.
PARTS: dict[str, Callable[[Writer], None]] = {
    "ordinary": ordinary_talk,
    "refund": refund_event,
    "place": same_name_place,
    "praise": praise_wave,
}


@dataclass(frozen=True)
class Due:
    """A post as one source gives it at a moment; a later sight is the same id again."""

    at: datetime
    source: str
    part: str
    post: Post


def generate(seed: int, *, end: datetime) -> list[Due]:
    """Return everything the sources give in the three days up to `end`, in time's order."""
    story: dict[str, Any] = written("story")
    begin = end - timedelta(hours=story["hours"])
    told: list[Due] = []
    for part, tell in PARTS.items():
        writer = Writer(random.Random(f"{seed}/{part}"), part, begin)
        tell(writer)
        told += [Due(at, source, part, post) for at, source, post in writer.told]
    return sorted((due for due in told if not _unheard(due, story, begin)), key=_order)


def _unheard(due: Due, story: dict[str, Any], begin: datetime) -> bool:
    """Say whether the post's source has fallen silent by then."""
    hour = (due.at - begin) / timedelta(hours=1)
    silent = {source["name"]: source.get("falls_silent", story["hours"]) for source in story["sources"]}
    return bool(hour >= silent[due.source])


def _order(due: Due) -> tuple[datetime, str, str]:
    return due.at, due.source, due.post["id"]
