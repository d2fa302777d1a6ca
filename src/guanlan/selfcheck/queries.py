"""How the self-check stands, and which channel is live."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from guanlan.notify.chain import usable
from guanlan.notify.models import Channel, Delivery
from guanlan.people.models import Person
from guanlan.selfcheck.models import LastCheck, LooseEnd

DEAD_AFTER = timedelta(minutes=3)
SHOWN_FOR = timedelta(days=2)
S = Delivery.State


def last_check() -> LastCheck | None:
    """Return when the check last ran and how; None where no worker ever ran."""
    return LastCheck.objects.first()


def silent_since(*, real_now: datetime) -> datetime | None:
    """Return when the check last ran if that is too long ago: the worker is dead."""
    last = last_check()
    done = last.done_at if last else None
    return done if done is not None and done < real_now - DEAD_AFTER else None


def alarms() -> QuerySet[LooseEnd]:
    """Return what has no outcome still, in every stream."""
    return LooseEnd.objects.filter(closed_at=None, stream__closed_at=None).exclude(alarmed_at=None)


def loose_ends(person: Person, stream: int) -> QuerySet[LooseEnd]:
    """Return what has no outcome, the oldest first."""
    rows = LooseEnd.visible_to(person).filter(stream_id=stream, closed_at=None).exclude(alarmed_at=None)
    return rows.order_by("since", "pk")


def settled_ends(person: Person, stream: int, *, now: datetime) -> QuerySet[LooseEnd]:
    """Return what had no outcome in the last two days and has one now, the latest first."""
    rows = LooseEnd.visible_to(person).filter(stream_id=stream, closed_at__gte=now - SHOWN_FOR)
    return rows.exclude(alarmed_at=None).order_by("-closed_at", "-pk")


@dataclass(frozen=True)
class Pulse:
    """A channel in use: its last settled delivery, and what became of those of a day."""

    channel: Channel
    usable: bool
    last: Delivery | None
    sent: int
    wrong: int
    waiting: int


def pulses(person: Person, *, now: datetime) -> list[Pulse]:
    """Return the open channels with how they answered last."""
    wrong = Q(deliveries__state__in=(S.FAILED, S.UNKNOWN))
    recent = Q(deliveries__next_at__gte=now - timedelta(days=1))
    waiting = Q(deliveries__state__in=(S.WAITING, S.SENDING))
    rows = Channel.visible_to(person).filter(closed_at=None).order_by("name", "pk")
    counted = rows.annotate(
        sent_count=Count("deliveries", filter=recent & Q(deliveries__state=S.SENT)),
        wrong_count=Count("deliveries", filter=recent & wrong),
        waiting_count=Count("deliveries", filter=waiting),
    )
    return [
        Pulse(row, usable(row), _last(row), row.sent_count, row.wrong_count, row.waiting_count)
        for row in counted
    ]


def _last(channel: Channel) -> Delivery | None:
    settled = Delivery.objects.filter(channel=channel).exclude(state__in=(S.WAITING, S.SENDING))
    return settled.order_by("-next_at", "-pk").first()
