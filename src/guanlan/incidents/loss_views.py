"""The ledger of what an event cost: its sums, its lines, one more, one struck."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from guanlan.errors import BadInput, Refused
from guanlan.evidence.actions import keep_file
from guanlan.incidents import actions
from guanlan.incidents.forms import LossForm, StrikeForm
from guanlan.incidents.hours import booked
from guanlan.incidents.losses import ledger, totals
from guanlan.incidents.models import Incident, Loss
from guanlan.incidents.permissions import RECORD_LOSS
from guanlan.people.permissions import may
from guanlan.people.requests import PersonRequest
from guanlan.people.weeks import local_day
from guanlan.watch.models import Event


@login_required
def losses_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show the ledger with its sums; put down one more line."""
    event = get_object_or_404(Event.visible_to(request.user).select_related("stream"), key=key)
    form = LossForm(
        request.POST or None, request.FILES or None, initial={"day": local_day(request.now).isoformat()}
    )
    status, refusal = (BadInput.status if form.is_bound else 200), ""
    if form.is_valid():
        try:
            _record(request, event, form)
        except Refused as refused:
            # What was typed stays on the page, beside the sentence.
            status, refusal = refused.status, refused.sentence
        else:
            messages.success(request, _("已记下，署您的名。"))
            return redirect("losses", event.key)
    incident = Incident.visible_to(request.user).filter(event=event).first()
    rows = list(ledger(event, request.user))
    page = {
        "event": event,
        "incident": incident,
        "losses": rows,
        "totals": totals(rows, incident, hours=booked(incident, request.user) if incident else ()),
        "form": form,
        "refusal": refusal,
        "may_record": may(request.user, RECORD_LOSS, at=request.now),
    }
    return render(request, "incidents/losses.html", page, status=status)


def _record(request: PersonRequest, event: Event, form: LossForm) -> Loss:
    given = dict(form.cleaned_data)
    upload = given.pop("upload")
    # One transaction: a refused line leaves no file row behind.
    with transaction.atomic():
        stream, person, now = event.stream, request.user, request.now
        file = keep_file(stream=stream, upload=upload, person=person, now=now) if upload else None
        return actions.record_loss(event=event, file=file, person=person, now=now, **given)


@login_required
def strike_page(request: PersonRequest, key: str) -> HttpResponse:
    """Ask why, then strike the line."""
    rows = Loss.visible_to(request.user).select_related("event", "person", "stream")
    loss = get_object_or_404(rows, key=key)
    form = StrikeForm(request.POST or None)
    if form.is_valid():
        actions.strike_loss(loss=loss, person=request.user, now=request.now, **form.cleaned_data)
        messages.success(request, _("已作废，记录还在。"))
        return redirect("losses", loss.event.key)
    page = {
        "loss": loss,
        "form": form,
        "may_record": may(request.user, RECORD_LOSS, at=request.now),
    }
    return render(request, "incidents/strike.html", page, status=BadInput.status if form.is_bound else 200)
