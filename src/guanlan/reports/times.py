"""How fast it went: found, reported, answered, contained; None where it is not known."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from guanlan.incidents.models import Incident
from guanlan.reports.models import Report
from guanlan.watch.models import Event


@dataclass(frozen=True)
class Times:
    """The moments that the plan's aims are measured between, and the lengths of time.

    From the first post to the signal, and from the signal to each answer; `contained` runs
    until the response was ended.
    """

    first_at: datetime
    level: str
    raised_at: datetime | None
    sent_at: datetime | None
    released_at: datetime | None
    ended_at: datetime | None

    @property
    def found(self) -> timedelta | None:
        """How long nobody noticed."""
        return _between(self.first_at, self.raised_at)

    @property
    def reported(self) -> timedelta | None:
        """How long until the command was told."""
        return _between(self.raised_at, self.sent_at)

    @property
    def answered(self) -> timedelta | None:
        """How long until the public had an answer."""
        return _between(self.raised_at, self.released_at)

    @property
    def contained(self) -> timedelta | None:
        """How long the response lasted, from the signal on."""
        return _between(self.raised_at, self.ended_at)


def times_of(event: Event, incident: Incident | None, *, reporting_at: datetime | None = None) -> Times:
    """Measure an event; `reporting_at` is the moment of a report that is being written."""
    signal = event.signals.exclude(level="").order_by("at").first()
    sent = event.reports.filter(kind=Report.Kind.FLASH, submitted_at__isnull=False)
    first = sent.order_by("submitted_at").values_list("submitted_at", flat=True).first()
    released = incident.releases.order_by("released_at").first() if incident else None
    return Times(
        event.first_at,
        signal.level if signal else "",
        signal.at if signal else None,
        first or reporting_at,
        released.released_at if released else None,
        incident.stood_down_at if incident else None,
    )


def _between(start: datetime | None, end: datetime | None) -> timedelta | None:
    return end - start if start is not None and end is not None and end >= start else None
