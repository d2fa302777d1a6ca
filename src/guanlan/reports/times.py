"""How fast it went: found, reported, answered, contained; None where it is not known."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from guanlan.incidents.models import Incident
from guanlan.reports.models import Report
from guanlan.watch.models import Event


@dataclass(frozen=True)
class Times:
    """Lengths of time: from the first post to the signal, and from the signal to each answer.

    `contained` runs from the signal until the response was ended.
    """

    found: timedelta | None
    reported: timedelta | None
    answered: timedelta | None
    contained: timedelta | None


def times_of(event: Event, incident: Incident | None, *, reporting_at: datetime | None = None) -> Times:
    """Measure an event; `reporting_at` is the moment of a report that is being written."""
    signal = event.signals.exclude(level="").order_by("at").first()
    raised = signal.at if signal else None
    sent = event.reports.filter(kind=Report.Kind.FLASH, submitted_at__isnull=False)
    first = sent.order_by("submitted_at").values_list("submitted_at", flat=True).first()
    released = incident.releases.order_by("released_at").first() if incident else None
    return Times(
        _between(event.first_at, raised),
        _between(raised, first or reporting_at),
        _between(raised, released.released_at if released else None),
        _between(raised, incident.stood_down_at if incident else None),
    )


def _between(start: datetime | None, end: datetime | None) -> timedelta | None:
    return end - start if start is not None and end is not None and end >= start else None
