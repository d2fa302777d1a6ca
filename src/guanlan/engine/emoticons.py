"""Reposts that carry their own label: people on Weibo type a named emoticon, [怒] or [哈哈]."""

import csv
import gzip
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import orjson

from guanlan.engine.model import CLASSES

NAMED = re.compile(r"\[([^\[\]]{1,6})\]")
QUOTED = re.compile(r"//\s*@")
SHORTEST = 4


def marked_reposts(path: Path) -> Iterator[tuple[str, int]]:
    """Yield (own words without emoticons, index into CLASSES) of the reposts in `path`.

    `path` is a gzip of JSON lines whose `reposts` hold the text in the fifth place.
    What is quoted after `//@` is not the writer's own; mixed feelings are left out.
    """
    feeling = _feelings()
    with gzip.open(path, "rb") as lines:
        for line in lines:
            for repost in orjson.loads(line)["reposts"]:
                own = QUOTED.split(repost[4])[0]
                said = {feeling[name] for name in NAMED.findall(own) if name in feeling}
                words = NAMED.sub("", own).strip()
                if len(said) == 1 and len(words) >= SHORTEST:
                    yield words, said.pop()


def _feelings() -> dict[str, int]:
    written = (resources.files("guanlan.engine") / "bundle" / "emoticons.csv").read_text("utf-8")
    return {row["emoticon"]: CLASSES.index(row["stance"]) for row in csv.DictReader(written.splitlines())}
