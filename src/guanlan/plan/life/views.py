"""The steps of a version's life, taken on its page."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanlan.people.permissions import require
from guanlan.people.requests import PersonRequest
from guanlan.plan.forms import ReasonForm, SignersForm
from guanlan.plan.life import actions
from guanlan.plan.life.queries import who_could_sign
from guanlan.plan.models import PlanVersion
from guanlan.plan.permissions import MANAGE, SIGN


@login_required
@require_POST
def submit(request: PersonRequest, key: str) -> HttpResponse:
    """Ask those who were ticked to sign."""
    version = _version(request, key)
    form = SignersForm(request.POST, persons=who_could_sign(version, at=request.now))
    chosen = list(form.cleaned_data["signers"]) if form.is_valid() else []
    actions.submit_version(
        version=version, signers=chosen, stream=request.stream, person=request.user, now=request.now
    )
    names = "、".join(one.name for one in chosen)
    messages.success(request, _("已送审，已通知%(names)s会签。") % {"names": names})
    return redirect("plan-version", key)


@login_required
@require_POST
def sign(request: PersonRequest, key: str) -> HttpResponse:
    """Sign what stood on the page."""
    actions.sign_version(
        version=_version(request, key),
        sha256=request.POST.get("sha256", ""),
        stream=request.stream,
        person=request.user,
        now=request.now,
    )
    messages.success(request, _("已签。"))
    return redirect("plan-version", key)


@login_required
def send_back(request: PersonRequest, key: str) -> HttpResponse:
    """Return the version with words."""
    require(request.user, SIGN, at=request.now)
    version, form = _version(request, key), ReasonForm(request.POST or None)
    if not form.is_valid():
        return _reason_page(request, version, form, "return")
    actions.return_version(
        version=version,
        sha256=request.POST.get("sha256", ""),
        reason=form.cleaned_data["reason"],
        stream=request.stream,
        person=request.user,
        now=request.now,
    )
    messages.success(request, _("已退回，送审的人会看到原因。"))
    return redirect("plan-version", key)


@login_required
@require_POST
def recall(request: PersonRequest, key: str) -> HttpResponse:
    """Take the version back."""
    actions.recall_version(version=_version(request, key), person=request.user, now=request.now)
    messages.success(request, _("已收回，以前签的不再算数。"))
    return redirect("plan-version", key)


@login_required
def withdraw(request: PersonRequest, key: str) -> HttpResponse:
    """Give the version up, with a reason."""
    require(request.user, MANAGE, at=request.now)
    version, form = _version(request, key), ReasonForm(request.POST or None)
    if not form.is_valid():
        return _reason_page(request, version, form, "withdraw")
    actions.withdraw_version(
        version=version, reason=form.cleaned_data["reason"], person=request.user, now=request.now
    )
    messages.success(request, _("已作废，内容和记录都留着。"))
    return redirect("plan-version", key)


def _version(request: PersonRequest, key: str) -> PlanVersion:
    return get_object_or_404(PlanVersion.visible_to(request.user).select_related("unit"), key=key)


def _reason_page(request: PersonRequest, version: PlanVersion, form: ReasonForm, step: str) -> HttpResponse:
    page = {"version": version, "form": form, "step": step}
    return render(request, "plan/life/reason.html", page, status=422 if form.errors else 200)
