"""A kept file."""

from django.db import models

from guanlan.clocks.models import Retention, StreamRow
from guanlan.people.models import Person


class KeptFile(StreamRow):
    """A file as it was handed in (证据文件), named by its SHA-256, never changed."""

    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField()
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    kept_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kept_at = models.DateTimeField()
    retention = models.CharField(max_length=8, choices=Retention, default=Retention.EVIDENCE)

    def __str__(self) -> str:
        return self.name
