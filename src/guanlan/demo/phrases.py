"""The written material of the demo, and its pieces put together by a seeded choice."""

import random
import re
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

_SLOT = re.compile(r"\{(\w+)\}")


@cache
def written(name: str) -> Any:
    """Return one of the demo's YAML files, read once; the caller must not change it."""
    return YAML(typ="safe").load((files("guanlan.demo") / f"{name}.yaml").read_text("utf-8"))


def say(rng: random.Random, piece: str) -> str:
    """Return one of the texts a piece of phrases.yaml allows, its slots filled likewise."""
    return _SLOT.sub(lambda slot: say(rng, slot[1]), str(rng.choice(written("phrases")[piece])))
