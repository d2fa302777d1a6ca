"""A swap is told: asked to the other; agreed or declined to who asked; agreed to the lead too."""

from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks import edge
from guanlan.clocks.models import Stream
from guanlan.notify.actions import tell
from guanlan.people.models import Person, ShiftSwap
from guanlan.people.queries import lead

NowFor = Callable[[Stream], datetime]
State = ShiftSwap.State


def tell_next_swap(now_for: NowFor = edge.now_for) -> bool:
    """Tell those concerned of the next swap that was asked for or answered; say whether there was one."""
    for stream in Stream.objects.filter(closed_at=None, paused=False).order_by("pk"):
        rows = ShiftSwap.objects.filter(stream=stream).exclude(told=F("state"))
        swap = rows.select_related("stream", "group", "asker", "other").order_by("pk").first()
        if swap is not None:
            _tell(swap, now_for(stream))
            return True
    return False


def _tell(swap: ShiftSwap, now: datetime) -> None:
    with transaction.atomic():
        # The conditional update is the claim; it is undone with the messages if anything fails.
        if not ShiftSwap.objects.filter(pk=swap.pk, state=swap.state, told=swap.told).update(told=swap.state):
            return
        told = list(_concerned(swap, now))
        for person, title in told:
            tell(
                stream=swap.stream,
                person=person,
                title=title,
                body=swap.words,
                link=reverse("swap", args=[swap.key]),
                cause=f"swap:{swap.key}",
                step=swap.state,
                now=now,
            )
        record(
            actor="system",
            verb="notify.tell_of_swap",
            kind="swap",
            subject=swap.key,
            stream=swap.stream_id,
            at=now,
            facts={"state": swap.state, "persons": [person.key for person, _title in told]},
        )


def _concerned(swap: ShiftSwap, now: datetime) -> Iterator[tuple[Person, str]]:
    facts = {
        "asker": swap.asker.name,
        "other": swap.other.name,
        "group": swap.group.name,
        "when": f"{timezone.localtime(swap.starts_at):%m-%d %H:%M}",
    }
    if swap.state == State.ASKED:
        yield swap.other, _("%(asker)s请您换班：%(group)s，%(when)s 的班") % facts
        return
    agreed = swap.state == State.AGREED
    answer = (
        _("%(other)s同意换班：%(group)s，%(when)s 的班")
        if agreed
        else _("%(other)s不换班：%(group)s，%(when)s 的班还是您值")
    )
    yield swap.asker, answer % facts
    head = lead(swap.group, at=now)
    if agreed and head is not None and head not in (swap.asker, swap.other):
        yield head, _("%(asker)s和%(other)s换班了：%(group)s，%(when)s 的班") % facts
