"""A draft on screen: its parts, the form of each, and beginning one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanlan.errors import Refused
from guanlan.people.permissions import require
from guanlan.people.requests import PersonRequest
from guanlan.people.weeks import local_day
from guanlan.plan.editing import actions
from guanlan.plan.editing.actions import ChangedMeanwhile, NoSuchPart, UnfitPart
from guanlan.plan.editing.boxes import Drawing
from guanlan.plan.editing.forms import BeginForm
from guanlan.plan.editing.places import Place, digest_of, find
from guanlan.plan.editing.screens import Sheet, listed, overview
from guanlan.plan.editing.shapes import Section, sections
from guanlan.plan.editing.typed import Plain, press, read
from guanlan.plan.models import PlanVersion
from guanlan.plan.permissions import MANAGE

ANOTHER = "-"  # stands in the address for a part that is being added


@login_required
def begin(request: PersonRequest) -> HttpResponse:
    """Begin a draft from the version in force, a template that ships, or nearly nothing."""
    require(request.user, MANAGE, at=request.now)
    posted = request.POST if request.method == "POST" else None
    form = BeginForm(posted, unit=request.user.unit)
    refusal, status = "", 422 if form.is_bound else 200
    if form.is_valid():
        try:
            version = actions.begin_draft(
                base=form.base(), label=form.cleaned_data["label"], person=request.user, now=request.now
            )
        except Refused as refused:
            refusal, status = refused.sentence, refused.status
        else:
            messages.success(request, _("草案起好了，在这里一处一处改；改好之前不影响现行版本。"))
            return redirect("plan-edit", version.key)
    return render(request, "plan/editing/begin.html", {"form": form, "refusal": refusal}, status=status)


@login_required
def edit_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show a draft's parts, each with how many things the check finds in it."""
    require(request.user, MANAGE, at=request.now)
    version = _version(request, key)
    return render(request, "plan/editing/overview.html", overview(version, today=local_day(request.now)))


@login_required
def section_page(request: PersonRequest, key: str, section: str) -> HttpResponse:
    """List the parts of a section; one that has a single part shows its form."""
    require(request.user, MANAGE, at=request.now)
    version, found = _version(request, key), _section(section)
    if not found.many:
        return _form(request, version, Place(found))
    page = listed(version, found, today=local_day(request.now))
    return render(request, "plan/editing/section.html", page)


@login_required
def part_page(request: PersonRequest, key: str, section: str, part: str) -> HttpResponse:
    """Show the form of one part, or of another one; take what was typed."""
    require(request.user, MANAGE, at=request.now)
    found = _section(section)
    if not found.many:
        raise Http404
    return _form(request, _version(request, key), Place(found, "" if part == ANOTHER else part))


@login_required
@require_POST
def move(request: PersonRequest, key: str, section: str, part: str) -> HttpResponse:
    """Move a part up or down in its list."""
    by = -1 if request.POST.get("to") == "up" else 1
    place = Place(_section(section), part)
    actions.move_part(
        version=_version(request, key), place=place, by=by, person=request.user, now=request.now
    )
    return redirect(reverse("plan-edit-section", args=[key, section]) + f"#{part}")


@login_required
@require_POST
def remove(request: PersonRequest, key: str, section: str, part: str) -> HttpResponse:
    """Take a part out of its list."""
    actions.remove_part(
        version=_version(request, key),
        place=Place(_section(section), part),
        seen=request.POST.get("seen", ""),
        person=request.user,
        now=request.now,
    )
    messages.success(request, _("已删去。体检会指出还有哪里提到它。"))
    return redirect("plan-edit-section", key, section)


def _form(request: PersonRequest, version: PlanVersion, place: Place) -> HttpResponse:
    stored = find(version.document, place)
    if request.method != "POST":
        if place.key and stored is None:
            raise NoSuchPart(_("这一处已经不在草案里了。请回到列表再看。"))
        return _sheet(request, version, place, stored or {}, seen=digest_of(stored))
    typed, seen = read(place.section.item, request.POST), request.POST.get("seen", "")
    pressed = request.POST.get("do", "")
    if pressed:
        press(typed, pressed)
        return _sheet(request, version, place, typed, seen=seen)
    try:
        key = actions.save_part(
            version=version, place=place, typed=typed, seen=seen, person=request.user, now=request.now
        )
    except UnfitPart as unfit:
        return _sheet(request, version, place, typed, seen=seen, refused=unfit, errors=unfit.errors)
    except ChangedMeanwhile as changed:
        seen = digest_of(stored)
        return _sheet(request, version, place, typed, seen=seen, refused=changed, overwrites=True)
    except Refused as refused:
        return _sheet(request, version, place, typed, seen=seen, refused=refused)
    messages.success(request, _("已保存。"))
    address = [version.key, place.section.name, *([key] if place.section.many else [])]
    return redirect("plan-edit-part" if place.section.many else "plan-edit-section", *address)


def _sheet(
    request: PersonRequest,
    version: PlanVersion,
    place: Place,
    plain: Plain,
    *,
    seen: str,
    refused: Refused | None = None,
    errors: dict[str, str] | None = None,
    overwrites: bool = False,
) -> HttpResponse:
    sheet = Sheet(version, place, today=local_day(request.now))
    page: dict[str, Any] = sheet.page() | {
        "boxes": Drawing(sheet.plan, errors or {}).boxes(place.section.item, plain),
        "outside": (errors or {}).get(""),
        "part_key": plain.get("key", ""),
        "seen": seen,
        "refusal": refused.sentence if refused else "",
        "overwrites": overwrites,
        "unsaved": request.method == "POST",
    }
    return render(request, "plan/editing/part.html", page, status=refused.status if refused else 200)


def _version(request: PersonRequest, key: str) -> PlanVersion:
    return get_object_or_404(PlanVersion.visible_to(request.user).select_related("unit"), key=key)


def _section(name: str) -> Section:
    if name not in sections():
        raise Http404
    return sections()[name]
