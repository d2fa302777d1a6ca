"""A part of a plan made ready for comparing: its values, each with how it reads."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from guanlan.plan.document import PlanDocument
from guanlan.plan.wording import level_names


@dataclass(frozen=True)
class Facet:
    """A value to compare, and how it reads."""

    value: object
    words: str


@dataclass(frozen=True)
class Row:
    """One part of a plan, ready to be compared.

    `subject` begins the sentence about a change in it, `owner` the one about its coming or
    going, in which `detail` follows.
    """

    key: str
    noun: str
    name: str
    subject: str
    facets: dict[str, Facet]
    owner: str = ""
    detail: str = ""


def text(words: str | None) -> Facet:
    """Running text."""
    return Facet(words or "", " ".join((words or "").split()))


def count(value: int | None, unit: str = "") -> Facet:
    """A number with its unit."""
    return Facet(value, "" if value is None else f"{value:,}{unit}")


def levels(keys: Iterable[str]) -> Facet:
    """Levels, in whatever order."""
    keys = tuple(keys)
    return Facet(frozenset(keys), level_names(keys))


def roles(keys: Iterable[str], plan: PlanDocument) -> Facet:
    """Roles by name; they differ only if the keys do."""
    keys = tuple(keys)
    known = plan.roles
    return Facet(keys, _("、").join(known[key].name if key in known else key for key in keys))


def groups(keys: Iterable[str], plan: PlanDocument) -> Facet:
    """Groups by name; they differ only if the keys do."""
    keys = tuple(keys)
    known = plan.groups
    return Facet(keys, _("、").join(known[key].name if key in known else key for key in keys))


def yes(flag: bool) -> Facet:
    """Yes or no."""
    return Facet(flag, _("是") if flag else _("否"))


def plain(key: str, noun: str, name: str, facets: dict[str, Facet], detail: str = "") -> Row:
    """A row that begins with its noun and name."""
    subject = _("{noun}“{name}”的").format(noun=noun, name=name)
    return Row(key, noun, name, subject, facets, detail=detail)
