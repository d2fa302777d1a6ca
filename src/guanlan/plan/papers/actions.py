"""Asking for a version as a file."""

import json
from datetime import datetime

from django.db import transaction

from guanlan.audit.actions import record
from guanlan.documents.frozen import freeze
from guanlan.people.models import Person
from guanlan.people.permissions import require
from guanlan.plan.models import Paper, PlanVersion
from guanlan.plan.papers.gathering import contacts_of, paper
from guanlan.plan.permissions import MANAGE
from guanlan.plan.queries import document


def ask_paper(
    *, version: PlanVersion, format: str, with_contacts: bool, person: Person, now: datetime
) -> Paper:
    """Freeze the version as it stands and ask the worker for it as a file; return the order.

    One that still waits is not asked for twice. With the address book only for whoever manages
    the plan. Raises NotAllowed.
    """
    if with_contacts:
        require(person, MANAGE, at=now)
    form = Paper.Format(format)
    version = PlanVersion.objects.select_related("unit", "published_by").get(pk=version.pk)
    contacts = contacts_of(version.unit, document(version), at=now) if with_contacts else None
    frozen = freeze(paper(version, now=now, contacts=contacts))
    with transaction.atomic():
        PlanVersion.objects.select_for_update().get(pk=version.pk)
        waiting = Paper.objects.filter(
            version=version,
            format=form,
            with_contacts=with_contacts,
            asked_by=person,
            made_at=None,
            failure="",
        ).first()
        if waiting is not None:
            return waiting
        asked = Paper.objects.create(
            version=version,
            format=form,
            with_contacts=with_contacts,
            frozen=json.loads(frozen.stored),
            sha256=frozen.sha256,
            asked_by=person,
            asked_at=now,
        )
        record(
            actor=person.key,
            verb="plan.ask_paper",
            kind="plan",
            subject=version.key,
            at=now,
            facts={"sha256": asked.sha256, "format": asked.format, "with_contacts": with_contacts},
        )
    return asked
