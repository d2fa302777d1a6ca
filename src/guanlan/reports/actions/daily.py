"""The daily report: issued by itself; when and to whom, set by a person."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.models import Stream
from guanlan.errors import BadInput
from guanlan.people.models import Group, Person
from guanlan.people.permissions import require
from guanlan.people.queries import company
from guanlan.reports.actions.keeping import About, keep_report, send_report
from guanlan.reports.daily import daily
from guanlan.reports.models import DailySchedule, Report
from guanlan.reports.permissions import SCHEDULE
from guanlan.reports.queries import coming_issue
from guanlan.reports.schedule import due_edition, recipients

READ_WITHIN = timedelta(hours=4)


def issue_daily(*, stream: Stream, now: datetime) -> Report | None:
    """Freeze the daily report that is due and send it; None if there is none, or somebody was faster.

    Raises NotSetUp before the company has a name.
    """
    edition = due_edition(stream, now=now)
    if edition is None:
        return None
    read_by = now + READ_WITHIN
    issue = coming_issue(Report.Kind.DAILY, event=None, stream=stream, read_by=read_by)
    made = daily(stream, company(), edition, now, issue=issue)
    with transaction.atomic():
        Stream.objects.select_for_update().get(pk=stream.pk)
        if due_edition(stream, now=now) != edition:
            return None
        report = keep_report(
            made=made,
            issue=issue,
            about=About(Report.Kind.DAILY, stream, day=edition.day),
            verb="reports.issue_daily",
            person=None,
            now=now,
            sent=True,
        )
        send_report(report=report, persons=recipients(at=now), read_by=read_by, now=now)
    return report


def set_schedule(
    *, sent_at: time, groups: Sequence[Group], persons: Sequence[Person], person: Person, now: datetime
) -> DailySchedule:
    """Set when the daily report goes out and to whom, from the next one on. Raises NotAllowed, BadInput."""
    require(person, SCHEDULE, at=now)
    if not groups and not persons:
        raise BadInput(_("日报没有收件人，谁也看不到。请至少选一个组或一个人。"))
    with transaction.atomic():
        DailySchedule.objects.filter(until=None).update(until=now)
        schedule = DailySchedule.objects.create(since=now, sent_at=sent_at)
        schedule.groups.set(groups)
        schedule.persons.set(persons)
        record(
            actor=person.key,
            verb="reports.set_schedule",
            kind="dailyschedule",
            subject=schedule.key,
            at=now,
            facts={
                "sent_at": sent_at.hour * 100 + sent_at.minute,
                "groups": [group.key for group in groups],
                "persons": [one.key for one in persons],
            },
        )
    return schedule
