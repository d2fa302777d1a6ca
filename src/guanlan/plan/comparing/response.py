"""What is compared of duties, approvals, notices and the conditions for standing down."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from guanlan.plan.comparing.facets import Facet, Row, groups, levels, plain, roles, text, yes
from guanlan.plan.document import Chain, Duty, PlanDocument
from guanlan.plan.wording import (
    announced,
    channel_names,
    checker_name,
    condition_value,
    duration,
    kind_name,
    level_names,
    level_word,
    start_name,
    step_name,
    times_words,
)


def duties(plan: PlanDocument) -> Iterator[Row]:
    """Yield the duties, those of one group after the other."""
    for group in plan.organisation.groups:
        for duty in plan.duties:
            if duty.group == group.key:
                yield _duty(duty, group.name, plan)
    for duty in plan.duties:
        if duty.group not in plan.groups:
            yield _duty(duty, duty.group, plan)


def _duty(duty: Duty, group: str, plan: PlanDocument) -> Row:
    clauses = {clause.key: clause.title for chapter in plan.chapters for clause in chapter.clauses}
    facets = {
        _("名称"): text(duty.title),
        _("做法"): text(duty.action),
        _("归哪个组"): groups([duty.group], plan),
        _("依据条款"): Facet(duty.clause, clauses.get(duty.clause, duty.clause)),
        _("是否必办"): yes(duty.mandatory),
        _("凭证"): text(duty.evidence),
        _("验收人"): text(checker_name(duty.checked_by) if duty.checked_by else None),
        _("从何时起算"): text(start_name(duty.start)),
        _("阶段"): Facet((duty.first_step, duty.aftermath), _phase(duty)),
        _("守住的时限"): text(step_name(duty.meets) if duty.meets else None),
    }
    for level, times in duty.times.items():
        facets[_("{level}时限").format(level=level_word(level))] = Facet(times, times_words(times))
    subject = _("{group} 职责“{title}”的").format(group=group, title=duty.title)
    owner = _("{group} ").format(group=group)
    return Row(duty.key, _("职责"), duty.title, subject, facets, owner, _accepted(duty))


def _phase(duty: Duty) -> str:
    phases = (_("先期处置") if duty.first_step else "", _("善后") if duty.aftermath else "")
    return _("、").join(filter(None, phases)) or _("应急响应")


def _accepted(duty: Duty) -> str:
    """Ⅰ、Ⅱ级，30 分钟内接手; where they differ, each level with its own time."""
    by_level = {level: duration(times.accept_minutes, times.calendar) for level, times in duty.times.items()}
    if len(set(by_level.values())) == 1:
        (accept,) = set(by_level.values())
        return _("{levels}，{accept}内接手").format(levels=level_names(by_level), accept=accept)
    each = (f"{level_word(level)} {accept}" for level, accept in by_level.items())
    return _("{each}内接手").format(each=_("、").join(each))


def approvals(plan: PlanDocument) -> Iterator[Row]:
    """Yield the chains, each followed by its steps."""
    for chain in plan.approvals:
        facets = {
            _("名称"): text(chain.name),
            _("用途"): text(kind_name(chain.purpose)),
            _("等级"): levels(chain.levels),
            _("起草人"): roles(chain.authors, plan),
            _("签字次序"): Facet(tuple(step.key for step in chain.steps), _signers(chain, plan)),
        }
        detail = _("{levels}，{signers}").format(
            levels=level_names(chain.levels), signers=_signers(chain, plan)
        )
        yield plain(chain.key, _("审批流程"), chain.name, facets, detail)
        for step in chain.steps:
            who = roles([step.role], plan)
            facets = {
                _("签字人"): who,
                _("时限"): Facet(step.minutes, duration(step.minutes)),
                _("所在流程"): Facet(chain.key, chain.name),
            }
            subject = _("{chain} 由“{role}”签的一步，").format(chain=chain.name, role=who.words)
            owner = _("{chain} ").format(chain=chain.name)
            yield Row(step.key, _("签字"), who.words, subject, facets, owner, duration(step.minutes))


def _signers(chain: Chain, plan: PlanDocument) -> str:
    return roles([step.role for step in chain.steps], plan).words


def notifications(plan: PlanDocument) -> Iterator[Row]:
    """Yield the notices; one is called by its levels and whom it reaches."""
    for notice in plan.notifications:
        told = roles(notice.roles, plan)
        when = announced(notice.after_minutes, notice.repeat_minutes, notice.repeat_times)
        timing = (notice.after_minutes, notice.repeat_minutes, notice.repeat_times)
        facets = {
            _("等级"): levels(notice.levels),
            _("对象"): told,
            _("时间"): Facet(timing, when),
            _("方式"): Facet(notice.channels, channel_names(notice.channels)),
            _("是否人人须读"): yes(notice.all_must_read),
        }
        name = _("{levels}，{when}").format(levels=level_names(notice.levels), when=when)
        yield plain(notice.key, _("通知"), name, facets, told.words)


def stand_down(plan: PlanDocument) -> Iterator[Row]:
    """Yield the conditions for standing down."""
    for condition in plan.stand_down:
        facets = {
            _("名称"): text(condition.name),
            _("看什么"): text(kind_name(condition.kind)),
            _("数值"): Facet(condition.value, condition_value(condition.kind, condition.value)),
            _("等级"): levels(condition.levels),
            _("出处"): text(condition.source),
        }
        yield plain(condition.key, _("终止条件"), condition.name, facets, level_names(condition.levels))
