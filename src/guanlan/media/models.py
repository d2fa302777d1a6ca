"""Statements and releases."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanlan.approvals.models import Text, Version
from guanlan.incidents.models import Incident, IncidentRow
from guanlan.people.models import Person


class Statement(IncidentRow):
    """What the company says in public (声明); its wording and signatures live in approvals."""

    class Kind(models.TextChoices):
        ATTITUDE = "ATTITUDE", _("态度声明")
        FULL = "FULL", _("完整说明")
        CLARIFY = "CLARIFY", _("澄清")

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="statements")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.ATTITUDE)
    text = models.OneToOneField(Text, on_delete=models.PROTECT, related_name="statement")
    closed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.key}"


class Release(IncidentRow):
    """A person released an approved wording on a channel; the record, not the deed (发布登记)."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="releases")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="releases")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    channel = models.CharField(max_length=60)
    url = models.URLField(max_length=500, blank=True)
    released_at = models.DateTimeField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.channel} {self.released_at}"
