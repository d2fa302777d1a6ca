"""What the pages of starting first, ratifying and ordering say and offer."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from guanlan.clocks.deadlines import deadline
from guanlan.incidents.models import Decision, Incident
from guanlan.incidents.permissions import DECIDE
from guanlan.incidents.queries import active_incident, is_inside
from guanlan.incidents.starting import may_start, starters
from guanlan.incidents.wording import moment
from guanlan.people.models import Person
from guanlan.people.permissions import may
from guanlan.plan.document import PlanDocument
from guanlan.plan.queries import document, in_force
from guanlan.plan.wording import level_word
from guanlan.watch.models import Event


def first_sheet(event: Event, person: Person, *, now: datetime) -> dict[str, Any]:
    """Return which levels' first steps the person may start alone, and the checklist of each."""
    version = in_force(event.watch.unit)
    plan = document(version) if version is not None else None
    standing = active_incident(event)
    levels = may_start(person, plan, at=now) if plan and standing is None else []
    proposed = event.confirmed_level or event.computed_level
    return {
        "event": event,
        "levels": [(level, level_word(level.key), _checklist(plan, level.key, now)) for level in levels],
        "proposed": proposed,
        "who": _who(plan, now) if plan else [],
        "plan": plan,
        "incident": standing if standing is not None and is_inside(standing, person) else None,
        "standing": standing is not None,
    }


def _checklist(plan: PlanDocument | None, level: str, now: datetime) -> list[dict[str, str]]:
    if plan is None:
        return []
    groups = {group.key: group.name for group in plan.organisation.groups}
    return [
        {
            "title": duty.title,
            "group": groups.get(duty.group, duty.group),
            "accept": moment(deadline(now, times.accept_minutes, times.calendar), now),
            "due": moment(deadline(now, times.due_minutes, times.calendar), now),
        }
        for duty, times in plan.duties_at(level)
        if duty.first_step
    ]


def _who(plan: PlanDocument, now: datetime) -> list[tuple[str, str]]:
    """Say of each level who may start its first steps alone."""
    return [
        (level_word(level.key), "、".join(person.name for person in starters(plan, level.key, at=now)))
        for level in plan.by_rank
        if level.first_by
    ]


def ratify_sheet(incident: Incident, person: Person, *, now: datetime) -> dict[str, Any]:
    """Return the card on which the command ratifies or revokes what was started first."""
    started = Decision.visible_to(person).filter(incident=incident, kind=Decision.Kind.START_FIRST).first()
    waits = incident.state == Incident.State.PROVISIONAL
    return {
        "incident": incident,
        "started": started,
        "waits": waits,
        "sentence": _ratify_sentence(incident),
        "tasks": incident.tasks.select_related("group", "owner"),
        "own": incident.opened_by_id == person.pk,
        "may_decide": may(person, DECIDE, at=now),
    }


def _ratify_sentence(incident: Incident) -> str:
    words = {
        "who": incident.opened_by.name,
        "level": level_word(incident.level),
        "name": incident.name,
        "state": incident.get_state_display(),
    }
    if incident.state == Incident.State.PROVISIONAL:
        return _("%(name)s：%(who)s已先行启动%(level)s，追认还是撤销") % words
    return _("%(name)s：现在是“%(state)s”，不用再追认或撤销") % words


def ratify_choices(incident: Incident) -> list[tuple[str, str]]:
    """Return what the command may choose: the level that was started, the others, revoking."""
    plan = document(incident.plan_version)
    others = [level.key for level in plan.by_rank if level.key != incident.level]
    return [
        (incident.level, _("追认%(level)s响应") % {"level": level_word(incident.level)}),
        *((key, _("追认，改为%(level)s") % {"level": level_word(key)}) for key in others),
        ("revoke", _("撤销：不必响应，先期处置停下")),
    ]


def orders(incident: Incident, person: Person) -> QuerySet[Decision]:
    """Return what the command ordered beyond the plan, the newest first, with its task."""
    rows = Decision.visible_to(person).filter(incident=incident, kind=Decision.Kind.ORDER)
    return rows.select_related("person", "task__group", "task__owner").order_by("-at", "-pk")
