"""Versions of the plan."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanlan.clocks.models import Row
from guanlan.people.models import Person, Unit


class PlanVersion(Row):
    """One validated plan (预案版本). What it says never changes after publication.

    `source` is the YAML as handed in, `document` the validated content, `sha256` the
    digest of the content in canonical form.
    """

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("草案")
        IN_FORCE = "IN_FORCE", _("现行")
        SUPERSEDED = "SUPERSEDED", _("已被替代")
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
            models.UniqueConstraint(fields=["unit", "code", "label"], name="plan_version_label"),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.label}"
