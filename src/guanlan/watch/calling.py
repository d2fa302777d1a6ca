"""Calling people when the computed level rose and nobody confirms: who stands in, then the command."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.clocks.models import Stream
from guanlan.notify.lateness import marked
from guanlan.notify.models import Message
from guanlan.people.models import Function, Group, Person
from guanlan.people.queries import lead, on_duty, persons_with
from guanlan.plan.wording import level_word
from guanlan.watch.impact.reputation import HOT_LISTS, REPORTED
from guanlan.watch.models import Event, FactStated, Signal
from guanlan.watch.telling import tell_of, watching

# What is known whatever the figures; any of them is worth waking the command for a single post.
LISTED_FACTS = (*REPORTED, *HOT_LISTS, "regulator_named")

_URGENT, _NORMAL = Message.Urgency.URGENT, Message.Urgency.NORMAL


def call_next_deputy(stream: Stream, *, now: datetime) -> bool:
    """Call who stands in for the monitor on duty, once the monitor's minutes are over."""
    waiting = _waiting(stream).filter(deputy_at=None, call_minutes__isnull=False)
    for signal in waiting.exclude(told_at=None):
        if _window_over(signal, 1) <= now:
            return _step(signal, "deputy", standing_in(at=now), _URGENT, now=now, deputy_at=now)
    return False


def escalate_next(stream: Stream, *, now: datetime) -> bool:
    """Tell the command of the next rise that nobody confirmed, marked 未核实, once.

    At the latest when the plan's time for confirming is over. It is a call where the level
    calls people and more than one post, or a listed fact, stands behind it; else a message
    that can wait. The event keeps its `confirm_by`: it still waits for its monitor, and is late.
    """
    for signal in _waiting(stream).filter(escalated_at=None):
        if _command_due(signal) < now:
            return escalate(signal, now=now)
    return False


def escalate(signal: Signal, *, now: datetime) -> bool:
    """Tell the command of the signal's event, once; say whether this worker did."""
    calls = _worth_a_call(signal)
    told = {"escalated_at": now, **({"called_at": now} if calls else {})}
    return _step(signal, "escalated", _command(now), _URGENT if calls else _NORMAL, now=now, **told)


def call_next_command(stream: Stream, *, now: datetime) -> bool:
    """Call the command over what it was only told of, once more than a single post stands behind it."""
    for signal in _waiting(stream).exclude(escalated_at=None).filter(called_at=None):
        if _worth_a_call(signal):
            return _step(signal, "called", _command(now), _URGENT, now=now, called_at=now)
    return False


def standing_in(*, at: datetime) -> list[Person]:
    """Return who stands in for those who watch: the deputy of the shift, else the group's lead."""
    groups = Group.objects.filter(function=Function.MONITORING, closed_at=None)
    found = [person for group in groups if (person := _deputy(group, at)) is not None]
    told = {person.pk for person in watching(now=at)}
    return [person for person in dict.fromkeys(found) if person.pk not in told]


def _deputy(group: Group, at: datetime) -> Person | None:
    shift = on_duty(group, at=at)
    if shift is not None and shift.deputy is not None and shift.deputy.is_active:
        return shift.deputy
    return lead(group, at=at)


def _command(at: datetime) -> Iterable[Person]:
    return persons_with(Function.COMMAND, at=at)


def _waiting(stream: Stream) -> QuerySet[Signal]:
    states = (Event.State.OPEN, Event.State.CONFIRMED)
    rises = Signal.objects.filter(stream=stream, kind=Signal.Kind.LEVEL, settled_at=None)
    return rises.filter(event__state__in=states).select_related("event", "stream").order_by("-at", "-pk")


def _window_over(signal: Signal, calls: int) -> datetime:
    """The minutes run from when somebody was told: after an outage too they have their time."""
    assert signal.told_at is not None
    assert signal.call_minutes is not None
    return signal.told_at + calls * timedelta(minutes=signal.call_minutes)


def _command_due(signal: Signal) -> datetime:
    assert signal.event is not None
    ends = [signal.event.confirm_by] if signal.event.confirm_by else []
    if signal.call_minutes is not None and signal.told_at is not None:
        ends.append(_window_over(signal, 2))
    return min(ends, default=datetime.max.replace(tzinfo=signal.at.tzinfo))


def _worth_a_call(signal: Signal) -> bool:
    if signal.call_minutes is None or signal.event is None:
        return False
    facts = FactStated.objects.filter(event=signal.event, fact__in=LISTED_FACTS)
    return signal.event.posts > 1 or facts.exists()


def _step(
    signal: Signal, step: str, persons: Iterable[Person], urgency: str, *, now: datetime, **told: datetime
) -> bool:
    """Take the step for all that waits on the signal's event; say whether this worker took it."""
    same = Signal.objects.filter(event=signal.event, kind=Signal.Kind.LEVEL, settled_at=None)
    with transaction.atomic():
        if not same.filter(**dict.fromkeys(told)).update(**told):
            return False
        touch(signal.stream)
        for person in persons:
            tell_of(signal, person, title=_title(signal, step, now), step=step, urgency=urgency, now=now)
        record(
            actor="system",
            verb=f"watch.{_VERBS[step]}",
            kind="signal",
            subject=signal.key,
            stream=signal.stream_id,
            at=now,
        )
    return True


_VERBS = {"deputy": "call_deputy", "escalated": "escalate_signal", "called": "call_command"}


def _title(signal: Signal, step: str, now: datetime) -> str:
    assert signal.event is not None
    words = {
        "name": signal.event.name,
        "level": level_word(signal.level),
        "minutes": signal.call_minutes,
    }
    if step == "deputy":
        title = _("请确认：%(name)s，系统算为%(level)s，值班 %(minutes)d 分钟内没有确认") % words
        return marked(title, due=_window_over(signal, 1), stream=signal.stream, now=now)
    title = _("未核实：%(name)s，系统算为%(level)s，到时无人确认") % words
    due = signal.event.confirm_by or now
    return marked(title, due=due, stream=signal.stream, now=now) if step == "escalated" else title
