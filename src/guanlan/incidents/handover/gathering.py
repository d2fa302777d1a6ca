"""What a hand-over sheet says: everything that is open, in the order in which it presses.

What is restricted is left out, so that any colleague may read the sheet; that there is
something is said.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from guanlan.clocks.models import Stream
from guanlan.documents.model import Block, Column, Document, Heading, Paragraph, Signature, Table, text
from guanlan.incidents.models import Decision, Incident, Instruction, Task
from guanlan.incidents.queries import by_urgency, tasks_by_group
from guanlan.incidents.states import OPEN, RESPONDING
from guanlan.incidents.wording import asks, length, moment
from guanlan.intake.models import Source
from guanlan.people.models import Function, Group, Person
from guanlan.plan.wording import level_word
from guanlan.watch.queries import waiting_events

# Whoever watches, or commands, hands over all that is open; another group its own tasks.
_WHOLE = (Function.MONITORING, Function.COMMAND)


def sheet(
    group: Group, leaver: Person, *, stream: Stream, now: datetime, words: str = "", successor: str = ""
) -> Document:
    """Return the sheet of a group as things stand, with the words of the one who leaves."""
    blocks: list[Block] = [
        Heading(_("交班人的话")),
        Paragraph(text(words or _("没有另外要说的。"))),
        *_confirm(leaver, stream, now),
        *_incidents(leaver, stream, now),
        *_tasks(group, leaver, stream, now),
        *_instructions(leaver, stream, now),
        *_reviews(stream, now),
        *_sources(stream, now),
    ]
    if _hidden(leaver, stream):
        blocks.append(Paragraph(text(_("有限定知悉范围的事项，不写在这里，请当面交接。"))))
    return Document(
        title=_("%(group)s交接单") % {"group": group.name},
        made_at=now,
        blocks=tuple(blocks),
        as_of=moment(now, now),
        signatures=(
            Signature(_("交班"), leaver.name, moment(now, now)),
            Signature(_("接班"), successor),
        ),
    )


def _section(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], none: str) -> list[Block]:
    if not rows:
        return [Heading(title), Paragraph(text(none))]
    columns = tuple(Column(head, share=3 if place == 0 else 1) for place, head in enumerate(heads))
    cells = tuple(tuple(text(cell) for cell in row) for row in rows)
    return [Heading(title, note=_("%(count)d 项") % {"count": len(rows)}), Table(columns, cells)]


def _confirm(leaver: Person, stream: Stream, now: datetime) -> list[Block]:
    rows = [
        (event.name, level_word(event.computed_level), _until(event.confirm_by, now))
        for event in waiting_events(leaver, stream.pk)
    ]
    heads = (_("事件"), _("系统建议"), _("确认时限"))
    return _section(_("等确认的事件"), heads, rows, _("没有等确认的事件。"))


def _incidents(leaver: Person, stream: Stream, now: datetime) -> list[Block]:
    active = _open_incidents(leaver, stream).order_by("opened_at", "pk")
    rows = [
        (incident.name, incident.number, level_word(incident.level), _next(incident, now))
        for incident in active
    ]
    heads = (_("应急事件"), _("编号"), _("等级"), _("下一时限"))
    return _section(_("响应中的应急事件"), heads, rows, _("没有响应中的应急事件。"))


def _open_incidents(leaver: Person, stream: Stream) -> QuerySet[Incident]:
    mine = Incident.visible_to(leaver).filter(stream=stream, state__in=RESPONDING)
    return mine.filter(restricted=False)


def _next(incident: Incident, now: datetime) -> str:
    every = (task for column in tasks_by_group(incident, at=now) for task in column.tasks)
    waiting = [task for task in by_urgency(every) if task.state in OPEN]
    return _until(waiting[0].deadline, now) if waiting else _("没有未办结的任务")


def _tasks(group: Group, leaver: Person, stream: Stream, now: datetime) -> list[Block]:
    waiting = Task.visible_to(leaver).filter(stream=stream, state__in=OPEN, incident__restricted=False)
    if group.function not in _WHOLE:
        waiting = waiting.filter(group=group)
    rows = [
        (
            task.title,
            task.owner.name if task.owner else task.group.name,
            asks(task),
            _until(task.deadline, now),
        )
        for task in by_urgency(waiting.select_related("group", "owner"))
    ]
    heads = (_("任务"), _("在谁手里"), _("等什么"), _("时限"))
    return _section(_("未办结的任务"), heads, rows, _("没有未办结的任务。"))


def _instructions(leaver: Person, stream: Stream, now: datetime) -> list[Block]:
    said = Instruction.visible_to(leaver).filter(stream=stream, state=Instruction.State.UNCONFIRMED)
    said = said.exclude(incident__restricted=True).select_related("said_by")
    rows = [(one.words, one.said_by.name, moment(one.said_at, now)) for one in said]
    heads = (_("批示"), _("谁说的"), _("何时"))
    return _section(_("未确认的批示"), heads, rows, _("没有未确认的批示。"))


def _reviews(stream: Stream, now: datetime) -> list[Block]:
    """List what was promised: events to be looked at again. A later decision ends the watching."""
    decided = Decision.objects.filter(stream=stream).select_related("event", "person").order_by("at", "pk")
    last = {decision.event_id: decision for decision in decided}
    rows = [
        (one.event.name, one.person.name, _until(one.review_at, now))
        for one in last.values()
        if one.kind == Decision.Kind.OBSERVE
    ]
    heads = (_("事件"), _("谁定为观察"), _("复核时间"))
    return _section(_("到时要复核的"), heads, rows, _("没有约定复核的事件。"))


def _sources(stream: Stream, now: datetime) -> list[Block]:
    known = Source.objects.filter(stream=stream, closed_at=None).order_by("name")
    rows = [
        (
            source.name,
            _("故障") if source.failing_since else _("静默"),
            _("自 %(at)s") % {"at": moment(source.failing_since or source.silent_since or now, now)},
        )
        for source in known
        if source.is_troubled
    ]
    heads = (_("来源"), _("情况"), _("从何时起"))
    return _section(_("没有数据的来源"), heads, rows, _("来源都正常。"))


def _hidden(leaver: Person, stream: Stream) -> bool:
    mine = Incident.visible_to(leaver).filter(stream=stream, restricted=True)
    return mine.exclude(state=Incident.State.ARCHIVED).exists()


def _until(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "—"
    rest = _("超 %(span)s") if at < now else _("剩 %(span)s")
    return f"{moment(at, now)}，{rest % {'span': length(abs(at - now))}}"
