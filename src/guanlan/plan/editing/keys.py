"""Keys for what is added on screen: made once, kept for good, never used for something else."""

import re
from collections.abc import Iterator
from typing import Any

from guanlan.clocks.models import new_key
from guanlan.plan.editing.shapes import shapes
from guanlan.plan.editing.typed import Plain
from guanlan.plan.fields import Part
from guanlan.plan.levels import Level

NUMERALS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")


def give_keys(part: type[Part], plain: Plain, taken: set[str]) -> None:
    """Give a key to the part and to whatever in it has none; one that is taken elsewhere is not kept."""
    if "key" in part.model_fields:
        if not plain.get("key") or plain["key"] in taken:
            plain["key"] = _fresh(part, taken)
        taken.add(plain["key"])
    for holds, inside in _inside(part, plain):
        give_keys(holds, inside, taken)


def keys_in(plain: Any) -> Iterator[str]:
    """Yield every key in plain values."""
    if isinstance(plain, dict):
        if isinstance(plain.get("key"), str):
            yield plain["key"]
        for value in plain.values():
            yield from keys_in(value)
    elif isinstance(plain, list):
        for value in plain:
            yield from keys_in(value)


def _inside(part: type[Part], plain: Plain) -> Iterator[tuple[type[Part], Plain]]:
    for shape in shapes(part):
        value = plain.get(shape.name)
        if shape.holds is None or not value:
            continue
        rows = value if shape.kind == "rows" else value.values() if shape.kind == "by_level" else [value]
        yield from ((shape.holds, row) for row in rows)


def _fresh(part: type[Part], taken: set[str]) -> str:
    if part is Level:  # people read a level's key
        free = (numeral for numeral in NUMERALS if numeral not in taken)
        return next(free, f"L{new_key()}")
    word = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", part.__name__).lower()
    return f"{word}.{new_key()}"
