"""When the plan wants the next check."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime

from guanlan.people.models import Group
from guanlan.people.queries import company
from guanlan.people.weeks import local_day
from guanlan.plan.document import Drill
from guanlan.plan.queries import document, in_force
from guanlan.reachability.models import ReachCheck


@dataclass(frozen=True)
class Due:
    """A drill of the plan's that checks reachability: the next day, and the groups that are late by then."""

    drill: Drill
    on: date
    late: list[Group]


def due_checks(*, now: datetime) -> list[Due]:
    """Return the plan's reachability drills with their next day; nothing without a plan in force."""
    version = in_force(company())
    if version is None or version.effective_date is None:
        return []
    drills = [drill for drill in document(version).drills if drill.kind == "reachability"]
    return [_due(drill, version.effective_date, now) for drill in drills]


def _due(drill: Drill, since: date, now: datetime) -> Due:
    groups = Group.objects.filter(code__in=drill.groups, closed_at=None).order_by("pk")
    days = {group: _next(group, drill.every_months, since) for group in groups}
    today = local_day(now)
    late = [group for group, day in days.items() if day < today]
    return Due(drill, min(days.values(), default=months_later(since, drill.every_months)), late)


def _next(group: Group, months: int, since: date) -> date:
    checks = ReachCheck.objects.filter(group=None) | ReachCheck.objects.filter(group=group)
    last = checks.order_by("-started_at").first()
    return months_later(local_day(last.started_at) if last else since, months)


def months_later(day: date, months: int) -> date:
    """Return the same day some months on, or the last of that month where it has fewer days."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
