"""Incidents and what is done in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guanlan.clocks.models import Counted, StreamRow
from guanlan.evidence.models import KeptFile
from guanlan.incidents.handover.models import Handover  # noqa: F401  (its table is of this app)
from guanlan.intake.models import Post
from guanlan.people.models import Group, Person, Unit
from guanlan.plan.models import PlanVersion
from guanlan.watch.models import Event


class Incident(StreamRow):
    """An event the plan has been activated for (应急事件), pinned to the version it opened under."""

    class State(models.TextChoices):
        PROVISIONAL = "PROVISIONAL", _("先行启动，待追认")
        ACTIVE = "ACTIVE", _("响应中")
        STOOD_DOWN = "STOOD_DOWN", _("已解除")
        ARCHIVED = "ARCHIVED", _("已归档")
        REVOKED = "REVOKED", _("已撤销")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="incidents")
    number = models.CharField(max_length=20)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="incidents")
    name = models.CharField(max_length=120)
    level = models.CharField(max_length=20)
    state = models.CharField(max_length=11, choices=State, default=State.ACTIVE)
    plan_version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="incidents")
    plan_sha256 = models.CharField(max_length=64)
    restricted = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    # Started first (先启动后报告): until when the command ratifies or revokes, when it did,
    # how often it was asked, and when it is asked again.
    ratify_by = models.DateTimeField(null=True, blank=True)
    ratified_at = models.DateTimeField(null=True, blank=True)
    asked = models.PositiveSmallIntegerField(default=0)
    ask_again_at = models.DateTimeField(null=True, blank=True)
    stood_down_at = models.DateTimeField(null=True, blank=True)
    # The hash of the closing report, once it has been distributed; archiving waits for it.
    closing_report = models.CharField(max_length=64, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-opened_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=["stream", "number"], name="incidents_number"),
            models.UniqueConstraint(
                fields=["event"],
                condition=Q(state__in=("PROVISIONAL", "ACTIVE")),
                name="incidents_one_active_per_event",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("PROVISIONAL", "REVOKED")) | Q(ratify_by__isnull=False),
                name="incidents_started_first_until",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible_to(cls, person: Any) -> models.QuerySet[Self]:
        """Return open incidents to everybody, restricted ones to those who were let in."""
        inside = Access.objects.filter(person=person, closed_at=None)
        return super().visible_to(person).filter(Q(restricted=False) | Q(pk__in=inside.values("incident")))


class IncidentRow(StreamRow):
    """A row of an incident; whoever may not see the incident may not see the row."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="%(class)ss")

    class Meta:
        abstract = True

    @classmethod
    def visible_to(cls, person: Any) -> models.QuerySet[Self]:
        """Return the rows of the incidents this person may see."""
        return super().visible_to(person).filter(incident__in=Incident.visible_to(person))


class Access(IncidentRow):
    """A person may see a restricted incident (知悉范围), from a moment until another."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="accesses")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    # Whoever asks for signatures says here whose is awaited; that person stays inside.
    must_sign = models.BooleanField(default=False)

    class Meta:
        ordering = ("at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["incident", "person"], condition=Q(closed_at=None), name="incidents_let_in_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} {self.incident}"


class LevelChange(IncidentRow):
    """The confirmed level moved, by whom and why."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="level_changes")
    previous_level = models.CharField(max_length=20, blank=True)
    level = models.CharField(max_length=20)
    reason = models.CharField(max_length=500)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.previous_level} {self.level}"


class Decision(StreamRow):
    """What the command decided about an event (指令), and why."""

    class Kind(models.TextChoices):
        START_FIRST = "START_FIRST", _("先行启动")
        RATIFY = "RATIFY", _("追认先行启动")
        REVOKE = "REVOKE", _("撤销先行启动")
        ACTIVATE = "ACTIVATE", _("启动预案")
        OBSERVE = "OBSERVE", _("暂不启动，继续观察")
        ORDER = "ORDER", _("交办")
        STAND_DOWN = "STAND_DOWN", _("解除响应")

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="decisions")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, null=True, related_name="decisions")
    kind = models.CharField(max_length=11, choices=Kind)
    level = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=1000)
    # What was on the table, as screens.Choice said it then; what was taken for granted; who was asked.
    options = models.JSONField(default=list, blank=True)
    assumptions = models.CharField(max_length=500, blank=True)
    consulted = models.CharField(max_length=200, blank=True)
    task = models.OneToOneField("Task", on_delete=models.PROTECT, null=True, related_name="decision")
    review_at = models.DateTimeField(null=True, blank=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.level}"

    @classmethod
    def visible_to(cls, person: Any) -> models.QuerySet[Self]:
        """Return the decisions not to activate, and those on the incidents this person may see."""
        seen = Q(incident=None) | Q(incident__in=Incident.visible_to(person))
        return super().visible_to(person).filter(seen)


class EarlyWarning(StreamRow):
    """The groups were told to stand by for an event (预警), at a level, until it was lifted or answered.

    Adjusting closes the row and opens the next, which `follows` it.
    """

    class Ending(models.TextChoices):
        ADJUSTED = "ADJUSTED", _("已调整")
        LIFTED = "LIFTED", _("已解除")
        RESPONSE = "RESPONSE", _("转入响应")

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="warnings")
    level = models.CharField(max_length=20)
    words = models.CharField(max_length=500)
    review_at = models.DateTimeField()
    # Null once whoever watches has been reminded to look again.
    remind_at = models.DateTimeField(null=True, blank=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    follows = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="followed_by"
    )
    ending = models.CharField(max_length=8, choices=Ending, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["event"], condition=Q(closed_at=None), name="incidents_one_open_warning"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, ending="") | (Q(closed_at__isnull=False) & ~Q(ending="")),
                name="incidents_warning_ends_somehow",
            ),
        )

    def __str__(self) -> str:
        return f"{self.event} {self.level}"


class Instruction(StreamRow):
    """What a member of the command said outside Guanlan (代录批示), written down by somebody else.

    It acts at once; whether it was said so, only the one who said it can confirm.
    """

    class Kind(models.TextChoices):
        ACTIVATE = "ACTIVATE", _("启动预案")
        LEVEL = "LEVEL", _("调整等级")
        ORDER = "ORDER", _("交办一件事")
        REMARK = "REMARK", _("其他批示，只记录")

    class Channel(models.TextChoices):
        PHONE = "PHONE", _("电话")
        IN_PERSON = "IN_PERSON", _("当面")
        MEETING = "MEETING", _("会上")
        CHAT = "CHAT", _("群消息")

    class State(models.TextChoices):
        UNCONFIRMED = "UNCONFIRMED", _("未确认")
        CONFIRMED = "CONFIRMED", _("本人已确认")
        DISOWNED = "DISOWNED", _("本人否认")

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="instructions")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, null=True, related_name="instructions")
    kind = models.CharField(max_length=8, choices=Kind)
    level = models.CharField(max_length=20, blank=True)
    task = models.OneToOneField("Task", on_delete=models.PROTECT, null=True, related_name="instruction")
    channel = models.CharField(max_length=9, choices=Channel)
    words = models.CharField(max_length=500)
    file = models.ForeignKey(KeptFile, on_delete=models.PROTECT, null=True, related_name="+")
    said_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=11, choices=State, default=State.UNCONFIRMED)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("said_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(said_at__lte=models.F("at")), name="incidents_said_before_recorded"
            ),
            models.CheckConstraint(
                condition=~Q(said_by=models.F("recorded_by")), name="incidents_recorded_by_another"
            ),
        )

    def __str__(self) -> str:
        return self.words[:40]

    @classmethod
    def visible_to(cls, person: Any) -> models.QuerySet[Self]:
        """Return the instructions on the incidents this person may see, and those before any."""
        seen = Q(incident=None) | Q(incident__in=Incident.visible_to(person))
        return super().visible_to(person).filter(seen)


# What each state of a task needs, and what it cannot have.
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
        HOURS = "HOURS", _("投入工时（小时）")

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


class TimelineEntry(IncidentRow):
    """One line of the incident's story (时间线), with its audit number."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="timeline")
    at = models.DateTimeField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    sentence = models.CharField(max_length=500)
    link = models.CharField(max_length=200, blank=True)
    audit_number = models.BigIntegerField()

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return self.sentence
