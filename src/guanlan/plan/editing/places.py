"""Where a part stands in a plan's plain content."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from guanlan.plan.editing.shapes import Section
from guanlan.plan.editing.typed import Plain

Tree = dict[str, Any]

NOTHING = ""  # the digest of a part that is not there


@dataclass(frozen=True)
class Place:
    """Which part of a plan is meant: its section, and its key where there are many ("" for another one)."""

    section: Section
    key: str = ""


def find(tree: Tree, place: Place) -> Plain | None:
    """Return the part as it stands in the tree, or None."""
    if not place.section.many:
        part: Plain = tree[place.section.path[0]]
        return part
    return next((row for row in rows_of(tree, place.section) if row["key"] == place.key), None)


def rows_of(tree: Tree, section: Section) -> list[Plain]:
    """Return the list that a section's parts stand in."""
    place: Any = tree
    for step in section.path:
        place = place[step]
    rows: list[Plain] = place
    return rows


def digest_of(part: Plain | None) -> str:
    """Return what tells whether a part has changed; NOTHING for one that is not there."""
    if part is None:
        return NOTHING
    return hashlib.sha256(json.dumps(part, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


def put(tree: Tree, place: Place, plain: Plain) -> None:
    """Put a part in its place; one that is not there yet comes last."""
    if not place.section.many:
        tree[place.section.path[0]] = plain
        return
    rows, before = rows_of(tree, place.section), find(tree, place)
    if before is None:
        rows.append(plain)
    else:
        rows[rows.index(before)] = plain
