"""Reports from rows alone: what is said was measured, done or decided, and points to its posts."""

from datetime import datetime

from django.utils.translation import gettext as _

from guanlan.documents.model import Block, Document, Level, Paragraph, Run
from guanlan.incidents.models import Incident
from guanlan.incidents.wording import length, level_word, moment
from guanlan.people.models import Person
from guanlan.plan.document import PlanDocument
from guanlan.plan.queries import document, in_force
from guanlan.reports import sections
from guanlan.reports.proofs import Proofs, proofs
from guanlan.reports.times import times_of
from guanlan.watch.models import Event
from guanlan.watch.queries import grading, recent
from guanlan.watch.rows import CriterionRow, criteria_rows

COLOURS = {"red": "#C92A2A", "orange": "#E8590C", "yellow": "#F2B705", "blue": "#1C7ED6", "purple": "#5F3DC4"}


def flash(event: Event, incident: Incident | None, person: Person, now: datetime) -> Document:
    """Gather the flash report (快报) of an event, and of its active incident, as they stand."""
    plan = _plan(event, incident)
    rows, chosen = _graded(event, plan)
    blocks: list[Block] = [Paragraph(_flash_lead(event, chosen, now), lead=True)]
    blocks += sections.figures(times_of(event, incident, reporting_at=now))
    blocks.append(sections.trend(event, incident, now=now))
    if plan is not None and rows:
        blocks += sections.criteria(rows, chosen, plan)
    blocks += sections.level_moves(event, incident, now=now)
    if incident is not None:
        blocks += sections.tasks(incident, now=now) + sections.story(incident, now=now)
    blocks += sections.coverage(event, now=now)
    return Document(
        title=event.name,
        made_at=now,
        blocks=tuple(blocks),
        label=_("%(unit)s舆情快报") % {"unit": event.watch.unit.name},
        subtitle=_by(person, plan),
        as_of=moment(now, now),
        level=_level(event.confirmed_level, plan),
        sources=chosen.sources(),
        footer=_("内部"),
    )


def closing(incident: Incident, person: Person, now: datetime) -> Document:
    """Gather the closing report (总结报告) of an incident that was stood down."""
    event, plan = incident.event, document(incident.plan_version)
    rows, chosen = _graded(event, plan)
    blocks: list[Block] = [Paragraph(_closing_lead(incident, chosen, now), lead=True)]
    blocks += sections.figures(times_of(event, incident))
    blocks.append(sections.trend(event, incident, now=now))
    blocks += sections.criteria(rows, chosen, plan) if rows else []
    blocks += sections.level_moves(event, incident, now=now)
    blocks += sections.tasks(incident, now=now) + sections.statements(incident, now=now)
    blocks += sections.story(incident, now=now) + sections.coverage(event, now=now)
    return Document(
        title=incident.name,
        made_at=now,
        blocks=tuple(blocks),
        label=_("%(unit)s舆情总结报告") % {"unit": incident.unit.name},
        number=incident.number,
        subtitle=_by(person, plan),
        as_of=moment(now, now),
        level=_level(incident.level, plan),
        sources=chosen.sources(),
        footer=_("内部"),
    )


def _plan(event: Event, incident: Incident | None) -> PlanDocument | None:
    version = incident.plan_version if incident else in_force(event.watch.unit)
    return document(version) if version else None


def _graded(event: Event, plan: PlanDocument | None) -> tuple[list[CriterionRow], Proofs]:
    rows = criteria_rows(grading(event, plan), plan) if plan else []
    return rows, proofs(event, rows)


def _flash_lead(event: Event, chosen: Proofs, now: datetime) -> tuple[Run, ...]:
    count, share = recent(event, now=now)
    first = _("%(at)s 首帖") % {"at": moment(event.first_at, now)}
    posts = _("；2 小时内 %(count)d 条，负面 %(share)s") % {
        "count": count,
        "share": _("未知") if share is None else f"{(share + 5) // 10}%",
    }
    computed = level_word(event.computed_level) if event.computed_level else _("不入级")
    confirmed = level_word(event.confirmed_level) if event.confirmed_level else _("不入级")
    levels = _("；系统算为%(computed)s，%(name)s %(at)s 确认为%(confirmed)s。") % {
        "computed": computed,
        "name": event.confirmed_by.name if event.confirmed_by else _("未知"),
        "at": moment(event.confirmed_at, now) if event.confirmed_at else _("未知"),
        "confirmed": confirmed,
    }
    return Run(first, chosen.earliest), Run(posts, chosen.loudest), Run(levels)


def _closing_lead(incident: Incident, chosen: Proofs, now: datetime) -> tuple[Run, ...]:
    ended = incident.stood_down_at
    first = _("%(at)s 首帖") % {"at": moment(incident.event.first_at, now)}
    answered = _("；%(opened)s 启动%(level)s响应，%(ended)s 解除，历时 %(span)s；共 %(posts)d 条帖文") % {
        "opened": moment(incident.opened_at, now),
        "level": level_word(incident.level),
        "ended": moment(ended, now) if ended else _("未知"),
        "span": length(ended - incident.opened_at) if ended else _("未知"),
        "posts": incident.event.readings.count(),
    }
    return Run(first, chosen.earliest), Run(answered, chosen.loudest), Run("。")


def _by(person: Person, plan: PlanDocument | None) -> str:
    words = _("报告人%(name)s") % {"name": person.name}
    return words + (_("，依据%(plan)s") % {"plan": plan.meta.name} if plan else "")


def _level(level: str, plan: PlanDocument | None) -> Level | None:
    found = next((one for one in plan.levels if one.key == level), None) if plan else None
    return Level(level_word(found.key), found.name, COLOURS[found.colour]) if found else None
