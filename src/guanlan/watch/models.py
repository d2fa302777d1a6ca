"""Watches and what they found; the journal that the engine's state is a fold over."""

from __future__ import annotations

from django.db import models
from django.db.models import Case, F, Value, When
from django.utils.translation import gettext_lazy as _

from guanlan.clocks.fields import CodedField, ListField, SameNumber
from guanlan.clocks.models import Retention, Stream, StreamPart, StreamRow
from guanlan.engine.tasks import EMOTIONS
from guanlan.intake.models import Batch, Post, Source
from guanlan.people.models import Person, Unit
from guanlan.watch.alerts.models import Alarm as Alarm
from guanlan.watch.alerts.models import AlertRule as AlertRule
from guanlan.watch.alerts.models import HourCount as HourCount
from guanlan.watch.assessing.models import Sheet as Sheet
from guanlan.watch.grouping.models import Precedent as Precedent
from guanlan.watch.grouping.models import Regrouping as Regrouping


class Watch(StreamRow):
    """A query that posts are held against (监测方案). `brand`, `matter` and `without` are the
    three boxes it was made from, empty if the query was typed by hand."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="watches")
    name = models.CharField(max_length=60)
    query = models.TextField()
    brand = models.TextField(blank=True)
    matter = models.TextField(blank=True)
    without = models.TextField(blank=True)
    media = models.JSONField(default=list, blank=True)
    own_accounts = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["stream", "name"], condition=models.Q(closed_at=None), name="watch_name"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Event(StreamRow):
    """Posts about one matter (舆情事件), as the engine keeps it, and what people made of it.

    `computed_level` moves by itself, both ways; `confirmed_level` only by a named
    person. An empty level is below the plan's levels (不入级).
    """

    class State(models.TextChoices):
        OPEN = "OPEN", _("待研判")
        CONFIRMED = "CONFIRMED", _("已确认")
        DISMISSED = "DISMISSED", _("误报")
        MERGED = "MERGED", _("已并入")

    watch = models.ForeignKey(Watch, on_delete=models.PROTECT, related_name="events")
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    terms = models.JSONField(default=list)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    posts = models.PositiveIntegerField(default=0)
    negative_permille = models.PositiveSmallIntegerField(null=True)
    measures = models.JSONField(default=dict)
    computed_level = models.CharField(max_length=20, blank=True)
    computed_at = models.DateTimeField(null=True)
    confirm_by = models.DateTimeField(null=True)
    confirmed_level = models.CharField(max_length=20, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    # While an incident is active on the event, its command moves the level; incidents says so here.
    under_incident = models.BooleanField(default=False)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["stream", "code"], name="watch_event_code"),)
        indexes = (models.Index(fields=["stream", "last_at"], name="watch_event_newest"),)

    def __str__(self) -> str:
        return self.name


class Reading(StreamPart):
    """What the engine read in one post (one row a post, under the post's own number)."""

    post = SameNumber(Post, on_delete=models.PROTECT, primary_key=True, related_name="reading")
    # The indexes below begin with these.
    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="+", db_index=False)
    event = models.ForeignKey(
        Event, on_delete=models.PROTECT, null=True, related_name="readings", db_index=False
    )
    copy_of = models.ForeignKey(
        Post, on_delete=models.PROTECT, null=True, related_name="copies", db_index=False
    )
    negative = models.PositiveSmallIntegerField(null=True)
    neutral = models.PositiveSmallIntegerField(null=True)
    positive = models.PositiveSmallIntegerField(null=True)
    stance = models.CharField(max_length=8, blank=True)
    # What the post complains of, if it is negative: a code of engine.tasks.CATEGORIES.
    category = models.CharField(max_length=12, blank=True)
    emotion = CodedField(words=("", *EMOTIONS), default="")
    abusive = models.BooleanField(default=False)
    advertisement = models.BooleanField(default=False)
    # What a person put in place of the model's own above, empty while nobody did; and what holds.
    corrected_stance = models.CharField(max_length=8, blank=True)
    corrected_category = models.CharField(max_length=12, blank=True)
    not_ours = models.BooleanField(default=False)
    stance_now = models.GeneratedField(
        expression=Case(When(corrected_stance="", then=F("stance")), default=F("corrected_stance")),
        output_field=models.CharField(max_length=8),
        db_persist=True,
    )
    category_now = models.GeneratedField(
        expression=Case(
            When(corrected_stance__in=("neutral", "positive"), then=Value("")),
            When(corrected_category="", then=F("category")),
            default=F("corrected_category"),
        ),
        output_field=models.CharField(max_length=12),
        db_persist=True,
    )
    # [[words, thousandths of a log-odds], …] that made a negative post negative, and its category.
    because = ListField(default=list, null=True)
    because_category = ListField(default=list, null=True)
    # What its own words say of harm, and what they demand: flag, words, field and place of each.
    harms = ListField(default=list, null=True)
    demands = ListField(default=list, null=True)
    published_at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=["event", "published_at"], name="watch_reading_event"),
            # Rising, since posts come in rising order: an index that grows at its end fills its pages.
            models.Index(fields=["stream", "published_at"], name="watch_reading_newest"),
            models.Index(
                fields=["copy_of"], condition=models.Q(copy_of__isnull=False), name="watch_reading_copies"
            ),
        )

    def __str__(self) -> str:
        return f"{self.post_id} {self.stance}"

    @property
    def said(self) -> Correction | None:
        """What a person said last of the stance."""
        return next((one for one in self.post.corrections.all() if one.kind in JUDGEMENTS), None)

    @property
    def leaving(self) -> bool:
        """Whether a move was said that the engine has yet to take."""
        moved = next((one for one in self.post.corrections.all() if one.kind in MOVES), None)
        stands = self.event.key if self.event else ""
        return moved is not None and stands == moved.before != moved.after


class Correction(StreamRow):
    """What a person said of a post that the engine had read (更正): one row a step, never changed.

    `before` and `after` are stances, categories, or keys of events, by `kind`; `event` is where
    the post stood, `fingerprint` names the model that was in force.
    """

    class Kind(models.TextChoices):
        STANCE = "STANCE", _("改立场")
        CONFIRMED = "CONFIRMED", _("立场无误")
        CATEGORY = "CATEGORY", _("改投诉类别")
        NOT_OURS = "NOT_OURS", _("与我无关")
        MOVED = "MOVED", _("移入另一事件")
        SPLIT = "SPLIT", _("拆出事件")

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="corrections")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, related_name="corrections")
    kind = models.CharField(max_length=9, choices=Kind)
    before = models.CharField(max_length=12, blank=True)
    after = models.CharField(max_length=12, blank=True)
    fingerprint = models.CharField(max_length=64)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=["stream", "kind"]),)

    def __str__(self) -> str:
        return f"{self.post_id} {self.kind} {self.after}"


JUDGEMENTS = (Correction.Kind.STANCE, Correction.Kind.CONFIRMED)
MOVES = (Correction.Kind.MOVED, Correction.Kind.SPLIT, Correction.Kind.NOT_OURS)


class Hit(StreamPart):
    """A post met a watch: the term, the field it stands in, and its first character's place."""

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="+", db_index=False)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="hits")
    watch = models.ForeignKey(Watch, on_delete=models.PROTECT, related_name="hits", db_index=False)
    term = models.CharField(max_length=60)
    field = CodedField(words=("text", "title", "author", "platform", "region", "media"))
    position = models.PositiveIntegerField()

    class Meta:
        indexes = (models.Index(fields=["watch", "post"], name="watch_hit_of_watch"),)

    def __str__(self) -> str:
        return f"{self.watch_id} {self.term}"


class Signal(StreamRow):
    """An event's computed level changed, or a source failed or fell silent (信号)."""

    class Kind(models.TextChoices):
        LEVEL = "LEVEL", _("等级变化")
        SILENT = "SILENT", _("来源静默")
        FAILING = "FAILING", _("来源故障")

    kind = models.CharField(max_length=7, choices=Kind)
    at = models.DateTimeField()
    event = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, related_name="signals")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, related_name="signals")
    level = models.CharField(max_length=20, blank=True)
    previous_level = models.CharField(max_length=20, blank=True)
    reasons = models.JSONField(default=list)
    # How long each person who is called has to confirm; null: nobody is called (plan.levels.Level).
    call_minutes = models.PositiveIntegerField(null=True)
    # Null until told: the person on duty, who stands in, the command; and the command by a call.
    told_at = models.DateTimeField(null=True)
    deputy_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    called_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.level}"


class Assessment(StreamRow):
    """A level that a person set (定级), or a false alarm, beside what was computed at that moment."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="assessments")
    level = models.CharField(max_length=20, blank=True)
    computed_level = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.event} {self.level}"


class FactStated(StreamRow):
    """A listed fact that lifts a level whatever the figures, stated by a person with its ground."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="facts")
    fact = models.SlugField(max_length=40)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    ground = models.CharField(max_length=300)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["event", "fact"], name="watch_fact_once"),)

    def __str__(self) -> str:
        return self.fact


class ModelVersion(StreamRow):
    """A model that a stream's posts can be read with (模型版本); `content` is the whole of it.

    Without `made_by` it is the one that ships. `platform` is whose scores it puts right anew, from
    `judged` posts; it goes on from `base`. Which one is in force the journal says.
    """

    number = models.PositiveIntegerField()
    fingerprint = models.CharField(max_length=64)
    content = models.BinaryField()
    base = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    platform = models.CharField(max_length=60, blank=True)
    judged = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(fields=["stream", "number"], name="watch_model_number"),
            models.UniqueConstraint(fields=["stream", "fingerprint"], name="watch_model_once"),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.fingerprint[:8]}"


class JournalEntry(StreamRow):
    """One step of the engine's input: a batch, a tick or a change. Numbered without gaps."""

    class Kind(models.TextChoices):
        BATCH = "BATCH", _("批次")
        TICK = "TICK", _("时刻")
        CHANGE = "CHANGE", _("变更")

    number = models.BigIntegerField()
    kind = models.CharField(max_length=6, choices=Kind)
    at = models.DateTimeField()
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True, related_name="+")
    change = models.JSONField(default=dict)
    applied_at = models.DateTimeField(null=True)
    retention = models.CharField(max_length=8, choices=Retention, default=Retention.WORKING)

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=["stream", "number"], name="watch_journal_number"),)
        # A journal only grows; what waits, and the few changes, are found without walking it.
        indexes = (
            models.Index(
                fields=["stream", "number"],
                condition=models.Q(applied_at__isnull=True),
                name="watch_journal_waiting",
            ),
            models.Index(fields=["stream", "kind", "number"], name="watch_journal_kind"),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"


class Snapshot(StreamRow):
    """The engine's state after a journal entry, for one model."""

    number = models.BigIntegerField()
    fingerprint = models.CharField(max_length=64)
    at = models.DateTimeField()
    state = models.BinaryField()
    retention = models.CharField(max_length=8, choices=Retention, default=Retention.WORKING)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["stream", "number"], name="watch_one_snapshot_per_number"),
        )

    def __str__(self) -> str:
        return f"{self.stream_id} {self.number}"


class Lease(StreamRow):
    """Which worker folds a stream's journal; a higher fence shuts out the one before."""

    holder = models.CharField(max_length=60)
    fence = models.BigIntegerField(default=0)
    until = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["stream"], name="watch_one_lease"),)

    def __str__(self) -> str:
        return f"{self.holder} {self.fence}"
