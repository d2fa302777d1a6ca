"""The parts of a plan in the order in which changes are told."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from guanlan.plan.comparing import grading, keeping, organisation, response
from guanlan.plan.comparing.facets import Row
from guanlan.plan.document import PlanDocument


@dataclass(frozen=True)
class Section:
    """A part of the plan and what is compared in it."""

    title: str
    rows: Callable[[PlanDocument], Iterator[Row]]


def sections() -> tuple[Section, ...]:
    """Return the parts, in the plan's order."""
    return (
        Section(_("预案"), organisation.meta),
        Section(_("组织"), organisation.organisation),
        Section(_("等级"), grading.ranks),
        Section(_("定级准则"), grading.criteria),
        Section(_("时限与续报"), grading.clocks),
        Section(_("职责"), response.duties),
        Section(_("审批"), response.approvals),
        Section(_("通知"), response.notifications),
        Section(_("终止条件"), response.stand_down),
        Section(_("声明与答复模板"), keeping.templates),
        Section(_("演练、调查和培训"), keeping.practice),
        Section(_("奖惩与保障"), keeping.rules),
        Section(_("章节条款"), keeping.chapters),
        Section(_("有效期与解释"), keeping.validity),
    )
