"""A plan as plain text, for the command line."""

import unicodedata
from collections.abc import Iterator
from gettext import gettext as _
from typing import get_args

from guanlan.plan.criteria import with_fallbacks
from guanlan.plan.document import Duty, Group, PlanDocument, Times
from guanlan.plan.fields import Step
from guanlan.plan.levels import Level
from guanlan.plan.timing import clock_of
from guanlan.plan.wording import duration, start_name, step_name


def show(document: PlanDocument) -> str:
    """Return the levels with their clocks, the criteria and the duties by group, ending in a newline."""
    ranked = document.by_rank
    title = _("{name}，版本 {version}").format(name=document.meta.name, version=document.meta.version)
    parts = [
        [title],
        _table([_level_head(), *(_level_row(level, document) for level in ranked)]),
        _table([[_("准则"), *(level.name for level in ranked)], *_criteria(document)]),
        *(_group(group, document) for group in document.organisation.groups),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts) + "\n"


def _level_head() -> list[str]:
    return [_("等级"), *map(step_name, get_args(Step)), _("续报"), _("批准人")]


def _level_row(level: Level, document: PlanDocument) -> list[str]:
    clocks = [clock_of(level, step) for step in get_args(Step)]
    times = [duration(clock.minutes, clock.calendar) if clock else "—" for clock in clocks]
    cadence = duration(level.cadence.minutes) if level.cadence.minutes else _("结案时")
    names = [document.roles[role].name if role in document.roles else role for role in level.approvers]
    return [f"{level.key} {level.name}", *times, cadence, _("、").join(names)]


def _criteria(document: PlanDocument) -> Iterator[list[str]]:
    for criterion in with_fallbacks(document):
        limits = {cell.level: f"≥ {cell.at_least:,} {criterion.unit}" for cell in criterion.cells}
        yield [criterion.name, *(limits.get(level.key, "—") for level in document.by_rank)]
    for trigger in document.triggers:
        yield [
            trigger.name,
            *(_("直接定级") if trigger.level == level.key else "—" for level in document.by_rank),
        ]


def _group(group: Group, document: PlanDocument) -> list[str]:
    roles = _("、").join(role.name for role in group.roles)
    head = _("{name}（{roles}）").format(name=group.name, roles=roles)
    duties = [duty for duty in document.duties if duty.group == group.key]
    rows = [_duty_row(duty, document) for duty in duties]
    levels = [level.name for level in document.by_rank]
    return [head, *_table([[_("职责：接收／完成"), _("起算"), *levels], *rows])] if rows else [head]


def _duty_row(duty: Duty, document: PlanDocument) -> list[str]:
    cells = [_times(duty.times.get(level.key)) for level in document.by_rank]
    title = _("{title}（必办）").format(title=duty.title) if duty.mandatory else duty.title
    return [title, start_name(duty.start), *cells]


def _times(times: Times | None) -> str:
    if times is None:
        return "—"
    return _("{accept}／{due}").format(
        accept=duration(times.accept_minutes, times.calendar), due=duration(times.due_minutes, times.calendar)
    )


def _table(rows: list[list[str]]) -> list[str]:
    """Align the columns by what a terminal shows: a Chinese character is two wide."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
