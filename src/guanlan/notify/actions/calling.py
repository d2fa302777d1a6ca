"""A telephone call: who was called, whether they were reached, what was said."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.clocks.models import Stream
from guanlan.errors import BadInput
from guanlan.notify.models import Call, Message
from guanlan.notify.permissions import RECORD_CALL
from guanlan.people.models import Person
from guanlan.people.permissions import require


class NotYetCalled(BadInput):
    """The moment of the call lies ahead."""


class CalledOneself(BadInput):
    """Nobody reaches themselves."""


def record_call(
    *,
    stream: Stream,
    called: Person,
    reached: bool,
    words: str,
    at: datetime,
    caller: Person,
    now: datetime,
    cause: str = "",
) -> Call:
    """Write down a call and return it; whoever was reached has read what was sent of its cause.

    `cause` is that of the messages ("task:abc"). Raises NotAllowed, NotYetCalled,
    CalledOneself.
    """
    require(caller, RECORD_CALL, at=now)
    if at > now:
        raise NotYetCalled(_("通话的时间不能晚于现在，请改正。"))
    if called == caller:
        raise CalledOneself(_("不能记给自己打的电话，请选对方。"))
    with transaction.atomic():
        call = Call.objects.create(
            stream=stream,
            caller=caller,
            called=called,
            at=at,
            recorded_at=now,
            reached=reached,
            words=words.strip()[:500],
            cause=cause,
            changed_seq=touch(stream),
        )
        read = _read(call) if reached and cause else 0
        record(
            actor=caller.key,
            verb="notify.record_call",
            kind="call",
            subject=call.key,
            stream=stream.pk,
            at=now,
            facts={"called": called.key, "reached": reached, "cause": cause, "read": read},
        )
    return call


def _read(call: Call) -> int:
    """Count what the person was sent before the call as read; return how many messages that were."""
    unread = Message.objects.filter(stream=call.stream, person=call.called, cause=call.cause, read_at=None)
    return unread.filter(created_at__lte=call.at).update(read_at=call.at, changed_seq=touch(call.stream))
