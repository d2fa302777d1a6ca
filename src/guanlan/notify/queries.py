"""Reading messages."""

from django.db.models import Q, QuerySet

from guanlan.notify.models import Message
from guanlan.people.models import Person


def inbox(person: Person, stream: int) -> QuerySet[Message]:
    """Return the person's messages in a stream, unread ones before those read, newest first."""
    mine = Message.visible_to(person).filter(stream_id=stream)
    return mine.annotate(opened=Q(read_at__isnull=False)).order_by("opened", "-created_at")


def unread(person: Person, stream: int) -> int:
    """Return how many messages the person has not opened."""
    return Message.visible_to(person).filter(stream_id=stream, read_at=None).count()
