"""Opening streams, setting their clocks, and the number that grows with every change."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.models import Stream
from guanlan.clocks.queries import stream_time
from guanlan.errors import Refused


class ClockIsReal(Refused):
    """The real stream runs on real time."""


def open_stream(*, kind: str, name: str, actor: str, now: datetime) -> Stream:
    """Open a stream and return it; `actor` is the key of a person, or the system's name."""
    with transaction.atomic():
        stream = Stream.objects.create(kind=kind, name=name)
        record(
            actor=actor,
            verb="clocks.open_stream",
            kind="stream",
            subject=stream.key,
            stream=stream.pk,
            at=now,
        )
    return stream


def close_stream(*, stream: Stream, actor: str, now: datetime) -> None:
    """Close a drill or a demo: its rows stay, nobody works in it any more.

    Raises ClockIsReal for the real stream, which never closes.
    """
    if stream.kind == Stream.Kind.REAL:
        raise ClockIsReal(_("正式数据流不能关闭。"))
    with transaction.atomic():
        Stream.objects.filter(pk=stream.pk).update(closed_at=now)
        touch(stream)
        record(
            actor=actor,
            verb="clocks.close_stream",
            kind="stream",
            subject=stream.key,
            stream=stream.pk,
            at=now,
        )


def set_clock(
    *, stream: Stream, shows: datetime, rate: int, paused: bool, actor: str, real_now: datetime
) -> None:
    """Make the stream's clock show `shows` at the real moment `real_now` and run at `rate`.

    Raises ClockIsReal for the real stream, whose deadlines are everybody's.
    """
    if stream.kind == Stream.Kind.REAL:
        raise ClockIsReal(_("正式数据流的时钟不能调整。要加快或暂停，请在演练或演示里做。"))
    with transaction.atomic():
        stream.clock_set_at, stream.clock_from = real_now, shows
        stream.rate, stream.paused = rate, paused
        stream.save(update_fields=["clock_set_at", "clock_from", "rate", "paused"])
        record(
            actor=actor,
            verb="clocks.set_clock",
            kind="stream",
            subject=stream.key,
            stream=stream.pk,
            at=real_now,
        )
        touch(stream)


def pause(*, stream: Stream, actor: str, real_now: datetime) -> None:
    """Stop the stream's clock where it stands; every deadline on it waits."""
    shows = stream_time(stream, real_now=real_now)
    set_clock(stream=stream, shows=shows, rate=stream.rate, paused=True, actor=actor, real_now=real_now)


def touch(stream: Stream) -> int:
    """Grow the stream's change number by one and return it; live pages compare it."""
    Stream.objects.filter(pk=stream.pk).update(changed_seq=F("changed_seq") + 1)
    return Stream.objects.values_list("changed_seq", flat=True).get(pk=stream.pk)
