"""Who serves where, who is on duty, and changing both."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from guanlan.people import actions, queries
from guanlan.people.forms import ContactForm, PersonForm, PlaceForm, SheetForm, ShiftForm, WeekForm
from guanlan.people.importing import BadSheet, read_people
from guanlan.people.models import DutyShift, Group, Person
from guanlan.people.passwords import first_password, seal_random
from guanlan.people.permissions import MANAGE_PEOPLE, may, require
from guanlan.people.requests import PersonRequest
from guanlan.people.roster import FORTNIGHT, covers, headline, watch_gaps
from guanlan.people.samples import people_sample
from guanlan.people.weeks import local_day, monday_of


@login_required
def people_page(request: PersonRequest) -> HttpResponse:
    """Show who is on duty, which hours nobody covers, and the address book."""
    words, group = request.GET.get("q", "").strip(), request.GET.get("group", "")
    found = queries.directory(request.user, at=request.now, words=words, group=group)
    found_covers = covers(at=request.now, ahead=FORTNIGHT)
    page = {
        "covers": found_covers,
        "headline": headline(found_covers),
        "gaps": watch_gaps(found_covers)[:12],
        "watching": next((cover.group for cover in found_covers if cover.needs_cover), None),
        "shifts": queries.shifts_ahead(since=request.now, until=request.now + timedelta(days=2)),
        "administrators": queries.administrator_names(at=request.now),
        "page": Paginator(found, 50).get_page(request.GET.get("page")),
        "words": words,
        "group": group,
        "manages": may(request.user, MANAGE_PEOPLE, at=request.now),
    }
    return render(request, "people/people.html", page)


@login_required
@never_cache
def add(request: PersonRequest) -> HttpResponse:
    """Add a person and show the first password, once."""
    require(request.user, MANAGE_PEOPLE, at=request.now)
    form = PersonForm(request.POST or None, initial={"group": request.GET.get("group")})
    if request.method != "POST" or not form.is_valid():
        return render(request, "people/add.html", {"form": form}, status=422 if form.errors else 200)
    password = first_password()
    group, role = form.cleaned_data.pop("group"), form.cleaned_data.pop("role")
    person = actions.take_on(
        **form.cleaned_data,
        unit=request.user.unit,
        sealed=seal_random(password),
        serving=(group, role) if group else None,
        actor=request.user.key,
        now=request.now,
    )
    return render(request, "people/passwords.html", {"added": [(person, password)]})


@login_required
@never_cache
def import_page(request: PersonRequest) -> HttpResponse:
    """Take in a sheet of people, and show the new ones' first passwords, once."""
    require(request.user, MANAGE_PEOPLE, at=request.now)
    form = SheetForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        return _import_form(request, form)
    try:
        lines = read_people(
            form.cleaned_data["sheet"].read(),
            groups=queries.group_codes(),
            known=queries.known_names(),
        )
    except BadSheet as bad:
        return _import_form(request, form, problems=bad.problems)
    added = actions.bring_in(
        lines=lines, unit=request.user.unit, password=first_password, actor=request.user.key, now=request.now
    )
    return render(request, "people/passwords.html", {"added": added, "rows": len(lines)})


def _import_form(request: PersonRequest, form: SheetForm, problems: tuple[str, ...] = ()) -> HttpResponse:
    page = {"form": form, "problems": problems[:50], "more": max(0, len(problems) - 50)}
    return render(request, "people/import.html", page, status=422 if problems or form.errors else 200)


@login_required
def sample(request: PersonRequest) -> HttpResponse:
    """Hand out the sample sheet, with the groups there are."""
    answer = HttpResponse(
        people_sample(list(queries.group_codes())),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    answer.headers["Content-Disposition"] = "attachment; filename=people.xlsx"
    return answer


@login_required
def person_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show a person; an administrator, or the person, corrects the contacts."""
    person = get_object_or_404(Person.visible_to(request.user), key=key)
    form = ContactForm(request.POST or None, initial=vars(person))
    if request.method == "POST" and form.is_valid():
        actions.change_person(person=person, **form.cleaned_data, actor=request.user.key, now=request.now)
        messages.success(request, _("已保存。"))
        return redirect("person", key)
    page = {
        "person": person,
        "form": form,
        "place_form": PlaceForm(),
        "serving": queries.services_of(person, at=request.now),
        "shifts": queries.shifts_of(person, at=request.now),
        "manages": may(request.user, MANAGE_PEOPLE, at=request.now),
    }
    return render(request, "people/person.html", page, status=422 if form.errors else 200)


@login_required
@require_POST
def place_person(request: PersonRequest, key: str) -> HttpResponse:
    """Let the person serve in a group."""
    person = get_object_or_404(Person.visible_to(request.user), key=key)
    form = PlaceForm(request.POST)
    if form.is_valid():
        actions.place(person=person, **form.cleaned_data, actor=request.user.key, now=request.now)
    else:
        messages.error(request, _("请先选一个组，再保存。"))
    return redirect("person", key)


@login_required
@require_POST
def remove_person(request: PersonRequest, key: str) -> HttpResponse:
    """End the person's service in a group."""
    person = get_object_or_404(Person.visible_to(request.user), key=key)
    group = get_object_or_404(Group.visible_to(request.user), key=request.POST.get("group", ""))
    actions.remove_from(person=person, group=group, actor=request.user.key, now=request.now)
    return redirect("person", key)


@login_required
@never_cache
@require_POST
def reset_password(request: PersonRequest, key: str) -> HttpResponse:
    """Give the person another first password and show it, once."""
    person = get_object_or_404(Person.visible_to(request.user), key=key)
    password = first_password()
    actions.set_password(person=person, sealed=seal_random(password), actor=request.user.key, now=request.now)
    return render(request, "people/passwords.html", {"added": [(person, password)], "reset": True})


@login_required
@require_POST
def deactivate_person(request: PersonRequest, key: str) -> HttpResponse:
    """Let the person sign in no more."""
    person = get_object_or_404(Person.visible_to(request.user), key=key)
    actions.deactivate(person=person, actor=request.user.key, now=request.now)
    messages.success(request, _("已停用%(name)s，以前的记录都还在。") % {"name": person.name})
    return redirect("person", key)


@login_required
@require_POST
def reactivate_person(request: PersonRequest, key: str) -> HttpResponse:
    """Let the person sign in again."""
    person = get_object_or_404(Person.visible_to(request.user), key=key)
    actions.reactivate(person=person, actor=request.user.key, now=request.now)
    messages.success(request, _("已恢复%(name)s的账号，请重新选组。") % {"name": person.name})
    return redirect("person", key)


@login_required
def roster_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show a group's week, and lay it anew."""
    require(request.user, MANAGE_PEOPLE, at=request.now)
    group = get_object_or_404(Group.visible_to(request.user), key=key)
    first = _week(request)
    form = WeekForm(request.POST or None, group=group, first=first, at=request.now)
    if request.method == "POST" and form.is_valid():
        count = actions.plan_week(
            group=group, first=first, served=form.served(), actor=request.user.key, now=request.now
        )
        messages.success(request, _("已排好 %(count)d 班。") % {"count": count})
        return redirect("people")
    page = _week_page(group, first, form) | {"groups": queries.open_groups()}
    return render(request, "people/roster.html", page, status=422 if form.errors else 200)


def _week(request: PersonRequest) -> date:
    try:
        return monday_of(date.fromisoformat(request.GET.get("week", "")))
    except ValueError:
        return monday_of(local_day(request.now))


def _week_page(group: Group, first: date, form: WeekForm) -> dict[str, Any]:
    return {
        "group": group,
        "form": form,
        "first": first,
        "last": first + timedelta(days=6),
        "before": (first - timedelta(days=7)).isoformat(),
        "after": (first + timedelta(days=7)).isoformat(),
    }


@login_required
def shift_page(request: PersonRequest, key: str) -> HttpResponse:
    """Plan one shift of a group."""
    require(request.user, MANAGE_PEOPLE, at=request.now)
    group = get_object_or_404(Group.visible_to(request.user), key=key)
    form = ShiftForm(request.POST or None, group=group, at=request.now)
    if request.method == "POST" and form.is_valid():
        actions.plan_shift(group=group, **form.cleaned_data, actor=request.user.key, now=request.now)
        messages.success(request, _("已排上这一班。"))
        return redirect("people")
    page = {"group": group, "form": form}
    return render(request, "people/shift.html", page, status=422 if form.errors else 200)


@login_required
@require_POST
def drop(request: PersonRequest, key: str) -> HttpResponse:
    """Take a shift off the roster."""
    shift = get_object_or_404(DutyShift.visible_to(request.user), key=key)
    actions.drop_shift(shift=shift, actor=request.user.key, now=request.now)
    messages.success(request, _("已从值班表上拿掉这一班。"))
    return redirect("people")
