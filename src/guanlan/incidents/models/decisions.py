"""What was decided on an event, by whom: decisions, early warnings, instructions."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guanlan.clocks.models import StreamRow
from guanlan.evidence.models import KeptFile
from guanlan.incidents.handover.models import Handover  # noqa: F401  (its table is of this app)
from guanlan.incidents.models.incident import Incident
from guanlan.people.models import Person
from guanlan.watch.models import Event


class Decision(StreamRow):
    """What the command decided about an event (指令), and why."""

    class Kind(models.TextChoices):
        START_FIRST = "START_FIRST", _("先行启动")
        RATIFY = "RATIFY", _("追认先行启动")
        REVOKE = "REVOKE", _("撤销先行启动")
        ACTIVATE = "ACTIVATE", _("启动预案")
        OBSERVE = "OBSERVE", _("暂不启动，继续观察")
        ORDER = "ORDER", _("交办")
        STAND_DOWN = "STAND_DOWN", _("解除响应")

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="decisions")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, null=True, related_name="decisions")
    kind = models.CharField(max_length=11, choices=Kind)
    level = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=1000)
    # What was on the table, as screens.Choice said it then; what was taken for granted; who was asked.
    options = models.JSONField(default=list, blank=True)
    assumptions = models.CharField(max_length=500, blank=True)
    consulted = models.CharField(max_length=200, blank=True)
    task = models.OneToOneField("Task", on_delete=models.PROTECT, null=True, related_name="decision")
    review_at = models.DateTimeField(null=True, blank=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.level}"

    @classmethod
    def visible_to(cls, person: Any) -> models.QuerySet[Self]:
        """Return the decisions not to activate, and those on the incidents this person may see."""
        seen = Q(incident=None) | Q(incident__in=Incident.visible_to(person))
        return super().visible_to(person).filter(seen)


class EarlyWarning(StreamRow):
    """The groups were told to stand by for an event (预警), at a level, until it was lifted or answered.

    Adjusting closes the row and opens the next, which `follows` it.
    """

    class Ending(models.TextChoices):
        ADJUSTED = "ADJUSTED", _("已调整")
        LIFTED = "LIFTED", _("已解除")
        RESPONSE = "RESPONSE", _("转入响应")

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="warnings")
    level = models.CharField(max_length=20)
    words = models.CharField(max_length=500)
    review_at = models.DateTimeField()
    # Null once whoever watches has been reminded to look again.
    remind_at = models.DateTimeField(null=True, blank=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    follows = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="followed_by"
    )
    ending = models.CharField(max_length=8, choices=Ending, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["event"], condition=Q(closed_at=None), name="incidents_one_open_warning"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, ending="") | (Q(closed_at__isnull=False) & ~Q(ending="")),
                name="incidents_warning_ends_somehow",
            ),
        )

    def __str__(self) -> str:
        return f"{self.event} {self.level}"


class Instruction(StreamRow):
    """What a member of the command said outside Guanlan (代录批示), written down by somebody else.

    It acts at once; whether it was said so, only the one who said it can confirm.
    """

    class Kind(models.TextChoices):
        ACTIVATE = "ACTIVATE", _("启动预案")
        LEVEL = "LEVEL", _("调整等级")
        ORDER = "ORDER", _("交办一件事")
        REMARK = "REMARK", _("其他批示，只记录")

    class Channel(models.TextChoices):
        PHONE = "PHONE", _("电话")
        IN_PERSON = "IN_PERSON", _("当面")
        MEETING = "MEETING", _("会上")
        CHAT = "CHAT", _("群消息")

    class State(models.TextChoices):
        UNCONFIRMED = "UNCONFIRMED", _("未确认")
        CONFIRMED = "CONFIRMED", _("本人已确认")
        DISOWNED = "DISOWNED", _("本人否认")

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="instructions")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, null=True, related_name="instructions")
    kind = models.CharField(max_length=8, choices=Kind)
    level = models.CharField(max_length=20, blank=True)
    task = models.OneToOneField("Task", on_delete=models.PROTECT, null=True, related_name="instruction")
    channel = models.CharField(max_length=9, choices=Channel)
    words = models.CharField(max_length=500)
    file = models.ForeignKey(KeptFile, on_delete=models.PROTECT, null=True, related_name="+")
    said_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=11, choices=State, default=State.UNCONFIRMED)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("said_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(said_at__lte=models.F("at")), name="incidents_said_before_recorded"
            ),
            models.CheckConstraint(
                condition=~Q(said_by=models.F("recorded_by")), name="incidents_recorded_by_another"
            ),
        )

    def __str__(self) -> str:
        return self.words[:40]

    @classmethod
    def visible_to(cls, person: Any) -> models.QuerySet[Self]:
        """Return the instructions on the incidents this person may see, and those before any."""
        seen = Q(incident=None) | Q(incident__in=Incident.visible_to(person))
        return super().visible_to(person).filter(seen)


# What each state of a task needs, and what it cannot have.
