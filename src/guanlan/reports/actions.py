"""Submitting, reading, closing and distributing reports; asking for one as a file."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.clocks.deadlines import deadline
from guanlan.clocks.models import Stream, new_key
from guanlan.documents.frozen import freeze
from guanlan.documents.model import Document
from guanlan.errors import Refused
from guanlan.incidents.actions import take_closing_report
from guanlan.incidents.actions.trail import note
from guanlan.incidents.models import Incident
from guanlan.notify.actions import tell
from guanlan.notify.models import Message
from guanlan.people.models import Person
from guanlan.people.permissions import require
from guanlan.plan.queries import document, in_force
from guanlan.plan.timing import clock_of
from guanlan.reports.gathering import Issue, closing, flash
from guanlan.reports.models import Receipt, Rendering, Report
from guanlan.reports.permissions import CLOSE, SUBMIT
from guanlan.reports.queries import active_incident, command_of, may_see
from guanlan.watch.models import Event

# Where the plan has no clock for reporting to the command.
READ_WITHIN = 15
# A report handed out after the fact is read within a day.
DISTRIBUTED_WITHIN = timedelta(days=1)


class NotConfirmed(Refused):
    """Only what a person has confirmed is reported to the command."""


class NobodyToTell(Refused):
    """There is nobody the report could be sent to."""


class Overtaken(Refused):
    """Somebody wrote the same report at the same moment."""


class NotStoodDown(Refused):
    """A closing report sums up a response that has ended."""


class NotYours(Refused):
    """Only a person the report was sent to can acknowledge it."""


def submit_flash(*, event: Event, person: Person, now: datetime) -> Report:
    """Freeze the event as it stands, send it to the command and the leaders; return the report.

    Each of them gets a receipt with the plan's clock. Raises NotAllowed, NotConfirmed,
    NobodyToTell, Overtaken; then nothing is sent.
    """
    require(person, SUBMIT, at=now)
    event = _confirmed(event)
    # Whoever may not see a restricted incident reports on the event alone.
    incident = active_incident(event, person)
    persons = _command(incident, now)
    issue = _issue(event, Report.Kind.FLASH, _read_by(event, now))
    # Counting the posts takes longer than a write may hold the lock.
    made = flash(event, incident, person, now, issue=issue)
    with transaction.atomic():
        Stream.objects.select_for_update().get(pk=event.stream_id)
        event = _confirmed(event)
        report = _keep(made, issue, Report.Kind.FLASH, event, incident, person)
        Report.objects.filter(pk=report.pk).update(submitted_at=now)
        report.submitted_at = now
        _send(report, persons, issue.read_by, now)
        _record("reports.submit_flash", report, person, now)
        if incident is not None:
            told = _("上报快报第 %(number)d 期，送 %(count)d 人")
            words = told % {"number": report.number, "count": len(persons)}
            _note(incident, "reports.note_flash", words, report, person, now)
    return report


def read_report(*, report: Report, person: Person, now: datetime) -> None:
    """Note that a person it was sent to has read it (签收); again changes nothing."""
    with transaction.atomic():
        receipts = Receipt.objects.filter(report=report, person=person)
        if not receipts.exists():
            raise NotYours(_("这份报告没有发给您，不用签收。"))
        if receipts.filter(read_at=None).update(read_at=now, changed_seq=touch(report.stream)):
            _record("reports.read_report", report, person, now)


def write_closing(*, incident: Incident, person: Person, now: datetime) -> Report:
    """Freeze the closing report of an incident and return it; distributing is a step of its own.

    Raises NotAllowed, NotStoodDown, Overtaken.
    """
    require(person, CLOSE, at=now)
    incident = _stood_down(incident)
    issue = _issue(incident.event, Report.Kind.CLOSING)
    made = closing(incident, person, now, issue=issue)
    with transaction.atomic():
        Stream.objects.select_for_update().get(pk=incident.stream_id)
        incident = _stood_down(incident)
        report = _keep(made, issue, Report.Kind.CLOSING, incident.event, incident, person)
        _record("reports.write_closing", report, person, now)
        _note(incident, "reports.note_closing", _("写成总结报告"), report, person, now)
    return report


def distribute(*, report: Report, persons: Iterable[Person], person: Person, now: datetime) -> int:
    """Send the report to further persons and return how many had not got it before.

    A closing report handed out for the first time opens the way to archiving. Raises
    NotAllowed, NobodyToTell.
    """
    require(person, CLOSE if report.kind == Report.Kind.CLOSING else SUBMIT, at=now)
    with transaction.atomic():
        Stream.objects.select_for_update().get(pk=report.stream_id)
        had = set(report.receipts.values_list("person", flat=True))
        further = [one for one in persons if one.pk not in had and may_see(report, one)]
        if not further:
            raise NobodyToTell(_("选中的人都已收到，或不在知悉范围。请另选收件人。"))
        _send(report, further, now + DISTRIBUTED_WITHIN, now)
        _record("reports.distribute", report, person, now, persons=[one.key for one in further])
        incident = report.incident
        if incident is not None and report.kind == Report.Kind.CLOSING and not incident.closing_report:
            take_closing_report(incident=incident, sha256=report.sha256, person=person, now=now)
    return len(further)


def ask_rendering(*, report: Report, format: str, person: Person, now: datetime) -> Rendering:
    """Ask the worker for the report as a file and return the order; a failed one is asked anew."""
    with transaction.atomic():
        asked, created = Rendering.objects.get_or_create(
            report=report,
            format=Rendering.Format(format),
            defaults={"stream": report.stream, "asked_at": now},
        )
        failed = Rendering.objects.filter(pk=asked.pk, made_at=None).exclude(failure="")
        if created or failed.update(failure="", asked_at=now):
            touch(report.stream)
            _record("reports.ask_rendering", report, person, now, format=asked.format)
            asked.refresh_from_db()
    return asked


def _confirmed(event: Event) -> Event:
    event = Event.objects.select_related("stream", "watch__unit", "confirmed_by").get(pk=event.pk)
    if event.state != Event.State.CONFIRMED:
        raise NotConfirmed(
            _("“%(name)s”现在是“%(state)s”，不能上报。请先由值班人员确认等级。")
            % {"name": event.name, "state": event.get_state_display()}
        )
    return event


def _stood_down(incident: Incident) -> Incident:
    incident = Incident.objects.select_related("stream", "event__watch__unit", "plan_version", "unit").get(
        pk=incident.pk
    )
    if incident.state != Incident.State.STOOD_DOWN:
        raise NotStoodDown(
            _("%(number)s 现在是“%(state)s”，不能写总结报告。请在解除响应之后、归档之前写。")
            % {"number": incident.number, "state": incident.get_state_display()}
        )
    return incident


def _command(incident: Incident | None, now: datetime) -> list[Person]:
    persons = command_of(incident, at=now)
    if not persons:
        raise NobodyToTell(_("指挥部没有人可以收报告。请管理员先在“人员”里安排指挥人员。"))
    return persons


def _issue(event: Event, kind: str, read_by: datetime | None = None) -> Issue:
    return Issue(new_key(), Report.objects.filter(event=event, kind=kind).count() + 1, read_by)


def _keep(
    made: Document, issue: Issue, kind: str, event: Event, incident: Incident | None, person: Person
) -> Report:
    if _issue(event, kind).number != issue.number:
        raise Overtaken(
            _("第 %(number)d 期刚刚由别人写好。请先打开看过，仍需要再写一期的话，再点一次。")
            % {"number": issue.number}
        )
    frozen = freeze(made)
    titles = {
        Report.Kind.FLASH: _("快报第 %(number)d 期：%(name)s"),
        Report.Kind.CLOSING: _("总结报告第 %(number)d 版：%(name)s"),
    }
    return Report.objects.create(
        key=issue.key,
        stream=event.stream,
        kind=kind,
        event=event,
        incident=incident,
        number=issue.number,
        title=titles[Report.Kind(kind)] % {"number": issue.number, "name": event.name},
        frozen=json.loads(frozen.stored),
        sha256=frozen.sha256,
        written_at=made.made_at,
        written_by=person,
        changed_seq=touch(event.stream),
    )


def _send(report: Report, persons: list[Person], read_by: datetime | None, now: datetime) -> None:
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
            urgency=Message.Urgency.URGENT if report.kind == Report.Kind.FLASH else Message.Urgency.NORMAL,
            now=now,
        )


def _read_by(event: Event, now: datetime) -> datetime:
    version = in_force(event.watch.unit)
    levels = document(version).levels if version else ()
    level = next((one for one in levels if one.key == event.confirmed_level), None)
    clock = clock_of(level, "report_to_command") if level else None
    return deadline(now, clock.minutes, clock.calendar) if clock else now + timedelta(minutes=READ_WITHIN)


def _note(
    incident: Incident, verb: str, sentence: str, report: Report, person: Person, now: datetime
) -> None:
    facts = {"report": report.key, "sha256": report.sha256}
    entry = note(about=incident, verb=verb, sentence=sentence, person=person, now=now, facts=facts)
    entry.link = reverse("report", args=[report.key])
    entry.save(update_fields=["link"])


def _record(verb: str, report: Report, person: Person, now: datetime, **facts: object) -> None:
    record(
        actor=person.key,
        verb=verb,
        kind="report",
        subject=report.key,
        stream=report.stream_id,
        at=now,
        facts={"sha256": report.sha256, **facts},
    )
