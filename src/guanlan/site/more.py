"""The phone's way to everything that has no button under the thumb."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render

from guanlan.people.requests import PersonRequest
from guanlan.site.navigation import PARTS, drawn


@login_required
def more(request: PersonRequest) -> HttpResponse:
    """Show every part with its pages."""
    return render(request, "site/more.html", {"parts": drawn(PARTS, request.path)})
