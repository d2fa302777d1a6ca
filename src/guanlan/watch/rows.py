"""The criteria of the plan as rows of a table: what was measured, which line it reached, which is next."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from guanlan.engine.severity import POSTS_GUARD, Grading, Reason
from guanlan.plan.document import PlanDocument
from guanlan.plan.levels import Criterion
from guanlan.plan.wording import level_word


@dataclass(frozen=True)
class Line:
    """Where a level begins on one measure."""

    level: str
    at_least: int

    def __str__(self) -> str:
        return f"{level_word(self.level)} {self.at_least:,}"


@dataclass(frozen=True)
class CriterionRow:
    """One criterion: `reached` is the gravest line that its value meets, `coming` the next graver one.

    `measure` is empty for a listed fact.
    """

    name: str
    measure: str
    unit: str
    value: int | None
    reached: Line | None
    coming: Line | None
    outcome: str
    level: str
    source: str
    posts: tuple[str, ...]


def criteria_rows(grading: Grading, plan: PlanDocument) -> list[CriterionRow]:
    """Return a row for every listed fact that stands and every criterion, the gravest outcome first."""
    written = {criterion.key: criterion for criterion in plan.criteria}
    written |= {c.fallback.key: c.fallback for c in plan.criteria if c.fallback is not None}
    ranks = {level.key: level.rank for level in plan.levels}
    rows = [
        _row(reason, written[reason.criterion], ranks)
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
            None,
            None,
            _outcome(reason),
            reason.level or "",
            trigger.source,
            reason.posts,
        )
        for reason in grading.reasons
        if reason.state == "met" and (trigger := triggers.get(reason.criterion)) is not None
    ]
    return sorted(facts + rows, key=lambda row: (ranks.get(row.level, 99), row.value is None))


def _row(reason: Reason, criterion: Criterion, ranks: dict[str, int]) -> CriterionRow:
    lines = [Line(cell.level, cell.at_least) for cell in criterion.cells]
    met = [line for line in lines if reason.value is not None and line.at_least <= reason.value]
    ahead = [line for line in lines if line not in met]
    source = criterion.source or next((cell.source for cell in criterion.cells if cell.source), "")
    return CriterionRow(
        criterion.name,
        criterion.measure,
        criterion.unit,
        reason.value,
        min(met, key=lambda line: ranks[line.level], default=None),
        max(ahead, key=lambda line: ranks[line.level], default=None),
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
