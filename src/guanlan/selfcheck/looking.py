"""Looking for causes of the last two days that have no outcome."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.incidents.models import Task
from guanlan.incidents.states import OPEN
from guanlan.notify.models import Message
from guanlan.reports.models import Receipt, Report
from guanlan.selfcheck.messages import messages
from guanlan.selfcheck.models import LooseEnd
from guanlan.watch.models import Signal

BACK = timedelta(days=2)
# What a stage takes up at once may wait for so long; on a fast clock for as many real minutes.
GRACE = timedelta(minutes=2)

K, M = LooseEnd.Kind, LooseEnd.Mend


@dataclass(frozen=True)
class Found:
    """A cause without an outcome: what, since when, why, where to look, and how it is mended."""

    kind: str
    subject: str
    since: datetime
    why: str
    link: str
    mend: str = M.NONE


def look(stream: Stream, *, now: datetime) -> list[Found]:
    """Return every cause in the stream that has no outcome; `now` is the stream's."""
    grace = GRACE * stream.rate
    found = [*_signals(stream, now, grace), *_tasks(stream, now, grace), *_reports(stream, now, grace)]
    if stream.kind == Stream.Kind.REAL:
        found += [Found(K.MESSAGE, *told) for told in messages(stream, now=now, since=now - BACK)]
    return found


def _signals(stream: Stream, now: datetime, grace: timedelta) -> Iterator[Found]:
    recent = Signal.objects.filter(stream=stream, at__gte=now - BACK).select_related("event").order_by("pk")
    for signal in recent.filter(told_at=None, at__lt=now - grace):
        yield _signal(signal, signal.at, _("信号没有告知任何人"), M.TELL)
    told = Entry.objects.filter(verb="watch.tell_signal", subject=OuterRef("key"))
    for signal in recent.filter(Exists(told)).exclude(_has_message("signal")):
        yield _signal(signal, signal.told_at or signal.at, _("信号来了，监测组没有人可以告知"), M.NONE)
    late = recent.filter(kind=Signal.Kind.LEVEL, settled_at=None, escalated_at=None)
    for signal in late.filter(event__confirm_by__lt=now - grace):
        assert signal.event is not None
        since = signal.event.confirm_by or signal.at
        yield _signal(signal, since, _("到时无人确认，没有报指挥部"), M.ESCALATE)


def _signal(signal: Signal, since: datetime, why: str, mend: str) -> Found:
    link = reverse("event", args=[signal.event.key]) if signal.event else reverse("sources")
    return Found(K.SIGNAL, signal.key, since, why, link, mend)


def _tasks(stream: Stream, now: datetime, grace: timedelta) -> Iterator[Found]:
    waiting = Task.objects.filter(stream=stream, state__in=OPEN).select_related("group")
    for task in waiting.filter(next_look_at__lt=now - grace):
        assert task.next_look_at is not None
        words = {"group": task.group.name}
        yield _task(task, task.next_look_at, _("%(group)s的任务该催没催") % words, M.REMIND)
    for task in waiting.filter(next_look_at=None, told_step=0):
        words = {"group": task.group.name}
        yield _task(task, task.offered_at, _("%(group)s的任务没有排上催办") % words, M.REMIND)
    for task in waiting.filter(accept_by__lt=now - grace, told_step__gt=0).exclude(_has_message("task")):
        words = {"group": task.group.name}
        yield _task(task, task.accept_by, _("%(group)s的任务超时，没有人可以告知") % words, M.NONE)


def _task(task: Task, since: datetime, why: str, mend: str) -> Found:
    return Found(K.TASK, task.key, since, why, reverse("task", args=[task.key]), mend)


def _reports(stream: Stream, now: datetime, grace: timedelta) -> Iterator[Found]:
    for receipt in _unchased(stream, now, grace):
        assert receipt.read_by is not None
        why = _("%(name)s没有签收，该催没催") % {"name": receipt.person.name}
        link = reverse("report", args=[receipt.report.key])
        yield Found(K.REPORT, receipt.key, receipt.read_by, why, link, M.CHASE)
    submitted = Report.objects.filter(stream=stream, submitted_at__gte=now - BACK)
    for report in submitted.filter(submitted_at__lt=now - grace, receipts=None).defer("frozen"):
        assert report.submitted_at is not None
        link = reverse("report", args=[report.key])
        yield Found(K.REPORT, report.key, report.submitted_at, _("报告报送了，没有收件人"), link)


def _unchased(stream: Stream, now: datetime, grace: timedelta) -> QuerySet[Receipt]:
    waiting = Receipt.objects.filter(stream=stream, read_at=None, reminded_at=None, sent_at__gte=now - BACK)
    return waiting.filter(read_by__lt=now - grace).select_related("person", "report").defer("report__frozen")


def _has_message(kind: str) -> Exists:
    cause = Concat(Value(f"{kind}:"), OuterRef("key"))
    return Exists(Message.objects.alias(wanted=cause).filter(cause=F("wanted")))
