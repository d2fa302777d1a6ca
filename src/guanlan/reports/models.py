"""Reports, their renderings, their receipts."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guanlan.approvals.models import Text, Version
from guanlan.clocks.models import Kept, StreamRow, new_key
from guanlan.incidents.models import Incident, IncidentRow
from guanlan.people.models import Group, Person
from guanlan.watch.models import Event


class Report(StreamRow):
    """A report (报告), frozen when it is written: `frozen` is all it says, `sha256` its hash.

    A daily report is of its day (`day`, in Shanghai) and of no event. What the system made by
    itself was written by nobody.
    """

    class Kind(models.TextChoices):
        FLASH = "FLASH", _("快报")
        FOLLOWUP = "FOLLOWUP", _("续报")
        DAILY = "DAILY", _("日报")
        CLOSING = "CLOSING", _("总结报告")

    kind = models.CharField(max_length=8, choices=Kind)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, related_name="reports")
    day = models.DateField(null=True, blank=True)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, null=True, related_name="reports")
    number = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=160)
    frozen = models.JSONField()
    sha256 = models.CharField(max_length=64)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-written_at", "-pk")
        constraints = (models.UniqueConstraint(fields=["stream", "day"], name="reports_one_daily"),)

    def __str__(self) -> str:
        return self.title

    @classmethod
    def visible_to(cls, person: Any) -> models.QuerySet[Self]:
        """Return the reports on events, and on the incidents this person may see."""
        seen = Q(incident=None) | Q(incident__in=Incident.visible_to(person))
        return super().visible_to(person).filter(seen)


class Rendering(StreamRow):
    """A person's copy of a report as a file, marked as such; made by the worker from the frozen data."""

    class Format(models.TextChoices):
        HTML = "HTML", "HTML"
        DOCX = "DOCX", "Word"
        PDF = "PDF", "PDF"

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="renderings")
    format = models.CharField(max_length=4, choices=Format)
    # Nobody: made before copies were marked; nobody gets it any more.
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    # A worker is at it until then; one that dies leaves it to the next.
    claimed_until = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    content = models.BinaryField(null=True)
    failure = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["report", "format", "person"], name="reports_one_copy_per_format"
            ),
        )

    def __str__(self) -> str:
        return f"{self.report} {self.format}"

    @classmethod
    def visible_to(cls, person: Any) -> models.QuerySet[Self]:
        """Return this person's own copies of the reports that the person may still see."""
        return super().visible_to(person).filter(person=person, report__in=Report.visible_to(person))


class Receipt(StreamRow):
    """A report was sent to a person, who read it or has not yet (签收)."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="receipts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="receipts")
    sent_at = models.DateTimeField()
    read_by = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["report", "person"], name="reports_one_receipt"),)

    def __str__(self) -> str:
        return f"{self.report} {self.person}"

    @classmethod
    def visible_to(cls, person: Any) -> models.QuerySet[Self]:
        """Return the receipts of the reports this person may see."""
        return super().visible_to(person).filter(report__in=Report.visible_to(person))


class DailySchedule(Kept):
    """When the daily report (日报) goes out and to whom, as the company set it."""

    sent_at = models.TimeField()  # in Shanghai
    groups = models.ManyToManyField(Group, related_name="+")
    persons = models.ManyToManyField(Person, related_name="+")

    def __str__(self) -> str:
        return f"{self.sent_at:%H:%M}"


class Addressee(Kept):
    """Whom the company informs outside the house at which levels (上报对象), by when and in which words.

    A change closes the row and opens the next one with the same `code`.
    """

    class Kind(models.TextChoices):
        REGULATOR = "REGULATOR", _("监管部门")
        PARENT = "PARENT", _("上级单位")
        PLATFORM = "PLATFORM", _("平台")
        OTHER = "OTHER", _("其他")

    code = models.CharField(max_length=12, default=new_key)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=9, choices=Kind)
    levels = models.JSONField(default=list)
    # The code of a rule in `clocks.outside`; none: no time is set.
    rule = models.CharField(max_length=40, blank=True)
    template = models.TextField()

    class Meta:
        ordering = ("kind", "name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["code"], condition=Q(until=None), name="reports_one_standing_addressee"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Brief(IncidentRow):
    """What an addressee outside is told of an incident (情况说明); a person sends it, this is the record.

    Its figures come from `report`, as that was frozen; wording and signatures live in approvals.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="briefs")
    addressee = models.ForeignKey(Addressee, on_delete=models.PROTECT, related_name="briefs")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="briefs")
    text = models.OneToOneField(Text, on_delete=models.PROTECT, related_name="brief")
    due_at = models.DateTimeField(null=True, blank=True)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_how = models.CharField(max_length=120, blank=True)
    sent_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    reply = models.CharField(max_length=500, blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["incident", "addressee"], name="reports_one_brief_each"),
        )

    def __str__(self) -> str:
        return f"{self.addressee} {self.incident}"
