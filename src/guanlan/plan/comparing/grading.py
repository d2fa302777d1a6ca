"""What is compared of levels, clocks and criteria."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from guanlan.plan.comparing.facets import Facet, Row, count, groups, levels, plain, roles, text
from guanlan.plan.criteria import with_fallbacks
from guanlan.plan.document import PlanDocument
from guanlan.plan.levels import Cell, Criterion
from guanlan.plan.wording import called, duration, level_word, start_name, step_name


def ranks(plan: PlanDocument) -> Iterator[Row]:
    """Yield the levels."""
    colours = {
        "red": _("红"),
        "orange": _("橙"),
        "yellow": _("黄"),
        "blue": _("蓝"),
        "purple": _("紫"),
    }
    for level in plan.levels:
        facets = {
            _("名称"): text(level.name),
            _("含义"): text(level.meaning),
            _("颜色"): text(colours[level.colour]),
            _("次序"): count(level.rank),
            _("批准人"): roles(level.approvers, plan),
            _("叫人确认"): Facet(level.call_minutes, called(level.call_minutes)),
            _("可先行启动的组"): groups(level.first_by, plan),
        }
        name = level_word(level.key)
        yield Row(level.key, _("等级"), name, f"{name} ", facets, detail=level.meaning)


def clocks(plan: PlanDocument) -> Iterator[Row]:
    """Yield the clocks of each level and how often it reports."""
    for level in plan.levels:
        owner = f"{level_word(level.key)} "
        for clock in level.clocks:
            limit = duration(clock.minutes, clock.calendar)
            name = step_name(clock.step)
            facets = {
                _("时限"): Facet((clock.minutes, clock.calendar), limit),
                _("是哪一步"): text(name),
                _("从何时起算"): text(start_name(clock.start)),
                _("属于哪一级"): levels([level.key]),
                _("时限的出处"): text(clock.source),
            }
            yield Row(clock.key, _("时限"), name, f"{owner}{name}", facets, owner, limit)
        cadence = level.cadence
        often = duration(cadence.minutes) if cadence.minutes else _("结案时")
        facets = {
            _("间隔"): Facet(cadence.minutes, often),
            _("属于哪一级"): levels([level.key]),
            _("间隔的出处"): text(cadence.source),
        }
        yield Row(cadence.key, _("续报"), often, _("{owner}续报").format(owner=owner), facets, owner)


def criteria(plan: PlanDocument) -> Iterator[Row]:
    """Yield the criteria, their fallbacks, and the facts that decide alone."""
    whose = {row.fallback.key: row.name for row in with_fallbacks(plan) if row.fallback}
    for written in with_fallbacks(plan):
        facets = {
            _("名称"): text(written.name),
            _("测量值"): text(written.measure),
            _("单位"): text(written.unit),
            _("出处"): text(written.source),
            _("最少条数"): count(written.minimum_posts),
            _("负面占比下限"): Facet(
                written.minimum_negative_permille, f"{written.minimum_negative_permille / 10:g}%"
            ),
            _("代替哪一条"): text(whose.get(written.key)),
        }
        for cell in written.cells:
            facets |= _cell(cell, written)
        yield plain(written.key, _("准则"), written.name, facets, _thresholds(written))
    for trigger in plan.triggers:
        facets = {
            _("名称"): text(trigger.name),
            _("事实"): text(trigger.fact),
            _("定为"): levels([trigger.level]),
            _("出处"): text(trigger.source),
            _("例子"): Facet(
                (trigger.fires, trigger.just_not), _("、").join((*trigger.fires, *trigger.just_not))
            ),
        }
        detail = _("直接定为{level}").format(level=level_word(trigger.level))
        yield plain(trigger.key, _("直接触发"), trigger.name, facets, detail)


def _cell(cell: Cell, written: Criterion) -> dict[str, Facet]:
    level = level_word(cell.level)
    examples = [_figures(figures) for figures in cell.fires]
    misses = [_figures(figures) for figures in cell.just_not]
    return {
        _("{level}起点").format(level=level): count(cell.at_least, f" {written.unit}"),
        _("{level}起点的出处").format(level=level): text(cell.source),
        _("{level}例子").format(level=level): Facet(
            (examples, misses),
            _("{fires} 触发；{not_yet} 不触发").format(
                fires=_("，").join(examples), not_yet=_("，").join(misses)
            ),
        ),
    }


def _figures(figures: dict[str, int | None]) -> str:
    return _("、").join(f"{name}={_('未知') if value is None else value}" for name, value in figures.items())


def _thresholds(written: Criterion) -> str:
    return _("，").join(
        _("{level} {limit} {unit}起").format(
            level=level_word(cell.level), limit=f"{cell.at_least:,}", unit=written.unit
        )
        for cell in written.cells
    )
