"""Telling a person something, once; and noting that it was read."""

from datetime import datetime

from django.db import transaction

from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.clocks.models import Stream
from guanlan.notify.chain import give, next_channel
from guanlan.notify.models import Channel, Message
from guanlan.people.models import Person


def tell(
    *,
    stream: Stream,
    person: Person,
    title: str,
    link: str,
    cause: str,
    now: datetime,
    step: str = "",
    body: str = "",
    urgency: str = Message.Urgency.NORMAL,
) -> Message | None:
    """Write a message, and its first delivery, in the transaction of its cause and return it.

    `cause` names what happened ("task:abc"), `step` which round of telling this is.
    The same person is told of one cause and step once; again returns None.
    """
    once = f"{cause}|{step}|{person.key}"
    with transaction.atomic():
        if Message.objects.filter(once=once).exists():
            return None
        message = Message.objects.create(
            stream=stream,
            person=person,
            urgency=urgency,
            title=title[:120],
            body=body,
            link=link,
            cause=cause,
            once=once,
            created_at=now,
            changed_seq=touch(stream),
        )
        channel = next_channel(message, now=now)
        if channel is not None:
            give(message, channel, now=now)
        record(
            actor="system",
            verb="notify.tell",
            kind="message",
            subject=message.key,
            stream=stream.pk,
            at=now,
            facts={"person": person.key, "cause": cause, "step": step},
        )
    return message


def tell_over(
    *,
    channel: Channel,
    stream: Stream,
    person: Person,
    title: str,
    body: str,
    link: str,
    cause: str,
    now: datetime,
) -> Message:
    """Write a message that goes to the person over one channel alone, and return it."""
    with transaction.atomic():
        message = Message.objects.create(
            stream=stream,
            person=person,
            title=title[:120],
            body=body,
            link=link,
            cause=cause,
            once=f"{cause}|{channel.key}|{now.isoformat()}|{person.key}",
            created_at=now,
            changed_seq=touch(stream),
        )
        give(message, channel, now=now)
        record(
            actor="system",
            verb="notify.tell_over",
            kind="message",
            subject=message.key,
            stream=stream.pk,
            at=now,
            facts={"person": person.key, "cause": cause, "channel": channel.key},
        )
    return message


def mark_read(*, message: Message, person: Person, now: datetime) -> None:
    """Note that the person opened the message; opening it again changes nothing."""
    with transaction.atomic():
        unread = Message.objects.filter(pk=message.pk, person=person, read_at=None)
        if unread.update(read_at=now, changed_seq=touch(message.stream)):
            record(
                actor=person.key,
                verb="notify.mark_read",
                kind="message",
                subject=message.key,
                stream=message.stream_id,
                at=now,
            )


def mark_seen(*, cause: str, person: Person, now: datetime) -> None:
    """Note that the person has come to what the messages of a cause are about, by whatever way."""
    for message in Message.objects.filter(cause=cause, person=person, read_at=None).select_related("stream"):
        mark_read(message=message, person=person, now=now)
