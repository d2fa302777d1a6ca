"""What the page of a version shows: the grid of levels, the chapters, the duties, the sources."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, get_args

from django.utils.translation import gettext as _

from guanlan.plan.criteria import with_fallbacks
from guanlan.plan.document import Duty, Group, PlanDocument
from guanlan.plan.fields import Purpose, Step
from guanlan.plan.levels import Criterion, Level
from guanlan.plan.models import PlanVersion
from guanlan.plan.placeholders import announcement
from guanlan.plan.queries import document
from guanlan.plan.timing import clock_of
from guanlan.plan.wording import (
    announced,
    called,
    channel_names,
    condition_value,
    duration,
    kind_name,
    start_name,
    step_name,
    times_words,
)


@dataclass
class Sources:
    """The notes on where numbers come from, numbered as they first appear."""

    texts: list[str] = field(default_factory=list)

    def number(self, text: str) -> int:
        """Return the number of a note, 0 where nothing is written."""
        if not text.strip():
            return 0
        if text not in self.texts:
            self.texts.append(text)
        return self.texts.index(text) + 1


@dataclass(frozen=True)
class Item:
    """One value in a cell: what it says, the number of its source, its key in the plan."""

    words: str
    source: int = 0
    key: str = ""


@dataclass(frozen=True)
class GridRow:
    """One row of the grid: a name, a remark, and the items of each level."""

    name: str
    cells: list[list[Item]]
    key: str = ""
    remark: str = ""


def content(version: PlanVersion) -> dict[str, Any]:
    """Return everything a version's page shows of the plan itself."""
    plan, sources = document(version), Sources()
    numbers = clause_numbers(plan)
    return {
        "plan": plan,
        "levels": plan.by_rank,
        "grid": [
            (_("判据"), list(_criteria(plan, sources))),
            (_("时限，没有注明的从信号起算"), list(_clocks(plan, sources))),
            (_("办法"), list(_ways(plan))),
        ],
        "chapters": _chapters(plan, numbers),
        "groups": [_group(group, plan, numbers) for group in plan.organisation.groups],
        "chains": [_chain(chain, plan) for chain in plan.approvals],
        "notices": [_notice(notice, plan) for notice in plan.notifications],
        "conditions": [
            (row, condition_value(row.kind, row.value), sources.number(row.source)) for row in plan.stand_down
        ],
        "statements": [(row, kind_name(row.stage)) for row in plan.statements],
        "practice": list(_practice(plan)),
        "rules": ((_("奖励"), plan.rewards), (_("问责"), plan.accountability), (_("保障"), plan.support)),
        "announcement": announcement(plan, version.effective_date),
        "sources": sources.texts,
        "file_sha256": hashlib.sha256(version.source.encode()).hexdigest(),
    }


def clause_numbers(plan: PlanDocument) -> dict[str, str]:
    """Number the clauses by chapter: 4.2 is the second of the fourth."""
    return {
        clause.key: f"{place}.{number}"
        for place, chapter in enumerate(plan.chapters, start=1)
        for number, clause in enumerate(chapter.clauses, start=1)
    }


def clause_name(plan: PlanDocument, key: str) -> str:
    """Return number and title of a clause, nothing for no key."""
    titles = {clause.key: clause.title for chapter in plan.chapters for clause in chapter.clauses}
    return f"{clause_numbers(plan)[key]} {titles[key]}" if key in titles else key


def days_of(version: PlanVersion, today: date) -> dict[str, int] | None:
    """Return how many of the version's days are over, left, and the share of those over; None if unknown."""
    start, end = version.effective_date, version.expires_date
    if start is None or end is None:
        return None
    whole, over = (end - start).days, max(0, (today - start).days)
    return {"over": over, "left": (end - today).days, "percent": min(100, over * 100 // whole)}


def _criteria(plan: PlanDocument, sources: Sources) -> Iterator[GridRow]:
    triggers = [
        [
            Item(trigger.name, sources.number(trigger.source), trigger.key)
            for trigger in plan.triggers
            if trigger.level == level.key
        ]
        for level in plan.by_rank
    ]
    yield GridRow(_("直接触发"), triggers, remark=_("有一项即定级"))
    for written in with_fallbacks(plan):
        cells = [_range(written, level, plan, sources) for level in plan.by_rank]
        yield GridRow(written.name, cells, written.key, _guards(written))


def _range(written: Criterion, level: Level, plan: PlanDocument, sources: Sources) -> list[Item]:
    ranks = {other.key: other.rank for other in plan.levels}
    cell = next((cell for cell in written.cells if cell.level == level.key), None)
    if cell is None:
        return []
    above = [other.at_least for other in written.cells if ranks.get(other.level, level.rank) < level.rank]
    low, high = cell.at_least, min(above) - 1 if above else None
    words = _("≥ %(low)s %(unit)s") if high is None else _("%(low)s–%(high)s %(unit)s")
    if low == high:
        words = _("%(low)s %(unit)s")
    limits = {"low": f"{low:,}", "high": f"{high or 0:,}", "unit": written.unit}
    return [Item(words % limits, sources.number(cell.source))]


def _guards(written: Criterion) -> str:
    guards = []
    if written.minimum_posts:
        guards.append(_("单日负面 ≥ %(count)s 条") % {"count": written.minimum_posts})
    if written.minimum_negative_permille:
        guards.append(_("负面占比 ≥ %(share)g%%") % {"share": written.minimum_negative_permille / 10})
    return "，".join(guards)


def _clocks(plan: PlanDocument, sources: Sources) -> Iterator[GridRow]:
    steps: tuple[Step, ...] = get_args(Step)
    for step in steps:
        clocks = [clock_of(level, step) for level in plan.by_rank]
        cells = [
            [Item(duration(clock.minutes, clock.calendar), sources.number(clock.source), clock.key)]
            if clock
            else []
            for clock in clocks
        ]
        starts = "、".join(dict.fromkeys(start_name(clock.start) for clock in clocks if clock))
        remark = _("从%(start)s起算") % {"start": starts} if starts != start_name("signal") else ""
        yield GridRow(step_name(step), cells, remark=remark)
    cadences = [
        [
            Item(
                _("每 %(time)s") % {"time": duration(level.cadence.minutes)}
                if level.cadence.minutes
                else _("结案时"),
                sources.number(level.cadence.source),
                level.cadence.key,
            )
        ]
        for level in plan.by_rank
    ]
    yield GridRow(_("续报"), cadences)


def _ways(plan: PlanDocument) -> Iterator[GridRow]:
    yield GridRow(_("升级叫人"), [[Item(called(level.call_minutes))] for level in plan.by_rank])
    yield GridRow(
        _("可先行启动"),
        [[Item("、".join(_group_names(level.first_by, plan)) or "—")] for level in plan.by_rank],
    )
    yield GridRow(_("定级批准"), [[Item(_names(level.approvers, plan))] for level in plan.by_rank])
    purposes: tuple[Purpose, ...] = ("statement", "answer")
    for purpose in purposes:
        chains = [plan.chain_for(purpose, level.key) for level in plan.by_rank]
        cells = [
            [Item(_names((step.role for step in chain.steps), plan))] if chain else [] for chain in chains
        ]
        yield GridRow(_("%(kind)s签字") % {"kind": kind_name(purpose)}, cells)


def _group_names(keys: Iterable[str], plan: PlanDocument) -> list[str]:
    known = plan.groups
    return [known[key].name if key in known else key for key in keys]


def _names(keys: Iterable[str], plan: PlanDocument) -> str:
    known = plan.roles
    return "、".join(known[key].name if key in known else key for key in keys)


def _chapters(plan: PlanDocument, numbers: dict[str, str]) -> list[tuple[int, Any, list[Any]]]:
    return [
        (
            place,
            chapter,
            [
                (numbers[clause.key], clause, [duty for duty in plan.duties if duty.clause == clause.key])
                for clause in chapter.clauses
            ],
        )
        for place, chapter in enumerate(plan.chapters, start=1)
    ]


def _group(group: Group, plan: PlanDocument, numbers: dict[str, str]) -> dict[str, Any]:
    duties = [duty for duty in plan.duties if duty.group == group.key]
    return {
        "group": group,
        "roles": [(role, _names(role.deputies, plan)) for role in group.roles],
        "duties": [(duty, numbers.get(duty.clause, ""), _by_level(duty, plan)) for duty in duties],
    }


def _by_level(duty: Duty, plan: PlanDocument) -> list[tuple[str, str]]:
    return [
        (level.key, times_words(duty.times[level.key])) for level in plan.by_rank if level.key in duty.times
    ]


def _chain(chain: Any, plan: PlanDocument) -> dict[str, Any]:
    return {
        "chain": chain,
        "kind": kind_name(chain.purpose),
        "authors": _names(chain.authors, plan),
        "steps": [(step, _names([step.role], plan), duration(step.minutes)) for step in chain.steps],
    }


def _notice(notice: Any, plan: PlanDocument) -> dict[str, Any]:
    return {
        "notice": notice,
        "when": announced(notice.after_minutes, notice.repeat_minutes, notice.repeat_times),
        "roles": _names(notice.roles, plan),
        "channels": channel_names(notice.channels),
    }


def _practice(plan: PlanDocument) -> Iterator[tuple[str, Any, str]]:
    for drill in plan.drills:
        yield _("演练"), drill, drill.aim
    for survey in plan.surveys:
        yield _("调查"), survey, survey.audience
    for course in plan.training:
        yield _("培训"), course, course.content
