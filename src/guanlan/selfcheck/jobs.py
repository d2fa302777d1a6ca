"""What the worker does last in each round: once a minute it checks that everything has an outcome."""

import os
import socket
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from guanlan.audit.actions import record
from guanlan.clocks import edge
from guanlan.clocks.actions import touch
from guanlan.clocks.models import Stream
from guanlan.selfcheck import looking
from guanlan.selfcheck.alarm import alarm
from guanlan.selfcheck.heartbeat import beat
from guanlan.selfcheck.looking import Found
from guanlan.selfcheck.mending import mend
from guanlan.selfcheck.models import LastCheck, LooseEnd

NowFor = Callable[[Stream], datetime]
RealNow = Callable[[], datetime]

EVERY = timedelta(minutes=1)
HOLDER = f"{socket.gethostname()}:{os.getpid()}"[:60]


def check_all(now_for: NowFor = edge.now_for, real_now: RealNow = edge.real_now) -> bool:
    """Look over every open stream, once a minute among all workers; say whether it was time.

    Says to the outside address, where there is one, that all is well; says nothing otherwise.
    """
    at = real_now()
    if not _claim(at):
        return False
    for stream in Stream.objects.filter(closed_at=None, paused=False).order_by("pk"):
        now = now_for(stream)
        _compare(stream, looking.look(stream, now=now), now)
    last = LastCheck.objects.get()
    since = last.running_since if last.holder == HOLDER and last.running_since else at
    LastCheck.objects.update(done_at=at, holder=HOLDER, running_since=since)
    beat(now=at)
    return True


def mend_next(now_for: NowFor = edge.now_for) -> bool:
    """Do what is missing for the next loose end that is mended safely; say whether there was one.

    It is marked as tried before it is tried: one that fails is left to a person and holds up no other.
    """
    waiting = LooseEnd.objects.filter(closed_at=None, tried_at=None).exclude(alarmed_at=None)
    waiting = waiting.exclude(mend=LooseEnd.Mend.NONE).filter(stream__closed_at=None, stream__paused=False)
    end = waiting.select_related("stream").order_by("pk").first()
    if end is None:
        return False
    now = now_for(end.stream)
    # The conditional update is the claim; whoever comes second changes no row.
    if LooseEnd.objects.filter(pk=end.pk, tried_at=None).update(tried_at=now):
        mend(end, now=now)
        with transaction.atomic():
            LooseEnd.objects.filter(pk=end.pk).update(mended_at=now, changed_seq=touch(end.stream))
            _record("mend", end, now, {"mend": end.mend})
    return True


def _claim(at: datetime) -> bool:
    LastCheck.objects.get_or_create(pk=1)
    # A time ahead was written before the machine's clock was set back.
    due = Q(claimed_at=None) | Q(claimed_at__lte=at - EVERY) | Q(claimed_at__gt=at)
    return bool(LastCheck.objects.filter(due, pk=1).update(claimed_at=at))


def _compare(stream: Stream, found: Sequence[Found], now: datetime) -> None:
    """Close what has its outcome by now, note what is seen first, and raise the alarm for what stayed."""
    with transaction.atomic():
        still = LooseEnd.objects.filter(stream=stream, closed_at=None).order_by("pk")
        known = {_name(end): end for end in still}
        seen = {(one.kind, one.subject, one.mend): one for one in found}
        gone = [end.pk for name, end in known.items() if name not in seen]
        LooseEnd.objects.filter(pk__in=gone).update(closed_at=now)
        for name, one in seen.items():
            if name in known:
                still.filter(pk=known[name].pk).exclude(why=one.why).update(why=one.why)
            else:
                LooseEnd.objects.create(
                    stream=stream,
                    kind=one.kind,
                    subject=one.subject,
                    why=one.why[:300],
                    link=one.link,
                    since=one.since,
                    mend=one.mend,
                    seen_at=now,
                    changed_seq=touch(stream),
                )
        stayed = [end for name, end in known.items() if name in seen and end.alarmed_at is None]
        if stayed:
            _raise(stream, stayed, now)


def _raise(stream: Stream, stayed: Sequence[LooseEnd], now: datetime) -> None:
    LooseEnd.objects.filter(pk__in=[end.pk for end in stayed]).update(
        alarmed_at=now, changed_seq=touch(stream)
    )
    told = alarm(stream, stayed, now=now)
    facts = {"count": len(stayed), "told": [person.key for person in told]}
    _record("alarm", stayed[0], now, facts)


def _name(end: LooseEnd) -> tuple[str, str, str]:
    return end.kind, end.subject, end.mend


def _record(step: str, end: LooseEnd, now: datetime, facts: dict[str, object]) -> None:
    record(
        actor="system",
        verb=f"selfcheck.{step}",
        kind="loose_end",
        subject=end.key,
        stream=end.stream_id,
        at=now,
        facts=facts,
    )
