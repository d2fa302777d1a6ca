"""Says what changed between two versions of a plan, part by part, in words.

Parts are matched by `key`: a part whose key changed was removed and another one added.
What is compared of each kind of part stands in the modules that `sections` lists.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from guanlan.plan.comparing.facets import Row
from guanlan.plan.comparing.sections import Section, sections
from guanlan.plan.document import PlanDocument, digest

LONG = 40  # characters; from a longer text only the clauses that differ are told
CLAUSE_ENDS = "，。；：、"  # zh-data: punctuation


@dataclass(frozen=True)
class Change:
    """One change: what it is about, and what stood and stands there."""

    kind: Literal["added", "removed", "changed"]
    key: str
    subject: str
    old: str = ""
    new: str = ""

    def __str__(self) -> str:
        if self.kind == "changed":
            return _("{subject}：{old} → {new}").format(subject=self.subject, old=self.old, new=self.new)
        detail = self.new or self.old
        return (
            _("{subject}，{detail}").format(subject=self.subject, detail=detail) if detail else self.subject
        )


@dataclass(frozen=True)
class Chapter:
    """The changes in one part of the plan."""

    title: str
    changes: tuple[Change, ...]


def compare(old: PlanDocument, new: PlanDocument) -> tuple[Chapter, ...]:
    """Return what changed, by part of the plan, in the plan's order; parts without changes are left out."""
    compared = (Chapter(section.title, tuple(_changes(section, old, new))) for section in sections())
    chapters = tuple(chapter for chapter in compared if chapter.changes)
    if chapters or digest(old) == digest(new):
        return chapters
    moved = Change("changed", new.meta.key, _("排列次序"), _("原次序"), _("新次序，内容未变"))
    return (Chapter(_("次序"), (moved,)),)


def in_words(old: PlanDocument, new: PlanDocument) -> str:
    """Return the changes as text for the command line, ending in a newline."""
    chapters = compare(old, new)
    if not chapters:
        return _("两份预案内容相同。") + "\n"
    count = sum(len(chapter.changes) for chapter in chapters)
    parts = [_("共 {count} 处改动。").format(count=count)]
    for chapter in chapters:
        parts.append("\n".join([chapter.title, *(f"  {change}" for change in chapter.changes)]))
    return "\n\n".join(parts) + "\n"


def _changes(section: Section, old: PlanDocument, new: PlanDocument) -> Iterator[Change]:
    before = {row.key: row for row in section.rows(old)}
    after = {row.key: row for row in section.rows(new)}
    for key, row in before.items():
        if key not in after:
            subject = _("{owner}删去{noun}“{name}”").format(owner=row.owner, noun=row.noun, name=row.name)
            yield Change("removed", key, subject, old=row.detail)
    for key, row in after.items():
        if key in before:
            yield from _changed(before[key], row)
        else:
            subject = _("{owner}新增{noun}“{name}”").format(owner=row.owner, noun=row.noun, name=row.name)
            yield Change("added", key, subject, new=row.detail)


def _changed(before: Row, after: Row) -> Iterator[Change]:
    for label in dict.fromkeys([*before.facets, *after.facets]):
        old, new = before.facets.get(label), after.facets.get(label)
        if (old and old.value) != (new and new.value):
            words = _differing(old.words if old else "", new.words if new else "")
            yield Change("changed", after.key, f"{before.subject}{label}", *words)


def _differing(old: str, new: str) -> tuple[str, str]:
    """Return both, a long text cut to the clauses that differ; nothing is said as （无）."""
    if max(len(old), len(new)) <= LONG or not old or not new:
        return old or _("（无）"), new or _("（无）")
    start = _common(old, new)
    end = min(_common(old[::-1], new[::-1]), min(len(old), len(new)) - start)
    start, end = _clause_before(old, start), _clause_after(old, end)
    return _cut(old, start, end), _cut(new, start, end)


def _clause_before(text: str, start: int) -> int:
    return max(text.rfind(mark, 0, start) for mark in CLAUSE_ENDS) + 1


def _clause_after(text: str, end: int) -> int:
    """How much of the common end is left once the clause that differs is whole."""
    ends = [found for mark in CLAUSE_ENDS if (found := text.find(mark, len(text) - end)) >= 0]
    return len(text) - min(ends) - 1 if ends else 0


def _common(one: str, other: str) -> int:
    return next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )


def _cut(text: str, start: int, end: int) -> str:
    return ("…" if start else "") + text[start : len(text) - end] + ("…" if end else "")
