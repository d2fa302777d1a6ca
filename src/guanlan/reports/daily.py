"""The daily report (日报): what a day brought, and, where it brought nothing, what was watched."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from guanlan.clocks.models import Stream
from guanlan.documents.model import (
    Block,
    Column,
    Document,
    Figure,
    Figures,
    Heading,
    KeyValues,
    Paragraph,
    Table,
    Text,
    text,
)
from guanlan.incidents.models import Incident, Task
from guanlan.incidents.states import OPEN, RESPONDING
from guanlan.incidents.wording import length, moment
from guanlan.intake.models import Batch, Source
from guanlan.people.models import Unit
from guanlan.plan.wording import level_word
from guanlan.reports import sections
from guanlan.reports.gathering import Issue, dated, watermark
from guanlan.reports.proofs import Proofs
from guanlan.reports.schedule import Edition
from guanlan.watch.counting import rows_of, rows_under
from guanlan.watch.models import Assessment, Event, Signal, Watch

LATE = timedelta(minutes=10)
MOST_EVENTS = 20
FEW_DAYS = 3


@dataclass(frozen=True)
class Day:
    """What a daily report tells of: the rows of its stretch of time, nothing of a closed circle."""

    stream: Stream
    since: datetime
    until: datetime

    def within(self, name: str) -> dict[str, datetime]:
        """Return the filter for a moment in this stretch: after its beginning, up to its end."""
        return {f"{name}__gt": self.since, f"{name}__lte": self.until}

    @property
    def read(self) -> int:
        """How many posts were read in, imported history aside."""
        return batches(self).aggregate(count=Sum("taken"))["count"] or 0

    @property
    def signals(self) -> QuerySet[Signal]:
        """The moves of computed levels."""
        moved = Signal.objects.filter(stream=self.stream, kind=Signal.Kind.LEVEL, **self.within("at"))
        return moved.select_related("event").order_by("at", "pk")

    @property
    def judged(self) -> QuerySet[Assessment]:
        """What persons set."""
        judged = Assessment.objects.filter(stream=self.stream, **self.within("at"))
        return judged.select_related("event", "person").order_by("at", "pk")

    @property
    def raised(self) -> QuerySet[Event]:
        """The events that reached a level, for the first time or again."""
        return Event.objects.filter(pk__in=self.signals.exclude(level="").values("event"))

    @property
    def graded(self) -> QuerySet[Event]:
        """The events at a level that had posts, moved or are responded to."""
        alive = Q(**self.within("last_at")) | Q(pk__in=self.signals.values("event"))
        at_level = Event.objects.filter(stream=self.stream).exclude(computed_level="", confirmed_level="")
        return at_level.filter(alive).exclude(state=Event.State.MERGED).order_by("-posts", "pk")

    @property
    def false_alarms(self) -> list[Assessment]:
        """The events that persons called a false alarm."""
        return [one for one in self.judged if one.event.state == Event.State.DISMISSED and not one.level]

    @property
    def incidents(self) -> QuerySet[Incident]:
        """The incidents that are responded to, or ended in this stretch; those for everybody."""
        ours = Incident.objects.filter(stream=self.stream, restricted=False)
        return ours.filter(
            Q(state__in=RESPONDING) | Q(**self.within("stood_down_at")) | Q(**self.within("opened_at"))
        ).order_by("opened_at", "pk")


def batches(day: Day) -> QuerySet[Batch]:
    """Return what came in and was read."""
    return Batch.objects.filter(stream=day.stream, history=False, **day.within("received_at"))


def daily(stream: Stream, unit: Unit, edition: Edition, now: datetime, *, issue: Issue) -> Document:
    """Gather the daily report of a stream, up to now."""
    day = Day(stream, edition.since, now)
    proofs = Proofs(issue.key)
    zero = is_zero(day)
    blocks: list[Block] = [Paragraph(text(_lead(day, zero=zero)), lead=True)]
    blocks += [*_lateness(edition, now), _figures(day)]
    blocks += _events(day, proofs) + _moves(day) + _incidents(day) + _false_alarms(day) + _releases(day)
    blocks += _watches(day, proofs) + _sources(day) + sections.coverage(stream, now=now)
    blocks.append(Paragraph(text(_("限定知悉范围的应急事件一律不列入日报。"))))
    return Document(
        title=_title(edition.day, zero=zero),
        made_at=now,
        blocks=tuple(blocks),
        label=_("%(unit)s舆情日报") % {"unit": unit.name},
        number=_("第 %(number)d 期　%(at)s") % {"number": issue.number, "at": dated(now)},
        subtitle=_("系统自动汇总"),
        as_of=moment(now, now),
        sources=proofs.sources(now),
        rolls=proofs.rolls(),
        address=settings.PUBLIC_ADDRESS.rstrip("/"),
        watermark=watermark(stream),
        footer=_("内部"),
    )


def is_zero(day: Day) -> bool:
    """Whether nothing happened: no level reached or moved, nothing judged, no response for everybody."""
    happened = (day.signals, day.judged, day.graded, day.incidents)
    return not any(rows.exists() for rows in happened)


def _title(day: date, *, zero: bool) -> str:
    words = _("%(month)d月%(day)d日舆情日报") % {"month": day.month, "day": day.day}
    return words + _("（零报告）") if zero else words


def _lead(day: Day, *, zero: bool) -> str:
    span = {"since": moment(day.since, day.until), "until": moment(day.until, day.until)}
    said = _("%(since)s 至 %(until)s") % span
    if zero:
        words = _("零报告：%(span)s 读入 %(read)s 条帖文，没有事件达到等级，没有等级变化，没有启动响应。")
        return words % {"span": said, "read": f"{day.read:,}"}
    words = _(
        "%(span)s 读入 %(read)s 条帖文；%(raised)d 个事件达到等级，%(alarms)d 个判为误报；"
        "%(active)d 个应急事件响应中。"
    )
    return words % {
        "span": said,
        "read": f"{day.read:,}",
        "raised": day.raised.count(),
        "alarms": len(day.false_alarms),
        "active": day.incidents.filter(state__in=RESPONDING).count(),
    }


def _lateness(edition: Edition, now: datetime) -> list[Block]:
    """Say that it comes late, and for which days it stands too."""
    words = ""
    if now - edition.due > LATE:
        words = _("本期应于 %(due)s 发出，系统当时没有运行，%(now)s 补出，迟了 %(span)s。") % {
            "due": moment(edition.due, now),
            "now": moment(now, now),
            "span": length(now - edition.due),
        }
    if edition.missed:
        days = [f"{day:%m-%d}" for day in edition.missed]
        named = "、".join(days) if len(days) <= FEW_DAYS else _("%s 至 %s") % (days[0], days[-1])
        words += _("%(days)s 没有出日报，一并计入本期。") % {"days": named}
    return [Paragraph(text(words, strong=True))] if words else []


def _figures(day: Day) -> Figures:
    active = day.incidents.filter(state__in=RESPONDING).count()
    return Figures(
        (
            Figure(_("读入帖文"), f"{day.read:,}", _("条")),
            Figure(_("达到等级的事件"), f"{day.raised.count():,}", _("个")),
            Figure(_("误报"), f"{len(day.false_alarms):,}", _("个")),
            Figure(_("响应中"), f"{active:,}", _("个")),
        )
    )


def _events(day: Day, proofs: Proofs) -> list[Block]:
    events = list(day.graded.select_related("watch")[: MOST_EVENTS + 1])
    if not events:
        return []
    heads = (_("系统算为"), _("确认为"), _("状态"))
    columns = (
        Column(_("事件"), share=4),
        *(Column(head, share=2) for head in heads),
        Column(_("本期帖文"), numeric=True, share=2),
    )
    rows = [_event_row(event, day, proofs) for event in events[:MOST_EVENTS]]
    note = _("只列帖文最多的 %(count)d 个") % {"count": MOST_EVENTS} if len(events) > MOST_EVENTS else ""
    return [Heading(_("在等级内的事件"), note), Table(columns, tuple(rows))]


def _event_row(event: Event, day: Day, proofs: Proofs) -> tuple[Text, ...]:
    rows = [row for row in rows_of(event) if day.since < row.at <= day.until]
    computed, confirmed = _level(event.computed_level), _level(event.confirmed_level)
    return (
        text(event.name),
        text(computed),
        text(confirmed if event.confirmed_at else _("未确认")),
        text(str(event.get_state_display())),
        (proofs.cell(f"event-{event.key}", _("“%(name)s”本期的帖文") % {"name": event.name}, rows),),
    )


def _level(level: str) -> str:
    return level_word(level) if level else _("不入级")


def _moves(day: Day) -> list[Block]:
    lines = [
        (one.at, _("%(name)s：系统算为%(level)s") % {"name": one.event.name, "level": _level(one.level)})
        for one in day.signals
        if one.event is not None
    ]
    lines += [
        (
            one.at,
            _("%(name)s：%(person)s定为%(level)s%(reason)s")
            % {
                "name": one.event.name,
                "person": one.person.name,
                "level": _level(one.level),
                "reason": f"，{one.reason}" if one.reason else "",
            },
        )
        for one in day.judged
        if one not in day.false_alarms
    ]
    return _told(_("等级变化"), lines, day)


def _incidents(day: Day) -> list[Block]:
    columns = (
        Column(_("应急事件"), share=4),
        Column(_("等级"), share=2),
        Column(_("状态"), share=2),
        *(Column(head, numeric=True, share=2) for head in (_("任务"), _("办结"), _("超时未办"))),
    )
    rows = [_incident_row(incident, day.until) for incident in day.incidents]
    return [Heading(_("应急事件")), Table(columns, tuple(rows))] if rows else []


def _incident_row(incident: Incident, now: datetime) -> tuple[Text, ...]:
    tasks: Sequence[Task] = list(incident.tasks.all())
    waiting = [task for task in tasks if task.state in OPEN]
    late = [task for task in waiting if task.deadline < now]
    counts = (len(tasks), len(tasks) - len(waiting), len(late))
    words = (
        f"{incident.number} {incident.name}",
        _level(incident.level),
        str(incident.get_state_display()),
        *(f"{count:,}" for count in counts),
    )
    return tuple(text(one) for one in words)


def _false_alarms(day: Day) -> list[Block]:
    lines = [
        (
            one.at,
            _("%(name)s：%(reason)s（%(person)s）")
            % {
                "name": one.event.name,
                "reason": one.reason,
                "person": one.person.name,
            },
        )
        for one in day.false_alarms
    ]
    return _told(_("误报"), lines, day)


def _releases(day: Day) -> list[Block]:
    lines = [
        (
            one.released_at,
            _("%(incident)s：%(title)s，%(channel)s")
            % {"incident": incident.name, "title": one.version.title, "channel": one.channel},
        )
        for incident in Incident.objects.filter(stream=day.stream, restricted=False)
        for one in incident.releases.filter(**day.within("released_at")).select_related("version")
    ]
    return _told(_("已发布声明"), sorted(lines), day)


def _watches(day: Day, proofs: Proofs) -> list[Block]:
    watches = Watch.objects.filter(stream=day.stream, closed_at=None).order_by("name")
    columns = (
        Column(_("监测方案"), share=4),
        Column(_("帖文"), numeric=True, share=2),
        Column(_("负面"), numeric=True, share=2),
    )
    lines = []
    for watch in watches:
        rows = rows_under(watch, day.since, day.until)
        negative = [row for row in rows if row.stance == "negative"]
        named = {"name": watch.name}
        lines.append(
            (
                text(watch.name),
                (proofs.cell(f"watch-{watch.key}", _("“%(name)s”本期的帖文") % named, rows),),
                (
                    proofs.cell(
                        f"watch-{watch.key}-negative", _("“%(name)s”本期的负面帖文") % named, negative
                    ),
                ),
            )
        )
    note = _("按发布时间；单位：条")
    return [Heading(_("监测方案"), note), Table(columns, tuple(lines))] if lines else []


def _sources(day: Day) -> list[Block]:
    taken = dict(batches(day).values_list("source").annotate(count=Sum("taken")).order_by())
    columns = (
        Column(_("来源"), share=4),
        Column(_("读入"), numeric=True, share=2),
        Column(_("状态"), share=3),
    )
    sources = Source.objects.filter(stream=day.stream, closed_at=None).order_by("name")
    rows = [
        (text(source.name), text(f"{taken.get(source.pk, 0):,}"), text(_health(source, day.until)))
        for source in sources
    ]
    note = _("按收到时间；单位：条")
    return [Heading(_("来源"), note), Table(columns, tuple(rows))] if rows else []


def _health(source: Source, now: datetime) -> str:
    if source.failing_since:
        return _("%(at)s 起故障") % {"at": moment(source.failing_since, now)}
    if source.silent_since:
        return _("%(at)s 起静默") % {"at": moment(source.silent_since, now)}
    return _("正常")


def _told(heading: str, lines: Sequence[tuple[datetime, str]], day: Day) -> list[Block]:
    if not lines:
        return []
    told = sorted(lines)
    return [Heading(heading), KeyValues(tuple((moment(at, day.until), text(words)) for at, words in told))]
