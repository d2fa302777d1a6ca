"""What every kind of report shares: frozen and numbered, sent with receipts, on record."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.clocks.models import Stream
from guanlan.documents.frozen import freeze
from guanlan.documents.model import Document
from guanlan.errors import Refused
from guanlan.incidents.actions.trail import note
from guanlan.incidents.models import Incident
from guanlan.notify.actions import tell
from guanlan.notify.models import Message
from guanlan.people.models import Person
from guanlan.reports.gathering import Issue
from guanlan.reports.models import Receipt, Report
from guanlan.reports.queries import numbered
from guanlan.watch.models import Event

URGENT = (Report.Kind.FLASH, Report.Kind.FOLLOWUP)


class NobodyToTell(Refused):
    """There is nobody the report could be sent to."""


class Overtaken(Refused):
    """Somebody wrote the same report at the same moment."""


@dataclass(frozen=True)
class About:
    """What a report is: of which kind, in which stream, on which event, incident or day."""

    kind: str
    stream: Stream
    event: Event | None = None
    incident: Incident | None = None
    day: date | None = None


def keep_report(
    *,
    made: Document,
    issue: Issue,
    about: About,
    verb: str,
    person: Person | None,
    now: datetime,
    sent: bool = False,
) -> Report:
    """Freeze and store a report under the stream's lock, with its audit row, and return it.

    Nobody as the person means the system made it; `sent` says that it goes out at once. Raises Overtaken.
    """
    if numbered(about.kind, event=about.event, stream=about.stream) + 1 != issue.number:
        raise Overtaken(
            _("第 %(number)d 期刚刚由别人写好。请先打开看过，仍需要再写一期的话，再点一次。")
            % {"number": issue.number}
        )
    frozen = freeze(made)
    report = Report.objects.create(
        key=issue.key,
        stream=about.stream,
        kind=about.kind,
        event=about.event,
        incident=about.incident,
        day=about.day,
        number=issue.number,
        title=_title(about.kind, issue, made),
        frozen=json.loads(frozen.stored),
        sha256=frozen.sha256,
        written_at=made.made_at,
        written_by=person,
        submitted_at=now if sent else None,
        changed_seq=touch(about.stream),
    )
    record_report(verb=verb, report=report, person=person, now=now)
    return report


def send_report(
    *, report: Report, persons: Iterable[Person], read_by: datetime | None, now: datetime
) -> None:
    """Give each person a receipt and tell them, in the transaction of the cause."""
    for person in persons:
        Receipt.objects.create(
            stream=report.stream, report=report, person=person, sent_at=now, read_by=read_by
        )
        tell(
            stream=report.stream,
            person=person,
            title=_("请签收：%(title)s") % {"title": report.title},
            link=reverse("report", args=[report.key]),
            cause=f"report:{report.key}",
            urgency=Message.Urgency.URGENT if report.kind in URGENT else Message.Urgency.NORMAL,
            now=now,
        )


def note_report(
    *, incident: Incident, verb: str, sentence: str, report: Report, person: Person | None, now: datetime
) -> None:
    """Put the report on the incident's timeline, with a link to it."""
    facts = {"report": report.key, "sha256": report.sha256}
    entry = note(about=incident, verb=verb, sentence=sentence, person=person, now=now, facts=facts)
    entry.link = reverse("report", args=[report.key])
    entry.save(update_fields=["link"])


def record_report(
    *, verb: str, report: Report, person: Person | None, now: datetime, facts: dict[str, Any] | None = None
) -> None:
    """Write the audit row of a step on a report."""
    record(
        actor=person.key if person else "system",
        verb=verb,
        kind="report",
        subject=report.key,
        stream=report.stream_id,
        at=now,
        facts={"sha256": report.sha256, **(facts or {})},
    )


def _title(kind: str, issue: Issue, made: Document) -> str:
    titles = {
        Report.Kind.FLASH: _("快报第 %(number)d 期：%(name)s"),
        Report.Kind.FOLLOWUP: _("续报第 %(number)d 期：%(name)s"),
        Report.Kind.DAILY: "%(name)s",
        Report.Kind.CLOSING: _("总结报告第 %(number)d 版：%(name)s"),
    }
    return titles[Report.Kind(kind)] % {"number": issue.number, "name": made.title}
