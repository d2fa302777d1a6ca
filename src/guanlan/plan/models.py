"""Versions of the plan."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanlan.clocks.models import Row, StreamRow
from guanlan.evidence.models import KeptFile
from guanlan.people.models import Person, Unit


class PlanVersion(Row):
    """One validated plan (预案版本). What it says never changes after publication.

    Published for a later day it is SCHEDULED; `jobs.start_next_version` puts it in force then.

    `source` is the YAML as handed in, `document` the validated content, `sha256` the
    digest of the content in canonical form.
    """

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("草案")
        SCHEDULED = "SCHEDULED", _("待施行")
        IN_FORCE = "IN_FORCE", _("现行")
        SUPERSEDED = "SUPERSEDED", _("已被取代")
        WITHDRAWN = "WITHDRAWN", _("已撤回")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="plan_versions")
    code = models.SlugField(max_length=60)
    label = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    source = models.TextField()
    document = models.JSONField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True)
    effective_date = models.DateField(null=True, blank=True)
    expires_date = models.DateField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["unit"], condition=models.Q(state="IN_FORCE"), name="plan_one_in_force"
            ),
            models.UniqueConstraint(
                fields=["unit"], condition=models.Q(state="SCHEDULED"), name="plan_one_scheduled"
            ),
            models.UniqueConstraint(fields=["unit", "code", "label"], name="plan_version_label"),
        )

    @classmethod
    def visible_to(cls, person: Any) -> models.QuerySet[PlanVersion]:
        """Return every version, drafts too: who works by the plan may see what it was and will be."""
        return cls.objects.all() if person.is_active else cls.objects.none()

    def __str__(self) -> str:
        return f"{self.name} {self.label}"


class WordPlan(StreamRow):
    """A company's plan as a Word file (Word 预案), on its way to a draft.

    `places` says of each of its lines where it goes, in the words of `word_import.placing`.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(KeptFile, on_delete=models.PROTECT, related_name="+")
    places = models.JSONField()
    taken_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()
    draft = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="+", null=True)

    def __str__(self) -> str:
        return self.file.name
