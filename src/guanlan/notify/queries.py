"""Reading messages, and what became of them."""

from dataclasses import dataclass

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from guanlan.notify.models import REACH, TRIAL, Call, Channel, Delivery, Message, Unheard, Way
from guanlan.notify.states import WRONG
from guanlan.people.models import Person


def inbox(person: Person, stream: int) -> QuerySet[Message]:
    """Return the person's messages in a stream, unread ones before those read, newest first."""
    mine = _told(person, stream)
    return mine.annotate(opened=Q(read_at__isnull=False)).order_by("opened", "-created_at")


def unread(person: Person, stream: int) -> int:
    """Return how many messages the person has not opened."""
    return _told(person, stream).filter(read_at=None).count()


def _told(person: Person, stream: int) -> QuerySet[Message]:
    """Return the person's messages but those that are to come by their own channel alone."""
    return Message.visible_to(person).filter(stream_id=stream).exclude(cause__startswith=REACH)


def readers(cause: str) -> QuerySet[Message]:
    """Return what was sent of a cause, one row a person and step, those who have not read it first."""
    rows = Message.objects.filter(cause=cause).select_related("person")
    return rows.order_by(F("read_at").asc(nulls_first=True), "created_at", "pk")


def went_wrong(person: Person, stream: int) -> QuerySet[Delivery]:
    """Return what failed or is of unknown fate and was not followed up, newest first."""
    rows = Delivery.visible_to(person).filter(stream_id=stream, state__in=WRONG, settled_at=None)
    rows = rows.exclude(message__cause__startswith=REACH)
    return rows.select_related("message__person", "message__unheard", "channel").order_by("-next_at", "-pk")


def unheard(person: Person, stream: int) -> QuerySet[Unheard]:
    """Return the messages that reached nobody and that are still unread, newest first."""
    rows = Unheard.visible_to(person).filter(stream_id=stream, message__read_at=None)
    return rows.select_related("message__person").order_by("-at", "-pk")


@dataclass(frozen=True)
class Trouble:
    """Why somebody has not heard of something: who, and what the channels said."""

    person: Person
    sentence: str


def troubles(cause: str) -> list[Trouble]:
    """Return who, told of a cause, has read nothing of it and by which channels it did not get through."""
    told = Message.objects.filter(cause=cause, deliveries__state__in=WRONG).distinct()
    heard = set(Message.objects.filter(cause=cause, read_at__isnull=False).values_list("person", flat=True))
    rows = told.exclude(person__in=heard).select_related("person").order_by("pk")
    latest = {message.person_id: message for message in rows}
    return [Trouble(message.person, _sentence(message)) for message in latest.values()]


def _sentence(message: Message) -> str:
    deliveries = list(message.deliveries.select_related("channel").order_by("pk"))
    wrong = [row for row in deliveries if row.state in WRONG]
    told = "；".join(f"{row.channel.name}：{row.outcome.rstrip('。')}" for row in wrong)
    if Unheard.objects.filter(message=message).exists():
        return _("没有人收到。%(told)s") % {"told": told}
    if any(row.state == Delivery.State.SENT for row in deliveries):
        return _("%(told)s；别的渠道已发，还没有打开") % {"told": told}
    return told


def calls_with(person: Person, other: Person, stream: int) -> QuerySet[Call]:
    """Return the calls between the two, of a stream, newest first."""
    rows = Call.visible_to(person).filter(stream_id=stream).select_related("caller", "called")
    return rows.filter(Q(caller=other) | Q(called=other))


def channels(person: Person) -> QuerySet[Channel]:
    """Return the channels, those in use first."""
    return Channel.visible_to(person).order_by("closed_at", "name", "pk")


def last_try(channel: Channel) -> Delivery | None:
    """Return what became of the last trial over a channel."""
    tries = Delivery.objects.filter(channel=channel, message__cause=f"{TRIAL}:{channel.key}")
    return tries.select_related("message").order_by("-pk").first()


def ways_of(person: Person, urgency: str) -> QuerySet[Way]:
    """Return the person's open channels for messages of an urgency, in order, as chosen."""
    chosen = Way.objects.filter(person=person, urgency=urgency, channel__closed_at=None)
    return chosen.select_related("channel")
