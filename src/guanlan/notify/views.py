"""The person's messages, and what could not be sent to anybody."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanlan.clocks.live import live
from guanlan.notify.actions import let_rest, mark_read, record_call, send_again
from guanlan.notify.forms import CallForm
from guanlan.notify.models import Delivery, Message
from guanlan.notify.permissions import RECORD_CALL, SETTLE_DELIVERY
from guanlan.notify.queries import calls_with, inbox, unheard, unread, went_wrong
from guanlan.people.models import Person
from guanlan.people.permissions import may, require
from guanlan.people.requests import PersonRequest


@login_required
@live
def inbox_page(request: PersonRequest) -> HttpResponse:
    """Show the messages, unread first."""
    page = Paginator(inbox(request.user, request.stream.pk), 50).get_page(request.GET.get("page"))
    waiting = unread(request.user, request.stream.pk)
    return render(request, "notify/inbox.html", {"page": page, "unread": waiting})


@login_required
def open_message(request: PersonRequest, key: str) -> HttpResponse:
    """Note that the message was read and go to what it is about."""
    message = get_object_or_404(Message.visible_to(request.user), key=key)
    mark_read(message=message, person=request.user, now=request.now)
    return redirect(message.link)


@login_required
@live
def deliveries_page(request: PersonRequest) -> HttpResponse:
    """Show what failed or is of unknown fate, and who could not be reached at all.

    Not what the messages say: they may be about what the reader may not see.
    """
    require(request.user, SETTLE_DELIVERY, at=request.now)
    wrong = went_wrong(request.user, request.stream.pk)
    page = {
        "page": Paginator(wrong, 50).get_page(request.GET.get("page")),
        "unheard": unheard(request.user, request.stream.pk)[:50],
        "count": wrong.count(),
    }
    return render(request, "notify/deliveries.html", page)


@login_required
@require_POST
def again(request: PersonRequest, key: str) -> HttpResponse:
    """Send what went wrong once more."""
    delivery = get_object_or_404(Delivery.visible_to(request.user), key=key)
    send_again(delivery=delivery, person=request.user, now=request.now)
    messages.success(request, _("已排队再发一次。"))
    return redirect("deliveries")


@login_required
@require_POST
def rest(request: PersonRequest, key: str) -> HttpResponse:
    """Take what went wrong off the list."""
    delivery = get_object_or_404(Delivery.visible_to(request.user), key=key)
    let_rest(delivery=delivery, person=request.user, now=request.now)
    messages.success(request, _("这一条不再发。"))
    return redirect("deliveries")


@login_required
def call_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show a colleague's number and the calls so far; write down another."""
    called = get_object_or_404(Person.visible_to(request.user), key=key)
    missed = _missed(request, called)
    form = CallForm(request.POST or None, initial={"at": timezone.localtime(request.now)})
    if form.is_valid():
        record_call(
            stream=request.stream,
            called=called,
            caller=request.user,
            now=request.now,
            cause=missed.message.cause if missed else "",
            **form.cleaned_data,
        )
        messages.success(request, _("已记下这次通话。"))
        return redirect("deliveries") if missed else redirect("person", key)
    page = {
        "called": called,
        "form": form,
        "about": _("没发成的那条消息") if missed else "",
        "back": reverse("deliveries") if missed else reverse("person", args=[key]),
        "calls": calls_with(request.user, called, request.stream.pk)[:10],
        "may_record": may(request.user, RECORD_CALL, at=request.now) and called != request.user,
    }
    return render(request, "notify/call.html", page, status=422 if form.errors else 200)


def _missed(request: PersonRequest, called: Person) -> Delivery | None:
    """Return the delivery that did not get through, which the call is to make up for."""
    key = request.GET.get("delivery")
    if not key:
        return None
    require(request.user, SETTLE_DELIVERY, at=request.now)
    rows = Delivery.visible_to(request.user).filter(stream=request.stream, message__person=called)
    return get_object_or_404(rows.select_related("message"), key=key)
