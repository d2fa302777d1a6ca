"""Pages of working time and of the times that others set; anybody looks, administrators change."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanlan.clocks.calendar import PUBLISHED_UNTIL
from guanlan.clocks.deadlines import office_at
from guanlan.clocks.models import OutsideRule, OwnDay
from guanlan.clocks.outside import due_under, rule_of, shipped, standing_rules
from guanlan.errors import BadInput
from guanlan.people.permissions import may, require
from guanlan.people.requests import PersonRequest
from guanlan.people.weeks import local_day
from guanlan.site.permissions import SET_UP
from guanlan.site.worktime import actions
from guanlan.site.worktime.forms import DaysForm, DueForm, HoursForm, RuleForm
from guanlan.site.worktime.queries import coming

AHEAD = timedelta(days=365)


@login_required
def working_time(request: PersonRequest) -> HttpResponse:
    """Show hours, the company's own days and what is coming; set the hours."""
    office = office_at(request.now)
    form = HoursForm(request.POST or None, initial={"opens": office.opens, "closes": office.closes})
    if request.method == "POST" and form.is_valid():
        hours = actions.set_hours(**form.cleaned_data, person=request.user, now=request.now)
        messages.success(request, _("办公时间改为 %(hours)s，从下一个时限起算。") % {"hours": hours})
        return redirect("working-time")
    return _working_time(request, hours_form=form)


@login_required
@require_POST
def set_days(request: PersonRequest) -> HttpResponse:
    """Set days on which the company differs from the official calendar."""
    form = DaysForm(request.POST)
    if not form.is_valid():
        return _working_time(request, days_form=form)
    days = actions.set_days(**form.cleaned_data, person=request.user, now=request.now)
    messages.success(request, _("已设 %(count)d 天，从下一个时限起算。") % {"count": len(days)})
    return redirect("working-time")


@login_required
@require_POST
def take_back_day(request: PersonRequest, key: str) -> HttpResponse:
    """Let the official calendar decide about a day again."""
    day = get_object_or_404(OwnDay.visible_to(request.user), key=key)
    actions.take_back_day(day=day, person=request.user, now=request.now)
    messages.success(request, _("%(day)s 已撤回，按国家节假日表算。") % {"day": day.day})
    return redirect("working-time")


@login_required
def outside_rules(request: PersonRequest) -> HttpResponse:
    """Show the rules; given `?rule=` and `?received=`, say when its time is over."""
    rules = standing_rules(request.now)
    started = {"received": timezone.localtime(request.now)}
    form = DueForm(request.GET if "rule" in request.GET else None, initial=started, rules=rules)
    page: dict[str, Any] = {"rules": rules, "form": form, "may_set": _may_set(request)}
    page["own"] = set(OutsideRule.standing(request.now).values_list("code", flat=True))
    if form.is_bound and form.is_valid():
        rule = next(rule for rule in rules if rule.code == form.cleaned_data["rule"])
        received = form.cleaned_data["received"]
        page |= {"rule": rule, "received": received}
        page["due"] = due_under(rule, received, office_at(request.now))
    return render(request, "site/worktime/rules.html", page, status=BadInput.status if form.errors else 200)


@login_required
def outside_rule(request: PersonRequest, code: str = "") -> HttpResponse:
    """Show one rule to be put right, or an empty one to be added."""
    require(request.user, SET_UP, at=request.now)
    rule = rule_of(code, request.now)
    if code and rule is None:
        raise Http404
    form = RuleForm(request.POST or None, instance=None if request.method == "POST" else rule)
    if request.method == "POST" and form.is_valid():
        kept = actions.set_rule(code=code, values=form.cleaned_data, person=request.user, now=request.now)
        messages.success(request, _("已保存“%(name)s”。") % {"name": kept.name})
        return redirect("outside-rules")
    page = {
        "form": form,
        "rule": rule,
        "ships": code in {one.code for one in shipped()},
        "own": rule is not None and rule.pk is not None,
    }
    return render(request, "site/worktime/rule.html", page, status=BadInput.status if form.errors else 200)


@login_required
@require_POST
def take_back_rule(request: PersonRequest, code: str) -> HttpResponse:
    """Let the rule that ships hold again, or drop one that was added."""
    rules = OutsideRule.visible_to(request.user).filter(code=code).order_by("-since", "-pk")
    rule = rules.first()
    if rule is None:
        raise Http404
    actions.take_back_rule(rule=rule, person=request.user, now=request.now)
    messages.success(request, _("已撤回“%(name)s”。") % {"name": rule.name})
    return redirect("outside-rules")


def _may_set(request: PersonRequest) -> bool:
    return may(request.user, SET_UP, at=request.now)


def _working_time(request: PersonRequest, **forms: Any) -> HttpResponse:
    office, today = office_at(request.now), local_day(request.now)
    hours = HoursForm(initial={"opens": office.opens, "closes": office.closes})
    page = {"hours_form": hours, "days_form": DaysForm()} | forms
    errors = any(form.errors for form in forms.values())
    page |= {
        "office": office,
        "own": OwnDay.standing(request.now).filter(day__gte=today).order_by("day"),
        "coming": list(coming(office, today, today + AHEAD)),
        "published_until": PUBLISHED_UNTIL,
        "guessing": today + AHEAD > PUBLISHED_UNTIL,
        "may_set": _may_set(request),
    }
    return render(request, "site/worktime/hours.html", page, status=BadInput.status if errors else 200)
