"""The steps of setting up, in any order, as often as needed."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from guanlan.clocks.edge import real_now
from guanlan.people.actions import first_administrator, name_company
from guanlan.people.models import Group
from guanlan.people.permissions import require
from guanlan.people.requests import PersonRequest
from guanlan.people.roster import covers
from guanlan.people.weeks import local_day
from guanlan.plan.forms import EffectiveForm
from guanlan.plan.queries import in_force
from guanlan.plan.shipped import template, templates
from guanlan.site.permissions import SET_UP
from guanlan.site.setup import actions, queries
from guanlan.site.setup.first import WrongCode, require_code, use_up
from guanlan.site.setup.forms import CompanyForm, DeputyForm, FirstForm


@never_cache
def first(request: PersonRequest) -> HttpResponse:
    """Make the first administrator, for whoever has the code from the start command."""
    written = request.POST.get("code", request.GET.get("code", ""))
    try:
        require_code(written)
    except WrongCode as wrong:
        page = {"sentence": wrong.sentence if written else "", "code": written}
        return render(request, "site/setup/code.html", page, status=wrong.status)
    form = FirstForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        filled = {"form": form, "code": written}
        return render(request, "site/setup/first.html", filled, status=422 if form.errors else 200)
    first_administrator(**form.cleaned_data, now=request.now)
    use_up()
    messages.success(request, _("账号已建好，请登录，接着设置。"))
    return redirect("set-up")


@login_required
def overview(request: PersonRequest) -> HttpResponse:
    """Show which steps are done and what is still missing."""
    require(request.user, SET_UP, at=request.now)
    found = _steps(request)
    page = {
        "steps": found,
        "next": queries.next_step(found),
        "missing": [step for step in found if not step.done and not step.optional],
        "left_out": [step for step in found if not step.done and step.optional],
    }
    return render(request, "site/setup/overview.html", page)


@login_required
def company(request: PersonRequest) -> HttpResponse:
    """Name the company."""
    form = CompanyForm(request.POST or None, initial={"name": request.user.unit.name})
    if request.method == "POST" and form.is_valid():
        name_company(name=form.cleaned_data["name"], actor=request.user.key, now=request.now)
        return redirect("set-up")
    return _page(request, "company", form=form)


@login_required
def plan(request: PersonRequest) -> HttpResponse:
    """Show the templates to choose from."""
    return _page(request, "plan", templates=templates(), version=in_force(request.user.unit))


@login_required
def plan_template(request: PersonRequest, code: str) -> HttpResponse:
    """Show a template's levels and duties, and put it in force."""
    found = template(code)
    if found is None:
        raise Http404
    form = EffectiveForm(request.POST or None, initial={"effective_on": local_day(request.now)})
    if request.method == "POST" and form.is_valid():
        actions.adopt_template(
            template=found,
            unit=request.user.unit,
            effective_on=form.cleaned_data["effective_on"],
            person=request.user,
            now=request.now,
        )
        messages.success(request, _("预案已发布，各工作组已建好。"))
        return redirect("set-up")
    groups = found.document.groups
    duties = [(duty, groups[duty.group]) for duty in found.document.duties]
    return _page(request, "template", form=form, plan=found.document, duties=duties)


@login_required
def people(request: PersonRequest) -> HttpResponse:
    """Show which groups want people, and the two ways in."""
    return _page(request, "people", covers=covers(at=request.now))


@login_required
def roster(request: PersonRequest) -> HttpResponse:
    """Show which hours nobody watches, and where to lay the week."""
    watching = [cover for cover in covers(at=request.now) if cover.needs_cover]
    return _page(request, "roster", watching=watching)


@login_required
def deputies(request: PersonRequest) -> HttpResponse:
    """Show the groups without a deputy, and name one."""
    form = DeputyForm(request.POST or None, request=request)
    if request.method == "POST":
        group = get_object_or_404(Group.visible_to(request.user), key=request.POST.get("group", ""))
        if form.is_valid():
            chosen = form.cleaned_data["person"]
            actions.name_deputy(group=group, person=chosen, actor=request.user, now=request.now)
            return redirect("set-up-deputies")
        messages.error(request, _("请先选一个人，再保存。"))
    lacking = queries.lacking_deputy(now=request.now)
    blank = DeputyForm(request=request)
    return _page(request, "deputies", lacking=lacking, form=blank, status=422 if form.errors else 200)


@login_required
def channels(request: PersonRequest) -> HttpResponse:
    """Send a test over the real path and show what became of it."""
    if request.method == "POST":
        actions.send_test(stream=request.stream, person=request.user, now=request.now)
        return redirect("set-up-channels")
    tests = queries.channel_tests(request.user)
    return _page(request, "channels", tests=tests, mail=settings.EMAIL_HOST_CONFIGURED)


@login_required
def words(request: PersonRequest) -> HttpResponse:
    """Lead to the watch form."""
    return _page(request, "words", address=queries.address("watch-new"))


@login_required
def history(request: PersonRequest) -> HttpResponse:
    """Lead to the import of past posts."""
    return _page(request, "history", address=queries.address("import"))


@login_required
def demo(request: PersonRequest) -> HttpResponse:
    """Close the demo."""
    if request.method == "POST":
        actions.clear_demo(person=request.user, now=request.now, real_now=real_now())
        messages.success(request, _("演示已关闭，现在看到的是正式数据。"))
        return redirect("set-up")
    return _page(request, "demo", demos=queries.open_demos())


def _steps(request: PersonRequest) -> list[queries.Step]:
    return queries.steps(request.user, getattr(request, "stream", None), now=request.now)


def _page(request: PersonRequest, name: str, *, status: int = 200, **content: Any) -> HttpResponse:
    require(request.user, SET_UP, at=request.now)
    step = next((found for found in _steps(request) if found.href == request.path), None)
    forms = [value for value in content.values() if getattr(value, "errors", None)]
    content |= {"step": step}
    return render(request, f"site/setup/{name}.html", content, status=422 if forms else status)
