"""Which boxes a kind of part has, read off its declaration in `plan.document`."""

import datetime
import types
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from guanlan.plan.document import PlanDocument
from guanlan.plan.fields import Part

# What a field that holds keys points at; it is chosen by name.
POINTS_AT = {
    "group": "group",
    "part_of": "group",
    "groups": "group",
    "first_by": "group",
    "role": "role",
    "roles": "role",
    "deputies": "role",
    "approvers": "role",
    "authors": "role",
    "level": "level",
    "levels": "level",
    "clause": "clause",
}
# Words that the engine and the watch know; a plan may use no other.
VOCABULARY = {"measure": "measure", "fact": "fact", "Trigger.fires": "fact", "Trigger.just_not": "fact"}
ORDERED = {"deputies"}
LONG = {
    "summary",
    "announcement",
    "purpose",
    "meaning",
    "action",
    "body",
    "situation",
    "aim",
    "content",
    "text",
    "source",
}
# The key is the system's; the day is set at publication.
NOT_ASKED = {"key", "effective_on"}


@dataclass(frozen=True)
class Shape:
    """One field of a part: how it is asked, whether it must be filled, and what it holds.

    `part` is the kind of part it belongs to, `holds` the kind of part inside it,
    `points_at` the sort of part or word that is chosen by name, `codes` what else it takes.
    """

    name: str
    part: str
    kind: Literal[
        "line", "text", "whole", "duration", "flag", "one", "many", "ordered", "lines", "wholes",
        "examples", "inside", "maybe", "rows", "by_level",
    ]  # fmt: skip
    required: bool
    holds: type[Part] | None = None
    points_at: str = ""
    codes: tuple[str, ...] = ()
    least: int = 0
    default: str = ""


@dataclass(frozen=True)
class Section:
    """One part of the whole plan: where its items, or its one item, stand in the document."""

    name: str
    path: tuple[str, ...]
    item: type[Part]
    many: bool


@cache
def sections() -> dict[str, Section]:
    """Return every part of a plan, in the document's order."""
    found = {}
    for name, field in PlanDocument.model_fields.items():
        inside = _bare(field.annotation)[0]
        if name == "organisation":
            found["groups"] = Section("groups", ("organisation", "groups"), _model(_groups()), True)
        elif isinstance(inside, type) and issubclass(inside, Part):
            found[name] = Section(name, (name,), inside, False)
        else:
            found[name] = Section(name, (name,), _model(inside), True)
    return found


@cache
def shapes(part: type[Part]) -> tuple[Shape, ...]:
    """Return the fields of a kind of part that a person fills in, in order."""
    return tuple(
        _shape(part, name, field) for name, field in part.model_fields.items() if name not in NOT_ASKED
    )


def _groups() -> Any:
    organisation = PlanDocument.model_fields["organisation"].annotation
    assert isinstance(organisation, type)
    return organisation.model_fields["groups"].annotation


def _shape(part: type[Part], name: str, field: Any) -> Shape:
    annotation, optional = _bare(field.annotation)
    least = max((getattr(note, "min_length", 0) or 0 for note in field.metadata), default=0)
    required = field.is_required() and not optional
    if isinstance(annotation, type) and issubclass(annotation, Part):
        kind: Any = "maybe" if optional else "inside"
        return Shape(name, part.__name__, kind, required, holds=annotation)
    if get_origin(annotation) is dict:
        return Shape(name, part.__name__, "by_level", required, _model(annotation), "level", least=least)
    if get_origin(annotation) is tuple:
        return _list(part.__name__, name, _bare(get_args(annotation)[0])[0], required, least)
    default = field.default if isinstance(field.default, str) else ""
    return _single(part.__name__, name, annotation, required, default)


def _single(part: str, name: str, annotation: Any, required: bool, default: str) -> Shape:
    word = VOCABULARY.get(name, "")
    if get_origin(annotation) is Literal:
        return Shape(name, part, "one", required, codes=get_args(annotation), default=default)
    if annotation is bool:
        return Shape(name, part, "flag", False)
    if annotation is int:
        return Shape(name, part, "duration" if name.endswith("minutes") else "whole", required)
    assert annotation is str or annotation is datetime.date, annotation
    if name in POINTS_AT or word:
        return Shape(name, part, "one", required, points_at=POINTS_AT.get(name, word))
    return Shape(name, part, "text" if name in LONG else "line", required)


def _list(part: str, name: str, inside: Any, required: bool, least: int) -> Shape:
    points_at = VOCABULARY.get(f"{part}.{name}") or POINTS_AT.get(name, "")
    if isinstance(inside, type) and issubclass(inside, Part):
        return Shape(name, part, "rows", required, holds=inside, least=least)
    if get_origin(inside) is dict:
        return Shape(name, part, "examples", required, least=least)
    if get_origin(inside) is Literal:
        return Shape(name, part, "many", required, codes=get_args(inside), least=least)
    if points_at:
        kind: Any = "ordered" if name in ORDERED else "many"
        return Shape(name, part, kind, required, points_at=points_at, least=least)
    return Shape(name, part, "wholes" if inside is int else "lines", required, least=least)


def _bare(annotation: Any) -> tuple[Any, bool]:
    """Return what an annotation is about, and whether it may be absent."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        one, *others = [inside for inside in get_args(annotation) if inside is not type(None)]
        assert not others, annotation
        return _bare(one)[0], True
    return annotation, False


def _model(annotation: Any) -> type[Part]:
    """Return the kind of part that a list or a mapping holds."""
    inside = _bare([found for found in get_args(_bare(annotation)[0]) if found is not Ellipsis][-1])[0]
    assert isinstance(inside, type)
    assert issubclass(inside, Part)
    return inside
