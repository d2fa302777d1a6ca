"""Asking for the plan as a file, and fetching it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from guanlan.errors import BadInput
from guanlan.people.models import Person
from guanlan.people.permissions import may
from guanlan.people.requests import PersonRequest
from guanlan.plan.models import Paper, PlanVersion
from guanlan.plan.papers.actions import ask_paper
from guanlan.plan.permissions import MANAGE

TYPES = {
    Paper.Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Paper.Format.PDF: "application/pdf",
}
SHOWN = 4


class UnknownFormat(BadInput):
    """There is no such file."""


@login_required
def files(request: PersonRequest, key: str) -> HttpResponse:
    """Show which files there are or being made; ask for one."""
    version = get_object_or_404(PlanVersion.visible_to(request.user).select_related("unit"), key=key)
    if request.method == "POST":
        if request.POST.get("format") not in Paper.Format:
            raise UnknownFormat(_("没有这种文件，请选 Word 或 PDF。"))
        ask_paper(
            version=version,
            format=request.POST["format"],
            with_contacts="contacts" in request.POST,
            person=request.user,
            now=request.now,
        )
        if not request.htmx:
            return redirect("plan-version", key)
    page = {"version": version, "may_manage": may(request.user, MANAGE, at=request.now)}
    return render(request, "plan/papers/_files.html", page | papers(version, request.user))


@login_required
def file(request: PersonRequest, key: str) -> HttpResponse:
    """Give a file that was made."""
    found = Paper.visible_to(request.user).exclude(made_at=None).select_related("version")
    made = get_object_or_404(found, key=key)
    name = f"{made.version.name}-{made.version.label}.{made.format.lower()}"
    return HttpResponse(
        bytes(made.content or b""),
        content_type=TYPES[Paper.Format(made.format)],
        headers={"Content-Disposition": content_disposition_header(True, name) or "attachment"},
    )


def papers(version: PlanVersion, person: Person) -> dict[str, Any]:
    """Return the latest files of a version that a person may see, and whether one is being made."""
    found = Paper.visible_to(person).filter(version=version).defer("content", "frozen")
    latest = list(found.order_by("-asked_at", "-pk")[:SHOWN])
    running = any(one.made_at is None and not one.failure for one in latest)
    return {"papers": latest, "formats": list(Paper.Format), "running": running}
