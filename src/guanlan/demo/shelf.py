"""What the demo's sources will give, laid out in files: one per source, one post a line, in time's order."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import orjson
from django.conf import settings

from guanlan.clocks.models import Stream
from guanlan.demo.generator import Due
from guanlan.demo.phrases import written
from guanlan.intake.actions import open_source
from guanlan.intake.models import Source
from guanlan.people.models import Person


class Laid(NamedTuple):
    """One line: when the source gives it, and the post as canonical JSON."""

    at: datetime
    line: bytes


def lay_out(stream: Stream, told: Iterable[Due], *, person: Person, now: datetime) -> None:
    """Open the story's sources and write down what each will give."""
    lines: dict[str, list[bytes]] = {}
    for due in told:
        lines.setdefault(due.source, []).append(orjson.dumps({"at": due.at, "post": due.post}))
    for place in written("story")["sources"]:
        source = open_source(
            stream=stream,
            unit=person.unit,
            kind=Source.Kind.PLAYED,
            name=place["name"],
            platform=place["platform"],
            media_type=place["media"],
            silent_after_minutes=place.get("silent_after_minutes"),
            person=person,
            now=now,
        )
        path = _path(source.key)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\n".join(lines.get(source.name, [])))


@lru_cache(maxsize=16)
def laid_out(key: str) -> tuple[Laid, ...]:
    """Return all that the source of this key will give; nothing if its file is gone."""
    path = _path(key)
    rows = map(orjson.loads, path.read_bytes().splitlines()) if path.exists() else ()
    return tuple(Laid(datetime.fromisoformat(row["at"]), orjson.dumps(row["post"])) for row in rows)


def _path(key: str) -> Path:
    return Path(settings.HOME) / "played" / f"{key}.jsonl"
