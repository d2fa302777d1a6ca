"""What `guanlan replay` leaves behind: four files of lines, and one report in three formats.

There are no pages to lead to, so every figure of the report has its posts in `proofs.jsonl`, a line
each; the report prints the first of them, their number, and the hash of the whole list.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
from django.utils.translation import gettext as _

from guanlan.documents.charts import Hour, hourly_posts, line
from guanlan.documents.frozen import freeze, roll_bytes
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
    Roll,
    Run,
    Table,
    text,
)
from guanlan.documents.page import render_html
from guanlan.documents.paper import render_pdf
from guanlan.documents.word import render_docx
from guanlan.engine.model import CLASSES
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
SHOWN = 20  # posts of a figure that are printed


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
    made = report(played, name, zone)
    yield "proofs.jsonl", proof_lines(made)
    frozen = freeze(made)
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
    rolls: dict[str, Roll] = {}
    where = _("逐条见 posts.jsonl、events.jsonl、signals.jsonl；名单见 proofs.jsonl")
    blocks: list[Block] = [Paragraph(text(says % said), lead=True), figures, Paragraph(text(where))]
    blocks += [trend(played, zone, rolls)]
    blocks += [Heading(_("事件"), _("按帖文数，前 %(most)d 个") % {"most": LARGEST})]
    blocks += [events_table(largest, played, zone, rolls) if largest else Paragraph(text(_("没有事件。")))]
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
        rolls=tuple(rolls.values()),
    )


def proof_lines(made: Document) -> Iterator[bytes]:
    """Yield a line of JSON for each figure that counts posts, with all that it counts."""
    for roll in made.rolls:
        line = {"figure": roll.code, "counts": roll.counts, "count": len(roll.keys)}
        yield orjson.dumps(line | {"sha256": roll.sha256, "posts": roll.keys}) + b"\n"


def counted(
    rolls: dict[str, Roll],
    code: str,
    counts: str,
    posts: Iterable[tuple[str, str]],
    *,
    numbered: bool = False,
) -> tuple[str, ...]:
    """Keep the roll of `posts` (platform, id) and return its mark; none of nothing."""
    keys = tuple(dict.fromkeys(f"{platform}/{post}" for platform, post in posts))
    if not keys:
        return ()
    number = sum(1 for roll in rolls.values() if roll.number) + 1 if numbered else 0
    shown = "、".join(keys[:SHOWN])
    if len(keys) > SHOWN:
        shown = _("%(first)s 等，全部见 proofs.jsonl 的 %(code)s 行") % {"first": shown, "code": code}
    rolls[code] = Roll(
        code,
        counts,
        keys,
        hashlib.sha256(roll_bytes(keys)).hexdigest(),
        number,
        shown=shown if numbered else "",
    )
    return (code,)


def trend(played: Played, zone: ZoneInfo, rolls: dict[str, Roll]) -> Chart:
    """Posts by the hour, or by the day where the file is long; gaps are hours without posts."""
    moments = [at.astimezone(zone) for at in played.posts.column("published_at").to_pylist()]
    posts = [(post.platform, post.id) for post in played.run.posts]
    if moments[-1] - moments[0] > BY_THE_HOUR:
        days: dict[date, list[tuple[str, str]]] = {}
        for at, result, post in zip(moments, played.run.posts, posts, strict=True):
            if not result.seen_before:
                days.setdefault(at.date(), []).append(post)
        for day, found in days.items():
            counted(rolls, f"day-{day:%Y%m%d}", _("%(day)s 的帖文") % {"day": f"{day:%m-%d}"}, found)
        return line(_("每日帖文"), [(f"{day:%m-%d}", len(found)) for day, found in days.items()], _("条"))
    first = moments[0].replace(minute=0, second=0, microsecond=0)
    hours = int((moments[-1] - first) / timedelta(hours=1)) + 1
    rows: list[list[list[tuple[str, str]]]] = [[[], [], []] for _hour in range(hours)]
    for at, result, post in zip(moments, played.run.posts, posts, strict=True):
        if result.seen_before:
            continue
        kind = CLASSES.index(played.run.called(result))
        rows[int((at - first) / timedelta(hours=1))][kind].append(post)
    for place, stances in enumerate(rows):
        hour = first + timedelta(hours=place)
        names = (("negative", _("负面")), ("neutral", _("中性")), ("positive", _("正面")))
        for (stance, name), found in zip(names, stances, strict=True):
            words = _("%(hour)s 起一小时的%(stance)s帖文") % {"hour": f"{hour:%m-%d %H:%M}", "stance": name}
            counted(rolls, f"hour-{hour:%Y%m%d%H}-{stance}", words, found)
    drawn = [Hour(first + timedelta(hours=place), *map(len, row)) for place, row in enumerate(rows)]
    return hourly_posts(_("每小时帖文"), drawn, zone)


def events_table(largest: list[EventView], played: Played, zone: ZoneInfo, rolls: dict[str, Roll]) -> Table:
    """The largest events, each with the mark of its first post and of the posts that it counts."""
    columns = (
        Column(_("事件"), share=4),
        Column(_("监测方案"), share=2),
        Column(_("首帖"), share=2),
        Column(_("帖文"), _("条"), numeric=True, share=2),
        Column(_("负面"), "%", numeric=True, share=1),
        Column(_("等级"), share=1),
    )
    names = {level.key: level.name for level in played.plan.levels}
    rows = []
    for place, event in enumerate(largest, start=1):
        name = "、".join(event.terms[:3]) or event.event
        behind = played.run.engine.carriers(event.event)
        all_posts = counted(rolls, event.event, name, behind["posts"], numbered=True)
        negative, others = (_("%(name)s：负面的"), _("%(name)s：负面占比的分母"))
        behind_share = behind["negative_permille"]
        share = counted(rolls, f"{event.event}-negative", negative % {"name": name}, behind_share)
        counted(rolls, f"{event.event}-others", others % {"name": name}, behind["others"])
        permille = event.negative_permille
        rows.append(
            (
                text(name, place),
                text(event.watch),
                text(f"{event.first_at.astimezone(zone):%m-%d %H:%M}"),
                (Run(f"{event.posts:,}", rolls=all_posts),),
                (Run(_("未知") if permille is None else f"{permille / 10:.1f}", rolls=share),),
                text(names.get(event.level or "", _("不入级"))),
            )
        )
    return Table(columns, tuple(rows))


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
