"""The plans that ship, and ways to spoil them."""

import datetime
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from guanlan.plan.check import Finding, check
from guanlan.plan.document import PlanDocument
from guanlan.plan.reading import Reading, read

FOLDER = Path(__file__).parents[2] / "plans"
NAMES = ("five-groups.yaml", "three-tiers.yaml")
TODAY = datetime.date(2026, 11, 24)

Tree = dict[str, Any]


@cache
def text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


@cache
def reading(name: str) -> Reading:
    return read(text(name).encode(), name)


def document(name: str = NAMES[0]) -> PlanDocument:
    return reading(name).document


def spoiled(spoil: Callable[[Tree], object]) -> tuple[Finding, ...]:
    """What the check finds once `spoil` has changed the plan of five groups."""
    tree = document().model_dump(mode="json")
    spoil(tree)
    return check(PlanDocument.model_validate(tree), today=TODAY)


def row(rows: list[Tree], key: str) -> Tree:
    (found,) = [part for part in rows if part["key"] == key]
    return found
