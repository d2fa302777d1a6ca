"""Reading hand-over sheets: who may hand over, who comes next, whether a sheet is as it was signed."""

import json
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from guanlan.documents.frozen import Frozen
from guanlan.incidents.handover.models import Handover
from guanlan.people.models import DutyShift, Group, Person
from guanlan.people.queries import groups_of, members, on_duty


def handovers(person: Person, stream: int) -> QuerySet[Handover]:
    """Return the sheets of a stream, those that wait for a signature first, then the newest."""
    rows = Handover.visible_to(person).filter(stream_id=stream).select_related("group", "leaver", "successor")
    return rows.defer("frozen").annotate(waits=Q(taken_at=None)).order_by("-waits", "-signed_at", "-pk")


def to_take(person: Person, stream: int) -> QuerySet[Handover]:
    """Return the sheets that wait for this person's signature."""
    return handovers(person, stream).filter(successor=person, taken_at=None)


def groups_to_hand_over(person: Person, *, at: datetime) -> list[Group]:
    """Return the groups whose watch this person holds or shares, those on duty for first."""
    serving = list(groups_of(person, at=at).order_by("pk"))
    return sorted(serving, key=lambda group: not _on_duty(group, person, at))


def _on_duty(group: Group, person: Person, at: datetime) -> bool:
    shift = on_duty(group, at=at)
    return shift is not None and person.pk in (shift.person_id, shift.deputy_id)


def successors(group: Group, leaver: Person, *, at: datetime) -> list[Person]:
    """Return who may take over: the group's other members, whoever is next on the roster first."""
    others = [serving.person for serving in members(group, at=at) if serving.person_id != leaver.pk]
    ahead = DutyShift.objects.filter(group=group, ends_at__gt=at).exclude(person=leaver).order_by("starts_at")
    following = {shift.person_id: place for place, shift in reversed(list(enumerate(ahead)))}
    return sorted(others, key=lambda person: following.get(person.pk, len(following) + 1))


def frozen(handover: Handover) -> Frozen:
    """Return the sheet's bytes as they were frozen."""
    return Frozen(json.dumps(handover.frozen, ensure_ascii=False, sort_keys=True, allow_nan=False).encode())


def is_unaltered(handover: Handover) -> bool:
    """Say whether the stored sheet still has the hash that it was signed with."""
    return frozen(handover).sha256 == handover.sha256


def blocks(content: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a sheet's blocks for a page: each row of a table as (head, words) pairs."""
    return [
        {
            "kind": block["kind"],
            "words": block.get("words", ""),
            "note": block.get("note", ""),
            "text": _words(block.get("text", [])),
            "heads": [column["head"] for column in block.get("columns", [])],
            "rows": [
                [(column["head"], _words(cell)) for column, cell in zip(block["columns"], row, strict=True)]
                for row in block.get("rows", [])
            ],
        }
        for block in content["blocks"]
    ]


def _words(runs: list[dict[str, Any]]) -> str:
    return "".join(run["words"] for run in runs)
