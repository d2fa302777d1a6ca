"""Submitting a flash report to the command; reading a report."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from guanlan.clocks.actions import touch
from guanlan.clocks.models import Stream
from guanlan.errors import Refused
from guanlan.people.models import Person
from guanlan.people.permissions import require
from guanlan.reports.actions.keeping import (
    About,
    NobodyToTell,
    keep_report,
    note_report,
    record_report,
    send_report,
)
from guanlan.reports.gathering import flash
from guanlan.reports.models import Receipt, Report
from guanlan.reports.permissions import SUBMIT
from guanlan.reports.queries import active_incident, coming_issue, command_of, read_within
from guanlan.watch.models import Event


class NotConfirmed(Refused):
    """Only what a person has confirmed is reported to the command."""


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
    persons = command_of(incident, at=now)
    if not persons:
        raise NobodyToTell(_("指挥部没有人可以收报告。请管理员先在“人员”里安排指挥人员。"))
    read_by = read_within(event, event.confirmed_level, now=now)
    issue = coming_issue(Report.Kind.FLASH, event=event, stream=event.stream, read_by=read_by)
    # Counting the posts takes longer than a write may hold the lock.
    made = flash(event, incident, person, now, issue=issue)
    with transaction.atomic():
        Stream.objects.select_for_update().get(pk=event.stream_id)
        event = _confirmed(event)
        report = keep_report(
            made=made,
            issue=issue,
            about=About(Report.Kind.FLASH, event.stream, event, incident),
            verb="reports.submit_flash",
            person=person,
            now=now,
            sent=True,
        )
        send_report(report=report, persons=persons, read_by=read_by, now=now)
        if incident is not None:
            told = _("上报快报第 %(number)d 期，送 %(count)d 人")
            note_report(
                incident=incident,
                verb="reports.note_flash",
                sentence=told % {"number": report.number, "count": len(persons)},
                report=report,
                person=person,
                now=now,
            )
    return report


def read_report(*, report: Report, person: Person, now: datetime) -> None:
    """Note that a person it was sent to has read it (签收); again changes nothing."""
    with transaction.atomic():
        receipts = Receipt.objects.filter(report=report, person=person)
        if not receipts.exists():
            raise NotYours(_("这份报告没有发给您，不用签收。"))
        if receipts.filter(read_at=None).update(read_at=now, changed_seq=touch(report.stream)):
            record_report(verb="reports.read_report", report=report, person=person, now=now)


def _confirmed(event: Event) -> Event:
    event = Event.objects.select_related("stream", "watch__unit", "confirmed_by").get(pk=event.pk)
    if event.state != Event.State.CONFIRMED:
        raise NotConfirmed(
            _("“%(name)s”现在是“%(state)s”，不能上报。请先由值班人员确认等级。")
            % {"name": event.name, "state": event.get_state_display()}
        )
    return event
