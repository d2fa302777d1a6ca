"""Rules: people are told, the end can be recognised, and the plan has not run out."""

import datetime
from collections.abc import Iterator
from gettext import gettext as _

from guanlan.plan.document import PlanDocument, StandDown
from guanlan.plan.levels import Level
from guanlan.plan.remark import Remark
from guanlan.plan.timing import clock_of

# Earlier reminders are for planning a revision; from here on the plan has something to mend.
LAST_MONTH = 31
WITH_VALUE = ("negative_share_at_baseline", "quiet_hours", "complaints_settled")


def remarks(document: PlanDocument, today: datetime.date) -> Iterator[Remark]:
    """Yield what is wrong with notices, stand-down and validity."""
    for level in document.levels:
        yield from _approvers_hear(level, document)
        yield from _has_an_end(level, document)
    for condition in document.stand_down:
        yield from _condition(condition)
    yield from _expiry(document, today)


def _approvers_hear(level: Level, document: PlanDocument) -> Iterator[Remark]:
    clock = clock_of(level, "report_to_command")
    limit = clock.minutes if clock else 0
    told = {
        role
        for notification in document.notifications
        if level.key in notification.levels and notification.after_minutes <= limit
        for role in notification.roles
    }
    for approver in level.approvers:
        if approver not in told:
            role = document.roles.get(approver)
            yield Remark(
                level.key,
                _("“{level}”的批准人“{role}”在上报时限内收不到通知。").format(
                    level=level.name, role=role.name if role else approver
                ),
                _("请在 notifications 里给他加一条。"),
            )


def _has_an_end(level: Level, document: PlanDocument) -> Iterator[Remark]:
    if not any(level.key in condition.levels for condition in document.stand_down):
        yield Remark(
            level.key,
            _("“{level}”没有终止条件，启动后无从结束。").format(level=level.name),
            _("请在 stand_down 里给这一级写上条件。"),
        )


def _condition(condition: StandDown) -> Iterator[Remark]:
    if (condition.kind in WITH_VALUE) != (condition.value is not None):
        remedy = _("请写上 value。") if condition.kind in WITH_VALUE else _("请删去 value。")
        yield Remark(
            condition.key, _("终止条件“{name}”无法判断：value 不对。").format(name=condition.name), remedy
        )
    if not condition.source.strip():
        yield Remark(
            condition.key,
            _("终止条件“{name}”没有写出处。").format(name=condition.name),
            _("请在 source 写上出处；自己定的也请写明理由。"),
        )


def _expiry(document: PlanDocument, today: datetime.date) -> Iterator[Remark]:
    end = document.validity.expires_on
    if end is None:
        return
    remedy = _("请修订后发布新版本；新版本生效前，本版本仍可使用。")
    if end <= today:
        yield Remark(document.meta.key, _("预案已于 {day} 到期。").format(day=end), remedy)
        return
    soon = max((days for days in document.validity.remind_before_days if days <= LAST_MONTH), default=0)
    if (end - today).days <= soon:
        yield Remark(document.meta.key, _("预案将于 {day} 到期。").format(day=end), remedy)
