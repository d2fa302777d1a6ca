"""The boxes of a form: what was typed or stands in the draft, in the shape of its kind of part."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from pydantic_core import PydanticUndefined

from guanlan.plan.document import PlanDocument
from guanlan.plan.editing import examples
from guanlan.plan.editing.labels import hint, label
from guanlan.plan.editing.names import options
from guanlan.plan.editing.shapes import Shape, shapes
from guanlan.plan.editing.typed import Plain, largest_unit, size_of
from guanlan.plan.fields import Part


@dataclass(frozen=True)
class Choice:
    """One thing to choose, and whether it is."""

    value: str
    name: str
    chosen: bool


@dataclass(frozen=True)
class Row:
    """A part inside a part: where it stands, its key, what it is called, its boxes."""

    at: str
    place: str
    key: str
    name: str
    boxes: list["Box"]
    chosen: bool = True
    first: bool = False
    last: bool = False


@dataclass(frozen=True)
class Box:
    """One field as it is drawn."""

    name: str
    kind: str
    label: str
    hint: str
    required: bool
    error: str
    value: Any = ""
    unit: str = ""
    choices: list[Choice] = field(default_factory=list)
    picks: list[list[Choice]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Drawing:
    """What all boxes of one form have in common."""

    plan: PlanDocument
    errors: Mapping[str, str]

    def boxes(self, part: type[Part], plain: Plain, at: str = "") -> list[Box]:
        """Return the boxes of a part."""
        return [
            self._box(shape, _value(part, shape, plain), plain, f"{at}{shape.name}")
            for shape in shapes(part)
            if shape.name in plain or f"{shape.name}." not in at  # no fallback of a fallback is offered
        ]

    def _box(self, shape: Shape, value: Any, plain: Plain, name: str) -> Box:
        common: dict[str, Any] = {
            "name": name,
            "kind": shape.kind,
            "label": label(shape.part, shape.name),
            "hint": hint(shape.part, shape.name),
            "required": shape.required or shape.least > 0,
            "error": self.errors.get(name, ""),
        }
        match shape.kind:
            case "one":
                none = [] if value and not shape.required and shape.default else [_nothing(shape, value)]
                return Box(**common, choices=[*none, *self._choices(shape, [value])])
            case "many":
                return Box(**common, value=" ".join(value), choices=list(self._choices(shape, value)))
            case "ordered":
                picks = [
                    list(self._choices(shape, [one])) for one in [*value, "", ""][: max(2, len(value) + 1)]
                ]
                return Box(**common, picks=picks)
            case "inside" | "maybe" | "rows" | "by_level":
                return Box(**common, rows=list(self._rows(shape, value, name)))
            case "duration":
                amount, unit = _amount(value, str(plain.get("calendar", "natural")))
                return Box(**common, value=amount, unit=unit)
        return Box(**common, value=_text(shape, value))

    def _choices(self, shape: Shape, chosen: list[Any]) -> Iterator[Choice]:
        known = options(shape, self.plan)
        yield from (Choice(value, name, value in chosen) for value, name in known)
        for value in chosen:
            if value and value not in dict(known):
                yield Choice(value, _("（已删去：%(key)s）") % {"key": value}, True)

    def _rows(self, shape: Shape, value: Any, name: str) -> Iterator[Row]:
        assert shape.holds is not None
        if shape.kind == "by_level":
            yield from self._levels(shape, value or {}, name)
        elif shape.kind == "rows":
            for place, plain in enumerate(value or ()):
                yield self._row(shape.holds, plain, name, str(place), len(value))
        elif value is not None or shape.kind == "inside":
            yield Row(
                name, "", (value or {}).get("key", ""), "", self.boxes(shape.holds, value or {}, f"{name}.")
            )

    def _row(self, holds: type[Part], plain: Plain, name: str, place: str, count: int) -> Row:
        at = f"{name}.{place}"
        return Row(
            at=at,
            place=place,
            key=plain.get("key", ""),
            name=_("第 %(place)d 项") % {"place": int(place) + 1},
            boxes=self.boxes(holds, plain, f"{at}."),
            first=place == "0",
            last=int(place) == count - 1,
        )

    def _levels(self, shape: Shape, value: dict[str, Plain], name: str) -> Iterator[Row]:
        assert shape.holds is not None
        for choice in self._choices(shape, list(value)):
            inside = self.boxes(shape.holds, value.get(choice.value, {}), f"{name}.{choice.value}.")
            yield Row(f"{name}.{choice.value}", choice.value, "", choice.name, inside, choice.chosen)


def _value(part: type[Part], shape: Shape, plain: Plain) -> Any:
    if shape.name in plain:
        value = plain[shape.name]
        return list(value) if isinstance(value, tuple) else value
    default = part.model_fields[shape.name].default
    if default is PydanticUndefined or default is None:
        return [] if shape.kind in ("many", "ordered", "rows", "lines", "wholes", "examples") else None
    return list(default) if isinstance(default, tuple) else default


def _nothing(shape: Shape, value: Any) -> Choice:
    return Choice("", _("请选") if shape.required else _("（无）"), not value)


def _amount(value: Any, calendar: str) -> tuple[Any, str]:
    if not isinstance(value, int):
        return ("" if value is None else value), "minute"
    unit = largest_unit(value, calendar)
    return value // size_of(unit, calendar), unit


def _text(shape: Shape, value: Any) -> Any:
    match shape.kind:
        case "lines":
            return "\n".join(value)
        case "wholes":
            return "，".join(map(str, value))
        case "examples":
            return "\n".join(row if isinstance(row, str) else examples.shown([row]) for row in value)
    return "" if value is None else value
