"""The person's messages."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from guanlan.clocks.live import live
from guanlan.notify.actions import mark_read
from guanlan.notify.models import Message
from guanlan.notify.queries import inbox, unread
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
