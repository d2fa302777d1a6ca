"""Appending to the chain."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from guanlan.audit.models import Entry, Head
from guanlan.audit.seals import seal


def record(
    *,
    actor: str,
    verb: str,
    kind: str,
    subject: str,
    at: datetime,
    stream: int | None = None,
    facts: Mapping[str, Any] | None = None,
) -> int:
    """Append one entry and return its number.

    `at` is the stream's time. `facts` holds keys, numbers and hashes only. Runs inside
    the caller's transaction: if the step fails, so does its entry.
    """
    if not transaction.get_connection().in_atomic_block:
        raise AssertionError("an audit row is written in the transaction of its cause")
    Head.objects.get_or_create(pk=1)
    # Two writers may append at once; the head's lock puts one behind the other. On
    # SQLite the immediate transaction has done so already.
    head = Head.objects.select_for_update().get(pk=1)
    fields: dict[str, Any] = {
        "number": head.number + 1,
        "at": at,
        "actor": actor,
        "verb": verb,
        "kind": kind,
        "subject": subject,
        "stream": stream,
        "facts": dict(facts or {}),
    }
    sealed = seal(fields, head.seal)
    Entry.objects.create(**fields, previous=head.seal, seal=sealed)
    Head.objects.filter(pk=1).update(number=fields["number"], seal=sealed)
    return int(fields["number"])
