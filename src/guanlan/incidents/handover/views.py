"""The pages of handing over a shift."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanlan.clocks.live import live
from guanlan.documents.frozen import freeze
from guanlan.incidents.handover import actions, queries
from guanlan.incidents.handover.forms import HandoverForm
from guanlan.incidents.handover.gathering import sheet
from guanlan.incidents.handover.models import Handover
from guanlan.notify.actions import mark_seen
from guanlan.notify.queries import troubles
from guanlan.people.models import Group
from guanlan.people.requests import PersonRequest


@login_required
@live
def handovers_page(request: PersonRequest) -> HttpResponse:
    """List the sheets, those that wait for a signature first, and the groups one may hand over."""
    rows = queries.handovers(request.user, request.stream.pk)
    page = {
        "page": Paginator(rows, 50).get_page(request.GET.get("page")),
        "mine": queries.to_take(request.user, request.stream.pk),
        "open": rows.filter(taken_at=None),
        "groups": queries.groups_to_hand_over(request.user, at=request.now),
    }
    return render(request, "incidents/handovers.html", page)


@login_required
def draft_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show what is open in a group; sign it and hand it over."""
    group = get_object_or_404(Group.visible_to(request.user), key=key)
    successors = queries.successors(group, request.user, at=request.now)
    form = HandoverForm(request.POST or None, successors=successors, person=request.user)
    if form.is_valid():
        handover = actions.sign_handover(
            group=group, stream=request.stream, leaver=request.user, now=request.now, **form.cleaned_data
        )
        messages.success(request, _("已签字，等%(who)s接班。") % {"who": handover.successor.name})
        return redirect("handover", handover.key)
    draft = freeze(sheet(group, request.user, stream=request.stream, now=request.now)).content()
    page = {
        "group": group,
        "form": form,
        "blocks": queries.blocks(draft)[2:],
        "may_hand_over": group in queries.groups_to_hand_over(request.user, at=request.now),
        "successors": successors,
    }
    return render(request, "incidents/handover_draft.html", page, status=422 if form.is_bound else 200)


@login_required
def handover_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show a sheet as it was signed."""
    handover = _handover(request, key)
    mark_seen(cause=f"handover:{handover.key}", person=request.user, now=request.now)
    page = {
        "handover": handover,
        "blocks": queries.blocks(handover.frozen),
        "mine": handover.taken_at is None and handover.successor == request.user,
        "unaltered": queries.is_unaltered(handover),
        "troubles": troubles(f"handover:{handover.key}") if handover.taken_at is None else [],
    }
    return render(request, "incidents/handover.html", page)


@login_required
@require_POST
def take_over(request: PersonRequest, key: str) -> HttpResponse:
    """Sign what was left to one."""
    handover = actions.take_over(handover=_handover(request, key), person=request.user, now=request.now)
    messages.success(request, _("已接班。"))
    return redirect("handover", handover.key)


def _handover(request: PersonRequest, key: str) -> Handover:
    rows = Handover.visible_to(request.user).select_related("group", "leaver", "successor", "stream")
    return get_object_or_404(rows, key=key)
