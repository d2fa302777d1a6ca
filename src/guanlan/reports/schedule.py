"""When the next daily report is due, what it covers, and who gets it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Min
from django.utils import timezone

from guanlan.clocks.models import Stream
from guanlan.intake.models import Batch
from guanlan.people.models import Person
from guanlan.people.queries import members
from guanlan.reports.models import DailySchedule, Report
from guanlan.reports.queries import command_of
from guanlan.watch.models import Watch

USUAL = time(8, 30)
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Edition:
    """A daily report that is due: of which day, since when it tells, and which days had none before it."""

    day: date
    due: datetime
    since: datetime
    missed: tuple[date, ...] = ()


def standing_schedule(at: datetime) -> DailySchedule | None:
    """Return what the company set, or None: 8:30, to the command and the leaders."""
    return DailySchedule.standing(at).order_by("-since", "-pk").first()


def due_edition(stream: Stream, *, now: datetime) -> Edition | None:
    """Return the daily report that should have gone out by now, or None.

    There is one a day from when the stream is watched. Days that were missed have none of their
    own: the next one tells of them too.
    """
    schedule = standing_schedule(now)
    due = _last_due(schedule.sent_at if schedule else USUAL, now)
    day = timezone.localtime(due).date()
    last = Report.objects.filter(stream=stream, kind=Report.Kind.DAILY).order_by("-day").first()
    if last is not None and last.day is not None and last.day >= day:
        return None
    if schedule is not None and due < schedule.since:
        return None
    begun = _watched_since(stream)
    if begun is None or due < begun:
        return None
    if last is None or last.day is None:
        return Edition(day, due, max(begun, due - A_DAY))
    missed = tuple(last.day + number * A_DAY for number in range(1, (day - last.day).days))
    return Edition(day, due, last.written_at, missed)


def next_due(stream: Stream, *, now: datetime) -> datetime:
    """Return when the next daily report goes out: one a day, also where the hour was changed."""
    schedule = standing_schedule(now)
    due = _last_due(schedule.sent_at if schedule else USUAL, now) + A_DAY
    day = timezone.localtime(due).date()
    return due + A_DAY if Report.objects.filter(stream=stream, day=day).exists() else due


def recipients(*, at: datetime) -> list[Person]:
    """Return who gets the daily report, each once."""
    schedule = standing_schedule(at)
    if schedule is None:
        return command_of(None, at=at)
    found = {person.pk: person for person in schedule.persons.filter(is_active=True)}
    for group in schedule.groups.filter(closed_at=None):
        found |= {one.person_id: one.person for one in members(group, at=at)}
    return [found[pk] for pk in sorted(found)]


def _last_due(sent_at: time, now: datetime) -> datetime:
    local = timezone.localtime(now)
    today = local.replace(hour=sent_at.hour, minute=sent_at.minute, second=0, microsecond=0)
    return today if today <= local else today - A_DAY


def _watched_since(stream: Stream) -> datetime | None:
    """Return when monitoring began: with the first watch or the first batch of posts."""
    first = [
        Watch.objects.filter(stream=stream).aggregate(at=Min("created_at"))["at"],
        Batch.objects.filter(stream=stream).aggregate(at=Min("received_at"))["at"],
    ]
    return min(filter(None, first), default=None)
