"""When the self-check last ran, and what it found without an outcome."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanlan.clocks.models import Row, StreamRow


class LastCheck(Row):
    """The one row of the self-check (自查): who ran it last, and the address that hears when all is well.

    `claimed_at` and `done_at` are the machine's time. `running_since` is when this worker's first
    check was done. The address is kept sealed, like a channel's.
    """

    claimed_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    holder = models.CharField(max_length=60, blank=True)
    running_since = models.DateTimeField(null=True, blank=True)
    sealed = models.TextField(blank=True)
    beat_at = models.DateTimeField(null=True, blank=True)
    beat_taken = models.BooleanField(default=False)
    beat_outcome = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.holder} {self.done_at}"


class LooseEnd(StreamRow):
    """A cause that has no outcome (没有下文).

    Seen once it may be on its way still; seen again a minute later it is an alarm and is mended
    where that is safe. `subject` is the key of the row it is about. `why` names persons and
    channels, never what a message or task says: not everybody who reads it may see that.
    """

    class Kind(models.TextChoices):
        SIGNAL = "SIGNAL", _("信号")
        MESSAGE = "MESSAGE", _("消息")
        TASK = "TASK", _("任务")
        REPORT = "REPORT", _("报告")

    class Mend(models.TextChoices):
        NONE = "", _("要人处理")
        TELL = "TELL", _("补告知")
        ESCALATE = "ESCALATE", _("补报指挥部")
        REMIND = "REMIND", _("补催办")
        CHASE = "CHASE", _("补催签收")
        GIVE_UP = "GIVE_UP", _("记为不明")
        GO_ON = "GO_ON", _("换渠道或找替补")

    kind = models.CharField(max_length=7, choices=Kind)
    subject = models.CharField(max_length=64)
    why = models.CharField(max_length=300)
    link = models.CharField(max_length=200)
    since = models.DateTimeField()
    mend = models.CharField(max_length=8, choices=Mend, blank=True)
    seen_at = models.DateTimeField()
    alarmed_at = models.DateTimeField(null=True, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    mended_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-seen_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["stream", "kind", "subject", "mend"],
                condition=models.Q(closed_at=None),
                name="selfcheck_one_open_loose_end",
            ),
        )

    def __str__(self) -> str:
        return self.why
