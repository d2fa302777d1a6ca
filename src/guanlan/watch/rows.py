"""The criteria of the plan as rows of a table: what was measured, where the levels begin."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from guanlan.engine.severity import POSTS_GUARD, Grading, Reason
from guanlan.plan.document import PlanDocument
from guanlan.plan.levels import Criterion


@dataclass(frozen=True)
class CriterionRow:
    """One criterion: `lines` are where the two gravest levels begin, `level` what it reached.

    `measure` is empty for a listed fact.
    """

    name: str
    measure: str
    unit: str
    value: int | None
    lines: tuple[int | None, ...]
    outcome: str
    level: str
    source: str
    posts: tuple[str, ...]


def criteria_rows(grading: Grading, plan: PlanDocument) -> list[CriterionRow]:
    """Return a row for every measured criterion, and one for every listed fact that stands."""
    written = {criterion.key: criterion for criterion in plan.criteria}
    written |= {c.fallback.key: c.fallback for c in plan.criteria if c.fallback is not None}
    levels = [level.key for level in plan.by_rank][:2]
    rows = [
        _row(reason, written[reason.criterion], levels)
        for reason in grading.reasons
        if reason.criterion in written
    ]
    triggers = {trigger.key: trigger for trigger in plan.triggers}
    facts = [
        CriterionRow(
            trigger.name,
            "",
            "",
            None,
            (None, None),
            _outcome(reason),
            reason.level or "",
            trigger.source,
            reason.posts,
        )
        for reason in grading.reasons
        if reason.state == "met" and (trigger := triggers.get(reason.criterion)) is not None
    ]
    return facts + rows


def _row(reason: Reason, criterion: Criterion, levels: list[str]) -> CriterionRow:
    begins = {cell.level: cell.at_least for cell in criterion.cells}
    source = criterion.source or next((cell.source for cell in criterion.cells if cell.source), "")
    return CriterionRow(
        criterion.name,
        criterion.measure,
        criterion.unit,
        reason.value,
        tuple(begins.get(level) for level in levels),
        _outcome(reason),
        reason.level or "",
        source,
        reason.posts,
    )


def _outcome(reason: Reason) -> str:
    words = {
        "met": _("达到"),
        "below": _("未达"),
        "unknown": _("未知"),
        "accumulating": _("基线积累中"),
        "guarded": _("数够，但负面占比不够"),
    }
    if reason.state == "guarded" and reason.guard == POSTS_GUARD:
        return _("涨幅够，但负面帖文太少")
    return words[reason.state]
