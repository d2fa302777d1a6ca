"""Versions of the plan."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guanlan.clocks.models import Row, StreamRow
from guanlan.evidence.models import KeptFile
from guanlan.people.models import Person, Unit


class PlanVersion(Row):
    """One validated plan (预案版本). What it says never changes after publication.

    `life.states` has the way from draft to the end. Published for a later day it is SCHEDULED;
    `jobs.start_next_version` puts it in force then. That it has run out (到期) is no state: an
    expired plan still runs until another takes its place.

    `source` is the YAML as handed in, `document` the validated content, `sha256` the
    digest of the content in canonical form.
    """

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("草案")
        IN_REVIEW = "IN_REVIEW", _("会签中")
        APPROVED = "APPROVED", _("已会签")
        SCHEDULED = "SCHEDULED", _("待施行")
        IN_FORCE = "IN_FORCE", _("现行")
        SUPERSEDED = "SUPERSEDED", _("已被取代")
        WITHDRAWN = "WITHDRAWN", _("已作废")

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
    # Everybody who handed in a wording of this version; none of them signs it.
    authors = models.ManyToManyField(Person, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True)
    withdrawn_because = models.CharField(max_length=500, blank=True)
    effective_date = models.DateField(null=True, blank=True)
    expires_date = models.DateField(null=True, blank=True)
    # The nearest of the plan's reminders of its end that went out: days left, 0 once it has run out.
    reminded_days = models.PositiveIntegerField(null=True, blank=True)

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


class Circulation(Row):
    """The command was asked to sign a version (会签), with the hash of what it was asked to sign."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("会签中")
        SIGNED = "SIGNED", _("全部签过")
        RETURNED = "RETURNED", _("已退回")
        RECALLED = "RECALLED", _("已收回")

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="circulations")
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    sha256 = models.CharField(max_length=64)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        ordering = ("asked_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["version"], condition=models.Q(state="OPEN"), name="plan_one_open_circulation"
            ),
        )

    def __str__(self) -> str:
        return f"{self.version} {self.get_state_display()}"


class Signature(Row):
    """Somebody of the command is to sign in a circulation, or has: bound to the version's hash."""

    class Verdict(models.TextChoices):
        AWAITED = "AWAITED", _("待签")
        SIGNED = "SIGNED", _("已签")
        RETURNED = "RETURNED", _("退回")

    circulation = models.ForeignKey(Circulation, on_delete=models.PROTECT, related_name="signatures")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=8, choices=Verdict, default=Verdict.AWAITED)
    reason = models.CharField(max_length=500, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["circulation", "person"], name="plan_signs_once"),
            models.CheckConstraint(
                condition=models.Q(verdict="AWAITED", at__isnull=True, sha256="")
                | (~models.Q(verdict="AWAITED") & models.Q(at__isnull=False) & ~models.Q(sha256="")),
                name="plan_signature_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} {self.get_verdict_display()}"


class Paper(Row):
    """A version as a file (预案文件), frozen when somebody asked for it; made by the worker."""

    class Format(models.TextChoices):
        DOCX = "DOCX", "Word"
        PDF = "PDF", "PDF"

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="papers")
    format = models.CharField(max_length=4, choices=Format)
    with_contacts = models.BooleanField(default=False)
    frozen = models.JSONField()
    sha256 = models.CharField(max_length=64)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    # A worker is at it until then; one that dies leaves it to the next.
    claimed_until = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    content = models.BinaryField(null=True)
    failure = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.version} {self.format}"

    @classmethod
    def visible_to(cls, person: Any) -> models.QuerySet[Paper]:
        """Return the files; one with the address book only for whoever asked for it."""
        files = cls.objects.filter(models.Q(with_contacts=False) | models.Q(asked_by=person))
        return files if person.is_active else files.none()


class Ruling(Row):
    """What the command adds to a version that holds (解释, 补充规定): signed, dated, numbered by kind."""

    class Kind(models.TextChoices):
        INTERPRETATION = "INTERPRETATION", _("解释")
        SUPPLEMENT = "SUPPLEMENT", _("补充规定")

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="rulings")
    kind = models.CharField(max_length=14, choices=Kind)
    number = models.PositiveIntegerField()
    clause = models.CharField(max_length=60, blank=True)  # the key of the clause it is about
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    signed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()

    class Meta:
        ordering = ("signed_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=["version", "kind", "number"], name="plan_ruling_number"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return gettext("%(kind)s第 %(number)d 号") % {"kind": self.get_kind_display(), "number": self.number}

    @classmethod
    def visible_to(cls, person: Any) -> models.QuerySet[Ruling]:
        """Return every ruling: who works by the plan works by them."""
        return cls.objects.filter(version__in=PlanVersion.visible_to(person))


class RulingReceipt(Row):
    """A ruling was sent to a person, who read it or has not yet (签收)."""

    ruling = models.ForeignKey(Ruling, on_delete=models.PROTECT, related_name="receipts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["ruling", "person"], name="plan_one_ruling_receipt"),)

    def __str__(self) -> str:
        return f"{self.ruling} {self.person}"


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
