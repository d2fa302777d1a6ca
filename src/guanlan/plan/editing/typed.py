"""What a person typed, as plain values of the shape that `plan.document` validates.

A value that cannot be read stays as it was typed, so that the box can show it again.
"""

from collections.abc import Iterator
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from guanlan.clocks.calendar import WORKING_DAY
from guanlan.plan.editing import examples
from guanlan.plan.editing.labels import label
from guanlan.plan.editing.shapes import Shape, shapes
from guanlan.plan.fields import Part

Plain = dict[str, Any]

HOUR, DAY = 60, 1440


def read(part: type[Part], posted: QueryDict, at: str = "") -> Plain:
    """Return the part that was typed into the boxes whose names begin with `at`."""
    plain: Plain = {}
    if "key" in part.model_fields:
        plain["key"] = posted.get(f"{at}key", "")
    for shape in shapes(part):
        value = _value(shape, posted, f"{at}{shape.name}")
        if value is not None:
            plain[shape.name] = value
    return plain


def _value(shape: Shape, posted: QueryDict, name: str) -> Any:
    """Return a box's value; None where nothing was filled in and nothing has to be."""
    written = posted.get(name, "").replace("\r\n", "\n").strip()
    match shape.kind:
        case "flag":
            return name in posted
        case "many":
            # Boxes stand in the plan's order; what was chosen before keeps the order it had.
            had, chosen = posted.get(f"{name}.had", "").split(), posted.getlist(name)
            return [*(one for one in had if one in chosen), *(one for one in chosen if one not in had)]
        case "ordered":
            return [chosen for chosen in dict.fromkeys(posted.getlist(name)) if chosen]
        case "lines":
            return [line.strip() for line in written.split("\n") if line.strip()]
        case "wholes":
            return [_whole(piece) for piece in _pieces(written)]
        case "examples":
            return examples.read(written)
        case "inside" | "maybe" | "rows" | "by_level":
            return _nested(shape, posted, name)
        case "duration":
            return _minutes(written, posted, name)
        case "whole":
            return _whole(written) if written else None
    return written if written or shape.required else None


def _nested(shape: Shape, posted: QueryDict, name: str) -> Any:
    assert shape.holds is not None
    if shape.kind == "rows":
        places = posted.getlist(f"{name}.rows")
        return [read(shape.holds, posted, f"{name}.{place}.") for place in places]
    if shape.kind == "by_level":
        levels = dict.fromkeys(posted.getlist(f"{name}.levels"))
        return {level: read(shape.holds, posted, f"{name}.{level}.") for level in levels}
    there = shape.kind == "inside" or f"{name}.there" in posted
    return read(shape.holds, posted, f"{name}.") if there else None


def _pieces(written: str) -> list[str]:
    for mark in "，、,;；\n":
        written = written.replace(mark, " ")
    return written.split()


def _whole(written: str) -> int | str:
    bare = written.replace(",", "").replace("，", "")
    return int(bare) if bare.isdecimal() and len(bare) <= 12 else written


def _minutes(written: str, posted: QueryDict, name: str) -> int | str | None:
    amount = _whole(written) if written else None
    if not isinstance(amount, int):
        return amount
    unit = posted.get(f"{name}.unit", "minute")
    calendar = posted.get(f"{name.rpartition('.')[0]}.calendar".lstrip("."), "natural")
    return amount * size_of(unit, calendar)


def size_of(unit: str, calendar: str) -> int:
    """Return the minutes of a unit; a day of working time has fewer."""
    return {"hour": HOUR, "day": WORKING_DAY if calendar == "working" else DAY}.get(unit, 1)


def largest_unit(minutes: int, calendar: str) -> str:
    """Return the largest unit that divides a time."""
    return next(
        (unit for unit in ("day", "hour") if minutes and minutes % size_of(unit, calendar) == 0), "minute"
    )


def blanks(part: type[Part], plain: Plain, at: str = "") -> Iterator[tuple[str, str]]:
    """Yield (box, sentence) for every box that must be filled and is not."""
    for shape in shapes(part):
        name, value = f"{at}{shape.name}", plain.get(shape.name)
        called = label(shape.part, shape.name)
        if shape.kind == "one" and shape.required and not value:
            yield name, _("请选“%(box)s”。") % {"box": called}
        elif shape.kind in ("many", "ordered", "by_level") and shape.least and not value:
            yield name, _("“%(box)s”至少要选一项。") % {"box": called}
        elif shape.kind in ("rows", "lines") and shape.least and not value:
            yield name, _("“%(box)s”至少要有一项。") % {"box": called}
        elif shape.kind in ("line", "text", "whole", "duration") and shape.required and value in (None, ""):
            yield name, _("请填“%(box)s”。") % {"box": called}
        for inside, place in _inside(shape, value, name):
            yield from blanks(inside, place[1], place[0])


def _inside(shape: Shape, value: Any, name: str) -> Iterator[tuple[type[Part], tuple[str, Plain]]]:
    if shape.holds is None or not value:
        return
    if shape.kind == "rows":
        for place, row in enumerate(value):
            yield shape.holds, (f"{name}.{place}.", row)
    elif shape.kind == "by_level":
        for level, row in value.items():
            yield shape.holds, (f"{name}.{level}.", row)
    else:
        yield shape.holds, (f"{name}.", value)


def press(plain: Plain, pressed: str) -> None:
    """Do what a row's button says: add, drop, up or down, and where; nothing if there is no such row."""
    verb, _space, path = pressed.partition(" ")
    *way, last = path.split(".")
    place: Any = plain
    for step in way:
        place = _step(place, step)
    if isinstance(place, list) and last.isdecimal() and int(last) < len(place):
        _move(place, int(last), verb)
    elif isinstance(place, dict) and verb == "drop":
        place.pop(last, None)
    elif isinstance(place, dict) and verb == "add":
        place[last] = [*place[last], {}] if isinstance(place.get(last), list) else {}


def _step(place: Any, step: str) -> Any:
    if isinstance(place, list):
        return place[int(step)] if step.isdecimal() and int(step) < len(place) else None
    return place.get(step) if isinstance(place, dict) else None


def _move(rows: list[Any], at: int, verb: str) -> None:
    row = rows.pop(at)
    if verb != "drop":
        rows.insert(max(0, at + {"up": -1, "down": 1}.get(verb, 0)), row)
