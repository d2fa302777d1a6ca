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


def level(tree: Tree, key: str) -> Tree:
    return row(tree["levels"], key)


def clock(tree: Tree, key: str) -> Tree:
    return row([clock for level in tree["levels"] for clock in level["clocks"]], key)


def criterion(tree: Tree, key: str) -> Tree:
    return row(tree["criteria"], f"criterion.{key}")


def duty(tree: Tree, key: str) -> Tree:
    return row(tree["duties"], f"duty.{key}")


def role(tree: Tree, key: str) -> Tree:
    return row([role for group in tree["organisation"]["groups"] for role in group["roles"]], f"role.{key}")


def chain(tree: Tree, key: str) -> Tree:
    return row(tree["approvals"], f"chain.{key}")


def without(rows: list[Tree], key: str) -> None:
    rows.remove(row(rows, key))


def cells(tree: Tree, key: str, level: str) -> Tree:
    (cell,) = [cell for cell in criterion(tree, key)["cells"] if cell["level"] == level]
    return cell


def move_threshold(tree: Tree, key: str, level: str, at_least: int) -> None:
    """Move a threshold and its examples together."""
    cell, measure = cells(tree, key, level), criterion(tree, key)["measure"]
    guards = {"negative_permille": 900}
    cell["at_least"] = at_least
    cell["fires"] = [{measure: at_least, **guards}]
    cell["just_not"] = [{measure: at_least - 1, **guards}]


Case = tuple[Callable[[Tree], object], str, str]


def gives_alone(case: Case) -> None:
    """Hold that the spoiling gives the finding with this key and words, and no other."""
    spoil, key, fragment = case
    findings = spoiled(spoil)
    assert [(finding.key, fragment in finding.sentence) for finding in findings] == [(key, True)], findings
    assert findings[0].remedy.startswith(("请", "是不是", "可用"))
