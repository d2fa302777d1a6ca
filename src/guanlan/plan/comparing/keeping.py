"""What is compared of templates, practice, the chapters of prose, and how long the plan holds."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from guanlan.plan.comparing.facets import Facet, Row, count, groups, levels, plain, text
from guanlan.plan.document import Clause, PlanDocument
from guanlan.plan.wording import kind_name, level_names


def templates(plan: PlanDocument) -> Iterator[Row]:
    """Yield the templates of statements and answers."""
    for statement in plan.statements:
        facets = {
            _("名称"): text(statement.name),
            _("用途"): text(kind_name(statement.stage)),
            _("等级"): levels(statement.levels),
            _("正文"): text(statement.body),
        }
        yield plain(statement.key, _("声明模板"), statement.name, facets, level_names(statement.levels))
    for answer in plan.answers:
        facets = {
            _("名称"): text(answer.name),
            _("情形"): text(answer.situation),
            _("正文"): text(answer.body),
            _("不能说的话"): Facet(answer.never_say, _("、").join(answer.never_say)),
        }
        yield plain(answer.key, _("答复口径"), answer.name, facets, answer.situation)


def practice(plan: PlanDocument) -> Iterator[Row]:
    """Yield drills, surveys and courses."""
    for drill in plan.drills:
        facets = {
            _("名称"): text(drill.name),
            _("种类"): text(kind_name(drill.kind)),
            _("周期"): count(drill.every_months, _(" 个月")),
            _("参加的组"): groups(drill.groups, plan),
            _("目的"): text(drill.aim),
        }
        yield plain(drill.key, _("演练"), drill.name, facets, facets[_("周期")].words)
    for survey in plan.surveys:
        facets = {
            _("名称"): text(survey.name),
            _("种类"): text(kind_name(survey.kind)),
            _("周期"): count(survey.every_months, _(" 个月")),
            _("对象"): text(survey.audience),
            _("回访线"): count(survey.follow_up_below, _(" 分以下")),
        }
        yield plain(survey.key, _("调查"), survey.name, facets, survey.audience)
    for course in plan.training:
        facets = {
            _("名称"): text(course.name),
            _("周期"): count(course.every_months, _(" 个月")),
            _("参加的组"): groups(course.groups, plan),
            _("内容"): text(course.content),
            _("及格线"): count(course.pass_percent, "%"),
        }
        yield plain(course.key, _("培训"), course.name, facets, course.content)


def rules(plan: PlanDocument) -> Iterator[Row]:
    """Yield rewards, accountability and support."""
    for noun, clauses in (
        (_("奖励"), plan.rewards),
        (_("问责"), plan.accountability),
        (_("保障"), plan.support),
    ):
        for clause in clauses:
            facets = _clause(clause) | {_("归在"): text(noun)}
            yield plain(clause.key, noun, clause.title, facets, clause.text)


def chapters(plan: PlanDocument) -> Iterator[Row]:
    """Yield the chapters, each followed by its clauses."""
    for chapter in plan.chapters:
        yield plain(chapter.key, _("章"), chapter.title, {_("标题"): text(chapter.title)})
        for clause in chapter.clauses:
            facets = _clause(clause) | {_("所在章"): Facet(chapter.key, chapter.title)}
            yield plain(clause.key, _("条款"), clause.title, facets, clause.text)


def _clause(clause: Clause) -> dict[str, Facet]:
    return {_("标题"): text(clause.title), _("正文"): text(clause.text)}


def validity(plan: PlanDocument) -> Iterator[Row]:
    """Yield how long the plan holds, and who interprets it."""
    holds = plan.validity
    reminders = _("、").join(map(str, holds.remind_before_days))
    facets = {
        _("有效期"): count(holds.years, _(" 年")),
        _("施行日期"): Facet(holds.effective_on, str(holds.effective_on or "")),
        _("评估周期"): count(holds.review_every_months, _(" 个月")),
        _("到期提醒"): Facet(holds.remind_before_days, _("提前 {days} 天").format(days=reminders)),
        _("修订情形"): Facet(holds.revise_when, _("；").join(holds.revise_when)),
        _("解释的组"): groups([plan.interpretation.group], plan),
        _("解释条文"): text(plan.interpretation.text),
    }
    yield Row("validity", "", "", "", facets)
