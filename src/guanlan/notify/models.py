"""Messages and deliveries."""

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanlan.clocks.models import StreamRow
from guanlan.people.models import Person


class Message(StreamRow):
    """Something a person must learn (消息), written in the transaction of its cause.

    `once` is made of cause, person, step and round, so that a repeated cause writes no
    second message. `link` opens the very page that answers the message.
    """

    class Urgency(models.TextChoices):
        URGENT = "URGENT", _("紧急")
        NORMAL = "NORMAL", _("普通")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="messages")
    urgency = models.CharField(max_length=6, choices=Urgency, default=Urgency.NORMAL)
    title = models.CharField(max_length=120)
    body = models.TextField(blank=True)
    link = models.CharField(max_length=200)
    cause = models.CharField(max_length=80)
    once = models.CharField(max_length=160, unique=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["person", "read_at", "-created_at"]),)

    def __str__(self) -> str:
        return self.title

    @classmethod
    def visible_to(cls, person: Any) -> models.QuerySet[Self]:
        """Return the person's own messages."""
        return super().visible_to(person).filter(person=person)


class Delivery(StreamRow):
    """One message over one channel. After a crash at the send step the state is UNKNOWN."""

    class State(models.TextChoices):
        WAITING = "WAITING", _("待发")
        SENDING = "SENDING", _("发送中")
        SENT = "SENT", _("已发")
        FAILED = "FAILED", _("失败")
        UNKNOWN = "UNKNOWN", _("不明")

    class Channel(models.TextChoices):
        MAIL = "MAIL", _("邮件")

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=8, choices=Channel)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING, db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    outcome = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["message", "channel"], name="notify_one_delivery_per_channel"),
        )

    def __str__(self) -> str:
        return f"{self.message} {self.get_channel_display()}"
