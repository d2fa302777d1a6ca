"""Reading statements: what changed between versions, who signed, who signs next."""

import difflib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import QuerySet

from guanlan.approvals.models import Signature, Text, Version
from guanlan.approvals.queries import latest, may_sign, next_step, who_may_sign
from guanlan.clocks.models import Stream
from guanlan.media.models import Statement
from guanlan.people.models import Person

# Compared clause by clause first, so that a change shows as words, not as letters.
_PIECES = re.compile(r"[A-Za-z0-9,.:%]+|\s+|.", re.S)


@dataclass(frozen=True)
class Piece:
    """A stretch of the newer wording, or one that it no longer has."""

    kind: Literal["same", "old", "new"]
    words: str


@dataclass(frozen=True)
class StepRow:
    """One signature the statement needs, and how it stands."""

    function: str
    names: str
    signature: Signature | None
    is_next: bool


def statements(person: Person, stream: Stream) -> QuerySet[Statement]:
    """Return the statements, newest first."""
    mine = Statement.visible_to(person).filter(stream=stream).select_related("text__drafted_by", "incident")
    return mine.order_by("-pk")


def waiting_for(person: Person, stream: Stream, *, at: datetime) -> list[Statement]:
    """Return the statements whose next signature is this person's."""
    asked = statements(person, stream).filter(text__state=Text.State.IN_APPROVAL)
    return [statement for statement in asked if may_sign(person, latest(statement.text), at=at)]


def changes(version: Version) -> list[Piece]:
    """Return the wording as pieces: kept, dropped and new since the version before it."""
    before = version.text.versions.filter(number=version.number - 1).first()
    if before is None:
        return [Piece("same", version.body)]
    old, new = _PIECES.findall(before.body), _PIECES.findall(version.body)
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(new[j1:j2])))
        else:
            pieces += [Piece("old", "".join(old[i1:i2]))] * (i2 > i1)
            pieces += [Piece("new", "".join(new[j1:j2]))] * (j2 > j1)
    return pieces


def count_changes(pieces: list[Piece]) -> int:
    """Return in how many places the wording differs; a replacement counts once."""
    kinds = [piece.kind for piece in pieces]
    pairs = sum(kinds[i : i + 2] == ["old", "new"] for i in range(len(kinds) - 1))
    return sum(kind != "same" for kind in kinds) - pairs


def step_rows(version: Version, *, at: datetime) -> list[StepRow]:
    """Return the signatures in their order, with who gave or may give each."""
    following = next_step(version)
    given = {signature.step_id: signature for signature in version.signatures.select_related("person")}
    rows = []
    for step in version.text.steps.all():
        signature, is_next = given.get(step.pk), step == following
        names = signature.person.name if signature else ""
        if is_next and signature is None:
            names = "、".join(who_may_sign(version, at=at).values_list("name", flat=True))
        rows.append(StepRow(step.get_function_display(), names, signature, is_next))
    return rows
