"""A text, its numbered versions, who must sign, who signed."""

from __future__ import annotations

import hashlib

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanlan.clocks.models import StreamRow
from guanlan.people.models import Function, Person


def sha256_of(title: str, body: str) -> str:
    """Return the hash a signature binds to: of title, one line feed, body, in UTF-8."""
    return hashlib.sha256(f"{title}\n{body}".encode()).hexdigest()


class Text(StreamRow):
    """Wording that needs signatures before it may be used (待批文本)."""

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("起草中")
        IN_APPROVAL = "IN_APPROVAL", _("待批准")
        APPROVED = "APPROVED", _("已批准")
        RETURNED = "RETURNED", _("已退回")

    state = models.CharField(max_length=11, choices=State, default=State.DRAFT)
    drafted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.key} {self.get_state_display()}"


class Version(StreamRow):
    """One wording of a text. Never changed: an edit makes the next number."""

    text = models.ForeignKey(Text, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=["text", "number"], name="approvals_version_number"),)

    def __str__(self) -> str:
        return f"{self.title} {self.number}"


class Step(StreamRow):
    """One signature a text needs, in order; taken from the plan when the text was drafted."""

    text = models.ForeignKey(Text, on_delete=models.PROTECT, related_name="steps")
    order = models.PositiveSmallIntegerField()
    code = models.SlugField(max_length=60)
    function = models.CharField(max_length=13, choices=Function)

    class Meta:
        ordering = ("order",)
        constraints = (models.UniqueConstraint(fields=["text", "order"], name="approvals_step_order"),)

    def __str__(self) -> str:
        return f"{self.order} {self.get_function_display()}"


class Signature(StreamRow):
    """A person's verdict at one step on one version, bound to its hash."""

    class Verdict(models.TextChoices):
        SIGNED = "SIGNED", _("同意")
        RETURNED = "RETURNED", _("退回")

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="signatures")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="signatures")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=8, choices=Verdict)
    reason = models.CharField(max_length=500, blank=True)
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "pk")
        constraints = (models.UniqueConstraint(fields=["version", "step"], name="approvals_one_verdict"),)

    def __str__(self) -> str:
        return f"{self.person} {self.get_verdict_display()}"
