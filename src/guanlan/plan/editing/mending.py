"""What is wrong with a draft, said of boxes by their names on screen, and where each thing is mended."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError

from guanlan.plan.check import Finding
from guanlan.plan.document import PlanDocument
from guanlan.plan.editing.labels import CHOICES, FIELDS, label
from guanlan.plan.editing.names import by_key, code_name, section_name
from guanlan.plan.editing.shapes import Section, sections, shapes
from guanlan.plan.fields import Part
from guanlan.plan.mistakes import explain
from guanlan.plan.placeholders import mistakes

Path = tuple[str | int, ...]

# A name of the file's in a sentence: a key with dots, a field, a code; not in the middle of a word.
WRITTEN = re.compile(
    r"(?<![\w{])(?:[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)+|[a-z]+(?:_[a-z0-9]+)*)(?:: true)?(?![\w}])"
)


@dataclass(frozen=True)
class Spot:
    """Where a part stands: its section, the item that holds it, and the way inside the item."""

    section: Section
    item: str
    way: str
    part: type[Part]


@dataclass(frozen=True)
class Mend:
    """A finding in the words of the screen: where to go (section, item, box), and where the remedy is."""

    sentence: str
    remedy: str
    section: str
    item: str
    box: str
    elsewhere: str = ""
    elsewhere_name: str = ""


def on_screen(error: ValidationError, tree: Any, section: Section, item: str) -> dict[str, str]:
    """Return a sentence for each box that the schema refuses; what lies outside the item stands under ""."""
    found: dict[str, str] = {}
    for path, sentence in explain(error, called=_called(tree, section, item)):
        found.setdefault(_box(path, tree, section, item), sentence)
    return found


def misplaced(plan: PlanDocument, section: Section, item: str) -> dict[str, str]:
    """Return a sentence for each box with a placeholder that nobody would fill."""
    tree = plan.model_dump()
    return {_box(path, tree, section, item): sentence for path, _written, sentence in mistakes(tree)}


def mends(findings: tuple[Finding, ...], plan: PlanDocument) -> Iterator[Mend]:
    """Yield the findings as the screen says them."""
    spots, names = dict(spots_of(plan)), by_key(plan)
    for finding in findings:
        spot = spots.get(finding.key) or spots[plan.meta.key]
        sentence, remedy = (_in_words(text, names) for text in (finding.sentence, finding.remedy))
        named = [word.removesuffix(": true") for word in WRITTEN.findall(finding.remedy)]
        fields = {shape.name for shape in shapes(spot.part)}
        box = next((word for word in named if word in fields), "")
        elsewhere = next(
            (found for found in map(_section_of, named) if found not in ("", spot.section.name)), ""
        )
        yield Mend(
            sentence=sentence,
            remedy=remedy,
            section=spot.section.name,
            item=spot.item,
            box=".".join(filter(None, (spot.way, box))),
            elsewhere="" if box else elsewhere,
            elsewhere_name=section_name(sections()[elsewhere]) if elsewhere else "",
        )


def _section_of(word: str) -> str:
    """Return the section that a name of the file's leads to: its own, or the only one with such a field."""
    if word in sections():
        return word
    having = [name for name, section in sections().items() if word in {s.name for s in shapes(section.item)}]
    return having[0] if len(having) == 1 else ""


def spots_of(plan: PlanDocument) -> Iterator[tuple[str, Spot]]:
    """Yield every key with where its part stands; of a key used twice, the last."""
    for section in sections().values():
        found: Any = plan
        for step in section.path:
            found = getattr(found, step)
        for item in found if section.many else (found,):
            key = getattr(item, "key", "") if section.many else ""
            for inner, way, part in _within(item, ""):
                yield inner, Spot(section, key, way, part)


def _within(part: Part, way: str) -> Iterator[tuple[str, str, type[Part]]]:
    if hasattr(part, "key"):
        yield part.key, way, type(part)
    for name in type(part).model_fields:
        value = getattr(part, name)
        for place, child in enumerate(value) if isinstance(value, tuple) else ((None, value),):
            if isinstance(child, Part):
                steps = (way, name, "" if place is None else str(place))
                yield from _within(child, ".".join(filter(None, steps)))


def _in_words(text: str, names: dict[str, str]) -> str:
    said = re.sub(f" ?({WRITTEN.pattern}) ?", lambda found: _word(found[1], names) or found[0], text)
    return said.replace("”:", "”：")


def _word(written: str, names: dict[str, str]) -> str:
    """Return how the screen says a name of the file's; "" for what is none."""
    bare = written.removesuffix(": true")
    if bare in names:
        return names[bare] if names[bare] != bare else ""
    if bare in sections():
        return _quoted(section_name(sections()[bare]))
    if bare in FIELDS:
        called = _quoted(str(FIELDS[bare]))
        return _("勾上%(box)s") % {"box": called} if written.endswith(": true") else called
    for field in ("measure", "fact", "colour", "channels"):
        if bare in CHOICES[field]:
            return str(CHOICES[field][bare])
    return _code(written)


def _code(written: str) -> str:
    for field in ("step", "kind"):
        try:
            return code_name(field, written)
        except KeyError:
            continue
    return ""


def _quoted(words: str) -> str:
    return f"“{words}”"


def _box(path: Path, tree: Any, section: Section, item: str) -> str:
    """Return the name of the box that a path in the document leads to; "" outside the item."""
    depth = len(section.path)
    if path[:depth] != section.path:
        return ""
    inside = path[depth:]
    if section.many:
        rows = tree
        for step in section.path:
            rows = rows[step]
        if not inside or not isinstance(inside[0], int) or rows[inside[0]]["key"] != item:
            return ""
        inside = inside[1:]
    return ".".join(map(str, inside))


def _called(tree: Any, section: Section, item: str) -> Any:
    def called(path: Path) -> str:
        name = next((step for step in reversed(path) if isinstance(step, str)), "")
        part = section.item
        for step in _box(path, tree, section, item).split("."):
            shape = next((shape for shape in shapes(part) if shape.name == step), None)
            if shape is not None and shape.holds is not None:
                part = shape.holds
        return (
            section_name(sections()[name])
            if name in sections() and len(path) == 1
            else label(part.__name__, name)
        )

    return called
