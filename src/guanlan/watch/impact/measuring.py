"""Measures the impact of an event at a moment, from stored posts and given figures."""

from datetime import datetime

from django.db.models import Q

from guanlan.intake.models import Source
from guanlan.people.weeks import local_day
from guanlan.watch.impact.business import volumes
from guanlan.watch.impact.figures import DAY, Impact
from guanlan.watch.impact.image import negative_share, risen_words
from guanlan.watch.impact.posts import posts
from guanlan.watch.impact.reputation import large_accounts, outlets, stated, tiers
from guanlan.watch.models import Event


def impact(event: Event, *, now: datetime) -> Impact:
    """Return the impact over the day up to `now`; of an event that is over, up to its last post."""
    until = event.last_at if now - event.last_at > DAY else now
    found = posts(event, until=until)
    first_day = local_day(event.first_at)
    words, why = risen_words(found)
    return Impact(
        begin=event.first_at,
        until=until,
        first_day=first_day,
        measured=(
            negative_share(found),
            outlets(event, found),
            large_accounts(found),
            *volumes(event, first_day=first_day, until_day=local_day(until)),
        ),
        words=words,
        words_unknown=why,
        tiers=tiers(found),
        stated=stated(event),
        missing=_troubled(event),
    )


def _troubled(event: Event) -> tuple[str, ...]:
    troubled = Q(silent_since__isnull=False) | Q(failing_since__isnull=False)
    sources = Source.objects.filter(troubled, stream=event.stream, closed_at=None)
    return tuple(sources.order_by("pk").values_list("name", flat=True))
