"""Whom outside the house an incident's level wants informed, by when, and with which words."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from guanlan.approvals.models import Text
from guanlan.clocks.deadlines import office_at
from guanlan.clocks.outside import due_under, rule_of
from guanlan.errors import BadInput
from guanlan.incidents.models import Incident
from guanlan.people.models import Person
from guanlan.reports.cadence import last_progress
from guanlan.reports.gathering import dated
from guanlan.reports.models import Addressee, Brief, Report

PLACE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Row:
    """One addressee of an incident: by when it is to be told, and the brief if there is one."""

    addressee: Addressee
    rule_name: str
    due: datetime | None
    brief: Brief | None

    @property
    def state(self) -> str:
        """Where it stands, in words."""
        if self.brief is None:
            return _("未起草")
        if self.brief.replied_at:
            return _("已发出，已答复")
        if self.brief.sent_at:
            return _("已发出")
        if self.brief.text.state == Text.State.APPROVED:
            return _("已批准，等人发出")
        return str(self.brief.text.get_state_display())


def due_for(addressee: Addressee, incident: Incident) -> datetime | None:
    """Return by when the addressee is to be told: its rule, from the activation; None without a rule."""
    rule = rule_of(addressee.rule, incident.opened_at) if addressee.rule else None
    return due_under(rule, incident.opened_at, office_at(incident.opened_at)).moved_to if rule else None


def rows(incident: Incident, person: Person, *, now: datetime) -> list[Row]:
    """Return the addressees of the incident's level, and those told already; the earliest clock first."""
    written = Brief.visible_to(person).filter(incident=incident).select_related("addressee", "text")
    briefs = {brief.addressee.code: brief for brief in written}
    wanted = [one for one in Addressee.standing(now) if incident.level in one.levels or one.code in briefs]
    codes = {one.code for one in wanted}
    wanted += [brief.addressee for code, brief in briefs.items() if code not in codes]
    found = [_row(one, incident, briefs.get(one.code)) for one in wanted]
    latest = max((row.due for row in found if row.due), default=now)
    return sorted(found, key=lambda row: (row.due is None, row.due or latest, row.addressee.pk))


def _row(addressee: Addressee, incident: Incident, brief: Brief | None) -> Row:
    rule = rule_of(addressee.rule, incident.opened_at) if addressee.rule else None
    due = brief.due_at if brief else due_for(addressee, incident)
    return Row(addressee, rule.name if rule else "", due, brief)


def basis(incident: Incident) -> Report | None:
    """Return the frozen report that a brief takes its figures from: the latest to the command."""
    return last_progress(incident)


def names() -> dict[str, Callable[[Report, Incident], str]]:
    """Return what a template may name in braces, and how it is read from the frozen report."""
    return {
        _("公司"): lambda _report, incident: incident.unit.name,
        _("事件"): lambda report, _incident: str(report.frozen["title"]),
        _("等级"): lambda report, _incident: _level(report),
        _("启动时间"): lambda _report, incident: dated(incident.opened_at),
        _("截至"): lambda report, _incident: dated(report.written_at),
        _("帖文数"): lambda report, _incident: _figure(report, "posts"),
        _("负面数"): lambda report, _incident: _figure(report, "negative"),
        _("办结任务数"): lambda report, _incident: _figure(report, "tasks_done"),
        _("依据"): lambda report, _incident: (
            _("%(title)s，校验码 %(hash)s") % {"title": report.title, "hash": report.sha256[:8]}
        ),
    }


def filled(template: str, report: Report, incident: Incident) -> str:
    """Return the template with what the report froze in the place of each name."""
    known = names()
    return PLACE.sub(lambda found: known[found[1]](report, incident), template)


def refuse_unknown(template: str) -> None:
    """Raise BadInput with the first name in braces that nothing is known of."""
    known = names()
    unknown = next((name for name in PLACE.findall(template) if name not in known), None)
    if unknown is not None:
        raise BadInput(
            _("模板里的“{%(name)s}”不认识，没有保存。可以用：%(known)s。")
            % {"name": unknown, "known": "、".join(f"{{{name}}}" for name in known)}
        )


def usual_template() -> str:
    """Return the words that a new addressee begins with."""
    return _(
        "现将“{事件}”有关情况说明如下：\n\n"
        "一、基本情况。我公司于 {启动时间} 启动应急响应，响应等级为{等级}。截至 {截至}，监测到相关帖文 "
        "{帖文数} 条，其中负面 {负面数} 条。\n\n"
        "二、已采取的措施。已办结处置任务 {办结任务数} 项。（请补充主要措施）\n\n"
        "三、下一步安排。（请补充）\n\n"
        "{公司}\n（数据依据：{依据}）"
    )


def _level(report: Report) -> str:
    level = report.frozen.get("level")
    return f"{level['numeral']}（{level['word']}）" if level else _("不入级")


def _figure(report: Report, name: str) -> str:
    value = dict(report.frozen.get("measured", [])).get(name)
    return _("未知") if value is None else f"{value:,}"
