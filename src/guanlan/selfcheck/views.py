"""How the product itself is doing: worker, loose ends, channels."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from guanlan.clocks import edge
from guanlan.people.permissions import may, require
from guanlan.people.requests import PersonRequest
from guanlan.selfcheck import queries
from guanlan.selfcheck.actions import NoSuchAddress, set_heartbeat
from guanlan.selfcheck.forms import HeartbeatForm
from guanlan.selfcheck.permissions import READ_STATE, SET_HEARTBEAT


@login_required
def running_page(request: PersonRequest) -> HttpResponse:
    """Show whether the worker lives, what has no outcome, and which channel answers; take the heartbeat."""
    require(request.user, READ_STATE, at=request.now)
    form = HeartbeatForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["address"].strip()
        try:
            set_heartbeat(address=address, person=request.user, now=request.now)
        except NoSuchAddress as refused:
            form.add_error("address", refused.sentence)
        else:
            messages.success(request, _("已保存，下一次自查时生效。") if address else _("已停用。"))
            return redirect("running")
    page = {
        "last": queries.last_check(),
        "dead": queries.silent_since(real_now=edge.real_now()),
        "ends": queries.loose_ends(request.user, request.stream.pk),
        "settled": queries.settled_ends(request.user, request.stream.pk, now=request.now)[:20],
        "pulses": queries.pulses(request.user, now=request.now),
        "form": form if may(request.user, SET_HEARTBEAT, at=request.now) else None,
        "real": edge.real_now(),
    }
    return render(request, "selfcheck/running.html", page, status=422 if form.errors else 200)


@login_required
def dead_worker(request: PersonRequest) -> HttpResponse:
    """Say on a page that is left open that the worker is dead; nothing while it lives."""
    dead = queries.silent_since(real_now=edge.real_now())
    return render(request, "selfcheck/_dead.html", {"dead_since": dead})
