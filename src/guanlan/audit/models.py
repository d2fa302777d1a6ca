"""The chain and its head."""

from django.db import models


class Entry(models.Model):
    """One thing done. `number` grows by one without gaps; `seal` covers the row and `previous`."""

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=40)
    verb = models.CharField(max_length=60, db_index=True)
    kind = models.CharField(max_length=30)
    subject = models.CharField(max_length=64, db_index=True)
    stream = models.BigIntegerField(null=True)
    facts = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)

    class Meta:
        ordering = ("number",)
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return f"{self.number} {self.verb} {self.subject}"


class Head(models.Model):
    """The one row that is locked to append: the last number and its seal."""

    number = models.BigIntegerField(default=0)
    seal = models.CharField(max_length=64, default="0" * 64)

    def __str__(self) -> str:
        return f"{self.number} {self.seal[:8]}"
