"""The pages of starting first, of the command's answer, and of its orders."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from guanlan.errors import BadInput, Refused
from guanlan.incidents import actions
from guanlan.incidents.first_forms import OrderForm, RatifyForm, StartFirstForm
from guanlan.incidents.first_screens import (
    first_sheet,
    orders,
    ratify_choices,
    ratify_sheet,
)
from guanlan.incidents.models import Incident
from guanlan.incidents.offering import Order
from guanlan.incidents.opening import Weighed
from guanlan.incidents.permissions import DECIDE
from guanlan.incidents.queries import plan_groups
from guanlan.notify.actions import mark_seen
from guanlan.people.permissions import may
from guanlan.people.requests import PersonRequest
from guanlan.watch.models import Event


@login_required
def start_first_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show the first steps and who may start them alone; start them."""
    event = get_object_or_404(Event.visible_to(request.user).select_related("watch__unit"), key=key)
    sheet = first_sheet(event, request.user, now=request.now)
    form = StartFirstForm(
        request.POST or None,
        choices=[(level.key, f"{word} {level.name}") for level, word, _steps in sheet["levels"]],
        initial={"level": sheet["proposed"]},
    )
    status, refusal = (BadInput.status if form.is_bound else 200), ""
    if form.is_valid():
        try:
            decision = actions.start_first(
                event=event, person=request.user, now=request.now, **form.cleaned_data
            )
        except Refused as refused:
            # What was typed stays on the page, beside the sentence.
            status, refusal = refused.status, refused.sentence
        else:
            messages.success(request, _("已先行启动，并已请指挥部追认。"))
            return redirect("incident", decision.incident.key if decision.incident else "")
    page = sheet | {"form": form, "refusal": refusal}
    return render(request, "incidents/start_first.html", page, status=status)


@login_required
def ratify_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show what was started first and what came of it; ratify or revoke."""
    incident = _incident(request, key)
    mark_seen(cause=f"first:{incident.key}", person=request.user, now=request.now)
    form = RatifyForm(request.POST or None, choices=ratify_choices(incident))
    status, refusal = (BadInput.status if form.is_bound else 200), ""
    if form.is_valid():
        try:
            _answer(request, incident, form)
        except Refused as refused:
            status, refusal = refused.status, refused.sentence
        else:
            return redirect("incident", incident.key)
    page = ratify_sheet(incident, request.user, now=request.now) | {"form": form, "refusal": refusal}
    return render(request, "incidents/ratify.html", page, status=status)


def _answer(request: PersonRequest, incident: Incident, form: RatifyForm) -> None:
    choice, reason = form.cleaned_data["choice"], form.cleaned_data["reason"]
    if choice == RatifyForm.REVOKE:
        actions.revoke(incident=incident, reason=reason, person=request.user, now=request.now)
    else:
        actions.ratify(incident=incident, level=choice, reason=reason, person=request.user, now=request.now)


@login_required
def order_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show what was ordered so far; order a group to do something."""
    incident = _incident(request, key)
    later = timezone.localtime(request.now + timedelta(hours=2))
    form = OrderForm(
        request.POST or None, groups=plan_groups(incident.plan_version), initial={"due_at": later}
    )
    status, refusal = (BadInput.status if form.is_bound else 200), ""
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.give_order(
                incident=incident,
                words=given["words"],
                order=Order(given["group"], given["due_at"]),
                person=request.user,
                now=request.now,
                weighed=Weighed(consulted=given["consulted"]),
            )
        except Refused as refused:
            status, refusal = refused.status, refused.sentence
        else:
            messages.success(request, _("已交办%(group)s。") % {"group": given["group"].name})
            return redirect("incident", incident.key)
    page = {
        "incident": incident,
        "form": form,
        "refusal": refusal,
        "orders": orders(incident, request.user),
        "may_decide": may(request.user, DECIDE, at=request.now),
    }
    return render(request, "incidents/order.html", page, status=status)


def _incident(request: PersonRequest, key: str) -> Incident:
    rows = Incident.visible_to(request.user).select_related(
        "event__watch", "event__confirmed_by", "plan_version__unit", "opened_by", "stream"
    )
    return get_object_or_404(rows, key=key)
