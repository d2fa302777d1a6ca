"""Runs the examples that stand beside a plan's criteria through the engine."""

from collections.abc import Iterator
from dataclasses import dataclass

from guanlan.engine.severity import Table, grade
from guanlan.plan.criteria import criterion, table, with_fallbacks
from guanlan.plan.document import PlanDocument


@dataclass(frozen=True)
class Outcome:
    """What an example says should happen, and what happens.

    `figures` are the measures or facts it gives; `level` is the cell's level, `fires`
    whether it should come out at that level, `graded` the level it came out at.
    """

    key: str
    level: str
    fires: bool
    figures: dict[str, int | None] | tuple[str, ...]
    graded: str | None
    holds: bool


def run(document: PlanDocument) -> Iterator[Outcome]:
    """Yield the outcome of every example, each read by its own criterion alone.

    One that fires must come out at exactly its level, one that does not must come
    out lower.
    """
    whole = table(document)
    for written in with_fallbacks(document):
        alone = Table(whole.levels, (criterion(written),))
        for cell in written.cells:
            for figures in cell.fires:
                graded = grade(figures, {}, alone).level
                yield Outcome(written.key, cell.level, True, figures, graded, graded == cell.level)
            for figures in cell.just_not:
                graded = grade(figures, {}, alone).level
                yield Outcome(
                    written.key, cell.level, False, figures, graded, _lower(graded, cell.level, whole)
                )
    yield from _facts(document, whole)


def _facts(document: PlanDocument, whole: Table) -> Iterator[Outcome]:
    rows = Table(whole.levels, triggers=whole.triggers)
    for trigger in document.triggers:
        for fires, listed in ((True, trigger.fires), (False, trigger.just_not)):
            graded = grade({}, {fact: (trigger.key,) for fact in listed}, rows).level
            holds = graded == trigger.level if fires else _lower(graded, trigger.level, whole)
            yield Outcome(trigger.key, trigger.level, fires, listed, graded, holds)


def _lower(graded: str | None, level: str, whole: Table) -> bool:
    return graded != level and whole.highest({graded, level}) == level
