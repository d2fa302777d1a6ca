"""Asking for a copy of a report as a file, and taking it out of the house."""

from datetime import datetime

from django.db import transaction

from guanlan.clocks.actions import touch
from guanlan.people.models import Person
from guanlan.reports.actions.keeping import record_report
from guanlan.reports.models import Rendering, Report


def ask_rendering(*, report: Report, format: str, person: Person, now: datetime) -> Rendering:
    """Ask the worker for the person's copy as a file and return the order; a failed one is asked anew."""
    with transaction.atomic():
        asked, created = Rendering.objects.get_or_create(
            report=report,
            format=Rendering.Format(format),
            person=person,
            defaults={"stream": report.stream, "asked_at": now},
        )
        failed = Rendering.objects.filter(pk=asked.pk, made_at=None).exclude(failure="")
        if created or failed.update(failure="", asked_at=now):
            touch(report.stream)
            record_report(
                verb="reports.ask_rendering",
                report=report,
                person=person,
                now=now,
                facts={"format": asked.format},
            )
            asked.refresh_from_db()
    return asked


def download_file(*, rendering: Rendering, person: Person, now: datetime) -> bytes:
    """Return the file, and note who took which report out, as what, and when."""
    with transaction.atomic():
        facts = {"format": rendering.format, "file": rendering.key}
        record_report(
            verb="reports.download_file", report=rendering.report, person=person, now=now, facts=facts
        )
    return bytes(rendering.content or b"")
