"""Doing what a stage has left undone, for one row, so that somebody is told once."""

from collections.abc import Callable
from datetime import datetime

from guanlan.clocks.models import Stream
from guanlan.incidents.jobs import remind
from guanlan.incidents.models import Task
from guanlan.incidents.states import OPEN
from guanlan.notify.models import Delivery, Message, Urgency
from guanlan.notify.sending import give_up
from guanlan.reports.jobs import chase
from guanlan.reports.models import Receipt
from guanlan.selfcheck.models import LooseEnd
from guanlan.watch.calling import escalate
from guanlan.watch.models import Signal
from guanlan.watch.telling import tell_signal

M = LooseEnd.Mend


def mend(end: LooseEnd, *, now: datetime) -> None:
    """Do what is missing. Every step is claimed by a conditional update, so whoever did it first did it."""
    MENDS[end.mend](end.stream, end.subject, now)


def _tell(stream: Stream, key: str, now: datetime) -> None:
    tell_signal(Signal.objects.get(stream=stream, key=key), now=now)


def _escalate(stream: Stream, key: str, now: datetime) -> None:
    escalate(Signal.objects.select_related("event", "stream").get(stream=stream, key=key), now=now)


def _remind(stream: Stream, key: str, now: datetime) -> None:
    Task.objects.filter(stream=stream, key=key, next_look_at=None, told_step=0).update(next_look_at=now)
    task = Task.objects.filter(stream=stream, key=key, state__in=OPEN, next_look_at__lte=now).first()
    if task is not None:
        remind(task, now=now)


def _chase(stream: Stream, key: str, now: datetime) -> None:
    found = Receipt.objects.select_related("report__written_by", "report__incident", "person", "stream")
    chase(found.get(stream=stream, key=key), now=now)


def _give_up(stream: Stream, key: str, now: datetime) -> None:
    dead = Delivery.objects.select_related("message", "channel", "stream").get(stream=stream, key=key)
    give_up(dead, now=now)


def _go_on(stream: Stream, key: str, now: datetime) -> None:
    """Have the chains of a person's urgent messages looked at: the next channel, or who stands in."""
    alone = Message.objects.filter(stream=stream, person__key=key, urgency=Urgency.URGENT, read_at=None)
    alone.filter(deliveries=None, unheard=None, look_at=None).update(look_at=now)


MENDS: dict[str, Callable[[Stream, str, datetime], None]] = {
    M.TELL: _tell,
    M.ESCALATE: _escalate,
    M.REMIND: _remind,
    M.CHASE: _chase,
    M.GIVE_UP: _give_up,
    M.GO_ON: _go_on,
}
