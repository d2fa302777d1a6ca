"""What the command sees before it decides: figures, options and consequences, what was decided before."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from guanlan.clocks.deadlines import deadline
from guanlan.incidents.models import Decision, Incident
from guanlan.incidents.permissions import DECIDE, RECORD_INSTRUCTION
from guanlan.incidents.screens import address
from guanlan.incidents.states import RESPONDING
from guanlan.incidents.wording import moment
from guanlan.people.models import Person
from guanlan.people.permissions import may
from guanlan.plan.document import PlanDocument
from guanlan.plan.queries import document, in_force
from guanlan.plan.wording import level_word
from guanlan.watch.models import Assessment, Event, Sheet


@dataclass(frozen=True)
class Choice:
    """One option of a decision: what it is, and what follows from it."""

    letter: str
    value: str
    title: str
    consequences: tuple[str, ...]
    button: str
    recommended: bool = False


def decision_sheet(event: Event, person: Person, *, chosen: str, now: datetime) -> dict[str, Any]:
    """Return what the command needs to decide on an event: figures, options, consequences."""
    version = in_force(event.watch.unit)
    plan = document(version) if version is not None else None
    proposed = event.confirmed_level or event.computed_level
    choices = _choices(plan, proposed, now) if plan else []
    picked = next((choice for choice in choices if choice.value == chosen), choices[0] if choices else None)
    return {
        "event": event,
        "version": version,
        "plan": plan,
        "sentence": _decide_sentence(event, now),
        "choices": choices,
        "picked": picked,
        "sheet": Sheet.visible_to(person).filter(event=event).select_related("person").first(),
        "assessment": Assessment.visible_to(person).filter(event=event).select_related("person").first(),
        "decisions": Decision.visible_to(person).filter(event=event).select_related("person"),
        "active": Incident.visible_to(person).filter(event=event, state__in=RESPONDING).first(),
        "as_of": now,
        "may_decide": may(person, DECIDE, at=now),
        "may_record": may(person, RECORD_INSTRUCTION, at=now),
        "event_href": address("event", event.key),
    }


def _decide_sentence(event: Event, now: datetime) -> str:
    level = event.confirmed_level or event.computed_level
    if event.confirmed_level:
        ground = _("已确认%(level)s") % {"level": level_word(level)}
    elif level:
        ground = _("系统建议%(level)s，未确认") % {"level": level_word(level)}
    else:
        ground = _("不入级")
    return _("%(name)s：%(ground)s，请选一案") % {"name": event.name, "ground": ground}


def _choices(plan: PlanDocument, proposed: str, now: datetime) -> list[Choice]:
    keys = [level.key for level in plan.by_rank]
    first = proposed if proposed in keys else keys[-1]
    order = [first, "observe", *(key for key in keys if key != first)]
    found = [
        _observing(letter, now) if value == "observe" else _activating(letter, value, plan, now)
        for letter, value in zip("ABCDEFGHIJKL", order, strict=False)
    ]
    return [replace(found[0], recommended=True), *found[1:]] if proposed in keys else found


def as_shown(choices: Sequence[Choice], chosen: str) -> list[dict[str, Any]]:
    """Return the options as they stood when the person chose, to be kept with the decision."""
    return [
        {
            "letter": choice.letter,
            "title": choice.title,
            "consequences": list(choice.consequences),
            "recommended": choice.recommended,
            "chosen": choice.value == chosen,
        }
        for choice in choices
    ]


def _activating(letter: str, level: str, plan: PlanDocument, now: datetime) -> Choice:
    duties = [(duty, times) for duty, times in plan.duties_at(level) if not duty.aftermath]
    per_group = Counter(plan.groups[duty.group].name for duty, _times in duties if duty.group in plan.groups)
    word, count = level_word(level), len(duties)
    consequences = [
        _("派 %(count)d 项任务：") % {"count": count}
        + "、".join(f"{name} {number}" for name, number in per_group.items())
    ]
    if duties:
        soonest, calendar = min(
            (deadline(now, times.accept_minutes, times.calendar), times.calendar) for _duty, times in duties
        )
        how = _("（工作时间）") if calendar == "working" else ""
        words = {"at": moment(soonest, now), "how": how}
        consequences.append(_("最早 %(at)s 前接手%(how)s，逾期逐级提醒到指挥部") % words)
    button = _("选 %(letter)s：启动%(level)s响应，派 %(count)d 项任务")
    return Choice(
        letter,
        level,
        _("启动%(level)s响应") % {"level": word},
        tuple(consequences),
        button % {"letter": letter, "level": word, "count": count},
    )


def _observing(letter: str, now: datetime) -> Choice:
    later = moment(now + timedelta(hours=2), now)
    return Choice(
        letter,
        "observe",
        _("暂不启动，继续观察"),
        (_("不派任务；监测照旧，等级升高仍会报警"), _("到复核时间（如 %(at)s）回来再定") % {"at": later}),
        _("选 %(letter)s：暂不启动，到时复核") % {"letter": letter},
    )
