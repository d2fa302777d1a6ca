"""Telling whoever watches of signals; what follows when nobody confirms stands in `calling`."""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.clocks.models import Stream
from guanlan.intake.models import Source
from guanlan.notify.actions import tell
from guanlan.notify.models import Message
from guanlan.people.models import Function, Group, Person
from guanlan.people.queries import on_duty, persons_with
from guanlan.plan.wording import level_word
from guanlan.watch.models import Signal

# A source may fail once; failing for a quarter of an hour is news.
FAILING_FOR = timedelta(minutes=15)


def tell_next(stream: Stream, *, now: datetime) -> bool:
    """Tell the monitors of the oldest signal nobody was told of; say whether there was one.

    An event that rose over several levels at once is told of once, at the last of them.
    """
    signal = Signal.objects.filter(stream=stream, told_at=None).order_by("at", "pk").first()
    if signal is None:
        return False
    tell_signal(signal, now=now)
    return True


def tell_signal(signal: Signal, *, now: datetime) -> None:
    """Tell the monitors of the signal, once; of an event's untold signals the last one is told."""
    untold = Signal.objects.filter(stream=signal.stream_id, told_at=None)
    same = untold.filter(event=signal.event_id) if signal.event_id else untold.filter(pk=signal.pk)
    with transaction.atomic():
        waiting = list(same.select_related("event", "source", "stream").order_by("at", "pk"))
        if same.update(told_at=now):
            for person in watching(now=now):
                _tell(waiting[-1], person, now=now)
            for one in waiting[:-1]:
                _record("watch.pass_over_signal", one, now)
            _record("watch.tell_signal", waiting[-1], now)


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


def tell_of(
    signal: Signal, person: Person, *, title: str, now: datetime, step: str = "", urgency: str
) -> None:
    """Send a person to what the signal is about, once for each step."""
    tell(
        stream=signal.stream,
        person=person,
        title=title,
        link=reverse("event", args=[signal.event.key]) if signal.event else reverse("sources"),
        cause=f"signal:{signal.key}",
        step=step,
        urgency=urgency,
        now=now,
    )


def _tell(signal: Signal, person: Person, *, now: datetime) -> None:
    urgency = Message.Urgency.URGENT if signal.event else Message.Urgency.NORMAL
    tell_of(signal, person, title=_title(signal, now), urgency=urgency, now=now)


def _title(signal: Signal, now: datetime) -> str:
    if signal.source is not None:
        words = {"name": signal.source.name, "state": signal.get_kind_display()}
        return _("%(state)s：%(name)s，数字可能偏低") % words
    assert signal.event is not None
    words = {"name": signal.event.name, "level": level_word(signal.level)}
    if signal.call_minutes is not None:
        words["minutes"] = str(signal.call_minutes)
        return _("%(name)s：系统算为%(level)s，请在 %(minutes)s 分钟内确认") % words
    return _("%(name)s：系统算为%(level)s，请确认") % words


def _record(verb: str, signal: Signal, now: datetime) -> None:
    record(actor="system", verb=verb, kind="signal", subject=signal.key, stream=signal.stream_id, at=now)
