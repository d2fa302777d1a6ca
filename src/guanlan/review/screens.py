"""What the pages, the table for Excel and the API say, made from cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from guanlan.incidents.losses import totals
from guanlan.incidents.models import Hours
from guanlan.review import tallies
from guanlan.review.cases import Summary, summary
from guanlan.review.catalogue import KPIS, PARTS, Kpi
from guanlan.review.duties import adherences, by_clause, by_group
from guanlan.review.matters import Matter

# Between the parts of a code that names one row of a table.
_OF = "~"
_NONE = "0"
# What an incident's own page shows of it at a glance.
BRIEF = ("lag", "report", "in-place", "answer-from-finding", "tasks-done", "contained")

# Whose open cases past their time a person must still do something about.
OWED = ("triage", "report", "looking-again", "progress", "answer-from-finding", "tasks-done")


@dataclass(frozen=True)
class Row:
    """One KPI with what its cases come to."""

    kpi: Kpi
    summary: Summary


@dataclass(frozen=True)
class Cell:
    """So many events of one computed level got this level from a person."""

    code: str
    level: str
    count: int
    agrees: bool


@dataclass(frozen=True)
class Listing:
    """The cases behind one number: what they are, in one sentence, and what they come to."""

    code: str
    name: str | Promise
    clock: str | Promise
    summary: Summary


def row(kpi: Kpi, matters: Sequence[Matter], now: datetime) -> Row:
    """Return one KPI over some events."""
    return Row(kpi, summary(case for one in matters for case in kpi.of(one, now)))


def sheet_of(matters: Sequence[Matter], now: datetime) -> dict[str, Any]:
    """Return everything that is measured and counted over some events."""
    parts = [(part.name, [row(kpi, matters, now) for kpi in part.kpis]) for part in PARTS]
    return {
        "parts": parts,
        "tallies": [
            *tallies.reached(matters, now),
            *tallies.deliveries(matters, now),
        ],
        "quality": [tallies.false_alarms(matters, now), tallies.raises(matters, now)],
        "grading": _grading(matters, now),
        "clauses": by_clause(matters, now),
        "groups": by_group(matters, now),
        "adherences": adherences(matters, now),
        "losses": _losses(matters),
    }


def sentence(name: str, matters: Sequence[Matter], parts: Sequence[tuple[Any, Sequence[Row]]]) -> str:
    """Say in one sentence how the period went."""
    if not matters:
        return _("%(period)s：没有发现事件") % {"period": name}
    rows = {one.kpi.code: one.summary for _name, found in parts for one in found}
    words = _("%(period)s：发现 %(found)d 起，误报 %(false)d 起，启动 %(opened)d 起") % {
        "period": name,
        "found": len(matters),
        "false": sum(one.is_false_alarm for one in matters),
        "opened": sum(len(one.incidents) for one in matters),
    }
    done = rows["tasks-done"]
    if done.due:
        words += _("；到期的必办任务 %(due)d 项，按时 %(kept)d 项") % {"due": done.due, "kept": done.kept}
    late = sum(case.is_open and bool(case.overdue) for code in OWED for case in rows[code].cases)
    return words + (_("；现在还有 %(late)d 处超时未办") % {"late": late} if late else "")


def _grading(matters: Sequence[Matter], now: datetime) -> dict[str, Any]:
    """Return the table of levels: a row for each computed, a column for each that a person set."""
    found = tallies.graded(matters, now)
    plan = next((one.plan for one in reversed(matters) if one.plan), None)
    keys = [level.key for level in plan.by_rank] if plan else []
    used = {key for pair in found for key in pair}
    keys = [key for key in (*keys, *sorted(used - {*keys, ""})) if key in used] + [""] * ("" in used)
    rows = [
        (
            computed,
            [
                Cell(_pair(computed, level), level, len(found.get((computed, level), ())), computed == level)
                for level in keys
            ],
        )
        for computed in keys
    ]
    every = sum(map(len, found.values()))
    agreed = sum(len(cases) for (computed, level), cases in found.items() if computed == level)
    return {"keys": keys, "rows": rows, "all": every, "agreed": agreed}


def _losses(matters: Sequence[Matter]) -> dict[str, Any]:
    """Return what each event cost in sum, by kind, and all of them together; unknown is not nothing."""
    costly = [one for one in matters if one.losses or _hours(one)]
    rows = [(one, totals(one.losses, None, hours=_hours(one))) for one in costly]
    every = totals(
        (loss for one in costly for loss in one.losses),
        None,
        hours=[booking for one in costly for booking in _hours(one)],
    )
    return {"rows": rows, "every": every}


def _hours(matter: Matter) -> list[Hours]:
    return [booking for incident in matter.incidents for booking in incident.hours.all()]


def _pair(computed: str, level: str) -> str:
    return _OF.join(("graded", computed or _NONE, level or _NONE))


def listing(code: str, matters: Sequence[Matter], now: datetime) -> Listing | None:
    """Return the cases behind a number by its code; None if no number has it."""
    if code in KPIS:
        return Listing(code, KPIS[code].name, KPIS[code].clock, row(KPIS[code], matters, now).summary)
    head, *keys = code.split(_OF)
    if head == "graded" and len(keys) == 2:
        computed, level = ("" if key == _NONE else key for key in keys)
        cases = tallies.graded(matters, now).get((computed, level), ())
        clock = _(
            "期间内发现、有人研判过的事件（误报除外），按第一次定级那一刻的系统等级和人定等级归类；用时从发现到定级。"
        )
        return Listing(code, tallies.pair_name(computed, level), clock, Summary(cases))
    if head in ("clause", "group") and len(keys) == 1:
        return _duty_listing(code, head, keys[0], matters, now)
    every = [
        *tallies.reached(matters, now),
        *tallies.deliveries(matters, now),
        tallies.false_alarms(matters, now),
        tallies.raises(matters, now),
    ]
    tally = next((one for one in every if one.code == code), None)
    return Listing(code, tally.name, tally.clock, Summary(tally.cases)) if tally else None


def _duty_listing(code: str, head: str, key: str, matters: Sequence[Matter], now: datetime) -> Listing | None:
    rows = by_clause(matters, now) if head == "clause" else by_group(matters, now)
    found = next((one for one in rows if one.code == key), None)
    if found is None:
        return None
    clock = _("从派出任务，到办结；时限是任务自己的。必办、选办都在内，免办的另列。")
    return Listing(code, found.name, clock, found.done)


def brief(matter: Matter, now: datetime) -> list[Row]:
    """Return the few KPIs that an incident's page shows, without those that have no case."""
    rows = [row(KPIS[code], [matter], now) for code in BRIEF]
    return [one for one in rows if one.summary.cases]
