"""An incident, who may see it, its level and its story."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guanlan.clocks.models import StreamRow
from guanlan.incidents.handover.models import Handover  # noqa: F401  (its table is of this app)
from guanlan.people.models import Person, Unit
from guanlan.plan.models import PlanVersion
from guanlan.watch.models import Event


class Incident(StreamRow):
    """An event the plan has been activated for (应急事件), pinned to the version it opened under."""

    class State(models.TextChoices):
        PROVISIONAL = "PROVISIONAL", _("先行启动，待追认")
        ACTIVE = "ACTIVE", _("响应中")
        STOOD_DOWN = "STOOD_DOWN", _("已解除")
        ARCHIVED = "ARCHIVED", _("已归档")
        REVOKED = "REVOKED", _("已撤销")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="incidents")
    number = models.CharField(max_length=20)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="incidents")
    name = models.CharField(max_length=120)
    level = models.CharField(max_length=20)
    state = models.CharField(max_length=11, choices=State, default=State.ACTIVE)
    plan_version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="incidents")
    plan_sha256 = models.CharField(max_length=64)
    restricted = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    # Started first (先启动后报告): until when the command ratifies or revokes, when it did,
    # how often it was asked, and when it is asked again.
    ratify_by = models.DateTimeField(null=True, blank=True)
    ratified_at = models.DateTimeField(null=True, blank=True)
    asked = models.PositiveSmallIntegerField(default=0)
    ask_again_at = models.DateTimeField(null=True, blank=True)
    stood_down_at = models.DateTimeField(null=True, blank=True)
    # The hash of the closing report, once it has been distributed; archiving waits for it.
    closing_report = models.CharField(max_length=64, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-opened_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=["stream", "number"], name="incidents_number"),
            models.UniqueConstraint(
                fields=["event"],
                condition=Q(state__in=("PROVISIONAL", "ACTIVE")),
                name="incidents_one_active_per_event",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("PROVISIONAL", "REVOKED")) | Q(ratify_by__isnull=False),
                name="incidents_started_first_until",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible_to(cls, person: Any) -> models.QuerySet[Self]:
        """Return open incidents to everybody, restricted ones to those who were let in."""
        inside = Access.objects.filter(person=person, closed_at=None)
        return super().visible_to(person).filter(Q(restricted=False) | Q(pk__in=inside.values("incident")))


class IncidentRow(StreamRow):
    """A row of an incident; whoever may not see the incident may not see the row."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="%(class)ss")

    class Meta:
        abstract = True

    @classmethod
    def visible_to(cls, person: Any) -> models.QuerySet[Self]:
        """Return the rows of the incidents this person may see."""
        return super().visible_to(person).filter(incident__in=Incident.visible_to(person))


class Access(IncidentRow):
    """A person may see a restricted incident (知悉范围), from a moment until another."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="accesses")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    # Whoever asks for signatures says here whose is awaited; that person stays inside.
    must_sign = models.BooleanField(default=False)

    class Meta:
        ordering = ("at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["incident", "person"], condition=Q(closed_at=None), name="incidents_let_in_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} {self.incident}"


class LevelChange(IncidentRow):
    """The confirmed level moved, by whom and why."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="level_changes")
    previous_level = models.CharField(max_length=20, blank=True)
    level = models.CharField(max_length=20)
    reason = models.CharField(max_length=500)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.previous_level} {self.level}"


class TimelineEntry(IncidentRow):
    """One line of the incident's story (时间线), with its audit number."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="timeline")
    at = models.DateTimeField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    sentence = models.CharField(max_length=500)
    link = models.CharField(max_length=200, blank=True)
    audit_number = models.BigIntegerField()

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return self.sentence
