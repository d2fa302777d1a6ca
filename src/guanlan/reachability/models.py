"""Checks of the address book, and each channel tried in one."""

from django.db import models

from guanlan.clocks.models import StreamRow
from guanlan.notify.models import Channel, Message
from guanlan.people.models import Group, Person


class ReachCheck(StreamRow):
    """Everybody, or one group, is asked over every channel to answer by a time (连通性检查)."""

    group = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    answer_by = models.DateTimeField()

    class Meta:
        ordering = ("-started_at", "-pk")

    def __str__(self) -> str:
        return f"{self.group or ''} {self.started_at}"


class ReachTry(StreamRow):
    """One person over one channel; without a channel where the person has none.

    Opening the message is the answer: it goes out over this channel alone and stands in no inbox.
    """

    check_of = models.ForeignKey(ReachCheck, on_delete=models.PROTECT, related_name="tries")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, null=True, related_name="+")
    message = models.OneToOneField(Message, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["check_of", "person", "channel"], name="reachability_tried_once"),
        )

    def __str__(self) -> str:
        return f"{self.person} {self.channel or ''}"
