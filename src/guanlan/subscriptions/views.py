"""Subscribers: added with a secret shown once, tried, closed; and what became of the pushes."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from guanlan.people.permissions import require
from guanlan.people.requests import PersonRequest
from guanlan.subscriptions import actions
from guanlan.subscriptions.forms import SubscriptionForm
from guanlan.subscriptions.models import Push, Subscription, Topic
from guanlan.subscriptions.permissions import MANAGE
from guanlan.subscriptions.queries import latest_pushes, subscriptions

SHOWN = 50


@login_required
@never_cache
def subscriptions_page(request: PersonRequest) -> HttpResponse:
    """List the subscribers; add one and show its secret, once."""
    require(request.user, MANAGE, at=request.now)
    form = SubscriptionForm(request.POST or None)
    page: dict[str, object] = {"form": form}
    if form.is_valid():
        try:
            page["added"], page["secret"] = actions.add_subscription(
                **form.cleaned_data, person=request.user, now=request.now
            )
        except actions.NoSuchAddress as refused:
            form.add_error("address", refused.sentence)
        except actions.NothingWanted as refused:
            form.add_error("topics", refused.sentence)
    labels = dict(Topic.choices)
    page["rows"] = [
        (row, "、".join(str(labels[topic]) for topic in row.topics)) for row in subscriptions(request.user)
    ]
    return render(request, "subscriptions/list.html", page, status=422 if form.errors else 200)


@login_required
@never_cache
def subscription_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show the latest pushes to a subscriber and what it answered."""
    require(request.user, MANAGE, at=request.now)
    subscription = get_object_or_404(Subscription.visible_to(request.user), key=key)
    pushes = latest_pushes(request.user, subscription, request.stream.pk)[:SHOWN]
    page = {"subscription": subscription, "pushes": pushes, "shown": SHOWN}
    return render(request, "subscriptions/one.html", page)


@login_required
@require_POST
def try_out(request: PersonRequest, key: str) -> HttpResponse:
    """Push a trial."""
    subscription = get_object_or_404(Subscription.visible_to(request.user), key=key)
    actions.try_subscription(
        subscription=subscription, stream=request.stream, person=request.user, now=request.now
    )
    messages.success(request, _("已排队，几秒后刷新看对方怎么答。"))
    return redirect("subscription", key)


@login_required
@require_POST
def close(request: PersonRequest, key: str) -> HttpResponse:
    """Tell a subscriber nothing more."""
    subscription = get_object_or_404(Subscription.visible_to(request.user), key=key)
    actions.close_subscription(subscription=subscription, person=request.user, now=request.now)
    messages.success(request, _("已停用“%(name)s”。") % {"name": subscription.name})
    return redirect("subscriptions")


@login_required
@require_POST
def again(request: PersonRequest, key: str) -> HttpResponse:
    """Push once more what failed."""
    push = get_object_or_404(Push.visible_to(request.user), key=key)
    actions.push_again(push=push, person=request.user, now=request.now)
    messages.success(request, _("已排队再推一次。"))
    return redirect("subscription", push.subscription.key)
