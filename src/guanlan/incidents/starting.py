"""Who may start the first steps alone, at which levels, and until when the command answers (先启动后报告)."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.clocks.deadlines import deadline
from guanlan.incidents.models import Incident
from guanlan.incidents.queries import may_decide
from guanlan.incidents.wording import moment
from guanlan.notify.actions import tell
from guanlan.notify.models import Message
from guanlan.people.models import Group, Membership, Person
from guanlan.people.queries import members, on_duty
from guanlan.plan.document import PlanDocument
from guanlan.plan.levels import Level
from guanlan.plan.wording import level_word

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


def ask(incident: Incident, *, now: datetime) -> list[Person]:
    """Ask everybody who may decide to ratify or revoke, once a round, and return them."""
    assert incident.ratify_by is not None
    persons = may_decide(at=now)
    title = _("%(who)s先行启动%(level)s响应，请 %(until)s 前追认或撤销：%(name)s") % {
        "who": incident.opened_by.name,
        "level": level_word(incident.level),
        "until": moment(incident.ratify_by, now),
        "name": incident.name,
    }
    for person in persons:
        tell(
            stream=incident.stream,
            person=person,
            title=title,
            link=reverse("incident-ratify", args=[incident.key]),
            cause=f"first:{incident.key}",
            step=f"ask-{incident.asked}",
            urgency=Message.Urgency.URGENT,
            now=now,
        )
    return persons


def _of(group: Group, at: datetime) -> list[Person]:
    shift = on_duty(group, at=at)
    watching = [shift.person, shift.deputy] if shift is not None else []
    heads = members(group, at=at).exclude(role=Membership.Role.MEMBER)
    found = [*(person for person in watching if person is not None), *(head.person for head in heads)]
    return [person for person in found if person.is_active]
