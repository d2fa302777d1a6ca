"""The parts of a report that tell what was done, each made from rows."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from guanlan.clocks.models import Stream
from guanlan.documents.model import Block, Column, Heading, KeyValues, Paragraph, Table, Text, text
from guanlan.incidents.losses import amount_words, totals
from guanlan.incidents.models import Incident
from guanlan.incidents.queries import tasks_by_group
from guanlan.incidents.states import OPEN
from guanlan.incidents.wording import moment
from guanlan.intake.models import Post, Source
from guanlan.plan.document import PlanDocument
from guanlan.plan.wording import level_word
from guanlan.reports.proofs import Proofs
from guanlan.watch.assessing.computed import part_name
from guanlan.watch.assessing.models import PARTS
from guanlan.watch.counting import Row
from guanlan.watch.models import Event, Signal


def level_moves(
    event: Event,
    incident: Incident | None,
    plan: PlanDocument | None,
    rows: Sequence[Row],
    proofs: Proofs,
    *,
    now: datetime,
) -> list[Block]:
    """List what the system computed, on which posts, and what persons set."""
    moves: list[tuple[datetime, Text]] = [
        (signal.at, _computed(signal, plan, rows, proofs, now))
        for signal in event.signals.filter(kind="LEVEL").order_by("at")
    ]
    moves += [
        (
            judged.at,
            text(
                _("%(name)s定为%(level)s") % {"name": judged.person.name, "level": _level(judged.level)}
                + (f"：{judged.reason}" if judged.reason else "")
            ),
        )
        for judged in event.assessments.select_related("person")
    ]
    if incident is not None:
        moves += [
            (
                change.at,
                text(
                    _("%(name)s把响应调为%(level)s：%(reason)s")
                    % {"name": change.person.name, "level": _level(change.level), "reason": change.reason}
                ),
            )
            for change in incident.level_changes.select_related("person")
        ]
    return _told(_("等级变化"), sorted(moves, key=lambda move: move[0]), now)


def _computed(
    signal: Signal, plan: PlanDocument | None, rows: Sequence[Row], proofs: Proofs, now: datetime
) -> Text:
    """Name the criteria that gave the level, and the posts that the engine named with them then."""
    words = _("系统算为%(level)s") % {"level": _level(signal.level)}
    met = [
        reason for reason in signal.reasons if reason["state"] == "met" and reason["level"] == signal.level
    ]
    named = _names(plan)
    names = "、".join(dict.fromkeys(named[one["criterion"]] for one in met if one["criterion"] in named))
    if not met:
        return text(words)
    words += _("：%(names)s达到") % {"names": names} if names else ""
    ids = {post for reason in met for post in reason["posts"]}
    stored = Post.objects.filter(stream=signal.stream, external_id__in=ids).values_list("pk", flat=True)
    pks = set(stored)
    carriers = [row for row in rows if row.pk in pks]
    counts = _("%(at)s 系统算级时列出的帖文，每项判据只列最近的") % {"at": moment(signal.at, now)}
    return (proofs.few_or_roll(words, f"signal-{signal.key}", counts, carriers),)


def _names(plan: PlanDocument | None) -> dict[str, str]:
    if plan is None:
        return {}
    named = {trigger.key: trigger.name for trigger in plan.triggers}
    named |= {criterion.key: criterion.name for criterion in plan.criteria}
    return named | {one.fallback.key: one.fallback.name for one in plan.criteria if one.fallback}


def judgement(event: Event, *, now: datetime) -> list[Block]:
    """Lay what a person judged of the event beside what was computed when it was written."""
    sheet = event.sheets.select_related("person").first()
    if sheet is None:
        return []
    columns = (
        Column(_("研判"), share=2),
        Column(_("人的判断"), share=5),
        Column(_("填写时系统算的"), share=5),
    )
    rows = tuple(
        (
            text(part_name(part)),
            text(getattr(sheet, part) or "—"),
            text("；".join(sheet.computed.get(part, [])) or _("未知")),
        )
        for part in PARTS
    )
    note = _("第 %(number)d 版，%(name)s %(at)s，把握%(sure)s") % {
        "number": sheet.number,
        "name": sheet.person.name,
        "at": moment(sheet.at, now),
        "sure": sheet.get_confidence_display() or _("未写"),
    }
    return [Heading(_("研判"), note), Table(columns, rows)]


def story(incident: Incident, *, now: datetime) -> list[Block]:
    """Tell what was done, the oldest first."""
    lines = incident.timeline.select_related("person").order_by("at", "pk")
    done = [
        (line.at, text(f"{line.person.name}：{line.sentence}" if line.person else line.sentence))
        for line in lines
    ]
    return _told(_("处置经过"), done, now)


def instructions(event: Event, incident: Incident | None, *, now: datetime) -> list[Block]:
    """List what the command said by word of mouth, who wrote it down, and whether they confirmed it.

    Of the incident that the report is about, and from before any: another one may be for a closed circle.
    """
    ours = Q(incident=None) | Q(incident=incident) if incident else Q(incident=None)
    rows = event.instructions.filter(ours).select_related("said_by", "recorded_by")
    said = [
        (
            one.said_at,
            text(
                _("%(name)s（%(channel)s，%(recorder)s代录，%(state)s）：%(words)s")
                % {
                    "name": one.said_by.name,
                    "channel": one.get_channel_display(),
                    "recorder": one.recorded_by.name,
                    "state": one.get_state_display(),
                    "words": one.words,
                }
                + (_("；本人：%(answer)s") % {"answer": one.answer} if one.answer else "")
            ),
        )
        for one in rows
    ]
    return _told(_("代录批示"), said, now)


def statements(incident: Incident, *, now: datetime) -> list[Block]:
    """List what was released where, with the version and its hash."""
    released = [
        (
            release.released_at,
            text(
                _("%(title)s（第 %(number)d 版，%(channel)s，校验码 %(hash)s）%(url)s")
                % {
                    "title": release.version.title,
                    "number": release.version.number,
                    "channel": release.channel,
                    "hash": release.sha256[:8],
                    "url": release.url,
                }
            ),
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
        late_open = sum(task.state in OPEN and task.deadline < now for task in column.tasks)
        late_done = sum(bool(task.finished_at and task.finished_at > task.due_at) for task in column.tasks)
        counts = (len(column.tasks), column.done, late_open, late_done)
        rows.append((text(column.group.name), *(text(f"{count:,}") for count in counts)))
    return [Heading(_("任务")), Table(columns, tuple(rows))] if rows else []


def losses(incident: Incident) -> list[Block]:
    """Sum what was put down as lost, before, during and after the response; unknown where nothing was."""
    ours = incident.event.losses.filter(Q(incident=None) | Q(incident=incident))
    heads = (_("响应前"), _("响应中"), _("解除后"), _("合计"), _("笔数"))
    columns = (Column(_("损失"), share=2), *(Column(head, numeric=True) for head in heads))
    rows = [
        (
            text(total.name),
            *(
                text(_("未填") if part is None else amount_words(part))
                for part in (*total.parts, total.whole)
            ),
            text(f"{total.count:,}"),
        )
        for total in totals(ours, incident, hours=incident.hours.all())
    ]
    note = _("由经手人署名填报，按发生日期分；没有人填的是未知，不按 0 计。")
    return [Heading(_("损失")), Table(columns, tuple(rows)), Paragraph(text(note))]


def coverage(stream: Stream, *, now: datetime) -> list[Block]:
    """Name the sources that give nothing, and how long what is said may lag behind."""
    sources = list(Source.objects.filter(stream=stream, closed_at=None).order_by("name"))
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


def _told(heading: str, lines: list[tuple[datetime, Text]], now: datetime) -> list[Block]:
    if not lines:
        return []
    return [Heading(heading), KeyValues(tuple((moment(at, now), words) for at, words in lines))]


def _level(level: str) -> str:
    return level_word(level) if level else _("不入级")
