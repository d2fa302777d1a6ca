"""The page of the hours worked on an incident."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanlan.incidents import actions
from guanlan.incidents.forms import HoursForm
from guanlan.incidents.hours import booked, hours_sheet, table
from guanlan.incidents.models import Hours, Incident
from guanlan.incidents.permissions import BOOK_HOURS
from guanlan.people.permissions import may
from guanlan.people.requests import PersonRequest
from guanlan.people.weeks import local_day


@login_required
def hours_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show the hours booked on an incident; book one's own."""
    incident = _incident(request, key)
    form = HoursForm(request.POST or None, initial={"day": local_day(request.now)})
    if form.is_valid():
        actions.book_hours(incident=incident, person=request.user, now=request.now, **form.booking())
        messages.success(request, _("已记工时。"))
        return redirect("incident-hours", incident.key)
    open_still = incident.state != Incident.State.ARCHIVED
    page = hours_sheet(incident, request.user) | {
        "form": form,
        "may_book": open_still and may(request.user, BOOK_HOURS, at=request.now),
    }
    return render(request, "incidents/hours.html", page, status=422 if form.is_bound else 200)


@login_required
@require_POST
def withdraw(request: PersonRequest, key: str) -> HttpResponse:
    """Take one's own booking back."""
    hours = get_object_or_404(Hours.visible_to(request.user).select_related("incident"), key=key)
    actions.withdraw_hours(hours=hours, person=request.user, now=request.now)
    messages.success(request, _("已撤回。"))
    return redirect("incident-hours", hours.incident.key)


@login_required
def hours_table(request: PersonRequest, key: str) -> HttpResponseBase:
    """Hand out the bookings as CSV."""
    lines = table(booked(_incident(request, key), request.user))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = "attachment; filename=hours.csv"
    return answer


def _incident(request: PersonRequest, key: str) -> Incident:
    return get_object_or_404(Incident.visible_to(request.user).select_related("event", "stream"), key=key)
