"""Joins the chapters of a Word file to a plan whose duties cite clauses: which clause is whose ground."""

from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext as _

from guanlan.plan import document as plans
from guanlan.plan.document import PlanDocument
from guanlan.plan.editing.keys import give_keys
from guanlan.plan.word_import.placing import Chapter, Clause

ALIKE = 0.3  # from this share of common pairs of characters on, a clause is proposed


@dataclass(frozen=True)
class Cited:
    """A clause of the plan that duties cite, those duties, and the clause of the file that looks like it."""

    key: str
    title: str
    text: str
    duties: tuple[str, ...]
    alike: int | None


def cited(plan: PlanDocument, chapters: list[Chapter]) -> list[Cited]:
    """Return every clause that duties cite, in the plan's order."""
    written = [clause for chapter in chapters for clause in chapter.clauses]
    found = []
    for chapter in plan.chapters:
        for clause in chapter.clauses:
            duties = tuple(duty.title for duty in plan.duties if duty.clause == clause.key)
            if duties:
                found.append(Cited(clause.key, clause.title, clause.text, duties, _alike(clause, written)))
    return found


def joined(plan: PlanDocument, chapters: list[Chapter], grounds: dict[str, int | None]) -> PlanDocument:
    """Return the plan with the file's chapters in place of its own.

    `grounds` says for each cited clause which line of the file begins the clause that takes its place
    and its key; with None it is kept, in a chapter at the end. Several may give way to one.
    """
    heirs: dict[int, str] = {}
    moved = {key: heirs.setdefault(at, key) for key, at in grounds.items() if at is not None}
    taken = set(plans.keys(plan)) - {clause.key for chapter in plan.chapters for clause in chapter.clauses}
    taken |= {key for key, at in grounds.items() if at is None}
    written = [_chapter(chapter, heirs, taken) for chapter in chapters]
    kept = [
        clause
        for chapter in plan.chapters
        for clause in chapter.clauses
        if grounds.get(clause.key, 0) is None
    ]
    if kept:
        ending = {"title": _("沿用的条款"), "clauses": []}
        give_keys(plans.Chapter, ending, taken)
        written.append(plans.Chapter.model_validate(ending | {"clauses": kept}))
    duties = tuple(
        duty.model_copy(update={"clause": moved.get(duty.clause, duty.clause)}) for duty in plan.duties
    )
    return plan.model_copy(update={"chapters": tuple(written), "duties": duties})


def _chapter(chapter: Chapter, heirs: dict[int, str], taken: set[str]) -> plans.Chapter:
    plain = {
        "title": chapter.title,
        "clauses": [
            {"key": heirs.get(clause.at, ""), "title": clause.title, "text": clause.text}
            for clause in chapter.clauses
        ],
    }
    give_keys(plans.Chapter, plain, taken)
    return plans.Chapter.model_validate(plain)


def _alike(clause: plans.Clause, written: list[Clause]) -> int | None:
    """Return the line of the clause that is most like one, by pairs of characters; None if none is."""
    scores = [(_likeness(clause, other), -other.at) for other in written]
    best = max(scores, default=(0.0, 0))
    return -best[1] if best[0] >= ALIKE else None


def _likeness(clause: plans.Clause, other: Clause) -> float:
    title = _common(_pairs(clause.title), _pairs(other.title))
    return max(title, _common(_pairs(clause.title + clause.text), _pairs(other.title + other.text)))


def _common(one: set[str], other: set[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def _pairs(words: str) -> set[str]:
    bare = [sign for sign in words if sign.isalnum()]
    return {a + b for a, b in pairwise(bare)}
