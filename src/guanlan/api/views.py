"""Tokens on screen: issue, list, revoke; and how a program uses one."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from guanlan.api.actions import issue_token, revoke_token
from guanlan.api.forms import IssueForm, RevokeForm
from guanlan.api.models import Token
from guanlan.api.permissions import MANAGE_TOKENS
from guanlan.api.tokens import SCOPES
from guanlan.people.permissions import require
from guanlan.people.requests import PersonRequest


@login_required
@never_cache
def tokens_page(request: PersonRequest) -> HttpResponse:
    """List the tokens; issue one and show its secret, once."""
    require(request.user, MANAGE_TOKENS, at=request.now)
    form = IssueForm(request.POST or None, person=request.user, initial={"owner": request.user.key})
    page = {"form": form, "address": request.build_absolute_uri(reverse("api:push_posts"))}
    if form.is_valid():
        given = form.cleaned_data
        page["issued"], page["secret"] = issue_token(
            name=given["name"],
            owner=given["owner"],
            scopes=given["scopes"],
            expires_at=request.now + timedelta(days=given["days"]),
            person=request.user,
            now=request.now,
        )
    page["tokens"] = [
        (
            token,
            "、".join(str(SCOPES.get(scope, scope)) for scope in token.scopes),
            token.state_at(request.now),
        )
        for token in Token.visible_to(request.user).select_related("person").order_by("closed_at", "-pk")
    ]
    return render(request, "api/tokens.html", page, status=422 if form.errors else 200)


@login_required
def revoke_page(request: PersonRequest, key: str) -> HttpResponse:
    """Ask why, then revoke."""
    require(request.user, MANAGE_TOKENS, at=request.now)
    token = get_object_or_404(Token.visible_to(request.user), key=key)
    form = RevokeForm(request.POST or None)
    if not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "api/revoke.html", {"token": token, "form": form}, status=status)
    revoke_token(token=token, reason=form.cleaned_data["reason"], person=request.user, now=request.now)
    messages.success(request, _("已收回：%(name)s") % {"name": token.name})
    return redirect("tokens")
