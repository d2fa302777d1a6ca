"""Subscribers with their last answer, and the latest pushes to one."""

from django.db.models import OuterRef, QuerySet, Subquery

from guanlan.people.models import Person
from guanlan.subscriptions.models import Push, Subscription


def subscriptions(person: Person) -> QuerySet[Subscription]:
    """Return the subscribers, those in use first, with `last_state`, `last_outcome` and `last_at`."""
    last = Push.objects.filter(subscription=OuterRef("pk"), attempts__gt=0).order_by("-next_at", "-pk")
    rows = Subscription.visible_to(person).annotate(
        last_state=Subquery(last.values("state")[:1]),
        last_outcome=Subquery(last.values("outcome")[:1]),
        last_at=Subquery(last.values("next_at")[:1]),
    )
    return rows.order_by("closed_at", "name", "pk")


def latest_pushes(person: Person, subscription: Subscription, stream: int) -> QuerySet[Push]:
    """Return the pushes to a subscriber, the newest first."""
    return Push.visible_to(person).filter(subscription=subscription, stream_id=stream).order_by("-pk")
