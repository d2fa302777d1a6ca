"""Checks of the address book: when the next is due, starting one, what came of it, and the answer."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from guanlan.clocks.live import live
from guanlan.clocks.models import Stream
from guanlan.people.permissions import may, require
from guanlan.people.requests import PersonRequest
from guanlan.reachability import queries
from guanlan.reachability.actions import start_check
from guanlan.reachability.due import due_checks
from guanlan.reachability.forms import StartForm
from guanlan.reachability.models import ReachCheck
from guanlan.reachability.permissions import READ, START


@login_required
def checks_page(request: PersonRequest) -> HttpResponse:
    """List the checks and when the plan wants the next; start one."""
    require(request.user, READ, at=request.now)
    form = StartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        check = start_check(
            group=form.cleaned_data["group"], stream=request.stream, person=request.user, now=request.now
        )
        return redirect("reach-check", check.key)
    real = request.stream.kind == Stream.Kind.REAL
    page = {
        "checks": queries.checks(request.user, request.stream.pk)[:50],
        "dues": due_checks(now=request.now),
        "form": form if real and may(request.user, START, at=request.now) else None,
        "real": real,
    }
    return render(request, "reachability/checks.html", page)


@login_required
@live
def check_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show who answered and who cannot be reached; for htmx only that."""
    require(request.user, READ, at=request.now)
    check = get_object_or_404(ReachCheck.visible_to(request.user), key=key)
    page = {"check": check, "result": queries.result(check, now=request.now)}
    return render(request, "reachability/_result.html" if request.htmx else "reachability/check.html", page)


@login_required
@never_cache
def answered_page(request: PersonRequest, key: str) -> HttpResponse:
    """Thank whoever opened the message; opening it was the answer."""
    check = get_object_or_404(ReachCheck.visible_to(request.user), key=key)
    page = {"check": check, "at": queries.first_answer(check, request.user)}
    return render(request, "reachability/answered.html", page)
