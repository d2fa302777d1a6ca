"""The closing report, and handing a report out to further persons."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from guanlan.clocks.models import Stream
from guanlan.errors import Refused
from guanlan.incidents.actions import take_closing_report
from guanlan.incidents.models import Incident
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
from guanlan.reports.gathering import closing
from guanlan.reports.models import Report
from guanlan.reports.permissions import CLOSE, SUBMIT
from guanlan.reports.queries import coming_issue, may_see

# A report handed out after the fact is read within a day.
DISTRIBUTED_WITHIN = timedelta(days=1)


class NotStoodDown(Refused):
    """A closing report sums up a response that has ended."""


def write_closing(*, incident: Incident, person: Person, now: datetime) -> Report:
    """Freeze the closing report of an incident and return it; distributing is a step of its own.

    Raises NotAllowed, NotStoodDown, Overtaken.
    """
    require(person, CLOSE, at=now)
    incident = _stood_down(incident)
    issue = coming_issue(Report.Kind.CLOSING, event=incident.event, stream=incident.stream)
    made = closing(incident, person, now, issue=issue)
    with transaction.atomic():
        Stream.objects.select_for_update().get(pk=incident.stream_id)
        incident = _stood_down(incident)
        report = keep_report(
            made=made,
            issue=issue,
            about=About(Report.Kind.CLOSING, incident.stream, incident.event, incident),
            verb="reports.write_closing",
            person=person,
            now=now,
        )
        note_report(
            incident=incident,
            verb="reports.note_closing",
            sentence=_("写成总结报告"),
            report=report,
            person=person,
            now=now,
        )
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
        send_report(report=report, persons=further, read_by=now + DISTRIBUTED_WITHIN, now=now)
        record_report(
            verb="reports.distribute",
            report=report,
            person=person,
            now=now,
            facts={"persons": [one.key for one in further]},
        )
        incident = report.incident
        if incident is not None and report.kind == Report.Kind.CLOSING and not incident.closing_report:
            take_closing_report(incident=incident, sha256=report.sha256, person=person, now=now)
    return len(further)


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
