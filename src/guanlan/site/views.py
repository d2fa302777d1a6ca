"""The first page, and whether the product is alive."""

from datetime import datetime, timedelta

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from guanlan.clocks.live import live
from guanlan.incidents.queries import closed_by_since, due_between
from guanlan.people.requests import PersonRequest
from guanlan.people.roster import vacancies_for
from guanlan.site.queries import SHOWN, headline, situation, todos


@login_required
@live
def home(request: PersonRequest) -> HttpResponse:
    """Show what waits for the person who looks; for htmx only the content."""
    if not hasattr(request, "stream"):
        return render(request, "site/home.html", {"empty": True})
    person, stream, now = request.user, request.stream.pk, request.now
    waiting = todos(person, stream, now=now)
    page = {
        "todos": waiting[:SHOWN],
        "todo_count": len(waiting),
        "headline": headline(waiting, now=now),
        "situation": situation(person, stream, now=now),
        "due_soon": due_between(person, stream, now, now + timedelta(hours=2)),
        "vacancies": vacancies_for(person, at=now),
        "closed_today": closed_by_since(person, stream, _midnight(now)),
    }
    return render(request, "site/_home.html" if request.htmx else "site/home.html", page)


def _midnight(now: datetime) -> datetime:
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


def healthz(request: HttpRequest) -> HttpResponse:
    """Say ok if the database answers; open to everybody, tells nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")
