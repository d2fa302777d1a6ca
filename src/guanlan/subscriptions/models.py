"""Which other systems are told what, and every push to them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanlan.clocks.models import Row, StreamRow


class Topic(models.TextChoices):
    """What another system may be told of."""

    OPENED = "incident.opened", _("启动应急事件")
    LEVEL = "incident.level_changed", _("等级变更")
    OVERDUE = "task.overdue", _("任务超时")
    REPORT = "report.submitted", _("报送快报")
    CLOSED = "incident.closed", _("应急事件归档")


class Subscription(Row):
    """Another system that is told of some topics (推送订阅).

    Address and secret are kept sealed, like a channel's. `reached` is the number of the audit
    entry up to which its pushes have been written.
    """

    name = models.CharField(max_length=40)
    sealed = models.TextField()
    topics = models.JSONField(default=list)
    reached = models.BigIntegerField()
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible_to(cls, person: Any) -> models.QuerySet[Subscription]:
        """Return the subscriptions; managing them asks for the permission."""
        return cls.objects.all() if person.is_active else cls.objects.none()


class Push(StreamRow):
    """One thing told to one subscriber (推送). `body` is what is signed, the same in every attempt."""

    class State(models.TextChoices):
        WAITING = "WAITING", _("待推")
        SENDING = "SENDING", _("推送中")
        SENT = "SENT", _("已收下")
        FAILED = "FAILED", _("没有推成")

    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="pushes")
    # Empty for a trial.
    topic = models.CharField(max_length=24, choices=Topic, blank=True)
    audit_number = models.BigIntegerField()
    body = models.TextField()
    created_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["subscription", "audit_number"], name="subscriptions_told_once"),
        )
        indexes = (models.Index(fields=["state", "next_at"], name="subscriptions_turn"),)

    def __str__(self) -> str:
        return f"{self.topic} {self.audit_number}"
