"""Events merged and split by hand, and their precedents."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanlan.clocks.models import StreamRow
from guanlan.people.models import Person


class Regrouping(StreamRow):
    """A person says that two events are one, or that one is two (并入、拆分).

    `event` is the one that goes on, `other` the one that went into it or that came out of it, null
    until the engine has founded it. `posts` are the numbers of those that moved; `was` is the state
    of `other` before it was merged. The engine does it when the worker takes its journal entry.
    """

    class Kind(models.TextChoices):
        MERGED = "MERGED", _("并入")
        SPLIT = "SPLIT", _("拆出")

    class State(models.TextChoices):
        WAITING = "WAITING", _("正在办")
        DONE = "DONE", _("已办")
        FAILED = "FAILED", _("没有办成")

    kind = models.CharField(max_length=6, choices=Kind)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    event = models.ForeignKey("watch.Event", on_delete=models.PROTECT, related_name="regroupings")
    other = models.ForeignKey("watch.Event", on_delete=models.PROTECT, null=True, related_name="regrouped")
    posts = models.JSONField(default=list)
    was = models.CharField(max_length=9, blank=True)
    reason = models.CharField(max_length=300)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # The merge that this split takes back.
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="undone_by")

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.event_id} {self.kind} {self.other_id}"


class Precedent(StreamRow):
    """An earlier event that a person holds this one against (先例), with what is alike."""

    event = models.ForeignKey("watch.Event", on_delete=models.PROTECT, related_name="precedents")
    earlier = models.ForeignKey("watch.Event", on_delete=models.PROTECT, related_name="followers")
    note = models.CharField(max_length=300)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["event", "earlier"],
                condition=models.Q(closed_at=None),
                name="watch_precedent_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.event_id} {self.earlier_id}"
