"""Statements on screen: read, sign, return, revise, record a release."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from guanlan.approvals.models import Text
from guanlan.approvals.queries import authors, latest, may_sign, who_may_sign
from guanlan.clocks.live import live
from guanlan.errors import Refused
from guanlan.incidents.models import Incident
from guanlan.media import queries
from guanlan.media.actions import (
    draft_statement,
    record_release,
    return_statement,
    revise_statement,
    sign_statement,
    submit_statement,
)
from guanlan.media.forms import ReleaseForm, ReturnForm, StatementForm
from guanlan.media.models import Statement
from guanlan.media.permissions import DRAFT_STATEMENT, RELEASE_STATEMENT
from guanlan.people.permissions import may
from guanlan.people.requests import PersonRequest
from guanlan.plan.queries import document


@login_required
@live
def statements_page(request: PersonRequest) -> HttpResponse:
    """List the statements; first of all those that wait for this person."""
    found = queries.statements(request.user, request.stream)
    mine = queries.waiting_for(request.user, request.stream, at=request.now)
    incidents = Incident.visible_to(request.user).filter(stream=request.stream, state=Incident.State.ACTIVE)
    page = {
        "statements": [(statement, latest(statement.text)) for statement in found],
        "mine": mine,
        "incidents": incidents if may(request.user, DRAFT_STATEMENT, at=request.now) else [],
    }
    return render(request, "media/statements.html", page)


@login_required
@live
def statement_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show a statement: what changed, who signed, and the one thing this person can do."""
    return render(request, "media/statement.html", _content(request, _statement(request, key)))


@login_required
def draft(request: PersonRequest, key: str) -> HttpResponse:
    """Draft a statement in an incident, from the plan's template where it has one."""
    incident = get_object_or_404(Incident.visible_to(request.user), key=key)
    form = StatementForm(request.POST or None, initial=_template(incident))
    if not form.is_valid():
        return render(request, "media/edit.html", {"form": form, "incident": incident})
    made = draft_statement(incident=incident, person=request.user, now=request.now, **form.cleaned_data)
    return redirect("statement", key=made.key)


@login_required
def revise(request: PersonRequest, key: str) -> HttpResponse:
    """Write the next version."""
    statement = _statement(request, key)
    version = latest(statement.text)
    written = {"kind": statement.kind, "title": version.title, "body": version.body}
    form = StatementForm(request.POST or None, initial=written)
    if not form.is_valid():
        return render(request, "media/edit.html", {"form": form, "statement": statement, "version": version})
    typed = form.cleaned_data
    revise_statement(
        statement=statement, title=typed["title"], body=typed["body"], person=request.user, now=request.now
    )
    return redirect("statement", key=key)


@login_required
@require_POST
def submit(request: PersonRequest, key: str) -> HttpResponse:
    """Ask for the signatures."""
    submit_statement(statement=_statement(request, key), person=request.user, now=request.now)
    return redirect("statement", key=key)


@login_required
@require_POST
def sign(request: PersonRequest, key: str) -> HttpResponse:
    """Sign and show the statement anew; for htmx a refusal takes the button's place."""
    statement = _statement(request, key)
    try:
        sign_statement(
            statement=statement, sha256=request.POST.get("sha256", ""), person=request.user, now=request.now
        )
    except Refused as refused:
        if not request.htmx:
            raise
        statement.text.refresh_from_db()
        content = _content(request, statement) | {"sentence": refused.sentence}
        return render(request, "media/_dock.html", content)
    there = reverse("statement", args=[key])
    return HttpResponseClientRedirect(there) if request.htmx else redirect(there)


@login_required
def send_back(request: PersonRequest, key: str) -> HttpResponse:
    """Return the statement with a reason."""
    statement, form = _statement(request, key), ReturnForm(request.POST or None)
    version = latest(statement.text)
    if not form.is_valid():
        return render(
            request, "media/return.html", {"form": form, "statement": statement, "version": version}
        )
    return_statement(
        statement=statement,
        sha256=request.POST.get("sha256", ""),
        reason=form.cleaned_data["reason"],
        person=request.user,
        now=request.now,
    )
    return redirect("statement", key=key)


@login_required
def release(request: PersonRequest, key: str) -> HttpResponse:
    """Record a release."""
    statement = _statement(request, key)
    version = latest(statement.text)
    form = ReleaseForm(request.POST or None, initial={"released_at": request.now})
    if not form.is_valid():
        return render(
            request, "media/release.html", {"form": form, "statement": statement, "version": version}
        )
    record_release(
        statement=statement,
        sha256=request.POST.get("sha256", ""),
        person=request.user,
        now=request.now,
        **form.cleaned_data,
    )
    return redirect("statement", key=key)


def _statement(request: PersonRequest, key: str) -> Statement:
    found = Statement.visible_to(request.user).select_related("text__stream", "incident__stream", "stream")
    return get_object_or_404(found, key=key)


def _template(incident: Incident) -> dict[str, str]:
    templates = document(incident.plan_version).statements
    fitting = next((found for found in templates if incident.level in found.levels), None)
    return {"title": incident.name, "body": fitting.body if fitting else ""}


def _content(request: PersonRequest, statement: Statement) -> dict[str, Any]:
    version, now = latest(statement.text), request.now
    pieces = queries.changes(version)
    waiting = statement.text.state == Text.State.IN_APPROVAL
    return {
        "statement": statement,
        "version": version,
        "pieces": pieces,
        "changed": queries.count_changes(pieces),
        "steps": queries.step_rows(version, at=now),
        "versions": statement.text.versions.select_related("written_by").order_by("-number"),
        "releases": statement.releases.select_related("person", "version").order_by("released_at"),
        "may_sign": waiting and may_sign(request.user, version, at=now),
        "is_author": request.user.pk in authors(version),
        "signers": "、".join(who_may_sign(version, at=now).values_list("name", flat=True)) if waiting else "",
        "may_draft": may(request.user, DRAFT_STATEMENT, at=now),
        "may_release": may(request.user, RELEASE_STATEMENT, at=now),
    }
