"""The KPIs of a period, for other programs."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from ninja import Router, Schema

from guanlan.api.tokens import KPIS_READ, require_scope
from guanlan.review import periods
from guanlan.review.cases import Figure, Summary
from guanlan.review.duties import DutyRow
from guanlan.review.gathering import matters_of
from guanlan.review.screens import Row, sheet_of
from guanlan.review.tallies import Tally

router = Router(tags=["kpis"])


class SpanGiven(Schema):
    """Seconds of one of the cases; `at_least` where an unfinished one may still pass it."""

    seconds: int
    at_least: bool


class CountsGiven(Schema):
    """How cases stand to their deadlines; `running` are neither done nor due, `excused` counted apart."""

    kept: int
    late: int
    running: int
    untimed: int
    excused: int


class KpiGiven(Schema):
    """One KPI: its clock in words, how many cases, and what they come to; null where there is none."""

    code: str
    name: str
    clock: str
    n: int
    unfinished: int
    median: SpanGiven | None
    p90: SpanGiven | None
    longest: SpanGiven | None
    counts: CountsGiven
    page: str


class TallyGiven(Schema):
    """So many of so many."""

    code: str
    name: str
    clock: str
    count: int
    of: int
    page: str


class DutiesGiven(Schema):
    """The tasks of one clause or group."""

    code: str
    name: str
    accepted: CountsGiven
    done: CountsGiven
    overdue_median: SpanGiven | None


class PairGiven(Schema):
    """So many events of one computed level got this level from a person; empty is below the levels."""

    computed: str
    confirmed: str
    count: int


class KpisGiven(Schema):
    """All that is measured and counted of what was found in a period of one stream."""

    period: str
    begin: datetime
    end: datetime
    stream: str
    kpis: list[KpiGiven]
    tallies: list[TallyGiven]
    grading: list[PairGiven]
    groups: list[DutiesGiven]
    clauses: list[DutiesGiven]


@router.get("/kpis", response=KpisGiven)
def read_kpis(request: HttpRequest, period: str = "") -> dict[str, Any]:
    """Return the KPIs of a month (2026-11), quarter (2026-Q4) or year (2026); the present month if none."""
    token = request.auth  # type: ignore[attr-defined]
    require_scope(token, KPIS_READ)
    return _given(request, token.person, period)


def _given(request: Any, person: Any, written: str) -> dict[str, Any]:
    chosen = periods.period(written, now=request.now)
    content = sheet_of(matters_of(person, request.stream, chosen), request.now)
    return {
        "period": chosen.code,
        "begin": chosen.begin,
        "end": chosen.end,
        "stream": request.stream.kind,
        "kpis": [_kpi(row, chosen.code) for _name, rows in content["parts"] for row in rows],
        "tallies": [_tally(one, chosen.code) for one in (*content["quality"], *content["tallies"])],
        "grading": [
            {"computed": computed, "confirmed": cell.level, "count": cell.count}
            for computed, cells in content["grading"]["rows"]
            for cell in cells
            if cell.count
        ],
        "groups": [_duties(row) for row in content["groups"]],
        "clauses": [_duties(row) for row in content["clauses"]],
    }


def _kpi(row: Row, code: str) -> dict[str, Any]:
    found = row.summary
    return {
        "code": row.kpi.code,
        "name": str(row.kpi.name),
        "clock": str(row.kpi.clock),
        "n": found.n,
        "unfinished": found.unfinished,
        "median": _span(found.median),
        "p90": _span(found.p90),
        "longest": _span(found.longest),
        "counts": _counts(found),
        "page": f"{reverse('kpi', args=[row.kpi.code])}?period={code}",
    }


def _tally(one: Tally, code: str) -> dict[str, Any]:
    return {
        "code": one.code,
        "name": str(one.name),
        "clock": str(one.clock),
        "count": len(one.cases),
        "of": one.of,
        "page": f"{reverse('kpi', args=[one.code])}?period={code}",
    }


def _duties(row: DutyRow) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "accepted": _counts(row.accepted),
        "done": _counts(row.done),
        "overdue_median": _span(row.done.overdue),
    }


def _counts(found: Summary) -> dict[str, int]:
    return {name: found.count(name) for name in ("kept", "late", "running", "untimed", "excused")}


def _span(figure: Figure | None) -> dict[str, Any] | None:
    return {"seconds": int(figure.span.total_seconds()), "at_least": figure.at_least} if figure else None
