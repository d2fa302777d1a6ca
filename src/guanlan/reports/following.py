"""The follow-up report (续报): what changed since the last report, and where the response stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from guanlan.documents.model import (
    Block,
    Column,
    Document,
    Heading,
    KeyValues,
    Paragraph,
    Run,
    Table,
    text,
)
from guanlan.incidents.models import Incident, Task
from guanlan.incidents.wording import length, moment
from guanlan.people.models import Person
from guanlan.plan.queries import document
from guanlan.plan.wording import level_word
from guanlan.reports import figures, sections
from guanlan.reports.cadence import Turn, next_turn
from guanlan.reports.gathering import Issue, Matter, by_line, dated, level_of, matter_of, watermark
from guanlan.reports.proofs import Proofs
from guanlan.watch.counting import Row

LATE = timedelta(minutes=10)


@dataclass(frozen=True)
class Words:
    """What the monitor adds: how it goes on, and what comes next."""

    progress: str
    next_step: str


@dataclass(frozen=True)
class Change:
    """One figure: what the last report said, what it is now; None where that report did not say it."""

    name: str
    then: int | None
    now: int

    @property
    def difference(self) -> str:
        """By how much it moved, with its sign."""
        if self.then is None:
            return _("未知")
        return f"{self.now - self.then:+,}" if self.now != self.then else _("持平")


def changes(incident: Incident, rows: Sequence[Row], turn: Turn | None, *, now: datetime) -> list[Change]:
    """Compare the figures of now with those that the last report froze."""
    names = {
        "posts": _("帖文"),
        "negative": _("负面帖文"),
        "recent": _("近 2 小时新帖"),
        "tasks_done": _("办结任务"),
        "tasks_late": _("超时未办任务"),
    }
    last = turn.last if turn else None
    then = dict(last.frozen.get("measured", [])) if last else {}
    found = figures.standing(rows, incident, now=now)
    return [Change(names[name], then.get(name), value) for name, value in found]


def happened(incident: Incident, since: datetime) -> list[tuple[datetime, str]]:
    """Return the tasks done, the statements released and the levels set since a moment, in order."""
    done = incident.tasks.filter(state=Task.State.DONE, closed_at__gt=since).select_related("group")
    lines = [
        (task.closed_at, _("%(group)s办结“%(title)s”") % {"group": task.group.name, "title": task.title})
        for task in done
        if task.closed_at is not None
    ]
    released = incident.releases.filter(released_at__gt=since).select_related("version")
    lines += [
        (
            one.released_at,
            _("发布声明“%(title)s”（%(channel)s）") % {"title": one.version.title, "channel": one.channel},
        )
        for one in released
    ]
    lines += [
        (
            one.at,
            _("等级由%(before)s调为%(level)s：%(reason)s")
            % {
                "before": level_word(one.previous_level),
                "level": level_word(one.level),
                "reason": one.reason,
            },
        )
        for one in incident.level_changes.filter(at__gt=since).exclude(previous_level="")
    ]
    return sorted(lines)


def follow_up(
    incident: Incident, words: Words | None, person: Person | None, now: datetime, *, issue: Issue
) -> Document:
    """Gather the follow-up report of an active incident; without a monitor's words it says so."""
    event, turn = incident.event, next_turn(incident)
    matter = matter_of(event, incident, document(incident.plan_version), issue.key, now)
    since = turn.since if turn else incident.opened_at
    blocks: list[Block] = [Paragraph(_lead(matter, incident, since, now), lead=True)]
    blocks += [*_words(words, person, turn, now), *_changes(matter, incident, turn, now)]
    blocks += _happened(incident, since, now)
    blocks += sections.tasks(incident, now=now) + sections.instructions(event, incident, now=now)
    blocks.append(figures.trend(event, incident, matter.rows, matter.proofs, now=now))
    blocks += figures.platforms(matter.rows, matter.proofs)
    blocks += figures.posts(_after(matter.rows, since), matter.proofs, now=now)
    blocks += sections.coverage(event.stream, now=now)
    return Document(
        title=event.name,
        made_at=now,
        blocks=tuple(blocks),
        label=_("%(unit)s舆情续报") % {"unit": incident.unit.name},
        number=_("%(incident)s　第 %(number)d 期　%(at)s")
        % {"incident": incident.number, "number": issue.number, "at": dated(now)},
        subtitle=by_line(person, matter.plan),
        as_of=moment(now, now),
        level=level_of(incident.level, matter.plan),
        measured=figures.standing(matter.rows, incident, now=now),
        sources=matter.proofs.sources(now),
        rolls=matter.proofs.rolls(),
        address=settings.PUBLIC_ADDRESS.rstrip("/"),
        watermark=watermark(event.stream),
        footer=_("内部"),
    )


def _after(rows: Sequence[Row], since: datetime) -> list[Row]:
    return [row for row in rows if row.at > since]


def _lead(matter: Matter, incident: Incident, since: datetime, now: datetime) -> tuple[Run, ...]:
    late = _after(matter.rows, since)
    negative = [row for row in late if row.stance == "negative"]
    proofs: Proofs = matter.proofs
    head = _("%(since)s 以来") % {"since": moment(since, now)}
    posts = _("新增 %(count)s 条帖文") % {"count": f"{len(late):,}"}
    bad = _("，其中负面 %(count)s 条") % {"count": f"{len(negative):,}"}
    done = incident.tasks.filter(state=Task.State.DONE, closed_at__gt=since).count()
    released = incident.releases.filter(released_at__gt=since).count()
    rest = _("；办结 %(done)d 项任务，发布 %(released)d 份声明。") % {"done": done, "released": released}
    return (
        Run(head),
        proofs.few_or_roll(posts, "since", _("上一期报告以来的帖文"), late),
        proofs.few_or_roll(bad, "since-negative", _("上一期报告以来的负面帖文"), negative),
        Run(rest),
    )


def _words(words: Words | None, person: Person | None, turn: Turn | None, now: datetime) -> list[Block]:
    if words is not None and person is not None:
        told = ((_("进展"), text(words.progress)), (_("下一步"), text(words.next_step)))
        return [Heading(_("监测人员补充"), person.name), KeyValues(told)]
    said = _("系统自动汇总，未经监测人员补充。")
    if turn is not None and now - turn.due > LATE:
        said += _("本期应于 %(due)s 发出，迟了 %(span)s。") % {
            "due": moment(turn.due, now),
            "span": length(now - turn.due),
        }
    return [Paragraph(text(said, strong=True))]


def _changes(matter: Matter, incident: Incident, turn: Turn | None, now: datetime) -> list[Block]:
    last = turn.last if turn else None
    then = _("上一期") if last is None else moment(last.written_at, now)
    columns = (
        Column(_("数字"), share=3),
        *(Column(head, numeric=True, share=2) for head in (then, moment(now, now), _("增减"))),
    )
    rows = [
        (
            text(one.name),
            text(_("未知") if one.then is None else f"{one.then:,}"),
            text(f"{one.now:,}", strong=True),
            text(one.difference),
        )
        for one in changes(incident, matter.rows, turn, now=now)
    ]
    note = _("没有上一期报告")
    if last is not None:
        named = {"kind": last.get_kind_display(), "number": last.number}
        note = _("上一期：%(kind)s第 %(number)d 期") % named
    return [Heading(_("与上一期相比"), note), Table(columns, tuple(rows))]


def _happened(incident: Incident, since: datetime, now: datetime) -> list[Block]:
    lines = happened(incident, since)
    if not lines:
        return []
    told = tuple((moment(at, now), text(words)) for at, words in lines)
    return [Heading(_("上一期以来办成的")), KeyValues(told)]
