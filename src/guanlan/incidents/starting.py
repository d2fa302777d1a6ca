"""Who may start the first steps alone, at which levels, and until when the command answers (先启动后报告)."""

from datetime import datetime, timedelta

from guanlan.clocks.deadlines import deadline
from guanlan.incidents.permissions import DECIDE
from guanlan.people.models import Group, Membership, Person
from guanlan.people.permissions import TABLE
from guanlan.people.queries import members, on_duty, persons_with
from guanlan.plan.document import PlanDocument
from guanlan.plan.levels import Level

# Where the plan has no clock for reporting to the command.
_ANSWER_WITHIN = timedelta(minutes=30)


def starters(plan: PlanDocument, level: str, *, at: datetime) -> list[Person]:
    """Return who may start the first steps of a level alone: on duty, deputy, lead and their stand-ins."""
    codes = next((known.first_by for known in plan.levels if known.key == level), ())
    groups = Group.objects.filter(code__in=codes, closed_at=None).order_by("pk")
    return list(dict.fromkeys(person for group in groups for person in _of(group, at)))


def may_start(person: Person, plan: PlanDocument, *, at: datetime) -> list[Level]:
    """Return the levels, gravest first, whose first steps the person may start alone."""
    return [level for level in plan.by_rank if person in starters(plan, level.key, at=at)]


def answer_by(plan: PlanDocument, level: str, *, now: datetime) -> datetime:
    """Return until when the command ratifies or revokes: the level's time for reporting to it."""
    clocks = next(known.clocks for known in plan.levels if known.key == level)
    clock = next((clock for clock in clocks if clock.step == "report_to_command"), None)
    return deadline(now, clock.minutes, clock.calendar) if clock else now + _ANSWER_WITHIN


def deciders(*, at: datetime) -> list[Person]:
    """Return everybody who may ratify or revoke, the command first."""
    found = [person for function in sorted(TABLE[DECIDE]) for person in persons_with(function, at=at)]
    return list(dict.fromkeys(found))


def _of(group: Group, at: datetime) -> list[Person]:
    shift = on_duty(group, at=at)
    watching = [shift.person, shift.deputy] if shift is not None else []
    heads = members(group, at=at).exclude(role=Membership.Role.MEMBER)
    found = [*(person for person in watching if person is not None), *(head.person for head in heads)]
    return [person for person in found if person.is_active]
