"""Assessment sheets."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanlan.clocks.models import StreamRow
from guanlan.people.models import Person

PARTS = ("nature", "scope", "consequences", "cause", "demands")


class Sheet(StreamRow):
    """One version of what a person judges of an event (研判单), beside what was computed then.

    `computed` holds lines of text for each of PARTS as they stood when it was written; a version is
    never changed.
    """

    class Confidence(models.TextChoices):
        HIGH = "HIGH", _("高")
        MEDIUM = "MEDIUM", _("中")
        LOW = "LOW", _("低")

    event = models.ForeignKey("watch.Event", on_delete=models.PROTECT, related_name="sheets")
    number = models.PositiveIntegerField()
    nature = models.TextField(blank=True)
    scope = models.TextField(blank=True)
    consequences = models.TextField(blank=True)
    cause = models.TextField(blank=True)
    demands = models.TextField(blank=True)
    confidence = models.CharField(max_length=6, choices=Confidence, blank=True)
    computed = models.JSONField(default=dict)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-number",)
        constraints = (models.UniqueConstraint(fields=["event", "number"], name="watch_sheet_number"),)

    def __str__(self) -> str:
        return f"{self.event_id} {self.number}"
