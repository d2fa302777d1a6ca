"""Streams, and the two bases that every row of the product stands on."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

# No letters or digits that are read aloud wrongly over a phone.
KEY_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
KEY_LENGTH = 12


def new_key() -> str:
    """Return a public key for a row: 12 characters, safe in addresses and on the phone."""
    return get_random_string(KEY_LENGTH, KEY_ALPHABET)


class Retention(models.TextChoices):
    """How long a row is kept, and why."""

    RECORD = "RECORD", _("处置记录")
    EVIDENCE = "EVIDENCE", _("证据")
    PERSONAL = "PERSONAL", _("个人信息")
    WORKING = "WORKING", _("工作数据")


class Row(models.Model):
    """What every row has: a public key, and a number that grows when it changes."""

    key = models.CharField(max_length=12, unique=True, default=new_key, editable=False)
    changed_seq = models.BigIntegerField(default=0)
    retention = models.CharField(max_length=8, choices=Retention, default=Retention.RECORD)

    class Meta:
        abstract = True


class Stream(Row):
    """The real course of things, or one drill or demo, with its own clock (数据流).

    Stream time runs from `clock_from` since the real moment `clock_set_at`, at
    `rate` stream seconds a real second; it stands still while `paused`.
    """

    class Kind(models.TextChoices):
        REAL = "REAL", _("正式")
        DRILL = "DRILL", _("演练")
        DEMO = "DEMO", _("演示")

    kind = models.CharField(max_length=5, choices=Kind)
    name = models.CharField(max_length=80)
    clock_set_at = models.DateTimeField(null=True)
    clock_from = models.DateTimeField(null=True)
    rate = models.PositiveIntegerField(default=1)
    paused = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["kind"], condition=models.Q(kind="REAL"), name="clocks_one_real_stream"
            ),
            models.CheckConstraint(
                condition=models.Q(clock_set_at__isnull=True, clock_from__isnull=True)
                | models.Q(clock_set_at__isnull=False, clock_from__isnull=False),
                name="clocks_stream_clock_whole",
            ),
        )

    def __str__(self) -> str:
        return self.name


class StreamPart(models.Model):
    """What belongs to one stream, from its first day.

    By itself for rows that come by the thousand and are only found through another: a post's
    reading and hits. They have its retention, and need no public key and change number.
    """

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    @classmethod
    def visible_to(cls, person: Any) -> models.QuerySet[Self]:
        """Return the rows this person may see: every open stream's, unless a model narrows it."""
        rows = cls._default_manager.all()
        return rows if person.is_active else rows.none()


class StreamRow(Row, StreamPart):
    """A row that belongs to one stream."""

    class Meta:
        abstract = True


class Counted(models.TextChoices):
    """How a due time was counted."""

    NATURAL = "natural", _("自然时间")
    WORKING = "working", _("工作时间")
    UNPUBLISHED = "unpublished", _("工作时间，按未公布的节假日表推算")


class Kept(Row):
    """What the company set about its time, from a moment on; what stood before is kept.

    A clock counts by what stood when it began, so a change never moves a clock that runs.
    """

    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @classmethod
    def visible_to(cls, person: Any) -> models.QuerySet[Self]:
        """Return the rows to whoever may sign in; changing them asks for the permission."""
        rows = cls._default_manager.all()
        return rows if person.is_active else rows.none()

    @classmethod
    def standing(cls, at: datetime) -> models.QuerySet[Self]:
        """Return the rows that stood at a time."""
        rows = cls._default_manager.filter(since__lte=at)
        return rows.filter(models.Q(until=None) | models.Q(until__gt=at))


class OfficeHours(Kept):
    """From when until when the company works (办公时间)."""

    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(opens__lt=models.F("closes")), name="clocks_office_opens_first"
            ),
        )

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}–{self.closes:%H:%M}"


class OwnDay(Kept):
    """A day on which the company differs from the official calendar (本公司的日子)."""

    day = models.DateField()
    works = models.BooleanField()
    ground = models.CharField(max_length=80)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["day"], condition=models.Q(until=None), name="clocks_one_standing_own_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.day}"


class OutsideRule(Kept):
    """A time that somebody outside sets for an answer, as the company put it down (外部时限).

    One with the code of a rule that ships stands in its place.
    """

    class Unit(models.TextChoices):
        HOUR = "hour", _("小时")
        DAY = "day", _("日")
        WORKING_DAY = "working_day", _("个工作日")

    code = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    starts = models.CharField(max_length=40)
    amount = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=11, choices=Unit)
    source = models.CharField(max_length=200)
    effective_on = models.DateField(null=True, blank=True)
    checked = models.BooleanField(default=False)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["code"], condition=models.Q(until=None), name="clocks_one_standing_outside_rule"
            ),
        )

    def __str__(self) -> str:
        return self.name
