"""KPIs and their cases as tables for Excel; lengths of time in seconds, unknown left empty."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from guanlan.documents.sheet import sheet
from guanlan.review.cases import Case, Figure


def kpi_lines(content: dict[str, Any], period: str) -> Iterator[str]:
    """Return one line a KPI: count, median, P90, longest, in time, late, and the clock's sentence."""
    head = [
        _("期间"),
        _("部分"),
        _("指标"),
        _("件数"),
        _("未完"),
        _("中位（秒）"),
        _("P90（秒）"),
        _("最长（秒）"),
        _("按时"),
        _("超时"),
        _("未到期"),
        _("免办"),
        _("口径"),
    ]
    return sheet(head, _kpi_rows(content, period))


def _kpi_rows(content: dict[str, Any], period: str) -> Iterator[Sequence[Any]]:
    for part, rows in content["parts"]:
        for one in rows:
            found = one.summary
            figures = [_seconds(figure) for figure in (found.median, found.p90, found.longest)]
            counts = (found.kept, found.late, found.running, found.excused)
            clock = str(one.kpi.clock)
            yield [period, str(part), str(one.kpi.name), found.n, found.unfinished, *figures, *counts, clock]


def _seconds(figure: Figure | None) -> str | int:
    """Write a figure; one that may still grow carries its sign."""
    if figure is None:
        return ""
    seconds = int(figure.span.total_seconds())
    return f"≥{seconds}" if figure.at_least else seconds


def case_lines(cases: Iterable[Case]) -> Iterator[str]:
    """Return one line a case, as they came."""
    head = [
        _("对象"),
        _("起点"),
        _("终点"),
        _("用时（秒）"),
        _("未完"),
        _("时限"),
        _("结果"),
        _("备注"),
        _("地址"),
    ]
    return sheet(head, (_case(case) for case in cases))


def _case(case: Case) -> Sequence[Any]:
    return [
        case.words,
        _moment(case.started_at),
        _moment(case.stopped_at),
        int(case.elapsed.total_seconds()),
        _("是") if case.is_open else "",
        _moment(case.due_at),
        case.outcome.label,
        case.note,
        case.link,
    ]


def _moment(at: datetime | None) -> str:
    return timezone.localtime(at).isoformat(sep=" ", timespec="seconds") if at else ""
