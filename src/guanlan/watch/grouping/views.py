"""Pages on which events are merged, split and held against earlier ones, and what was called false."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanlan.errors import BadInput
from guanlan.people.permissions import require
from guanlan.people.requests import PersonRequest
from guanlan.watch.grouping import queries
from guanlan.watch.grouping.actions import (
    link_precedent,
    merge_events,
    split_event,
    undo_merge,
    unlink_precedent,
)
from guanlan.watch.grouping.forms import MergeForm, PrecedentForm, SplitForm, UndoForm
from guanlan.watch.models import Event, Precedent, Regrouping
from guanlan.watch.permissions import ASSESS_EVENT, CORRECT_POST

# So many posts stand on the page where some are chosen; a word narrows them.
SHOWN = 50


@login_required
def merge(request: PersonRequest, key: str) -> HttpResponse:
    """Put the event into another one of its watch."""
    require(request.user, CORRECT_POST, at=request.now)
    event = _event(request, key)
    form = MergeForm(request.POST or None, events=queries.mergeable(event, request.user))
    if not form.is_valid():
        return render(request, "watch/merge.html", {"event": event, "form": form}, status=_status(form))
    into = form.cleaned_data["event"]
    reason = form.cleaned_data["reason"]
    merge_events(gone=event, into=into, reason=reason, person=request.user, now=request.now)
    messages.success(request, _("正在并入“%(name)s”，几秒后生效，可以撤销。") % {"name": into.name})
    return redirect("event", key=into.key)


@login_required
def split(request: PersonRequest, key: str) -> HttpResponse:
    """Make an event of its own of the chosen posts."""
    require(request.user, CORRECT_POST, at=request.now)
    event, word = _event(request, key), request.GET.get("word", "").strip()
    found = queries.to_split(event, word)
    shown = list(found[:SHOWN])
    numbers = [reading.pk for reading in shown]
    form = SplitForm(request.POST or None, posts=numbers)
    if not form.is_valid():
        page = {"event": event, "form": form, "word": word, "readings": shown, "count": found.count()}
        return render(request, "watch/split.html", page, status=_status(form))
    typed = form.cleaned_data
    posts = found.values_list("pk", flat=True) if word and typed["whole"] else typed["posts"]
    split_event(event=event, posts=list(posts), reason=typed["reason"], person=request.user, now=request.now)
    messages.success(request, _("正在拆出 %(count)d 条帖文成为新事件，几秒后生效。") % {"count": len(posts)})
    return redirect("event", key=key)


@login_required
def undo(request: PersonRequest, key: str) -> HttpResponse:
    """Take a merge back."""
    require(request.user, CORRECT_POST, at=request.now)
    found = Regrouping.visible_to(request.user).select_related("event", "other", "person")
    merged, form = get_object_or_404(found, key=key), UndoForm(request.POST or None)
    if not form.is_valid():
        page = {"merge": merged, "event": merged.event, "form": form}
        return render(request, "watch/undo_merge.html", page, status=_status(form))
    reason = form.cleaned_data["reason"]
    undo_merge(merge=merged, reason=reason, person=request.user, now=request.now)
    messages.success(request, _("正在撤销合并，几秒后生效。"))
    return redirect("event", key=merged.event.key)


@login_required
def precedent(request: PersonRequest, key: str) -> HttpResponse:
    """Name a precedent, from the earlier events that are most alike."""
    require(request.user, ASSESS_EVENT, at=request.now)
    event = _event(request, key)
    alike = queries.alike(event, request.user)
    offered = Event.visible_to(request.user).filter(pk__in=[earlier.pk for earlier, _words in alike])
    form = PrecedentForm(request.POST or None, events=offered)
    if not form.is_valid():
        page = {"event": event, "form": form, "alike": alike}
        return render(request, "watch/precedent.html", page, status=_status(form))
    link_precedent(event=event, **form.cleaned_data, person=request.user, now=request.now)
    return redirect("event", key=key)


@login_required
@require_POST
def drop_precedent(request: PersonRequest, key: str) -> HttpResponse:
    """Let an event be no precedent any more."""
    found = Precedent.visible_to(request.user).select_related("event", "earlier", "stream")
    linked = get_object_or_404(found, key=key)
    unlink_precedent(precedent=linked, person=request.user, now=request.now)
    return redirect("event", key=linked.event.key)


@login_required
def false_alarms(request: PersonRequest) -> HttpResponse:
    """Show what was called false, by month and watch, with the reasons."""
    months = queries.false_alarms(request.user, request.stream)
    page = {"months": months, "count": sum(one.events + one.alarms for one in months)}
    return render(request, "watch/false_alarms.html", page)


def _event(request: PersonRequest, key: str) -> Event:
    return get_object_or_404(Event.visible_to(request.user).select_related("watch", "stream"), key=key)


def _status(form: Any) -> int:
    return BadInput.status if form.is_bound else 200
