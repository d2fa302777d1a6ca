"""Duties in time, and progress told as often as the plan promises."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.urls import reverse

from guanlan.incidents.models import Incident, Task
from guanlan.plan.queries import document
from guanlan.reports.models import Report
from guanlan.review.cases import Case
from guanlan.review.kpis.commanding import link
from guanlan.review.matters import Matter, level_of


def done(matter: Matter, now: datetime) -> Iterator[Case]:
    """From offering a mandatory task until it was done."""
    yield from (done_case(task, now) for task in tasks_of([matter]) if task.mandatory)


def accepted(matter: Matter, now: datetime) -> Iterator[Case]:
    """From offering a mandatory task until somebody accepted it."""
    yield from (accepted_case(task, now) for task in tasks_of([matter]) if task.mandatory)


def tasks_of(matters: Iterable[Matter]) -> Iterator[Task]:
    """Yield every task, incident by incident."""
    for matter in matters:
        for incident in matter.incidents:
            yield from sorted(incident.tasks.all(), key=lambda task: task.pk)


def done_case(task: Task, now: datetime) -> Case:
    """Return how a task stands to its due time; one that was waived is excused, with the reason."""
    waived = task.state == Task.State.WAIVED
    stopped = task.closed_at if task.state == Task.State.DONE else None
    until = task.closed_at if waived and task.closed_at else now
    note = task.result if waived else ""
    return Case(task.title, _page(task), task.offered_at, stopped, until, task.due_at, waived, note)


def accepted_case(task: Task, now: datetime) -> Case:
    """Return how a task stands to its accept-by time; one waived before anybody accepted is excused."""
    waived = task.state == Task.State.WAIVED and task.accepted_at is None
    until = task.closed_at if waived and task.closed_at else now
    note = task.result if waived else ""
    return Case(
        task.title, _page(task), task.offered_at, task.accepted_at, until, task.accept_by, waived, note
    )


def progress(matter: Matter, now: datetime) -> Iterator[Case]:
    """From each report to the command until the next, as often as the level in force then promised."""
    for incident in matter.incidents:
        end = incident.stood_down_at or now
        sent = [
            one.submitted_at
            for one in matter.reports
            if one.kind != Report.Kind.CLOSING
            and one.submitted_at is not None
            and incident.opened_at < one.submitted_at <= end
        ]
        for start, at in zip([incident.opened_at, *sent], [*sent, None], strict=True):
            minutes = _promised(matter, incident, start)
            due = start + timedelta(minutes=minutes) if minutes else None
            # A promise that was not due before the response ended was never owed.
            if due is not None and (at is not None or due < end or incident.stood_down_at is None):
                yield Case(incident.name, link(incident), start, at, end, due)


def _promised(matter: Matter, incident: Incident, at: datetime) -> int | None:
    levels = [one.level for one in matter.changes if one.incident_id == incident.pk and one.at <= at]
    level = level_of(document(incident.plan_version), levels[-1] if levels else incident.level)
    return level.cadence.minutes if level else None


def _page(task: Task) -> str:
    return reverse("task", args=[task.key])
