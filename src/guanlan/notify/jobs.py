"""Sending what waits, over channels that can fail; and going on where nobody was reached."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.edge import real_now
from guanlan.notify.actions import tell
from guanlan.notify.chain import PATIENCE, give, next_channel, stand_ins
from guanlan.notify.models import ALONE, Delivery, Message, Unheard, Urgency
from guanlan.notify.sending import call_out, claim, give_up, keep, ready
from guanlan.notify.states import WRONG
from guanlan.people.models import Person

State = Delivery.State
UNHEARD = "unheard:"


def deliver_next_message() -> bool:
    """Send what is next, or give up a row whose worker died while sending; say whether there was one.

    Nobody can say whether a row whose lease ran out went out: an urgent one goes out again,
    marked 可能重复; another one waits for a person.
    """
    now = real_now()
    stuck = Delivery.objects.filter(state=State.SENDING, lease_until__lt=now)
    dead = stuck.select_related("message", "channel", "stream").first()
    if dead is not None:
        return give_up(dead, now=now)
    claimed = claim(now=now)
    if claimed:
        answer = call_out(claimed, claimed[0].channel, now=now)
        for delivery in claimed:
            keep(delivery, answer, now=now)
    return bool(claimed)


def look_at_next_chain() -> bool:
    """Take one message that failed or stayed unread to its person's next channel; say whether there was one.

    When the last one is used up, whoever stands in for the person is told to call.
    """
    now = real_now()
    due = Message.objects.filter(look_at__lte=now).order_by("look_at", "pk").first()
    if due is None:
        return False
    with transaction.atomic():
        # The conditional update is the claim; whoever comes second changes no row.
        if Message.objects.filter(pk=due.pk, look_at=due.look_at).update(look_at=None):
            _go_on(Message.objects.select_related("stream", "person").get(pk=due.pk), now)
    return True


def _go_on(message: Message, now: datetime) -> None:
    # Whoever stands in was told already, and a round sent later ran out as well: nobody else is left.
    over = message.read_at is not None or Unheard.objects.filter(message=message).exists()
    if over or message.cause.startswith(ALONE):
        return
    if _about_to_go(message, now):
        Message.objects.filter(pk=message.pk).update(look_at=now + PATIENCE[Urgency(message.urgency)])
        return
    channel = next_channel(message, now=now)
    if channel is not None:
        give(message, channel, now=now)
        _record("go_on", message, now, {"channel": channel.key})
    elif message.urgency == Urgency.URGENT or not message.deliveries.exclude(state__in=WRONG).exists():
        _call_stand_ins(message, now)


def _about_to_go(message: Message, now: datetime) -> bool:
    """Say whether a channel that is free has not been tried yet: after an outage that comes first."""
    untried = message.deliveries.filter(state=State.WAITING, attempts=0).select_related("channel")
    return any(ready(delivery.channel, now=now) for delivery in untried)


def _call_stand_ins(message: Message, now: datetime) -> None:
    """Write that nobody was reached and tell who stands in, but not what it says: they may not see it."""
    person = _meant(message)
    cause, hour = f"{UNHEARD}{person.key}", f"{now:%Y%m%d%H}"
    told = Message.objects.filter(cause=cause, once__startswith=f"{cause}|{hour}|")
    others = stand_ins(person, at=now, told=set(told.values_list("person", flat=True)))
    for other in others:
        tell(
            stream=message.stream,
            person=other,
            title=_("联系不上%(name)s：有消息没有人收到，请打电话") % {"name": person.name},
            body=_("各个渠道都试过了。电话：%(phone)s。请让本人登录处理，或代为办理。")
            % {"phone": person.phone or _("没有登记")},
            link=reverse("person", args=[person.key]),
            cause=cause,
            step=hour,
            urgency=Urgency.URGENT,
            now=now,
        )
    Unheard.objects.create(stream=message.stream, message=message, at=now, told=len(others))
    _record("call_stand_ins", message, now, {"told": [other.key for other in others]})


def _meant(message: Message) -> Person:
    """Return who could not be reached first of all: a stand-in who is not reached either passes it on."""
    if message.cause.startswith(UNHEARD):
        return Person.objects.get(key=message.cause.removeprefix(UNHEARD))
    return message.person


def _record(step: str, message: Message, now: datetime, facts: Mapping[str, object]) -> None:
    record(
        actor="system",
        verb=f"notify.{step}",
        kind="message",
        subject=message.key,
        stream=message.stream_id,
        at=now,
        facts=facts,
    )
