"""A person's channels in order, and who is told when none of them reached anybody."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from guanlan.clocks.actions import touch
from guanlan.clocks.models import Stream
from guanlan.notify.models import Channel, Delivery, Message, Urgency, Way
from guanlan.people.models import Function, Membership, Person
from guanlan.people.queries import groups_of, members, on_duty, persons_with

# Unread for so long, a message goes on to the person's next channel.
PATIENCE = {Urgency.URGENT: timedelta(minutes=5), Urgency.NORMAL: timedelta(hours=1)}


def mail_channel(*, now: datetime) -> Channel:
    """Return the one channel that is mail."""
    given = {"name": _("邮件"), "created_at": now}
    return Channel.objects.get_or_create(kind=Channel.Kind.MAIL, defaults=given)[0]


def chain(person: Person, urgency: str, *, now: datetime) -> list[Channel]:
    """Return the person's open channels in order; mail alone where nobody chose any."""
    ways = Way.objects.filter(person=person, urgency=urgency).select_related("channel")
    if chosen := [way.channel for way in ways]:
        return [channel for channel in chosen if usable(channel)]
    return [mail_channel(now=now)] if settings.EMAIL_HOST_CONFIGURED and person.email else []


def channels_of(person: Person, *, now: datetime) -> list[Channel]:
    """Return every channel that urgent or normal messages take to the person, in order."""
    return list(dict.fromkeys(one for urgency in Urgency for one in chain(person, urgency, now=now)))


def usable(channel: Channel) -> bool:
    """Say whether messages may be given to the channel."""
    if channel.kind == Channel.Kind.MAIL:
        return bool(settings.EMAIL_HOST_CONFIGURED)
    return channel.closed_at is None


def next_channel(message: Message, *, now: datetime) -> Channel | None:
    """Return the first channel of the person's chain that has not had the message."""
    if message.stream.kind != Stream.Kind.REAL:
        return None
    had = set(message.deliveries.values_list("channel", flat=True))
    ways = chain(message.person, message.urgency, now=now)
    return next((channel for channel in ways if channel.pk not in had), None)


def give(
    message: Message, channel: Channel, *, now: datetime, round_: int = 1, may_repeat: bool = False
) -> Delivery:
    """Write a waiting delivery, in the caller's transaction, and set when the chain is looked at again."""
    Message.objects.filter(pk=message.pk).update(look_at=now + PATIENCE[Urgency(message.urgency)])
    return Delivery.objects.create(
        stream=message.stream,
        message=message,
        channel=channel,
        round=round_,
        once=f"{message.once}|{channel.key}|{round_}",
        may_repeat=may_repeat,
        urgent=message.urgency == Urgency.URGENT,
        next_at=now,
        changed_seq=touch(message.stream),
    )


def stand_ins(person: Person, *, at: datetime, told: set[int]) -> list[Person]:
    """Return who is told next that a person cannot be reached; nobody when all have been.

    First whoever stands in: the deputy of a shift the person is on, each group's lead or deputy;
    then the command, then the administrators. `told` are those who know already.
    """
    known = told | {person.pk}
    for rung in (
        _nearest(person, at),
        persons_with(Function.COMMAND, at=at).order_by("pk"),
        persons_with(Function.ADMINISTRATOR, at=at).order_by("pk"),
    ):
        if fresh := [one for one in dict.fromkeys(rung) if one.pk not in known]:
            return fresh
    return []


def _nearest(person: Person, at: datetime) -> list[Person]:
    near: list[Person] = []
    for group in groups_of(person, at=at).order_by("pk"):
        shift = on_duty(group, at=at)
        if shift is not None and shift.person_id == person.pk and shift.deputy and shift.deputy.is_active:
            near.append(shift.deputy)
        heads = members(group, at=at).exclude(person=person).exclude(role=Membership.Role.MEMBER)
        near += [membership.person for membership in heads[:1]]
    return near
