"""The pages of what goes outside the house: the addressees, an incident's briefs, one brief."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanlan.approvals.models import Text
from guanlan.approvals.queries import latest, may_sign
from guanlan.clocks.outside import rule_of, standing_rules
from guanlan.errors import BadInput, Refused
from guanlan.incidents.models import Incident
from guanlan.media.queries import step_rows
from guanlan.notify.actions import mark_seen
from guanlan.people.permissions import may, require
from guanlan.people.queries import company
from guanlan.people.requests import PersonRequest
from guanlan.plan.queries import document, in_force
from guanlan.reports.actions import outside as actions
from guanlan.reports.forms import AddresseeForm, BriefForm, ReplyForm, ReturnForm, SentForm, VerdictForm
from guanlan.reports.models import Addressee, Brief
from guanlan.reports.outside import names, rows, usual_template
from guanlan.reports.permissions import SET_ADDRESSEES, WRITE_BRIEF


@login_required
def addressees_page(request: PersonRequest) -> HttpResponse:
    """List whom the company informs outside, at which levels, by when."""
    standing = Addressee.standing(request.now)
    listed = [(one, rule_of(one.rule, request.now) if one.rule else None) for one in standing]
    may_set = may(request.user, SET_ADDRESSEES, at=request.now)
    return render(request, "reports/addressees.html", {"listed": listed, "may_set": may_set})


@login_required
def addressee_page(request: PersonRequest, code: str = "") -> HttpResponse:
    """Show one addressee to be put right, or an empty one to be added."""
    require(request.user, SET_ADDRESSEES, at=request.now)
    found = Addressee.standing(request.now).filter(code=code).first() if code else None
    if code and found is None:
        raise Http404
    version = in_force(company())
    initial = {"template": usual_template()}
    if found is not None:
        initial = {name: getattr(found, name) for name in AddresseeForm.base_fields}
    form = AddresseeForm(
        request.POST or None,
        levels=document(version).by_rank if version else (),
        rules=standing_rules(request.now),
        initial=initial,
    )
    status, refusal = (BadInput.status if form.is_bound else 200), ""
    if form.is_valid():
        try:
            kept = actions.set_addressee(
                values=form.cleaned_data, person=request.user, now=request.now, addressee=found
            )
        except BadInput as refused:
            refusal = refused.sentence
        else:
            messages.success(request, _("已保存“%(name)s”。") % {"name": kept.name})
            return redirect("addressees")
    page = {"form": form, "addressee": found, "refusal": refusal, "names": list(names())}
    return render(request, "reports/addressee.html", page, status=status)


@login_required
@require_POST
def close_addressee(request: PersonRequest, code: str) -> HttpResponse:
    """Inform an addressee no more."""
    found = get_object_or_404(Addressee.visible_to(request.user), code=code, until=None)
    actions.close_addressee(addressee=found, person=request.user, now=request.now)
    messages.success(request, _("“%(name)s”已停用。") % {"name": found.name})
    return redirect("addressees")


@login_required
def outside_page(request: PersonRequest, key: str) -> HttpResponse:
    """List the addressees of an incident with their clocks; a posted one gets its brief drafted."""
    incident = get_object_or_404(Incident.visible_to(request.user).select_related("plan_version"), key=key)
    if request.method == "POST":
        wanted = Addressee.standing(request.now).filter(code=request.POST.get("code", ""))
        brief = actions.draft_brief(
            incident=incident, addressee=get_object_or_404(wanted), person=request.user, now=request.now
        )
        return redirect("brief", key=brief.key)
    listed = rows(incident, request.user, now=request.now)
    page = {
        "incident": incident,
        "rows": listed,
        "waiting": [row for row in listed if row.brief is None or row.brief.sent_at is None],
        "may_write": may(request.user, WRITE_BRIEF, at=request.now),
    }
    return render(request, "reports/outside.html", page)


@login_required
def brief_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show a brief: its wording, who signs, and the one thing to do next."""
    brief = _brief(request, key)
    mark_seen(cause=f"brief:{brief.key}", person=request.user, now=request.now)
    return _shown(request, brief)


@login_required
@require_POST
def brief_step(request: PersonRequest, key: str, step: str) -> HttpResponse:
    """Take one step with a brief; a refusal stands on the page with what was typed."""
    brief = _brief(request, key)
    if step not in _STEPS:
        raise Http404
    form_class, take = _STEPS[step]
    form = form_class(request.POST) if form_class else None
    if form is not None and not form.is_valid():
        return _shown(request, brief, bound=form, status=BadInput.status)
    given = form.cleaned_data if form is not None else {}
    try:
        take(brief=brief, person=request.user, now=request.now, **given)
    except Refused as refused:
        brief = _brief(request, key)
        return _shown(request, brief, bound=form, refusal=refused.sentence, status=refused.status)
    return redirect("brief", key=key)


_STEPS: dict[str, tuple[Any, Callable[..., None]]] = {
    "revise": (BriefForm, actions.revise_brief),
    "submit": (None, actions.submit_brief),
    "sign": (VerdictForm, actions.sign_brief),
    "return": (ReturnForm, actions.return_brief),
    "sent": (SentForm, actions.record_sent),
    "reply": (ReplyForm, actions.record_reply),
}


def _shown(
    request: PersonRequest, brief: Brief, *, bound: Any = None, refusal: str = "", status: int = 200
) -> HttpResponse:
    version = latest(brief.text)
    local = timezone.localtime(request.now)
    forms = {
        "edit": BriefForm(initial={"title": version.title, "body": version.body}),
        "sent_form": SentForm(initial={"sent_at": local, "sha256": version.sha256}),
        "reply_form": ReplyForm(initial={"replied_at": local}),
    }
    kinds = {BriefForm: "edit", SentForm: "sent_form", ReplyForm: "reply_form"}
    if type(bound) in kinds:
        forms[kinds[type(bound)]] = bound
    state, writes = brief.text.state, may(request.user, WRITE_BRIEF, at=request.now)
    page = {
        "brief": brief,
        "version": version,
        "steps": step_rows(version, at=request.now),
        "refusal": refusal,
        "may_edit": writes and brief.sent_at is None,
        "may_submit": writes and state in (Text.State.DRAFT, Text.State.RETURNED),
        "mine": state == Text.State.IN_APPROVAL and may_sign(request.user, version, at=request.now),
        "may_send": writes and state == Text.State.APPROVED and brief.sent_at is None,
        "may_reply": writes and brief.sent_at is not None and brief.replied_at is None,
        **forms,
    }
    return render(request, "reports/brief.html", page, status=status)


def _brief(request: PersonRequest, key: str) -> Brief:
    found = Brief.visible_to(request.user).select_related(
        "addressee", "text__drafted_by", "incident", "report", "sent_by", "version", "stream"
    )
    return get_object_or_404(found, key=key)
