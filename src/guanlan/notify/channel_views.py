"""The channels, trying one, and in which order they reach a person."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from guanlan.clocks.live import live
from guanlan.notify import actions
from guanlan.notify.chain import PATIENCE, usable
from guanlan.notify.forms import AccessForm, ChannelForm, WaysForm
from guanlan.notify.models import Channel, Urgency
from guanlan.notify.permissions import MANAGE_CHANNELS
from guanlan.notify.queries import channels, last_try
from guanlan.people.models import Person
from guanlan.people.permissions import MANAGE_PEOPLE, may, require
from guanlan.people.requests import PersonRequest


@login_required
@never_cache
def channels_page(request: PersonRequest) -> HttpResponse:
    """List the channels with what their last trial came to; add one."""
    require(request.user, MANAGE_CHANNELS, at=request.now)
    form = ChannelForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            channel = actions.add_channel(
                kind=given["kind"],
                name=given["name"],
                access=form.access(),
                person=request.user,
                now=request.now,
            )
        except actions.NoSecret as refused:
            form.add_error("secret", refused.sentence)
        except actions.NoSuchAddress as refused:
            form.add_error("address", refused.sentence)
        else:
            messages.success(request, _("已加上，请发一条试试。"))
            return redirect("channel", channel.key)
    rows = [(channel, usable(channel), last_try(channel)) for channel in channels(request.user)]
    page = {"rows": rows, "form": form}
    return render(request, "notify/channels.html", page, status=422 if form.errors else 200)


@login_required
@live
def channel_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show a channel and the vendor's answer to the last trial; take another address."""
    require(request.user, MANAGE_CHANNELS, at=request.now)
    channel = get_object_or_404(Channel.visible_to(request.user), key=key)
    form = AccessForm(request.POST or None)
    if form.is_valid():
        try:
            actions.reset_access(channel=channel, access=form.access(), person=request.user, now=request.now)
        except actions.NoSecret as refused:
            form.add_error("secret", refused.sentence)
        except actions.NoSuchAddress as refused:
            form.add_error("address", refused.sentence)
        else:
            messages.success(request, _("地址已换，请发一条试试。"))
            return redirect("channel", key)
    page = {
        "channel": channel,
        "usable": usable(channel),
        "mail": channel.kind == Channel.Kind.MAIL,
        "form": form,
        "trial": last_try(channel),
    }
    template = "notify/_trial.html" if request.htmx else "notify/channel.html"
    return render(request, template, page, status=422 if form.errors else 200)


@login_required
@require_POST
def try_out(request: PersonRequest, key: str) -> HttpResponse:
    """Send the person a trial over one channel."""
    channel = get_object_or_404(Channel.visible_to(request.user), key=key)
    actions.try_channel(channel=channel, stream=request.stream, person=request.user, now=request.now)
    return redirect("channel", key)


@login_required
@require_POST
def close(request: PersonRequest, key: str) -> HttpResponse:
    """Use a channel no more."""
    channel = get_object_or_404(Channel.visible_to(request.user), key=key)
    actions.close_channel(channel=channel, person=request.user, now=request.now)
    messages.success(request, _("已停用“%(name)s”。") % {"name": channel.name})
    return redirect("channels")


@login_required
def ways_page(request: PersonRequest, key: str) -> HttpResponse:
    """Say by which channels, in which order, a person is reached."""
    person = get_object_or_404(Person.visible_to(request.user), key=key)
    if person != request.user:
        require(request.user, MANAGE_PEOPLE, at=request.now)
    form = WaysForm(request.POST or None, person=person, by=request.user)
    if request.method == "POST" and form.is_valid():
        actions.set_ways(person=person, orders=form.orders(), actor=request.user, now=request.now)
        messages.success(request, _("已保存。"))
        return redirect("person", key)
    page = {
        "person": person,
        "form": form,
        "patience": {str(urgency): PATIENCE[urgency].seconds // 60 for urgency in Urgency},
        "may_add": may(request.user, MANAGE_CHANNELS, at=request.now),
    }
    return render(request, "notify/ways.html", page, status=422 if form.errors else 200)
