"""Tokens and the answers kept for repeated requests."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from guanlan.clocks.models import Retention, Row
from guanlan.people.models import Person


class Token(Row):
    """A key for another program. Only its hash is kept; the key is shown once."""

    name = models.CharField(max_length=60)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tokens")
    prefix = models.CharField(max_length=12)
    sha256 = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_reason = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible_to(cls, person: Person) -> models.QuerySet[Token]:
        """Return the tokens to whoever may sign in; pages ask for the permission first."""
        rows = cls._default_manager.all()
        return rows if person.is_active else rows.none()

    def state_at(self, at: datetime) -> str:
        """Return whether it is open, revoked or expired at a time."""
        if self.closed_at is not None:
            return "revoked"
        return "expired" if self.expires_at <= at else "open"


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
