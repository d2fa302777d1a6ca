"""The person's messages, and what could not be sent to anybody."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanlan.clocks.live import live
from guanlan.notify.actions import let_rest, mark_read, send_again
from guanlan.notify.models import Delivery, Message
from guanlan.notify.permissions import SETTLE_DELIVERY
from guanlan.notify.queries import inbox, unheard, unread, went_wrong
from guanlan.people.permissions import require
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
