"""Until it was quiet, until it was over."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from guanlan.incidents.models import Incident
from guanlan.plan.queries import document
from guanlan.review.cases import Case
from guanlan.review.kpis.commanding import confirmed_at, link
from guanlan.review.matters import Matter
from guanlan.watch.models import Reading

# Where the plan asks for no quiet hours.
QUIET_HOURS = 24


def contained(matter: Matter, now: datetime) -> Iterator[Case]:
    """From activation until no negative original came for as many hours as the plan calls quiet."""
    for incident in matter.incidents:
        quiet = timedelta(hours=_quiet_hours(incident))
        yield Case(incident.name, link(incident), incident.opened_at, _quiet_since(incident, quiet, now), now)


def _quiet_hours(incident: Incident) -> int:
    asked = [
        condition.value
        for condition in document(incident.plan_version).stand_down
        if condition.kind == "quiet_hours" and incident.level in condition.levels and condition.value
    ]
    return min(asked, default=QUIET_HOURS)


def _quiet_since(incident: Incident, quiet: timedelta, now: datetime) -> datetime | None:
    """Return when the first stretch of quiet after activation began, once it has lasted long enough."""
    negative = Reading.objects.filter(event=incident.event_id, stance_now="negative", copy_of=None)
    after = negative.filter(published_at__gt=incident.opened_at, published_at__lte=now)
    moments = [
        incident.opened_at,
        *after.order_by("published_at").values_list("published_at", flat=True),
        now,
    ]
    return next((start for start, end in pairwise(moments) if end - start >= quiet), None)


def stable(matter: Matter, now: datetime) -> Iterator[Case]:
    """From the confirmed level until the response was ended."""
    for one in matter.incidents:
        yield Case(one.name, link(one), confirmed_at(matter, one), one.stood_down_at, now)


def archived(matter: Matter, now: datetime) -> Iterator[Case]:
    """From the confirmed level until the file was closed."""
    for one in matter.incidents:
        yield Case(one.name, link(one), confirmed_at(matter, one), one.closed_at, now)
