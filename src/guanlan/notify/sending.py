"""Claiming what waits, calling the channel, and keeping what became of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.clocks.actions import touch
from guanlan.notify.chain import give
from guanlan.notify.channels import SORTS, Sort
from guanlan.notify.channels.answers import Answer, Later, Never, Taken, Unsure
from guanlan.notify.channels.letters import Letter
from guanlan.notify.lateness import is_late
from guanlan.notify.models import Channel, Delivery, Message
from guanlan.notify.sealing import SealBroken, unseal
from guanlan.notify.states import MOVES, S

LEASE = timedelta(minutes=1)  # a call takes ten seconds at most
TRIES = 5
ROUNDS = 3  # of an urgent message whose fate is unknown, over one channel
LONGEST_REST = timedelta(minutes=15)  # no vendor asks for more than ten
_MINUTE = 60


def claim(*, now: datetime) -> list[Delivery]:
    """Take the deliveries of the next call: one, or a digest on a bot's last call of the minute.

    Each is claimed by a conditional update, so no two workers hold one row.
    """
    # What was never tried is due, even if the machine's clock was set back since.
    waiting = Delivery.objects.filter(Q(next_at__lte=now) | Q(attempts=0), state=S.WAITING)
    turn = waiting.filter(_awake(now)).order_by("-urgent", "next_at", "pk")
    channel_id = turn.values_list("channel", flat=True).first()
    if channel_id is None:
        return []
    with transaction.atomic():
        channel = Channel.objects.select_for_update().get(pk=channel_id)
        count = _room(channel, SORTS[channel.kind], now)
        rows = turn.filter(channel=channel).select_related("message__person", "channel", "stream")[:count]
        return [row for row in rows if _hold(row, now)]


def _awake(now: datetime) -> Q:
    """Return the channels that do not rest; a rest longer than any was set before the clock was set back."""
    rests_until = Q(channel__rests_until__gt=now, channel__rests_until__lte=now + LONGEST_REST)
    return Q(channel__rests_until=None) | ~rests_until


def ready(channel: Channel, *, now: datetime) -> bool:
    """Say whether the channel takes a call now."""
    return channel.rests_until is None or not now < channel.rests_until <= now + LONGEST_REST


def _room(channel: Channel, sort: Sort, now: datetime) -> int:
    """Return how many letters the next call may hold, and note the call; nothing: the channel rests."""
    if sort.per_minute is None:
        return sort.together
    at = now.timestamp()
    calls = [call for call in channel.calls if at - _MINUTE < call <= at]
    left = sort.per_minute - len(calls)
    if left > 0:
        Channel.objects.filter(pk=channel.pk).update(calls=[*calls, at])
        return sort.together if left == 1 else 1
    rests_until = now + timedelta(seconds=min(calls) + _MINUTE - at + 0.001)
    Channel.objects.filter(pk=channel.pk).update(rests_until=rests_until)
    return 0


def _hold(row: Delivery, now: datetime) -> bool:
    row.lease_until, row.attempts = now + LEASE, row.attempts + 1
    free = Delivery.objects.filter(pk=row.pk, state=S.WAITING)
    moved = free.update(
        state=MOVES[S.WAITING, "claim"], lease_until=row.lease_until, attempts=F("attempts") + 1
    )
    return bool(moved)


def call_out(deliveries: Sequence[Delivery], channel: Channel, *, now: datetime) -> Answer:
    """Send what was claimed, outside of any transaction, and return what became of it."""
    if channel.closed_at is not None:
        return Never(_("渠道“%(name)s”已停用。") % {"name": channel.name})
    try:
        access = unseal(channel.sealed)
    except SealBroken as broken:
        return Never(broken.sentence)
    return SORTS[channel.kind].deliver(access, [_letter(delivery, now) for delivery in deliveries], now=now)


def _letter(delivery: Delivery, now: datetime) -> Letter:
    message = delivery.message
    return Letter(
        key=message.key,
        title=message.title,
        body=message.body,
        # The message's own address: opening it is what counts as read.
        link=f"{settings.PUBLIC_ADDRESS}{reverse('message', args=[message.key])}",
        urgent=delivery.urgent,
        may_repeat=delivery.may_repeat,
        late=delivery.attempts == 1 and is_late(due=delivery.next_at, now=now),
        name=message.person.name,
        phone=message.person.phone,
        email=message.person.email,
    )


def keep(delivery: Delivery, answer: Answer, *, now: datetime) -> None:
    """Keep what became of a delivery, if its lease is still ours."""
    if isinstance(answer, Unsure):
        lose(delivery, answer.words, now=now)
        return
    again = isinstance(answer, Later) and delivery.attempts < TRIES
    event = "take" if isinstance(answer, Taken) else "postpone" if again else "refuse"
    with transaction.atomic():
        moved = _held(delivery).update(
            state=MOVES[S.SENDING, event],
            outcome=answer.words[:300],
            next_at=now + _pause(delivery, answer) if again else now,
            changed_seq=touch(delivery.stream),
        )
        if moved and isinstance(answer, Later) and answer.rest:
            rests_until = now + timedelta(seconds=answer.rest)
            Channel.objects.filter(pk=delivery.channel_id).update(rests_until=rests_until)
        if moved and event == "refuse":
            look_now(delivery.message, now=now)


def lose(delivery: Delivery, words: str, *, now: datetime) -> bool:
    """Note that nobody knows whether it arrived; an urgent one is sent again, marked as perhaps a repeat."""
    again = delivery.urgent and delivery.round < ROUNDS
    with transaction.atomic():
        moved = _held(delivery).update(
            state=MOVES[S.SENDING, "lose"],
            outcome=words[:300],
            settled_at=now if again else None,
            changed_seq=touch(delivery.stream),
        )
        if moved and again:
            give(delivery.message, delivery.channel, now=now, round_=delivery.round + 1, may_repeat=True)
        elif moved and delivery.urgent:
            look_now(delivery.message, now=now)
    return bool(moved)


def give_up(delivery: Delivery, *, now: datetime) -> bool:
    """Note that the worker died while sending: nobody can say whether it went out."""
    return lose(delivery, _("发送到一半程序停了，对方收没收到不知道。"), now=now)


def look_now(message: Message, *, now: datetime) -> None:
    """Have the message's chain looked at without waiting for it to be read."""
    Message.objects.filter(pk=message.pk, look_at__isnull=False).update(look_at=now)


def _held(delivery: Delivery) -> QuerySet[Delivery]:
    # The lease's end is the fence: a row that was given up meanwhile has another or none.
    return Delivery.objects.filter(pk=delivery.pk, state=S.SENDING, lease_until=delivery.lease_until)


def _pause(delivery: Delivery, answer: Answer) -> timedelta:
    rest = timedelta(seconds=answer.rest if isinstance(answer, Later) else 0)
    first = timedelta(seconds=10) if delivery.urgent else timedelta(minutes=2)
    return max(rest, first * (1 << (delivery.attempts - 1)))
