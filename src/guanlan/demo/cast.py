"""The demo company's people, plan and duty."""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from guanlan.clocks.models import Stream
from guanlan.demo.phrases import written
from guanlan.people.actions import name_company, open_group, place, plan_week, take_on
from guanlan.people.models import Function, Group, Person, Unit
from guanlan.people.weeks import local_day, monday_of, week
from guanlan.plan.actions import draft_version, publish_version
from guanlan.plan.life.actions import sign_version, submit_version
from guanlan.plan.life.queries import who_could_sign
from guanlan.plan.models import PlanVersion
from guanlan.plan.shipped import first_choice
from guanlan.watch.actions import keep_watch

_WEEKS = 4
_ADMINISTRATION, _AUDIT, _MONITORING = "administration", "audit", "group.monitoring"


def enlist(stream: Stream, *, sealed: str, now: datetime) -> Person:
    """Make company, people, plan, roster and watches, and return the lead of the monitoring group.

    `sealed` is what is stored of the password that everybody has.
    """
    unit = name_company(name=_("观澜商城"), actor="system", now=now)
    people = {row["username"]: _take_on(row, unit, sealed, now) for row in written("people")}
    groups = _own_groups(unit, now)
    first = written("people")[0]
    place(
        person=people[first["username"]], group=groups[first["group"]], role="LEAD", actor="system", now=now
    )
    _put_plan_in_force(unit, people[first["username"]], now)
    groups |= {group.code: group for group in Group.objects.filter(unit=unit)}
    for row in written("people")[1:]:
        person, group = people[row["username"]], groups[row["group"]]
        place(person=person, group=group, role=row["role"], actor="system", now=now)
    _sign_plan(stream, people[first["username"]], now)
    _fill_roster(groups[_MONITORING], _members(people, _MONITORING), now)
    _keep_watches(stream, unit, _members(people, _MONITORING)[0], now)
    return _members(people, _MONITORING)[0]


def _take_on(row: dict[str, str], unit: Unit, sealed: str, now: datetime) -> Person:
    return take_on(
        username=row["username"],
        name=row["name"],
        unit=unit,
        sealed=sealed,
        serving=None,
        actor="system",
        now=now,
    )


def _own_groups(unit: Unit, now: datetime) -> dict[str, Group]:
    """Open the two groups that no plan has."""
    wanted = (
        (_ADMINISTRATION, _("系统管理"), Function.ADMINISTRATOR),
        (_AUDIT, _("审计"), Function.AUDITOR),
    )
    return {
        code: open_group(code=code, name=name, function=function, unit=unit, actor="system", now=now)
        for code, name, function in wanted
    }


def _put_plan_in_force(unit: Unit, person: Person, now: datetime) -> None:
    chosen = first_choice()
    version = draft_version(unit=unit, content=chosen.content, name=chosen.code, person=person, now=now)
    publish_version(version=version, effective_on=_day(now), person=person, now=now)


def _sign_plan(stream: Stream, administrator: Person, now: datetime) -> None:
    """Let the command sign what was put in force before there was a command."""
    version = PlanVersion.objects.get(state=PlanVersion.State.IN_FORCE)
    signers = who_could_sign(version, at=now)
    submit_version(version=version, signers=signers, stream=stream, person=administrator, now=now)
    for person in signers:
        sign_version(version=version, sha256=version.sha256, stream=stream, person=person, now=now)


def _day(now: datetime) -> date:
    return local_day(now)


def _members(people: dict[str, Person], group: str) -> list[Person]:
    return [people[row["username"]] for row in written("people") if row["group"] == group]


def _fill_roster(group: Group, members: list[Person], now: datetime) -> None:
    """Let two take turns by the shift, each the other's deputy, for some weeks."""
    one, two = members
    monday = monday_of(_day(now))
    for number in range(_WEEKS):
        first = monday + timedelta(days=7 * number)
        served = {slot: (one, two) if turn % 2 == 0 else (two, one) for turn, slot in enumerate(week(first))}
        plan_week(group=group, first=first, served=served, actor="system", now=now)


def _keep_watches(stream: Stream, unit: Unit, person: Person, now: datetime) -> None:
    for watch in written("watches"):
        boxes = (watch["brand"], watch["matter"], watch["without"])
        keep_watch(stream=stream, unit=unit, name=watch["name"], boxes=boxes, person=person, now=now)
