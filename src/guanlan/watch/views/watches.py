"""Watches: three boxes, a live count over stored posts, a starter list of words."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanlan.engine.query import QueryError
from guanlan.errors import BadInput
from guanlan.people.permissions import may, require
from guanlan.people.queries import company
from guanlan.people.requests import PersonRequest
from guanlan.watch import queries
from guanlan.watch.actions import close_watch, keep_watch, keep_watches
from guanlan.watch.forms import KeywordsForm, WatchForm
from guanlan.watch.models import Watch
from guanlan.watch.permissions import MANAGE_WATCHES
from guanlan.watch.starter import starter_words
from guanlan.watch.watch_files import read_keywords
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
        page = {"form": form, "starter": starter_words()}
        return render(request, "watch/add_watch.html", page, status=_status(form))
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
def import_watches(request: PersonRequest) -> HttpResponse:
    """Show which watches a keyword file makes; keep them once they were seen."""
    require(request.user, MANAGE_WATCHES, at=request.now)
    form = KeywordsForm(request.POST or None, request.FILES or None)
    if not form.is_valid():
        return render(request, "watch/import_watches.html", {"form": form}, status=_status(form))
    file, words = form.cleaned_data["file"], form.cleaned_data["words"]
    raw, name = (file.read(), file.name) if file else (words.encode(), _("关键词文件"))
    try:
        imported = read_keywords(raw, name)
    except BadInput as wrong:
        form.add_error("file", wrong.sentence)
        return render(request, "watch/import_watches.html", {"form": form}, status=_status(form))
    if file:
        taken = set(queries.taken_names(request.stream, [watch.name for watch in imported.watches]))
        shown = {"imported": imported, "taken": taken, "words": raw.decode("utf-8-sig"), "form": form}
        return render(request, "watch/import_watches.html", shown)
    kept = keep_watches(
        stream=request.stream, unit=company(), watches=imported.watches, person=request.user, now=request.now
    )
    messages.success(request, _("已保存 %(count)d 个监测方案，从下一批帖文起命中。") % {"count": len(kept)})
    return redirect("watches")


def _status(form: forms.Form) -> int:
    return BadInput.status if form.is_bound else 200


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
