"""Watches: three boxes, a live count over stored posts, a starter list of words."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from guanlan.engine.query import QueryError
from guanlan.errors import BadInput
from guanlan.people.permissions import may, require
from guanlan.people.queries import company
from guanlan.people.requests import PersonRequest
from guanlan.watch import queries
from guanlan.watch.actions import close_watch, keep_watch
from guanlan.watch.forms import WatchForm
from guanlan.watch.models import Watch
from guanlan.watch.permissions import MANAGE_WATCHES
from guanlan.watch.starter import starter_words
from guanlan.watch.wording import query_of, words


@login_required
def watches_page(request: PersonRequest) -> HttpResponse:
    """Show the watches and what each found today."""
    page = {
        "watches": queries.watches(request.user, request.stream, now=request.now),
        "may_manage": may(request.user, MANAGE_WATCHES, at=request.now),
    }
    return render(request, "watch/watches.html", page)


@login_required
def add_watch(request: PersonRequest) -> HttpResponse:
    """Open a watch."""
    require(request.user, MANAGE_WATCHES, at=request.now)
    form = WatchForm(request.POST or None)
    if not form.is_valid():
        status = BadInput.status if form.is_bound else 200
        page = {"form": form, "starter": starter_words()}
        return render(request, "watch/add_watch.html", page, status=status)
    typed = form.cleaned_data
    keep_watch(
        stream=request.stream,
        unit=company(),
        name=typed["name"],
        boxes=(typed["brand"], typed["matter"], typed["without"]),
        query=typed["query"],
        own_accounts=tuple(words(typed["own_accounts"])),
        person=request.user,
        now=request.now,
    )
    return redirect("watches")


@login_required
def count(request: PersonRequest) -> HttpResponse:
    """Count, as a fragment, how many stored posts the boxes would have met."""
    typed = {box: request.GET.get(box, "") for box in ("brand", "matter", "without")}
    query = request.GET.get("query", "").strip() or query_of(**typed)
    if not query:
        return render(request, "watch/_count.html", {})
    try:
        matching, looked, examples = queries.count_matches(request.user, request.stream, query)
    except QueryError as wrong:
        return render(request, "watch/_count.html", {"sentence": str(wrong)})
    found = {"matching": matching, "looked": looked, "examples": examples, "query": query}
    return render(request, "watch/_count.html", found)


@login_required
@require_POST
def close(request: PersonRequest, key: str) -> HttpResponse:
    """Stop a watch."""
    watch = get_object_or_404(Watch.visible_to(request.user), key=key)
    close_watch(watch=watch, person=request.user, now=request.now)
    return redirect("watches")
