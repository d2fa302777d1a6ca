"""Channels, whose turn they are for whom, messages and deliveries."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanlan.clocks.models import Retention, Row, StreamRow
from guanlan.people.models import Person

# What the cause of a trial begins with: nobody is called when it is not read.
TRIAL = "channel-test"
# What the cause of a check of the address book begins with: over one channel alone, in no inbox.
REACH = "reach-check"
ALONE = (TRIAL, REACH)


class Channel(Row):
    """A way out of the house (渠道): a group's bot, a gateway, the mail server.

    Address and secret are kept sealed. `calls` holds when it was called in the last minute, in
    seconds, `rests_until` what the vendor asked for; both are changed under the row's lock only.
    """

    class Kind(models.TextChoices):
        MAIL = "MAIL", _("邮件")
        WECOM = "WECOM", _("企业微信群机器人")
        DINGTALK = "DINGTALK", _("钉钉群机器人")
        FEISHU = "FEISHU", _("飞书群机器人")
        WEBHOOK = "WEBHOOK", _("短信或语音网关")

    kind = models.CharField(max_length=8, choices=Kind)
    name = models.CharField(max_length=40)
    sealed = models.TextField(blank=True)
    calls = models.JSONField(default=list)
    rests_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["kind"], condition=models.Q(kind="MAIL"), name="notify_one_mail_channel"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible_to(cls, person: Any) -> models.QuerySet[Channel]:
        """Return the channels by name; address and secret are sealed."""
        return cls.objects.all() if person.is_active else cls.objects.none()


class Urgency(models.TextChoices):
    """How soon somebody must know."""

    URGENT = "URGENT", _("紧急")
    NORMAL = "NORMAL", _("普通")


class Way(Row):
    """One place in a person's chain of channels (渠道顺序), for urgent or for normal messages."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="ways")
    urgency = models.CharField(max_length=6, choices=Urgency)
    place = models.PositiveSmallIntegerField()
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="ways")
    retention = models.CharField(max_length=8, choices=Retention, default=Retention.WORKING)

    class Meta:
        ordering = ("place",)
        constraints = (
            models.UniqueConstraint(fields=["person", "urgency", "channel"], name="notify_way_once"),
        )

    def __str__(self) -> str:
        return f"{self.person} {self.get_urgency_display()} {self.place} {self.channel}"


class Message(StreamRow):
    """Something a person must learn (消息), written in the transaction of its cause.

    `once` is made of cause, step and person, so that a repeated cause writes no second message.
    `link` opens the very page that answers it. `look_at` is when its chain is looked at again:
    a delivery failed for good, or nobody has read it so long; None when nothing is left to decide.
    """

    Urgency = Urgency

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="messages")
    urgency = models.CharField(max_length=6, choices=Urgency, default=Urgency.NORMAL)
    title = models.CharField(max_length=120)
    body = models.TextField(blank=True)
    link = models.CharField(max_length=200)
    cause = models.CharField(max_length=80)
    once = models.CharField(max_length=160, unique=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    look_at = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        indexes = (
            models.Index(fields=["person", "read_at", "-created_at"]),
            models.Index(fields=["cause"], name="notify_message_cause"),
        )

    def __str__(self) -> str:
        return self.title

    @classmethod
    def visible_to(cls, person: Any) -> models.QuerySet[Self]:
        """Return the person's own messages."""
        return super().visible_to(person).filter(person=person)


class Delivery(StreamRow):
    """One message over one channel, one round of it (发送).

    `once` is the message's own with channel and round. A worker holds it while `lease_until` is
    ahead; after a crash nobody can say whether it went out, so it is UNKNOWN. `may_repeat` says
    that an earlier round may have arrived: the text then says so too. `settled_at` is when a row
    that went wrong was followed up. `urgent` is the message's, kept here because turns go by it.
    """

    class State(models.TextChoices):
        WAITING = "WAITING", _("待发")
        SENDING = "SENDING", _("发送中")
        SENT = "SENT", _("已发")
        FAILED = "FAILED", _("失败")
        UNKNOWN = "UNKNOWN", _("不明")

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="deliveries")
    round = models.PositiveSmallIntegerField(default=1)
    once = models.CharField(max_length=200, unique=True)
    may_repeat = models.BooleanField(default=False)
    urgent = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=300, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["state", "-urgent", "next_at", "id"], name="notify_delivery_turn"),)

    def __str__(self) -> str:
        return f"{self.message} {self.channel} {self.round}"


class Unheard(StreamRow):
    """A message that reached nobody by any channel (没有人收到), and how many stand-ins were told."""

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="unheard")
    at = models.DateTimeField()
    told = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"{self.message} {self.at}"


class Call(StreamRow):
    """A telephone call to a colleague (通话记录), written down by the caller.

    `cause` is that of the messages it was about; whoever was reached has read them.
    """

    caller = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    called = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="calls")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    reached = models.BooleanField()
    words = models.CharField(max_length=500, blank=True)
    cause = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(at__lte=models.F("recorded_at")), name="notify_called_before_recorded"
            ),
            models.CheckConstraint(
                condition=~models.Q(caller=models.F("called")), name="notify_another_called"
            ),
        )

    def __str__(self) -> str:
        return f"{self.caller} {self.called} {self.at}"

    @classmethod
    def visible_to(cls, person: Any) -> models.QuerySet[Self]:
        """Return the calls that the person made or got: what was said is between the two."""
        mine = models.Q(caller=person) | models.Q(called=person)
        return super().visible_to(person).filter(mine)


class VacancyLook(StreamRow):
    """A day on which the groups were looked through for what they lack (岗位空缺)."""

    day = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["stream", "day"], name="notify_one_vacancy_look_a_day"),
        )

    def __str__(self) -> str:
        return self.day.isoformat()
