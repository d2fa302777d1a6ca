"""The plan on screen: what holds, every version, taking one in, what changed, publishing."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanlan.people.permissions import may, require
from guanlan.people.queries import root_unit
from guanlan.people.requests import PersonRequest
from guanlan.people.weeks import local_day
from guanlan.plan.actions import InReview, LabelTaken, draft_version, publish_version
from guanlan.plan.adopting import UnfitName
from guanlan.plan.comparing.compare import compare
from guanlan.plan.forms import EffectiveForm, ImportForm
from guanlan.plan.life.expiry import outlived
from guanlan.plan.life.queries import marked_unsigned
from guanlan.plan.life.screens import signing
from guanlan.plan.models import PlanVersion
from guanlan.plan.papers.views import papers
from guanlan.plan.permissions import MANAGE, RULE
from guanlan.plan.queries import document, findings, in_force, scheduled
from guanlan.plan.reading import LONGEST_FILE, BadPlan
from guanlan.plan.rulings.queries import rulings
from guanlan.plan.screens import content, days_of

State = PlanVersion.State
AHEAD = (State.DRAFT, State.IN_REVIEW, State.APPROVED)


@login_required
def plan_page(request: PersonRequest) -> HttpResponse:
    """Show the version in force, or how to get one."""
    unit = root_unit()
    version = in_force(unit) if unit else None
    if version is None:
        return render(request, "plan/none.html", {"may_manage": may(request.user, MANAGE, at=request.now)})
    return render(request, "plan/plan.html", _page(request, version))


@login_required
def version_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show any version; a draft with what the check finds, what it changes, and how to publish it."""
    version = _version(request, key)
    return render(request, "plan/plan.html", _page(request, version))


@login_required
def versions_page(request: PersonRequest) -> HttpResponse:
    """List every version, and offer to compare two."""
    versions = marked_unsigned(
        PlanVersion.visible_to(request.user).select_related("created_by", "published_by")
    )
    page = {
        "versions": versions.order_by("-created_at", "-pk"),
        "current": next((version for version in versions if version.state == State.IN_FORCE), None),
        "may_manage": may(request.user, MANAGE, at=request.now),
    }
    return render(request, "plan/versions.html", page)


@login_required
def changes_page(request: PersonRequest) -> HttpResponse:
    """Say what changed from one version to another."""
    old, new = (_version(request, request.GET.get(name, "")) for name in ("old", "new"))
    chapters = compare(document(old), document(new))
    page = {"old": old, "new": new, "chapters_changed": chapters, "count": _count(chapters)}
    return render(request, "plan/changes.html", page)


@login_required
def source(request: PersonRequest, key: str) -> HttpResponse:
    """Give the YAML exactly as it was taken in."""
    version = _version(request, key)
    name = f"{version.name}-{version.label}.yaml"
    return HttpResponse(
        version.source.encode(),
        content_type="application/yaml; charset=utf-8",
        headers={"Content-Disposition": content_disposition_header(True, name) or "attachment"},
    )


@login_required
def import_page(request: PersonRequest) -> HttpResponse:
    """Take a file in as a draft, or list every mistake in it and keep nothing."""
    require(request.user, MANAGE, at=request.now)
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if not form.is_valid():
        return _import_form(request, form)
    upload = form.cleaned_data["plan"]
    try:
        version = draft_version(
            unit=request.user.unit,
            content=upload.read(LONGEST_FILE + 1),
            name=upload.name,
            person=request.user,
            now=request.now,
        )
    except BadPlan as bad:
        return _import_form(request, form, [str(problem) for problem in bad.problems])
    except (InReview, LabelTaken, UnfitName) as refused:
        return _import_form(request, form, [refused.sentence])
    messages.success(request, _("已收下，现在是草案。看过体检和改动再送审。"))
    return redirect("plan-version", version.key)


@login_required
@require_POST
def publish(request: PersonRequest, key: str) -> HttpResponse:
    """Publish a version from the day that stood on the button."""
    version, form = _version(request, key), EffectiveForm(request.POST)
    chosen = form.cleaned_data["effective_on"] if form.is_valid() else None
    if chosen is None or request.POST.get("said") != chosen.isoformat():
        messages.error(request, _("施行日期改过了。请看过按钮上的日期再点一次。"))
        day = f"?effective_on={chosen.isoformat()}" if chosen else ""
        return redirect(reverse("plan-version", args=[key]) + day)
    publish_version(version=version, effective_on=chosen, person=request.user, now=request.now)
    version.refresh_from_db()
    if version.state == State.SCHEDULED:
        messages.success(request, _("已发布，%(day)s 起施行；在那之前仍按现行版办。") % {"day": chosen})
        return redirect("plan-version", key)
    messages.success(request, _("已发布，现在按这一版办。各工作组已建好。"))
    return redirect("plan")


def _import_form(request: PersonRequest, form: ImportForm, problems: list[str] | None = None) -> HttpResponse:
    page = {
        "form": form,
        "problems": problems,
        "current": in_force(request.user.unit),
    }
    return render(request, "plan/import.html", page, status=422 if problems or form.errors else 200)


def _version(request: PersonRequest, key: str) -> PlanVersion:
    return get_object_or_404(
        PlanVersion.visible_to(request.user).select_related("unit", "created_by", "published_by"), key=key
    )


def _page(request: PersonRequest, version: PlanVersion) -> dict[str, Any]:
    today = local_day(request.now)
    page = {
        "version": version,
        "findings": findings(version, today=today),
        "days": days_of(version, today),
        "outlived": outlived(version, today=today) if version.state == State.IN_FORCE else "",
        "waiting": scheduled(version.unit),
        "versions": PlanVersion.visible_to(request.user).order_by("-created_at", "-pk")[:5],
        "may_manage": may(request.user, MANAGE, at=request.now),
    }
    page["rulings"] = rulings(version)
    page["may_rule"] = version.state == State.IN_FORCE and may(request.user, RULE, at=request.now)
    page |= papers(version, request.user)
    page |= signing(version, request.user, at=request.now)
    return content(version) | page | (_draft(request, version, today) if version.state in AHEAD else {})


def _draft(request: PersonRequest, version: PlanVersion, today: date) -> dict[str, Any]:
    """Return what a draft's page shows more: the changes, and the button that says what will happen."""
    current = in_force(version.unit)
    chapters = compare(document(current), document(version)) if current else ()
    form = EffectiveForm({"effective_on": request.GET.get("effective_on", today.isoformat())})
    chosen = form.cleaned_data["effective_on"] if form.is_valid() else None
    return {
        "ahead": True,
        "current": current,
        "chapters_changed": chapters,
        "count": _count(chapters),
        "form": form,
        "chosen": chosen,
        "button": _button(version, current, scheduled(version.unit), chosen, today) if chosen else "",
    }


def _button(
    version: PlanVersion, current: PlanVersion | None, waiting: PlanVersion | None, chosen: date, today: date
) -> str:
    button = _("发布 %(label)s 版，%(day)s 起施行") % {"label": version.label, "day": chosen}
    if current is None:
        return button
    stops = _("，原 %(label)s 版到时停用") if chosen > today else _("，原 %(label)s 版停用")
    button += stops % {"label": current.label}
    if waiting is not None and chosen > today:
        button += _("，待施行的 %(label)s 版作废") % {"label": waiting.label}
    return button


def _count(chapters: tuple[Any, ...]) -> int:
    return sum(len(chapter.changes) for chapter in chapters)
