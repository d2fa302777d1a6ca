"""The plan in force, as people read it: levels and clocks, duties by group, what the check finds."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render

from guanlan.people.queries import root_unit
from guanlan.people.requests import PersonRequest
from guanlan.plan.check import check
from guanlan.plan.document import PlanDocument
from guanlan.plan.fields import Step
from guanlan.plan.queries import document, in_force
from guanlan.plan.timing import clock_of
from guanlan.plan.wording import duration


@login_required
def plan_page(request: PersonRequest) -> HttpResponse:
    """Show the version in force, or how to get one."""
    unit = root_unit()
    version = in_force(unit) if unit else None
    if version is None:
        return render(request, "plan/plan.html", {"version": None})
    plan = document(version)
    page = {
        "version": version,
        "plan": plan,
        "levels": [_level(level.key, plan) for level in plan.by_rank],
        "groups": [_group(group.key, group.name, plan) for group in plan.organisation.groups],
        "findings": check(plan, today=request.now.date()),
    }
    return render(request, "plan/plan.html", page)


def _level(key: str, plan: PlanDocument) -> dict[str, Any]:
    level = next(level for level in plan.levels if level.key == key)
    steps: tuple[Step, ...] = ("assess", "report_to_command", "first_response", "full_response", "facts")
    clocks = [clock_of(level, step) for step in steps]
    return {
        "key": key,
        "name": level.name,
        "meaning": level.meaning,
        "clocks": [duration(clock.minutes, clock.calendar) if clock else "—" for clock in clocks],
    }


def _group(key: str, name: str, plan: PlanDocument) -> dict[str, Any]:
    duties = [duty for duty in plan.duties if duty.group == key]
    return {"name": name, "duties": [(duty, [level for level in duty.times]) for duty in duties]}
