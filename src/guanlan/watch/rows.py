"""The criteria of the plan as rows of a table: what was measured, where the levels begin."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from guanlan.engine.severity import Grading, Reason
from guanlan.plan.document import PlanDocument
from guanlan.plan.levels import Criterion


@dataclass(frozen=True)
class CriterionRow:
    """One criterion: `lines` are the values at which the two gravest levels begin."""

    name: str
    unit: str
    value: int | None
    lines: tuple[int | None, ...]
    outcome: str
    met: bool
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
            trigger.name, "", None, (None, None), _reached(reason), True, trigger.source, reason.posts
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
        criterion.unit,
        reason.value,
        tuple(begins.get(level) for level in levels),
        _reached(reason),
        reason.state == "met",
        source,
        reason.posts,
    )


def _reached(reason: Reason) -> str:
    words = {
        "below": _("未达"),
        "unknown": _("未知"),
        "accumulating": _("基线积累中"),
        "guarded": _("数够，但负面占比不够"),
    }
    if reason.state == "met":
        return _("达%(level)s级") % {"level": reason.level}
    return words[reason.state]
