"""What people state of an incident: figures settled, losses, hours."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guanlan.clocks.models import StreamRow
from guanlan.evidence.models import KeptFile
from guanlan.incidents.handover.models import Handover  # noqa: F401  (its table is of this app)
from guanlan.incidents.models.incident import Incident, IncidentRow
from guanlan.people.models import Person
from guanlan.watch.models import Event


class StatedFigure(IncidentRow):
    """How many of how many are settled (填报数字), stated by a person with the ground."""

    class Kind(models.TextChoices):
        # The values are the kinds of the plan's conditions for standing down.
        COMPLAINTS = "complaints_settled", _("投诉办结")
        INQUIRIES = "inquiries_answered", _("问询答复")

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="stated_figures")
    kind = models.CharField(max_length=20, choices=Kind)
    done = models.PositiveIntegerField()
    total = models.PositiveIntegerField()
    ground = models.CharField(max_length=300)
    file = models.ForeignKey(KeptFile, on_delete=models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(done__lte=models.F("total")), name="incidents_settled_within_total"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.done}/{self.total}"


class Loss(StreamRow):
    """What the matter cost on one day (损失), put down by a person with the ground.

    Never changed: a wrong one is struck with a reason and stays to be seen.
    """

    class Kind(models.TextChoices):
        COMPENSATION = "COMPENSATION", _("赔付（元）")
        REFUND = "REFUND", _("退款（元）")
        CHURN = "CHURN", _("流失客户（人）")

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="losses")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, null=True, related_name="losses")
    kind = models.CharField(max_length=12, choices=Kind)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    day = models.DateField()  # in Shanghai
    ground = models.CharField(max_length=300)
    file = models.ForeignKey(KeptFile, on_delete=models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    struck_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("day", "pk")
        constraints = (models.CheckConstraint(condition=Q(amount__gt=0), name="incidents_loss_above_zero"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount}"

    @classmethod
    def visible_to(cls, person: Any) -> models.QuerySet[Self]:
        """Return the losses of the incidents this person may see, and of events without one."""
        seen = Q(incident=None) | Q(incident__in=Incident.visible_to(person))
        return super().visible_to(person).filter(seen)


class Hours(IncidentRow):
    """Time that somebody worked on an incident (工时), booked by themselves; withdrawn, never changed."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="hours")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    minutes = models.PositiveSmallIntegerField()
    what = models.CharField(max_length=200)
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-day", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(minutes__range=(1, 1440)), name="incidents_hours_of_a_day"),
        )

    def __str__(self) -> str:
        return self.what
