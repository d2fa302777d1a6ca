"""When the next follow-up report of an incident is due, by the cadence of its level."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from guanlan.incidents.models import Incident
from guanlan.plan.queries import document
from guanlan.reports.models import Report

MOST_AHEAD = timedelta(minutes=15)
PROGRESS = (Report.Kind.FLASH, Report.Kind.FOLLOWUP)


@dataclass(frozen=True)
class Turn:
    """The next follow-up: when it is due, how often they come, and which report it goes on from."""

    due: datetime
    every: timedelta
    since: datetime
    last: Report | None

    @property
    def remind_at(self) -> datetime:
        """When the monitors are reminded: a quarter of the cadence ahead, at most 15 minutes."""
        return self.due - min(self.every / 4, MOST_AHEAD)


def next_turn(incident: Incident) -> Turn | None:
    """Return the next follow-up of an active incident; None where the level wants none.

    The clock begins anew with each report to the command. A graver level counts from the report
    before too, but leaves its own time from the moment at which it was set.
    """
    if incident.state != Incident.State.ACTIVE:
        return None
    levels = document(incident.plan_version).levels
    minutes = next((level.cadence.minutes for level in levels if level.key == incident.level), None)
    if minutes is None:
        return None
    every, last = timedelta(minutes=minutes), last_progress(incident)
    begun = max(incident.opened_at, last.written_at) if last else incident.opened_at
    set_at = incident.level_changes.order_by("at", "pk").values_list("at", flat=True).last()
    due = begun + every
    if set_at is not None and due < set_at:
        due = set_at + every
    return Turn(due, every, begun, last)


def last_progress(incident: Incident) -> Report | None:
    """Return the latest flash or follow-up report of the incident, or of its event before it."""
    ours = Report.objects.filter(event=incident.event_id, kind__in=PROGRESS, submitted_at__isnull=False)
    return (
        ours.filter(incident=incident).first()
        or ours.filter(incident=None, written_at__lte=incident.opened_at).first()
    )
