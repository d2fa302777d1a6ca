"""The parts of a report that count posts: every figure with what it counts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
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
    Run,
    Table,
    Text,
    text,
)
from guanlan.incidents.models import Incident
from guanlan.incidents.states import OPEN
from guanlan.incidents.wording import length, moment
from guanlan.intake.models import Post
from guanlan.intake.reading.links import platform_called
from guanlan.plan.wording import level_word
from guanlan.reports.proofs import Proofs
from guanlan.reports.times import Times
from guanlan.watch.counting import Counted, Row
from guanlan.watch.models import Event
from guanlan.watch.rows import CriterionRow

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)
MOST_HOURS = 14 * 24
STANCES = ("negative", "neutral", "positive")
EARLIEST, LOUDEST = 3, 5
SHORT = 60  # characters of a post in a table


def recent(rows: Sequence[Row], proofs: Proofs, *, now: datetime) -> tuple[Run, ...]:
    """Say how much came in the last two hours, and how much of it is negative."""
    late = [row for row in rows if now - 2 * HOUR < row.at <= now]
    negative = [row for row in late if row.stance == "negative"]
    if not late:
        words = _("；2 小时内没有新帖")
        if rows:
            words += _("，最近一条 %(at)s") % {"at": moment(rows[-1].at, now)}
        return (Run(words, proofs.posts(row.pk for row in rows[-1:])),)
    count = proofs.few_or_roll(
        _("；2 小时内 %(count)s 条") % {"count": f"{len(late):,}"}, "recent", _("近 2 小时的帖文"), late
    )
    words = _("，负面 %(count)s 条（%(share)d%%）") % {
        "count": f"{len(negative):,}",
        "share": (len(negative) * 1000 // len(late) + 5) // 10,
    }
    return count, proofs.few_or_roll(words, "recent-negative", _("近 2 小时的负面帖文"), negative)


def standing(rows: Sequence[Row], incident: Incident | None, *, now: datetime) -> tuple[tuple[str, int], ...]:
    """Return the figures that the next report is compared by, in the order in which they are told."""
    counts = [
        ("posts", len(rows)),
        ("negative", sum(row.stance == "negative" for row in rows)),
        ("recent", sum(now - 2 * HOUR < row.at <= now for row in rows)),
    ]
    if incident is not None:
        tasks = list(incident.tasks.all())
        waiting = [task for task in tasks if task.state in OPEN]
        counts += [
            ("tasks_done", len(tasks) - len(waiting)),
            ("tasks_late", sum(task.deadline < now for task in waiting)),
        ]
    return tuple(counts)


def times(measured: Times, rows: Sequence[Row], proofs: Proofs, *, now: datetime) -> list[Block]:
    """Say the four times of the plan's aims, unknown ones as unknown, and between which moments they lie."""
    named = (
        (_("发现用时"), measured.found, _("发出"), measured.raised_at),
        (_("报告用时"), measured.reported, _("首次上报"), measured.sent_at),
        (_("首次回应用时"), measured.answered, _("首次发布"), measured.released_at),
        (_("控制用时"), measured.contained, _("解除响应"), measured.ended_at),
    )
    items = tuple(
        Figure(name, _("未知") if span is None else length(span)) for name, span, _end, _at in named
    )
    signal = _("%(level)s信号") % {"level": level_word(measured.level)} if measured.level else _("等级信号")
    first = _("首帖 %(at)s") % {"at": moment(measured.first_at, now)}
    starts: list[Text] = [(Run(first, proofs.posts(row.pk for row in rows[:1])),)]
    raised = _said(measured.raised_at, now)
    starts += [text(_("%(signal)s %(at)s") % {"signal": signal, "at": raised})] * 3
    ends = [signal, *(end for _name, _span, end, _at in named[1:])]
    basis = tuple(
        (name, (*start, Run(_until(end, at, now))))
        for (name, _span, _end, at), start, end in zip(named, starts, ends, strict=True)
    )
    return [Heading(_("时效"), _("起止时刻见下，经过见后")), Figures(items), KeyValues(basis)]


def _until(end: str, at: datetime | None, now: datetime) -> str:
    words = _("，%(end)s未知") if at is None else _("，至%(end)s %(at)s")
    return words % {"end": end, "at": _said(at, now)}


def _said(at: datetime | None, now: datetime) -> str:
    return _("未知") if at is None else moment(at, now)


def trend(
    event: Event, incident: Incident | None, rows: Sequence[Row], proofs: Proofs, *, now: datetime
) -> Chart:
    """Draw the posts hour by hour since the first one, with signals, decisions and releases."""
    hours = min(max(int((now - event.first_at).total_seconds() // 3600) + 2, 24), MOST_HOURS)
    first = now.replace(minute=0, second=0, microsecond=0) - (hours - 1) * HOUR
    drawn = [row for row in rows if first <= row.at < first + hours * HOUR and row.stance in STANCES]
    negative = [row for row in drawn if row.stance == "negative"]
    places: dict[tuple[int, str], list[Row]] = {}
    for row in drawn:
        places.setdefault(((row.at - first) // HOUR, row.stance), []).append(row)
    counted = [[places.get((place, stance), []) for stance in STANCES] for place in range(hours)]
    title = _("每小时帖文：%(hours)d 小时共 %(count)s 条，其中负面 %(negative)s 条") % {
        "hours": hours,
        "count": f"{len(drawn):,}",
        "negative": f"{len(negative):,}",
    }
    bars = [Hour(first + place * HOUR, *map(len, stances)) for place, stances in enumerate(counted)]
    note = _("竖线为等级信号、决定和发布；单位：条")
    chart = hourly_posts(title, bars, SHANGHAI, _marks(event, incident), note=note)
    cells = tuple(
        (row[0], *_hour_cells(first + place * HOUR, stances, proofs))
        for place, (row, stances) in enumerate(zip(chart.table.rows, counted, strict=True))
    )
    rolls = [("trend", _("图中的帖文"), drawn), ("trend-negative", _("图中的负面帖文"), negative)]
    marks = tuple(proofs.roll(*roll) for roll in rolls if roll[2])
    return replace(chart, table=replace(chart.table, rows=cells), rolls=marks)


def _hour_cells(at: datetime, stances: Sequence[Sequence[Row]], proofs: Proofs) -> list[Text]:
    local = at.astimezone(SHANGHAI)
    words = {"negative": _("负面"), "neutral": _("中性"), "positive": _("正面")}
    return [
        (
            proofs.cell(
                f"hour-{local:%Y%m%d%H}-{stance}",
                _("%(hour)s 起一小时的%(stance)s帖文")
                % {"hour": f"{local:%m-%d %H:%M}", "stance": words[stance]},
                rows,
            ),
        )
        for stance, rows in zip(STANCES, stances, strict=True)
    ]


def _marks(event: Event, incident: Incident | None) -> list[Mark]:
    marks = [
        Mark(signal.at, f"{level_word(signal.level)} {signal.at.astimezone(SHANGHAI):%H:%M}")
        for signal in event.signals.exclude(level="").order_by("at")
    ]
    if incident is not None:
        marks += [Mark(decision.at, _("决定")) for decision in incident.decisions.all()]
        marks += [Mark(release.released_at, _("发布")) for release in incident.releases.all()]
    return marks


def platforms(rows: Sequence[Row], proofs: Proofs) -> list[Block]:
    """Count the posts by platform and stance, the busiest platform first."""
    if not rows:
        return []
    columns = (
        Column(_("平台"), share=3),
        *(Column(head, numeric=True, share=2) for head in (_("帖文"), _("负面"), _("中性"), _("正面"))),
    )
    busiest = [name for name, _count in Counter(row.platform for row in rows).most_common()]
    lines = [_platform(f"platform-{n}", name, rows, proofs) for n, name in enumerate(busiest, 1)]
    if len(busiest) > 1:
        lines.append(_stances("all", _("合计"), rows, proofs))
    return [Heading(_("平台与立场"), _("单位：条；点数字看名单")), Table(columns, tuple(lines))]


def _platform(code: str, name: str, rows: Sequence[Row], proofs: Proofs) -> tuple[Text, ...]:
    called = platform_called(name) if name != "unknown" else _("未知平台")
    return _stances(code, called, [row for row in rows if row.platform == name], proofs)


def _stances(code: str, name: str, rows: Sequence[Row], proofs: Proofs) -> tuple[Text, ...]:
    words = {"negative": _("负面"), "neutral": _("中性"), "positive": _("正面")}
    cells = [proofs.cell(code, _("%(name)s的帖文") % {"name": name}, rows)]
    cells += [
        proofs.cell(
            f"{code}-{stance}",
            _("%(name)s的%(stance)s帖文") % {"name": name, "stance": words[stance]},
            [row for row in rows if row.stance == stance],
        )
        for stance in STANCES
    ]
    return (text(name), *((cell,) for cell in cells))


def posts(rows: Sequence[Row], proofs: Proofs, *, now: datetime) -> list[Block]:
    """Show the earliest posts and those with most interactions, in the order of publication."""
    loud = sorted(rows, key=lambda row: (-(row.interactions or 0), row.at))[:LOUDEST]
    shown = sorted({row.pk: row for row in (*rows[:EARLIEST], *loud)}.values(), key=lambda row: row.at)
    if not shown:
        return []
    stored = Post.objects.in_bulk([row.pk for row in shown])
    columns = (
        Column(_("内容"), share=8),
        Column(_("平台，作者"), share=4),
        Column(_("发布"), numeric=True, share=3),
        Column(_("互动"), _("次"), numeric=True, share=2),
    )
    lines = tuple(_post(stored[row.pk], row, proofs, now) for row in shown)
    return [Heading(_("最早与最热帖文"), _("互动为赞、评论、转发、收藏之和")), Table(columns, lines)]


def _post(post: Post, row: Row, proofs: Proofs, now: datetime) -> tuple[Text, ...]:
    words = post.title or post.text
    count = _("未知") if row.interactions is None else f"{row.interactions:,}"
    return (
        (Run(words[:SHORT] + ("…" if len(words) > SHORT else ""), proofs.posts([post.pk])),),
        text("，".join(filter(None, (platform_called(post.platform), post.author_name)))),
        text(moment(post.published_at, now)),
        text(count),
    )


def criteria(
    rows: Sequence[CriterionRow],
    counted: Mapping[str, Counted],
    proofs: Proofs,
    event: Event,
) -> list[Block]:
    """Lay the criteria out, each with the line it reached and the next one."""
    columns = (
        Column(_("判据"), share=5),
        Column(_("现值"), numeric=True, share=2),
        Column(_("已达的线"), numeric=True, share=2),
        Column(_("下一条线"), numeric=True, share=2),
        Column(_("结果"), share=3),
        Column(_("出处"), share=3),
    )
    table = Table(columns, tuple(_criterion(row, counted, proofs, event) for row in rows))
    return [Heading(_("定级判据"), _("取最高一级；未知不当零")), table]


def _criterion(
    row: CriterionRow, counted: Mapping[str, Counted], proofs: Proofs, event: Event
) -> tuple[Text, ...]:
    known = row.measure and row.value is not None
    space = "" if row.unit == "%" else "\u00a0"
    value = f"{row.value:,}{space}{row.unit}" if known else "—" if not row.measure else _("未知")
    lines = [text("—" if line is None else str(line)) for line in (row.reached, row.coming)]
    if not row.measure:
        proof = _fact(row, proofs, event)
    elif known:
        proof = measured(row.name, row.measure, counted[row.measure], proofs)
    else:
        proof = text("—")
    return (
        text(row.name),
        text(value, strong=bool(row.level)),
        *lines,
        text(_reached(row), strong=bool(row.level)),
        proof,
    )


def measured(name: str, measure: str, found: Counted, proofs: Proofs) -> Text:
    """Point to what one measure was read from; a growth or share also to what it was compared with."""
    if not found.beside:
        return (proofs.few_or_roll("", measure, name, found.rows),) if found.rows else text("—")
    if measure == "growth_7d":
        counts = _("监测方案近 24 小时的负面帖文"), _("监测方案此前 7 天的负面帖文")
    else:
        counts = name, _("%(name)s的分母：他人帖文") % {"name": name}
    rolls = [(measure, counts[0], found.rows), (f"{measure}-beside", counts[1], found.beside)]
    return (Run("", rolls=tuple(proofs.roll(*roll) for roll in rolls if roll[2])),)


def _fact(row: CriterionRow, proofs: Proofs, event: Event) -> Text:
    found = Post.objects.filter(stream=event.stream, external_id__in=row.posts, reading__event=event)
    pks = list(found.order_by("published_at").values_list("pk", flat=True))
    return (Run("" if pks else _("人工登记，见经过"), proofs.posts(pks)),)


def _reached(row: CriterionRow) -> str:
    return _("达%(level)s") % {"level": level_word(row.level)} if row.level else row.outcome
