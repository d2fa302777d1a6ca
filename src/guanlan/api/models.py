"""Tokens and the answers kept for repeated requests."""

from django.db import models

from guanlan.clocks.models import Retention, Row
from guanlan.people.models import Person


class Token(Row):
    """A key for another program. Only its hash is kept; the key is shown once."""

    name = models.CharField(max_length=60)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tokens")
    sha256 = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class KeptAnswer(Row):
    """The first answer to an Idempotency-Key; the same request gets it again."""

    token = models.ForeignKey(Token, on_delete=models.PROTECT, related_name="answers")
    idempotency_key = models.CharField(max_length=255)
    request_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    at = models.DateTimeField()
    retention = models.CharField(max_length=8, choices=Retention, default=Retention.WORKING)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["token", "idempotency_key"], name="api_one_answer_per_key"),
        )

    def __str__(self) -> str:
        return self.idempotency_key
