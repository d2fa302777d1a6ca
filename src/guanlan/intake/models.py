"""Sources, batches, posts, sights, refusals."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanlan.clocks.models import Retention, Stream, StreamRow
from guanlan.people.models import Person, Unit
from guanlan.people.weeks import local_day


class MediaType(models.TextChoices):
    """What kind of place a post stands in."""

    NEWS = "news", _("新闻")
    SOCIAL = "social", _("社交")
    VIDEO = "video", _("视频")
    FORUM = "forum", _("论坛")
    REVIEW = "review", _("点评")
    COMPLAINT = "complaint", _("投诉平台")
    TICKET = "ticket", _("工单")


class Source(StreamRow):
    """A place posts come from (来源). One that falls silent or fails is an alarm too."""

    class Kind(models.TextChoices):
        FILE = "FILE", _("文件导入")
        FEED = "FEED", _("订阅")
        API = "API", _("接口推送")
        PERSON = "PERSON", _("人工报送")
        PLAYED = "PLAYED", _("演示播放")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="sources")
    kind = models.CharField(max_length=6, choices=Kind)
    name = models.CharField(max_length=60)
    platform = models.CharField(max_length=30, blank=True)
    media_type = models.CharField(max_length=9, choices=MediaType, blank=True)
    url = models.URLField(max_length=500, blank=True)
    every_minutes = models.PositiveIntegerField(default=5)
    # Silence longer than this raises an alarm; empty means nothing is expected.
    silent_after_minutes = models.PositiveIntegerField(null=True, blank=True)
    next_at = models.DateTimeField(null=True, blank=True, db_index=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=300, blank=True)
    silent_since = models.DateTimeField(null=True, blank=True)
    etag = models.CharField(max_length=200, blank=True)
    last_modified = models.CharField(max_length=60, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["stream", "name"], name="intake_source_name"),)

    def __str__(self) -> str:
        return self.name

    @property
    def is_troubled(self) -> bool:
        """Whether posts may be missing: it fails, or it is silent for too long."""
        return self.failing_since is not None or self.silent_since is not None


class Batch(StreamRow):
    """What came in at once, stored as it came before anything reads it (批次)."""

    class State(models.TextChoices):
        RECEIVED = "RECEIVED", _("已收")
        READING = "READING", _("读取中")
        STORED = "STORED", _("已入库")
        ANALYSED = "ANALYSED", _("已分析")
        REFUSED = "REFUSED", _("未能读取")

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="batches")
    number = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.RECEIVED, db_index=True)
    name = models.CharField(max_length=200, blank=True)
    raw = models.BinaryField(null=True)
    received_at = models.DateTimeField()
    # Importing history starts no clock and sends nothing.
    history = models.BooleanField(default=False)
    taken = models.PositiveIntegerField(default=0)
    seen_again = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    failure = models.CharField(max_length=500, blank=True)
    retention = models.CharField(max_length=8, choices=Retention, default=Retention.WORKING)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["stream", "number"], name="intake_batch_number"),)

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class RefusedLine(StreamRow):
    """A line of a batch that could not be read, and why, in a sentence."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="refused_lines")
    line = models.PositiveIntegerField()
    column = models.CharField(max_length=80, blank=True)
    sentence = models.CharField(max_length=300)

    def __str__(self) -> str:
        return f"{self.line}: {self.sentence}"


class Post(StreamRow):
    """Something somebody published (帖文). The author is a keyed hash and a masked name.

    Counts are the latest seen; null means unknown, never zero.
    """

    # Looked for by what it is called outside and by batch, never by these.
    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="+", db_index=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="posts", db_index=False)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="posts")
    platform = models.CharField(max_length=30)
    external_id = models.CharField(max_length=120)
    media_type = models.CharField(max_length=9, choices=MediaType, blank=True)
    url = models.CharField(max_length=1000, blank=True)
    title = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True)
    author_hash = models.CharField(max_length=32, blank=True)
    author_name = models.CharField(max_length=60, blank=True)
    author_followers = models.BigIntegerField(null=True)
    author_verified = models.BooleanField(null=True)
    published_at = models.DateTimeField()
    taken_at = models.DateTimeField()
    region = models.CharField(max_length=60, blank=True)
    likes = models.BigIntegerField(null=True)
    comments = models.BigIntegerField(null=True)
    reposts = models.BigIntegerField(null=True)
    favourites = models.BigIntegerField(null=True)
    views = models.BigIntegerField(null=True)
    parent_id_outside = models.CharField(max_length=120, blank=True)
    repost_of_outside = models.CharField(max_length=120, blank=True)
    reported_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    retention = models.CharField(max_length=8, choices=Retention, default=Retention.PERSONAL)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["stream", "external_id", "platform"], name="intake_post_once"),
        )

    def __str__(self) -> str:
        return (self.title or self.text)[:60]


class Sight(StreamRow):
    """A post's counts at one look; together they are a time series.

    The counts a post came with are kept as its `first` sight when others arrive.
    """

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="sights")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="sights")
    seen_at = models.DateTimeField()
    first = models.BooleanField(default=False)
    likes = models.BigIntegerField(null=True)
    comments = models.BigIntegerField(null=True)
    reposts = models.BigIntegerField(null=True)
    favourites = models.BigIntegerField(null=True)
    views = models.BigIntegerField(null=True)
    retention = models.CharField(max_length=8, choices=Retention, default=Retention.WORKING)

    class Meta:
        indexes = (models.Index(fields=["post", "seen_at"]),)

    def __str__(self) -> str:
        return f"{self.post_id} {self.seen_at}"


class Volume(StreamRow):
    """What customer service had on its hands on one day (业务量), as a person, file or program gave it.

    Null means not given, never zero. A correction closes the row and writes another.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="volumes")
    day = models.DateField()  # in Shanghai
    complaints = models.PositiveIntegerField(null=True)
    refunds = models.PositiveIntegerField(null=True)
    contacts = models.PositiveIntegerField(null=True)
    source = models.CharField(max_length=120)
    given_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-day", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["stream", "unit", "day"],
                condition=models.Q(closed_at=None),
                name="intake_one_volume_a_day",
            ),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.source}"

    @property
    def is_whole(self) -> bool:
        """Whether the day was over when the figures were given."""
        return self.day < local_day(self.given_at)
