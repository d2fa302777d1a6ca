"""The pages of interpretations and supplementary rules."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanlan.people.permissions import require
from guanlan.people.requests import PersonRequest
from guanlan.plan.forms import RulingForm
from guanlan.plan.models import PlanVersion, Ruling
from guanlan.plan.permissions import RULE
from guanlan.plan.queries import document
from guanlan.plan.rulings import actions
from guanlan.plan.screens import clause_name


@login_required
def issue(request: PersonRequest, key: str) -> HttpResponse:
    """Write and sign a ruling."""
    require(request.user, RULE, at=request.now)
    version = get_object_or_404(PlanVersion.visible_to(request.user).select_related("unit"), key=key)
    form = RulingForm(request.POST or None, plan=document(version))
    if not form.is_valid():
        page = {"version": version, "form": form}
        return render(request, "plan/rulings/issue.html", page, status=422 if form.errors else 200)
    ruling = actions.issue_ruling(
        version=version, stream=request.stream, person=request.user, now=request.now, **form.cleaned_data
    )
    messages.success(request, _("已签发，送各组签收。"))
    return redirect("plan-ruling", ruling.key)


@login_required
def ruling_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show a ruling, and who has read it."""
    ruling = _ruling(request, key)
    receipts = list(ruling.receipts.select_related("person").order_by("read_at", "person__name"))
    page = {
        "ruling": ruling,
        "about": clause_name(document(ruling.version), ruling.clause),
        "read": [one for one in receipts if one.read_at],
        "unread": [one for one in receipts if not one.read_at],
        "mine": next((one for one in receipts if one.person == request.user), None),
    }
    return render(request, "plan/rulings/ruling.html", page)


@login_required
@require_POST
def read(request: PersonRequest, key: str) -> HttpResponse:
    """Acknowledge a ruling."""
    actions.read_ruling(ruling=_ruling(request, key), person=request.user, now=request.now)
    messages.success(request, _("已签收。"))
    return redirect("plan-ruling", key)


def _ruling(request: PersonRequest, key: str) -> Ruling:
    return get_object_or_404(Ruling.visible_to(request.user).select_related("version", "signed_by"), key=key)
