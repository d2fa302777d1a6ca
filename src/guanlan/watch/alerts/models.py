"""Hourly counts, alert rules, alarms."""

from __future__ import annotations

from datetime import time

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanlan.clocks.models import Stream, StreamPart, StreamRow
from guanlan.people.models import Person


class HourCount(StreamPart):
    """What came under a watch in one hour of the clock, as the engine counts it; no row means none."""

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="+", db_index=False)
    watch = models.ForeignKey("watch.Watch", on_delete=models.PROTECT, related_name="hours", db_index=False)
    hour = models.DateTimeField()
    posts = models.PositiveIntegerField()
    negative = models.PositiveIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["watch", "hour"], name="watch_hour_once"),)
        indexes = (models.Index(fields=["stream", "hour"], name="watch_hour_newest"),)

    def __str__(self) -> str:
        return f"{self.watch_id} {self.hour:%Y-%m-%d %H} {self.posts}"


class AlertRule(StreamRow):
    """When a watch rings by itself, beside the plan's levels (告警规则).

    `number` is what the sensitivity chose when the rule was made: a percentage, half standard
    deviations, a factor or hours, by `kind`. The rule is not looked at before `rests_until`.
    """

    class Kind(models.TextChoices):
        RATIO = "RATIO", _("高于 7 天时均")
        DEVIATION = "DEVIATION", _("偏离 7 天时均")
        SURGE = "SURGE", _("比前 12 小时激增")
        FELL = "FELL", _("骤降")
        ZERO = "ZERO", _("零提及")
        WORDS = "WORDS", _("硬性词")

    class Sensitivity(models.TextChoices):
        FEWER = "FEWER", _("少")
        BALANCED = "BALANCED", _("均衡")
        MORE = "MORE", _("多")

    class Counts(models.TextChoices):
        POSTS = "POSTS", _("全部帖文")
        NEGATIVE = "NEGATIVE", _("负面帖文")

    watch = models.ForeignKey("watch.Watch", on_delete=models.PROTECT, related_name="rules")
    kind = models.CharField(max_length=9, choices=Kind)
    counts = models.CharField(max_length=8, choices=Counts, default=Counts.POSTS)
    sensitivity = models.CharField(max_length=8, choices=Sensitivity, default=Sensitivity.BALANCED)
    number = models.PositiveSmallIntegerField(default=0)
    minimum = models.PositiveIntegerField(default=0)
    words = models.JSONField(default=list, blank=True)
    cooldown_hours = models.PositiveSmallIntegerField()
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    looked_at = models.DateTimeField()
    rests_until = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    # The rule that stands in its place since it was changed.
    followed_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("watch__name", "kind", "pk")

    def __str__(self) -> str:
        return f"{self.watch} {self.get_kind_display()}"

    def is_quiet(self, at: time) -> bool:
        """Say whether a time of day lies in the quiet hours, which may run over midnight."""
        if self.quiet_from is None or self.quiet_until is None:
            return False
        if self.quiet_from < self.quiet_until:
            return self.quiet_from <= at < self.quiet_until
        return at >= self.quiet_from or at < self.quiet_until


class Alarm(StreamRow):
    """A rule rang (告警): the numbers that made it, and what a person said of it.

    `figures` are what the value was compared with; `posts` the keys that a hard word named.
    Nobody is told before `tell_from`.
    """

    class State(models.TextChoices):
        OPEN = "OPEN", _("待看")
        SEEN = "SEEN", _("已看")
        FALSE = "FALSE", _("误报")

    rule = models.ForeignKey(AlertRule, on_delete=models.PROTECT, related_name="alarms")
    state = models.CharField(max_length=5, choices=State, default=State.OPEN)
    at = models.DateTimeField()
    window_from = models.DateTimeField()
    window_until = models.DateTimeField()
    value = models.PositiveIntegerField()
    threshold = models.PositiveIntegerField()
    figures = models.JSONField(default=dict)
    posts = models.JSONField(default=list)
    tell_from = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (models.UniqueConstraint(fields=["rule", "at"], name="watch_alarm_once"),)
        indexes = (
            models.Index(
                fields=["stream", "at"], condition=models.Q(told_at__isnull=True), name="watch_alarm_untold"
            ),
        )

    def __str__(self) -> str:
        return f"{self.rule_id} {self.at:%Y-%m-%d %H:%M}"
