"""Telling people of signals: first whoever watches, then, if nobody confirms, the command."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.clocks.models import Stream
from guanlan.intake.models import Source
from guanlan.notify.actions import tell
from guanlan.notify.lateness import marked
from guanlan.notify.models import Message
from guanlan.people.models import Function, Group, Person
from guanlan.people.queries import on_duty, persons_with
from guanlan.plan.wording import level_word
from guanlan.watch.models import Signal

# A source may fail once; failing for a quarter of an hour is news.
FAILING_FOR = timedelta(minutes=15)


def tell_next(stream: Stream, *, now: datetime) -> bool:
    """Tell the monitors of the oldest signal nobody was told of; say whether there was one."""
    signal = Signal.objects.filter(stream=stream, told_at=None).order_by("at", "pk").first()
    if signal is None:
        return False
    tell_signal(signal, now=now)
    return True


def tell_signal(signal: Signal, *, now: datetime) -> None:
    """Tell the monitors of the signal, once."""
    with transaction.atomic():
        if Signal.objects.filter(pk=signal.pk, told_at=None).update(told_at=now):
            for person in watching(now=now):
                _tell(signal, person, step="", now=now)
            _record("watch.tell_signal", signal, now)


def escalate_next(stream: Stream, *, now: datetime) -> bool:
    """Tell the command of the next rise that nobody confirmed in time, marked 未核实, once.

    The event keeps its `confirm_by`: it still waits for its monitor, and is late.
    """
    overdue = _unheard().filter(stream=stream, event__confirm_by__lt=now)
    signal = overdue.select_related("event").order_by("event__confirm_by", "-at", "-pk").first()
    if signal is None:
        return False
    escalate(signal, now=now)
    return True


def escalate(signal: Signal, *, now: datetime) -> None:
    """Tell the command of the signal's event, marked 未核实, once."""
    with transaction.atomic():
        if _unheard().filter(event=signal.event).update(escalated_at=now):
            touch(signal.stream)
            for person in persons_with(Function.COMMAND, at=now):
                _tell(signal, person, step="escalated", now=now)
            _record("watch.escalate_signal", signal, now)


def _unheard() -> QuerySet[Signal]:
    return Signal.objects.filter(kind=Signal.Kind.LEVEL, settled_at=None, escalated_at=None)


def raise_next_source_signal(stream: Stream, *, now: datetime) -> bool:
    """Raise the signal of the next source that fails or is silent, once for each time it does."""
    troubled = Source.objects.filter(stream=stream, closed_at=None)
    for kind, since in (
        (Signal.Kind.FAILING, "failing_since"),
        (Signal.Kind.SILENT, "silent_since"),
    ):
        limit = now - FAILING_FOR if kind == Signal.Kind.FAILING else now
        for source in troubled.filter(**{f"{since}__lte": limit}):
            began = getattr(source, since)
            if Signal.objects.filter(source=source, kind=kind, at=began).exists():
                continue
            with transaction.atomic():
                signal = Signal.objects.create(
                    stream=stream, kind=kind, at=began, source=source, changed_seq=touch(stream)
                )
                _record("watch.raise_source_signal", signal, now)
            return True
    return False


def watching(*, now: datetime) -> list[Person]:
    """Return who watches now: those on duty in the monitoring groups, else all their members."""
    groups = Group.objects.filter(function=Function.MONITORING, closed_at=None)
    shifts = [shift for group in groups if (shift := on_duty(group, at=now))]
    if shifts:
        return list({shift.person_id: shift.person for shift in shifts}.values())
    return list(persons_with(Function.MONITORING, at=now))


def _tell(signal: Signal, person: Person, *, step: str, now: datetime) -> None:
    tell(
        stream=signal.stream,
        person=person,
        title=_title(signal, step, now),
        link=reverse("event", args=[signal.event.key]) if signal.event else reverse("sources"),
        cause=f"signal:{signal.key}",
        step=step,
        urgency=Message.Urgency.URGENT if signal.event else Message.Urgency.NORMAL,
        now=now,
    )


def _title(signal: Signal, step: str, now: datetime) -> str:
    if signal.source is not None:
        words = {"name": signal.source.name, "state": signal.get_kind_display()}
        return _("%(state)s：%(name)s，数字可能偏低") % words
    assert signal.event is not None
    words = {"name": signal.event.name, "level": level_word(signal.level)}
    if step:
        told = _("未核实：%(name)s，系统算为%(level)s，到时无人确认") % words
        return marked(told, due=signal.event.confirm_by or now, stream=signal.stream, now=now)
    return _("%(name)s：系统算为%(level)s，请确认") % words


def _record(verb: str, signal: Signal, now: datetime) -> None:
    record(actor="system", verb=verb, kind="signal", subject=signal.key, stream=signal.stream_id, at=now)
