"""What somebody has to do in an incident, and what shows that it was done."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guanlan.clocks.models import Counted
from guanlan.evidence.models import KeptFile
from guanlan.incidents.handover.models import Handover  # noqa: F401  (its table is of this app)
from guanlan.incidents.models.incident import Incident, IncidentRow
from guanlan.intake.models import Post
from guanlan.people.models import Group, Person

_WHOLE = (
    Q(state="OFFERED", accepted_at=None, submitted_at=None, check_by=None, closed_at=None)
    | Q(state="ACCEPTED", owner__isnull=False, submitted_at=None, check_by=None, closed_at=None)
    | Q(
        ~Q(checked_by=""),
        state="CHECKING",
        owner__isnull=False,
        submitted_at__isnull=False,
        check_by__isnull=False,
        closed_at=None,
    )
    | Q(
        ~Q(checked_by=""),
        ~Q(sent_back=""),
        state="RETURNED",
        owner__isnull=False,
        submitted_at=None,
        check_by=None,
        closed_at=None,
    )
    | Q(
        Q(checked_by="") | Q(submitted_at__isnull=False, checker__isnull=False),
        state="DONE",
        closed_at__isnull=False,
        closed_by__isnull=False,
        check_by=None,
    )
    | Q(state="WAIVED", closed_at__isnull=False, closed_by__isnull=False, check_by=None)
)


class Task(IncidentRow):
    """A duty that has become somebody's (任务); cites the duty's key in the pinned plan version.

    Where the plan says that somebody checks it (`checked_by`), whoever did it submits it, and
    another accepts it or sends it back; the work counts as done when it was submitted.
    """

    class State(models.TextChoices):
        OFFERED = "OFFERED", _("待接手")
        ACCEPTED = "ACCEPTED", _("办理中")
        CHECKING = "CHECKING", _("待验收")
        RETURNED = "RETURNED", _("退回重办")
        DONE = "DONE", _("已办结")
        WAIVED = "WAIVED", _("已免办")

    class Checker(models.TextChoices):
        # The values are the plan's.
        LEAD = "lead", _("组长")
        COMMAND = "command", _("指挥部")

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="tasks")
    duty = models.CharField(max_length=60)
    clause = models.CharField(max_length=60, blank=True)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="tasks")
    title = models.CharField(max_length=120)
    what_to_do = models.TextField(blank=True)
    evidence_wanted = models.CharField(max_length=200, blank=True)
    mandatory = models.BooleanField(default=True)
    first_step = models.BooleanField(default=False)
    checked_by = models.CharField(max_length=7, choices=Checker, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.OFFERED)
    offered_at = models.DateTimeField()
    accept_by = models.DateTimeField()
    due_at = models.DateTimeField()
    counted = models.CharField(max_length=11, choices=Counted, default=Counted.NATURAL)
    accepted_at = models.DateTimeField(null=True, blank=True)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="tasks")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    result = models.TextField(blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    check_by = models.DateTimeField(null=True, blank=True)
    checker = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    # Why it was sent back the last time.
    sent_back = models.CharField(max_length=500, blank=True)
    # How far lateness has been told: 0 nobody, 1 reminded, 2 the lead, 3 the command, 4 the
    # command again, when a task that nobody accepted is due. Accepting begins anew.
    told_step = models.PositiveSmallIntegerField(default=0)
    next_look_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        ordering = ("due_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=["incident", "duty"], name="incidents_duty_once"),
            models.CheckConstraint(
                condition=Q(accept_by__lte=models.F("due_at")), name="incidents_task_clocks_forwards"
            ),
            models.CheckConstraint(condition=_WHOLE, name="incidents_task_state_whole"),
            models.CheckConstraint(
                condition=Q(checker=None) | ~Q(checker=models.F("owner")), name="incidents_checked_by_another"
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def deadline(self) -> datetime:
        """The clock that runs: accept-by while it is offered, check-by while it is checked, else due."""
        if self.state == self.State.OFFERED:
            return self.accept_by
        return self.check_by or self.due_at

    @property
    def finished_at(self) -> datetime | None:
        """When the work was done: submitted, where somebody checks it, else closed."""
        return self.submitted_at or self.closed_at


class TaskProof(IncidentRow):
    """Evidence on a task: a kept file, a post, or words."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="task_proofs")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="proofs")
    file = models.ForeignKey(KeptFile, on_delete=models.PROTECT, null=True, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    words = models.CharField(max_length=1000, blank=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.words[:40]
