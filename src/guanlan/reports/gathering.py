"""Reports from rows alone: what is said was measured, done or decided, and points to its posts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from guanlan.clocks.models import Stream
from guanlan.documents.model import Block, Document, Level, Paragraph, Run, text
from guanlan.incidents.models import Incident
from guanlan.incidents.wording import length, moment
from guanlan.people.models import Person
from guanlan.people.weeks import local_day
from guanlan.plan.document import PlanDocument
from guanlan.plan.life.expiry import outlived
from guanlan.plan.models import PlanVersion
from guanlan.plan.queries import document, in_force
from guanlan.plan.wording import level_word
from guanlan.reports import figures, impacts, sections
from guanlan.reports.proofs import Proofs
from guanlan.reports.times import times_of
from guanlan.watch.counting import Counted, Row, counted, rows_of
from guanlan.watch.models import Event
from guanlan.watch.queries import grading
from guanlan.watch.rows import CriterionRow, criteria_rows

COLOURS = {"red": "#C92A2A", "orange": "#E8590C", "yellow": "#F2B705", "blue": "#1C7ED6", "purple": "#5F3DC4"}


@dataclass(frozen=True)
class Matter:
    """What a report is about, counted once: every part of it stands on the same posts."""

    event: Event
    incident: Incident | None
    plan: PlanDocument | None
    rows: list[Row]
    counted: Mapping[str, Counted]
    criteria: list[CriterionRow]
    proofs: Proofs


@dataclass(frozen=True)
class Issue:
    """Which report it will be: its key, its number among the event's, and by when it is to be read."""

    key: str
    number: int
    read_by: datetime | None = None


def flash(
    event: Event, incident: Incident | None, person: Person, now: datetime, *, issue: Issue
) -> Document:
    """Gather the flash report (快报) of an event, and of its active incident, as they stand."""
    version = incident.plan_version if incident else in_force(event.watch.unit)
    matter = matter_of(event, incident, document(version) if version else None, issue.key, now)
    blocks: list[Block] = [Paragraph(_flash_lead(matter, now), lead=True)]
    blocks.append(Paragraph(text(_wanted(matter, issue, now)), lead=True))
    blocks += _outlived(version, now)
    measured = times_of(event, incident, reporting_at=now)
    blocks += figures.times(measured, matter.rows, matter.proofs, now=now) + _counts(matter, now)
    blocks += sections.judgement(event, now=now)
    if incident is not None:
        blocks += sections.tasks(incident, now=now) + sections.story(incident, now=now)
    blocks += sections.instructions(event, incident, now=now)
    blocks += sections.coverage(event.stream, now=now)
    return Document(
        title=event.name,
        made_at=now,
        blocks=tuple(blocks),
        label=_("%(unit)s舆情快报") % {"unit": event.watch.unit.name},
        number=_("第 %(number)d 期　%(at)s") % {"number": issue.number, "at": dated(now)},
        subtitle=by_line(person, matter.plan),
        as_of=moment(now, now),
        level=level_of(event.confirmed_level, matter.plan),
        measured=figures.standing(matter.rows, incident, now=now),
        sources=matter.proofs.sources(now),
        rolls=matter.proofs.rolls(),
        address=settings.PUBLIC_ADDRESS.rstrip("/"),
        watermark=watermark(event.stream),
        footer=_("内部"),
    )


def closing(incident: Incident, person: Person, now: datetime, *, issue: Issue) -> Document:
    """Gather the closing report (总结报告) of an incident that was stood down."""
    event = incident.event
    matter = matter_of(event, incident, document(incident.plan_version), issue.key, now)
    blocks: list[Block] = [Paragraph(_closing_lead(incident, matter, now), lead=True)]
    blocks += _outlived(incident.plan_version, now)
    measured = times_of(event, incident)
    blocks += figures.times(measured, matter.rows, matter.proofs, now=now) + _counts(matter, now)
    blocks += sections.tasks(incident, now=now) + sections.losses(incident)
    blocks += sections.statements(incident, now=now)
    blocks += sections.instructions(event, incident, now=now)
    blocks += sections.story(incident, now=now) + sections.coverage(event.stream, now=now)
    return Document(
        title=incident.name,
        made_at=now,
        blocks=tuple(blocks),
        label=_("%(unit)s舆情总结报告") % {"unit": incident.unit.name},
        number=_("%(incident)s　第 %(number)d 版　%(at)s")
        % {"incident": incident.number, "number": issue.number, "at": dated(now)},
        subtitle=by_line(person, matter.plan),
        as_of=moment(now, now),
        level=level_of(incident.level, matter.plan),
        sources=matter.proofs.sources(now),
        rolls=matter.proofs.rolls(),
        address=settings.PUBLIC_ADDRESS.rstrip("/"),
        watermark=watermark(event.stream),
        footer=_("内部"),
    )


def matter_of(
    event: Event, incident: Incident | None, plan: PlanDocument | None, key: str, now: datetime
) -> Matter:
    """Count an event's posts once, for a report with this key."""
    rows = rows_of(event)
    found = counted(event, rows, now=now)
    measures = {name: one.value for name, one in found.items()}
    graded = criteria_rows(grading(event, plan, measures), plan) if plan else []
    return Matter(event, incident, plan, rows, found, graded, Proofs(key))


def _counts(matter: Matter, now: datetime) -> list[Block]:
    """Put together what flash and closing report say of the posts."""
    event, rows, proofs = matter.event, matter.rows, matter.proofs
    blocks: list[Block] = [figures.trend(event, matter.incident, rows, proofs, now=now)]
    blocks += impacts.blocks(event, matter.incident, proofs, now=now)
    if matter.plan is not None and matter.criteria:
        blocks += figures.criteria(matter.criteria, matter.counted, proofs, event)
    blocks += sections.level_moves(event, matter.incident, matter.plan, rows, proofs, now=now)
    return blocks + figures.platforms(rows, proofs) + figures.posts(rows, proofs, now=now)


def _outlived(version: PlanVersion | None, now: datetime) -> list[Block]:
    """Say it where the response went by a plan that has run out."""
    words = outlived(version, today=local_day(now)) if version else ""
    return [Paragraph(text(words, strong=True))] if words else []


def _wanted(matter: Matter, issue: Issue, now: datetime) -> str:
    """Say what is asked of those who get it, and until when."""
    by = moment(issue.read_by, now) if issue.read_by else _("今天")
    if matter.incident is not None:
        words = _("请 %(by)s 前签收；%(level)s响应已启动，有新指令请在指挥室下达。")
        return words % {"by": by, "level": level_word(matter.incident.level)}
    level = level_word(matter.event.confirmed_level) if matter.event.confirmed_level else ""
    if not level:
        return _("请 %(by)s 前签收。") % {"by": by}
    return _("请 %(by)s 前签收，并决定：启动%(level)s响应，或先观察。") % {"by": by, "level": level}


def dated(now: datetime) -> str:
    """Write a moment in full, for a report's number."""
    return f"{timezone.localtime(now):%Y-%m-%d %H:%M}"


def watermark(stream: Stream) -> str:
    """Nobody shall take the report of a drill or a demo for a real one."""
    return {Stream.Kind.DRILL: _("演练"), Stream.Kind.DEMO: _("演示")}.get(Stream.Kind(stream.kind), "")


def _flash_lead(matter: Matter, now: datetime) -> tuple[Run, ...]:
    event = matter.event
    first = _("%(at)s 首帖") % {"at": moment(event.first_at, now)}
    computed = level_word(event.computed_level) if event.computed_level else _("不入级")
    confirmed = level_word(event.confirmed_level) if event.confirmed_level else _("不入级")
    levels = _("；系统算为%(computed)s，%(name)s %(at)s 确认为%(confirmed)s。") % {
        "computed": computed,
        "name": event.confirmed_by.name if event.confirmed_by else _("未知"),
        "at": moment(event.confirmed_at, now) if event.confirmed_at else _("未知"),
        "confirmed": confirmed,
    }
    return (
        Run(first, matter.proofs.posts(row.pk for row in matter.rows[:1])),
        *figures.recent(matter.rows, matter.proofs, now=now),
        Run(levels),
    )


def _closing_lead(incident: Incident, matter: Matter, now: datetime) -> tuple[Run, ...]:
    ended = incident.stood_down_at
    first = _("%(at)s 首帖") % {"at": moment(incident.event.first_at, now)}
    answered = _("；%(opened)s 启动%(level)s响应，%(ended)s 解除，历时 %(span)s；") % {
        "opened": moment(incident.opened_at, now),
        "level": level_word(incident.level),
        "ended": moment(ended, now) if ended else _("未知"),
        "span": length(ended - incident.opened_at) if ended else _("未知"),
    }
    count = _("共 %(posts)s 条帖文") % {"posts": f"{len(matter.rows):,}"}
    return (
        Run(first, matter.proofs.posts(row.pk for row in matter.rows[:1])),
        Run(answered),
        matter.proofs.few_or_roll(count, "posts", _("事件的全部帖文"), matter.rows),
        Run("。"),
    )


def by_line(person: Person | None, plan: PlanDocument | None) -> str:
    """Say who reports, and by which plan."""
    words = _("报告人%(name)s") % {"name": person.name} if person else _("系统自动汇总")
    return words + (_("，依据%(plan)s") % {"plan": plan.meta.name} if plan else "")


def level_of(level: str, plan: PlanDocument | None) -> Level | None:
    """Return a level as a document shows it."""
    found = next((one for one in plan.levels if one.key == level), None) if plan else None
    return Level(level_word(found.key), found.name, COLOURS[found.colour]) if found else None
