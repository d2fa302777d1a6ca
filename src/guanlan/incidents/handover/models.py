"""A hand-over sheet, frozen when the one who leaves signs it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from guanlan.clocks.models import StreamRow
from guanlan.people.models import Group, Person


class Handover(StreamRow):
    """What one watch left to the next (交接单): `frozen` is all it says, `sha256` its hash."""

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="handovers")
    leaver = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    successor = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    frozen = models.JSONField()
    sha256 = models.CharField(max_length=64)
    signed_at = models.DateTimeField()
    sign_by = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, blank=True)
    # When somebody else was told that the successor has not signed.
    chased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "incidents"
        ordering = ("-signed_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=~Q(leaver=models.F("successor")), name="incidents_handed_to_another"
            ),
            models.CheckConstraint(
                condition=Q(taken_at=None) | Q(taken_at__gte=models.F("signed_at")),
                name="incidents_taken_after_signed",
            ),
            models.UniqueConstraint(
                fields=["stream", "group"],
                condition=Q(taken_at=None),
                name="incidents_one_open_handover",
            ),
        )

    def __str__(self) -> str:
        return f"{self.group} {self.leaver} {self.successor}"
