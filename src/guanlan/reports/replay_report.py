"""What `guanlan replay` leaves behind: three files of lines, and one report in three formats."""

import shutil
import tempfile
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from guanlan.documents.charts import Hour, hourly_posts, line
from guanlan.documents.frozen import freeze
from guanlan.documents.model import (
    Block,
    Chart,
    Column,
    Document,
    Figure,
    Figures,
    Heading,
    Paragraph,
    Post,
    Table,
    text,
)
from guanlan.documents.page import render_html
from guanlan.documents.paper import render_pdf
from guanlan.documents.word import render_docx
from guanlan.engine.results import EventView
from guanlan.errors import BadInput
from guanlan.intake.authors import masked
from guanlan.intake.reading.links import platform_called
from guanlan.plan.document import PlanDocument
from guanlan.watch.analysing import refuse_no_folder, write_whole
from guanlan.watch.replaying import Played, event_lines, play, signal_lines

LARGEST = 30  # events in the report
LATEST = 60  # signals in the report
BY_THE_HOUR = timedelta(days=7)  # a longer file is drawn by the day
LONGEST = 200  # characters of a source


def replay_to(
    posts: Path, out: Path, *, watches: Path | None, plan: PlanDocument, timezone: str, now: datetime
) -> Played:
    """Play a file and write `out` (a folder that is not there yet, or is empty), whole or not at all."""
    refuse_no_folder(out.parent)
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise BadInput(_("%(path)s 里已有内容，请换一个文件夹。") % {"path": out})
    played = play(posts, watches=watches, plan=plan, timezone=timezone, now=now)
    beside = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        for name, content in contents(played, posts.name, ZoneInfo(timezone)):
            write_whole(beside / name, content)
        beside.chmod(0o755)
        beside.replace(out)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return played


def contents(played: Played, name: str, zone: ZoneInfo) -> Iterable[tuple[str, Iterable[bytes]]]:
    """Yield each file's name and bytes; the same file of posts gives the same."""
    yield "posts.jsonl", played.run.lines()
    yield "events.jsonl", event_lines(played)
    yield "signals.jsonl", signal_lines(played)
    frozen = freeze(report(played, name, zone))
    yield "report.html", [render_html(frozen).encode()]
    yield "report.docx", [render_docx(frozen)]
    yield "report.pdf", [render_pdf(frozen)]


def report(played: Played, name: str, zone: ZoneInfo) -> Document:
    """Return the report on a replay; times are said in `zone`, authors masked."""
    largest = sorted(played.events, key=lambda event: -event.posts)[:LARGEST]
    numbers = {event.event: place for place, event in enumerate(largest, start=1)}
    rose = len({signal.event for signal in played.signals if signal.level})
    says = _("%(posts)s 条帖文，%(events)s 个事件，其中 %(rose)s 个曾达到预案等级，等级变化 %(signals)s 次。")
    counts = {"posts": played.posts.num_rows, "events": len(played.events), "rose": rose}
    counts["signals"] = len(played.signals)
    said = {key: f"{count:,}" for key, count in counts.items()}
    figures = Figures(
        (
            Figure(_("帖文"), said["posts"], _("条")),
            Figure(_("事件"), said["events"], _("个")),
            Figure(_("曾入级"), said["rose"], _("个")),
        )
    )
    blocks: list[Block] = [Paragraph(text(says % said), lead=True), figures, trend(played, zone)]
    blocks += [Heading(_("事件"), _("按帖文数，前 %(most)d 个") % {"most": LARGEST})]
    blocks += [events_table(largest, played, zone) if largest else Paragraph(text(_("没有事件。")))]
    blocks += [Heading(_("等级变化"), _("最后 %(most)d 次") % {"most": LATEST})]
    blocks += [signals_table(played, numbers, zone) if played.signals else Paragraph(text(_("没有变化。")))]
    return Document(
        title=_("回放报告：%(name)s") % {"name": name},
        made_at=played.last_at,
        blocks=tuple(blocks),
        label=_("观澜回放"),
        subtitle=played.plan.meta.name,
        as_of=f"{played.last_at.astimezone(zone):%Y-%m-%d %H:%M}",
        sources=sources(largest, played, zone),
    )


def trend(played: Played, zone: ZoneInfo) -> Chart:
    """Posts by the hour, or by the day where the file is long; gaps are hours without posts."""
    moments = [at.astimezone(zone) for at in played.posts.column("published_at").to_pylist()]
    if moments[-1] - moments[0] > BY_THE_HOUR:
        days: dict[date, int] = {}
        for day, found in groupby(moments, key=lambda at: at.date()):
            days[day] = days.get(day, 0) + sum(1 for _at in found)
        return line(_("每日帖文"), [(f"{day:%m-%d}", count) for day, count in days.items()], _("条"))
    first = moments[0].replace(minute=0, second=0, microsecond=0)
    rows = [[0, 0, 0] for _hour in range(int((moments[-1] - first) / timedelta(hours=1)) + 1)]
    negative_at = played.run.negative_at
    for at, post in zip(moments, played.run.posts, strict=True):
        shares = post.stance
        kind = 0 if shares["negative"] >= negative_at else 1 + (shares["positive"] > shares["neutral"])
        rows[int((at - first) / timedelta(hours=1))][kind] += 1
    hours = [Hour(first + timedelta(hours=place), *row) for place, row in enumerate(rows)]
    return hourly_posts(_("每小时帖文"), hours, zone)


def events_table(largest: list[EventView], played: Played, zone: ZoneInfo) -> Table:
    """The largest events, each with the mark of its first post."""
    columns = (
        Column(_("事件"), share=4),
        Column(_("监测方案"), share=2),
        Column(_("首帖"), share=2),
        Column(_("帖文"), _("条"), numeric=True, share=2),
        Column(_("负面"), "%", numeric=True, share=1),
        Column(_("等级"), share=1),
    )
    names = {level.key: level.name for level in played.plan.levels}
    rows = tuple(
        (
            text("、".join(event.terms[:3]) or event.event, place),
            text(event.watch),
            text(f"{event.first_at.astimezone(zone):%m-%d %H:%M}"),
            text(f"{event.posts:,}"),
            text(_("未知") if event.negative_permille is None else f"{event.negative_permille / 10:.1f}"),
            text(names.get(event.level or "", _("不入级"))),
        )
        for place, event in enumerate(largest, start=1)
    )
    return Table(columns, rows)


def signals_table(played: Played, numbers: dict[str, int], zone: ZoneInfo) -> Table:
    """The latest changes of a level, each with the criteria that were met."""
    names = {level.key: level.name for level in played.plan.levels}
    words = {criterion.key: criterion.name for criterion in played.plan.criteria}
    columns = (
        Column(_("时间"), share=2),
        Column(_("事件"), share=2),
        Column(_("原等级"), share=1),
        Column(_("现等级"), share=1),
        Column(_("达到的判据"), share=4),
    )
    rows = []
    for signal in played.signals[-LATEST:]:
        met = [reason for reason in signal.reasons if reason.state == "met"]
        marks = (numbers[signal.event],) if signal.event in numbers else ()
        said = [f"{words.get(found.criterion, found.criterion)} {found.value:,}" for found in met]
        rows.append(
            (
                text(f"{signal.at.astimezone(zone):%m-%d %H:%M}"),
                text(signal.event, *marks),
                text(names.get(signal.previous_level or "", _("不入级"))),
                text(names.get(signal.level or "", _("不入级"))),
                text("；".join(said)),
            )
        )
    return Table(columns, tuple(rows))


def sources(largest: list[EventView], played: Played, zone: ZoneInfo) -> tuple[Post, ...]:
    """The first post of each of the largest events, as played."""
    first: dict[str, int] = {}
    for place, read in enumerate(played.run.posts):
        key = played.run.event(read)
        if key is not None:
            first.setdefault(key, place)
    found = []
    for number, event in enumerate(largest, start=1):
        row = first.get(event.event)
        post = played.posts.slice(row, 1).to_pylist()[0] if row is not None else None
        if post is None:  # an event under a post's second watch only
            found.append(Post(number, event.watch, "", f"{event.first_at.astimezone(zone):%m-%d %H:%M}", ""))
            continue
        at = f"{post['published_at'].astimezone(zone):%m-%d %H:%M}"
        words = (post["text"] or post["title"])[:LONGEST]
        found.append(
            Post(
                number,
                platform_called(post["platform"]),
                masked(post["author"]),
                at,
                words,
                post["url"] or "",
            )
        )
    return tuple(found)
