"""The first page, and whether the product is alive."""

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Show what waits for the person who looks."""
    return render(request, "site/home.html")


def healthz(request: HttpRequest) -> HttpResponse:
    """Say ok if the database answers; open to everybody, tells nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")
