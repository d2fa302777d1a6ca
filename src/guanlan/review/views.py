"""The KPIs of a period and of one incident, the cases behind each number, and both for Excel."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render

from guanlan.incidents.models import Incident
from guanlan.people.requests import PersonRequest
from guanlan.review.cases import longest_first
from guanlan.review.exporting import case_lines, kpi_lines
from guanlan.review.gathering import matter_of, matters_of
from guanlan.review.matters import Matter
from guanlan.review.periods import Period, period
from guanlan.review.screens import Listing, listing, sentence, sheet_of


@login_required
def kpis_page(request: PersonRequest) -> HttpResponse:
    """Show the KPIs of a month, quarter or year."""
    chosen, matters = _chosen(request)
    sheet = sheet_of(matters, request.now)
    page = sheet | {
        "period": chosen,
        "sentence": sentence(chosen.name, matters, sheet["parts"]),
        "address": "kpi",
        "tail": f"?period={chosen.code}",
    }
    return render(request, "review/kpis.html", page)


@login_required
def kpi_page(request: PersonRequest, code: str) -> HttpResponse:
    """Show the cases behind one number of a period, the longest first."""
    chosen, matters = _chosen(request)
    found = _listing(code, matters, request.now)
    return _cases(request, found, {"period": chosen})


@login_required
def kpis_csv(request: PersonRequest) -> HttpResponseBase:
    """Hand out the KPIs of a period."""
    chosen, matters = _chosen(request)
    return _csv(kpi_lines(sheet_of(matters, request.now), chosen.name), f"kpis-{chosen.code}")


@login_required
def kpi_csv(request: PersonRequest, code: str) -> HttpResponseBase:
    """Hand out the cases behind one number of a period."""
    chosen, matters = _chosen(request)
    found = _listing(code, matters, request.now)
    return _csv(case_lines(found.summary.cases), f"kpi-{chosen.code}")


@login_required
def incident_kpis_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show the KPIs of one incident, and where it left the plan."""
    incident, matters = _incident(request, key)
    page = sheet_of(matters, request.now) | {"incident": incident}
    return render(request, "review/incident.html", page)


@login_required
def incident_kpi_page(request: PersonRequest, key: str, code: str) -> HttpResponse:
    """Show the cases behind one number of an incident."""
    incident, matters = _incident(request, key)
    return _cases(request, _listing(code, matters, request.now), {"incident": incident})


def _chosen(request: PersonRequest) -> tuple[Period, list[Matter]]:
    chosen = period(request.GET.get("period", ""), now=request.now)
    return chosen, matters_of(request.user, request.stream, chosen)


def _incident(request: PersonRequest, key: str) -> tuple[Incident, list[Matter]]:
    rows = Incident.visible_to(request.user).filter(stream=request.stream)
    incident = get_object_or_404(rows.select_related("plan_version", "event"), key=key)
    matter = matter_of(incident, request.user)
    return incident, [matter] if matter else []


def _listing(code: str, matters: list[Matter], now: datetime) -> Listing:
    found = listing(code, matters, now)
    if found is None:
        raise Http404
    return found


def _cases(request: PersonRequest, found: Listing, about: dict[str, Any]) -> HttpResponse:
    page = Paginator(longest_first(found.summary.cases), 50).get_page(request.GET.get("page"))
    return render(request, "review/kpi.html", about | {"listing": found, "page": page})


def _csv(lines: Iterator[str], name: str) -> HttpResponseBase:
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename={name}.csv"
    return answer
