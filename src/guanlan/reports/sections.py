"""The sections of a report, each made from rows."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from guanlan.documents.charts import Hour, Mark, hourly_posts
from guanlan.documents.model import (
    Block,
    Chart,
    Column,
    Figure,
    Figures,
    Heading,
    KeyValues,
    Paragraph,
    Table,
    Text,
    text,
)
from guanlan.incidents.models import Incident
from guanlan.incidents.queries import deadline_of, tasks_by_group
from guanlan.incidents.states import OPEN
from guanlan.incidents.wording import length, level_word, moment
from guanlan.intake.models import Source
from guanlan.reports.proofs import Proofs
from guanlan.reports.times import Times
from guanlan.watch.models import Event
from guanlan.watch.queries import hours_of
from guanlan.watch.rows import CriterionRow

SHANGHAI = ZoneInfo("Asia/Shanghai")
MOST_HOURS = 14 * 24


def trend(event: Event, incident: Incident | None, *, now: datetime) -> Chart:
    """Draw the posts hour by hour since the first one, with signals, decisions and releases."""
    hours = min(max(int((now - event.first_at).total_seconds() // 3600) + 2, 24), MOST_HOURS)
    counted = hours_of(event, now=now, hours=hours)
    title = _("每小时帖文：%(hours)d 小时共 %(count)d 条，其中负面 %(negative)d 条") % {
        "hours": hours,
        "count": sum(hour.negative + hour.neutral + hour.positive for hour in counted),
        "negative": sum(hour.negative for hour in counted),
    }
    drawn = [Hour(hour.at, hour.negative, hour.neutral, hour.positive) for hour in counted]
    note = _("竖线为等级信号、决定和发布；单位：条")
    return hourly_posts(title, drawn, SHANGHAI, _marks(event, incident), note=note)


def _marks(event: Event, incident: Incident | None) -> list[Mark]:
    marks = [
        Mark(signal.at, f"{level_word(signal.level)} {signal.at.astimezone(SHANGHAI):%H:%M}")
        for signal in event.signals.exclude(level="").order_by("at")
    ]
    if incident is not None:
        marks += [Mark(decision.at, _("决定")) for decision in incident.decisions.all()]
        marks += [Mark(release.released_at, _("发布")) for release in incident.releases.all()]
    return marks


def figures(times: Times) -> list[Block]:
    """Say the four times of the plan's aims, unknown ones as unknown."""
    named = (
        (_("发现用时"), times.found),
        (_("报告用时"), times.reported),
        (_("首次回应用时"), times.answered),
        (_("控制用时"), times.contained),
    )
    items = tuple(Figure(name, _("未知") if span is None else length(span)) for name, span in named)
    note = _("发现从首帖算起，其余从等级信号算起；控制算到解除响应")
    return [Heading(_("时效"), note), Figures(items)]


def criteria(rows: list[CriterionRow], chosen: Proofs) -> list[Block]:
    """Lay the criteria out, each with the line it reached and the next one."""
    columns = (
        Column(_("判据"), share=4),
        Column(_("现值"), numeric=True, share=2),
        Column(_("已达的线"), numeric=True, share=2),
        Column(_("下一条线"), numeric=True, share=2),
        Column(_("结果"), share=3),
        Column(_("出处"), share=2),
    )
    table = Table(columns, tuple(_criterion(row, chosen) for row in rows))
    return [Heading(_("定级判据"), _("取最高一级；未知不当零")), table]


def _criterion(row: CriterionRow, chosen: Proofs) -> tuple[Text, ...]:
    value = _("未知") if row.value is None else f"{row.value:,}\u00a0{row.unit}"
    lines = [text("—" if line is None else str(line)) for line in (row.reached, row.coming)]
    carriers = chosen.of(row.posts)
    counted = "—" if row.value is None else _("见事件页")
    proof = text("", *carriers) if carriers else text(counted)
    return (
        text(row.name),
        text(value, strong=bool(row.level)),
        *lines,
        text(_reached(row), strong=bool(row.level)),
        proof,
    )


def _reached(row: CriterionRow) -> str:
    return _("达%(level)s") % {"level": level_word(row.level)} if row.level else row.outcome


def level_moves(event: Event, incident: Incident | None, *, now: datetime) -> list[Block]:
    """List what the system computed and what persons set."""
    moves = [
        (signal.at, _("系统算为%(level)s") % {"level": _level(signal.level)})
        for signal in event.signals.filter(kind="LEVEL")
    ]
    moves += [
        (
            judged.at,
            _("%(name)s定为%(level)s") % {"name": judged.person.name, "level": _level(judged.level)}
            + (f"：{judged.reason}" if judged.reason else ""),
        )
        for judged in event.assessments.select_related("person")
    ]
    if incident is not None:
        moves += [
            (
                change.at,
                _("%(name)s把响应调为%(level)s：%(reason)s")
                % {"name": change.person.name, "level": _level(change.level), "reason": change.reason},
            )
            for change in incident.level_changes.select_related("person")
        ]
    return _told(_("等级变化"), sorted(moves), now)


def story(incident: Incident, *, now: datetime) -> list[Block]:
    """Tell what was done, the oldest first."""
    lines = incident.timeline.select_related("person").order_by("at", "pk")
    done = [
        (line.at, f"{line.person.name}：{line.sentence}" if line.person else line.sentence) for line in lines
    ]
    return _told(_("处置经过"), done, now)


def statements(incident: Incident, *, now: datetime) -> list[Block]:
    """List what was released where, with the version and its hash."""
    released = [
        (
            release.released_at,
            _("%(title)s（第 %(number)d 版，%(channel)s，校验码 %(hash)s）%(url)s")
            % {
                "title": release.version.title,
                "number": release.version.number,
                "channel": release.channel,
                "hash": release.sha256[:8],
                "url": release.url,
            },
        )
        for release in incident.releases.select_related("version").order_by("released_at")
    ]
    return _told(_("已发布声明"), released, now) or [
        Heading(_("已发布声明")),
        Paragraph(text(_("没有登记过发布。"))),
    ]


def tasks(incident: Incident, *, now: datetime) -> list[Block]:
    """Count each group's tasks: all, closed, open and late, closed late."""
    columns = (
        Column(_("工作组"), share=3),
        *(Column(head, numeric=True) for head in (_("任务"), _("办结"), _("超时未办"), _("超时办结"))),
    )
    rows = []
    for column in tasks_by_group(incident, at=now):
        late_open = sum(task.state in OPEN and deadline_of(task) < now for task in column.tasks)
        late_done = sum(bool(task.closed_at and task.closed_at > task.due_at) for task in column.tasks)
        counts = (len(column.tasks), column.done, late_open, late_done)
        rows.append((text(column.group.name), *(text(f"{count:,}") for count in counts)))
    return [Heading(_("任务")), Table(columns, tuple(rows))] if rows else []


def coverage(event: Event, *, now: datetime) -> list[Block]:
    """Name the sources that give nothing, and how long what is said may lag behind."""
    sources = list(Source.objects.filter(stream=event.stream, closed_at=None).order_by("name"))
    troubled = [source for source in sources if source.is_troubled]
    said = _("监测 %(all)d 个来源，%(whole)d 个正常。") % {
        "all": len(sources),
        "whole": len(sources) - len(troubled),
    }
    for source in troubled:
        since = source.failing_since or source.silent_since or now
        trouble = _("故障") if source.failing_since else _("静默")
        said += _("%(name)s自 %(since)s 起%(trouble)s，其间数字为未知，不按 0 计。") % {
            "name": source.name,
            "since": moment(since, now),
            "trouble": trouble,
        }
    return [Heading(_("数据覆盖")), Paragraph(text(said))]


def _told(heading: str, lines: list[tuple[datetime, str]], now: datetime) -> list[Block]:
    if not lines:
        return []
    return [Heading(heading), KeyValues(tuple((moment(at, now), text(words)) for at, words in lines))]


def _level(level: str) -> str:
    return level_word(level) if level else _("不入级")
