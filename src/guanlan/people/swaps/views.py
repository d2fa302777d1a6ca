"""The pages of swapping a shift."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanlan.people.models import DutyShift, ShiftSwap
from guanlan.people.requests import PersonRequest
from guanlan.people.swaps import actions
from guanlan.people.swaps.forms import SwapForm


@login_required
def ask_page(request: PersonRequest, key: str) -> HttpResponse:
    """Choose with whom to swap an own shift, and ask."""
    rows = DutyShift.visible_to(request.user).select_related("group", "person")
    shift = get_object_or_404(rows, key=key)
    form = SwapForm(request.POST or None, shift=shift, at=request.now)
    if form.is_valid():
        swap = actions.ask_swap(
            shift=shift, stream=request.stream, asker=request.user, now=request.now, **form.asked()
        )
        messages.success(request, _("已问%(who)s，等答复。") % {"who": swap.other.name})
        return redirect("swap", swap.key)
    mine = shift.person == request.user and shift.starts_at > request.now
    page = {"shift": shift, "form": form, "mine": mine}
    return render(request, "people/swap_ask.html", page, status=422 if form.is_bound else 200)


@login_required
def swap_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show a swap, and the two answers to whoever is asked."""
    swap = _swap(request, key)
    asked = swap.state == ShiftSwap.State.ASKED
    page = {
        "swap": swap,
        "begun": swap.starts_at <= request.now,
        "asked": asked,
        "mine": asked and swap.other == request.user and swap.starts_at > request.now,
    }
    return render(request, "people/swap.html", page)


@login_required
@require_POST
def agree(request: PersonRequest, key: str) -> HttpResponse:
    """Take the shift."""
    swap = actions.agree_swap(swap=_swap(request, key), person=request.user, now=request.now)
    messages.success(request, _("已换班，值班表已改。"))
    return redirect("swap", swap.key)


@login_required
@require_POST
def decline(request: PersonRequest, key: str) -> HttpResponse:
    """Leave it to who asked."""
    swap = actions.decline_swap(swap=_swap(request, key), person=request.user, now=request.now)
    messages.success(request, _("已答复不换。"))
    return redirect("swap", swap.key)


def _swap(request: PersonRequest, key: str) -> ShiftSwap:
    rows = ShiftSwap.visible_to(request.user).select_related("group", "asker", "other", "stream")
    return get_object_or_404(rows, key=key)
