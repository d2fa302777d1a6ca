"""How an incident ends: stood down, its closing report distributed, archived."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from guanlan.errors import Refused
from guanlan.incidents.actions.trail import note, note_unheard
from guanlan.incidents.conditions import Condition, conditions
from guanlan.incidents.levels import let_go, stated
from guanlan.incidents.models import Decision, Incident, Task
from guanlan.incidents.offering import offer
from guanlan.incidents.opening import decide
from guanlan.incidents.permissions import ARCHIVE, STAND_DOWN
from guanlan.incidents.states import OPEN
from guanlan.incidents.stepping import locked_incident, move_incident, refuse_step, waive_open
from guanlan.people.models import Person
from guanlan.people.permissions import require
from guanlan.plan.queries import document


class ConditionOpen(Refused):
    """A condition for standing down does not hold."""


class NoClosingReport(Refused):
    """The people concerned have not been given the closing report."""


class TasksOpen(Refused):
    """Mandatory work is left."""


def stand_down(
    *, incident: Incident, reason: str, person: Person, now: datetime, override: str = ""
) -> Decision:
    """End the response and return the decision; the aftermath's duties become tasks now.

    A measured condition that does not hold, or is unknown, needs `override`: why the
    response ends all the same. An open mandatory task nobody can override. Optional
    tasks still open are waived. Raises NotAllowed, NoReason, WrongState, ConditionOpen.
    """
    require(person, STAND_DOWN, at=now)
    reason, override = stated(reason), override.strip()[:400]
    with transaction.atomic():
        incident = locked_incident(incident)
        refuse_step(incident, "stand_down")
        held = conditions(incident, now=now)
        override = _refuse_open(held, override)
        move_incident(incident, "stand_down", stood_down_at=now)
        let_go(incident)
        kind, full = Decision.Kind.STAND_DOWN, _full_reason(reason, override)
        decision = decide(
            incident.event, kind, full, person, now=now, incident=incident, level=incident.level
        )
        lapsed = _lapse_optional(incident, person, now)
        duties = document(incident.plan_version).duties_at(incident.level)
        tasks = offer(incident, [pair for pair in duties if pair[0].aftermath], now=now)
        note(
            about=incident,
            verb="incidents.stand_down",
            sentence=_story(reason, override, lapsed, len(tasks)),
            person=person,
            now=now,
            facts={
                "decision": decision.key,
                "conditions": {condition.key: condition.state for condition in held},
                "overridden": bool(override),
            },
        )
        note_unheard(incident=incident, tasks=tasks, now=now)
    return decision


def take_closing_report(*, incident: Incident, sha256: str, person: Person, now: datetime) -> None:
    """Note that the closing report with this hash was distributed; archiving waits for it.

    Called by whoever distributes it, in the same transaction. Raises WrongState unless
    the incident is stood down.
    """
    with transaction.atomic():
        incident = locked_incident(incident)
        move_incident(incident, "take_closing_report", closing_report=sha256)
        note(
            about=incident,
            verb="incidents.take_closing_report",
            sentence=_("总结报告已分发"),
            person=person,
            now=now,
            facts={"sha256": sha256},
        )


def archive(*, incident: Incident, person: Person, now: datetime) -> None:
    """Close the file. Raises NotAllowed, WrongState, NoClosingReport, TasksOpen."""
    require(person, ARCHIVE, at=now)
    with transaction.atomic():
        incident = locked_incident(incident)
        refuse_step(incident, "archive")
        if not incident.closing_report:
            raise NoClosingReport(_("还不能归档：总结报告还没有分发。请先在“报告”里写好并分发。"))
        left = Task.objects.filter(incident=incident, state__in=OPEN, mandatory=True)
        if left:
            raise TasksOpen(
                _("还不能归档：%(count)d 项必办任务没有办完（%(titles)s）。请办结，或由指挥免办。")
                % {"count": len(left), "titles": "、".join(task.title for task in left)}
            )
        lapsed = _lapse_optional(incident, person, now)
        move_incident(incident, "archive", closed_at=now)
        note(
            about=incident,
            verb="incidents.archive",
            sentence=_("归档"),
            person=person,
            now=now,
            facts={"closing_report": incident.closing_report, "lapsed": lapsed},
        )


def _refuse_open(held: Sequence[Condition], override: str) -> str:
    """Return the override as far as one is needed."""
    for condition in held:
        if condition.binding and condition.state != "met":
            raise ConditionOpen(
                _("不能解除：%(name)s（%(figures)s）。请先办结，或由指挥逐项免办。")
                % {"name": condition.name, "figures": condition.figures}
            )
    short = [condition for condition in held if condition.state != "met"]
    if short and not override:
        listed = "；".join(f"{condition.name}（{condition.figures}）" for condition in short)
        raise ConditionOpen(_("不能解除：%(listed)s。条件未达仍要解除，请写明理由。") % {"listed": listed})
    return override if short else ""


def _full_reason(reason: str, override: str) -> str:
    if not override:
        return reason
    return _("%(reason)s（条件未达仍解除：%(override)s）") % {"reason": reason, "override": override}


def _lapse_optional(incident: Incident, person: Person, now: datetime) -> int:
    """Waive the optional tasks that are still open; return how many."""
    optional = Task.objects.filter(mandatory=False)
    words = _("响应结束，选办任务随之免办")
    return waive_open(optional, incident=incident, result=words, person=person, now=now)


def _story(reason: str, override: str, lapsed: int, offered: int) -> str:
    sentence = _("解除响应：%(reason)s") % {"reason": _full_reason(reason, override)}
    if lapsed:
        sentence += _("；%(count)d 项选办任务免办") % {"count": lapsed}
    if offered:
        sentence += _("；派善后任务 %(count)d 项") % {"count": offered}
    return sentence
