"""The rulings on a version, and who must know them."""

from datetime import datetime

from django.db.models import QuerySet

from guanlan.people.models import Person, Unit
from guanlan.people.queries import serving_at
from guanlan.plan.models import PlanVersion, Ruling, RulingReceipt


def rulings(version: PlanVersion) -> QuerySet[Ruling]:
    """Return what was added to a version, the oldest first."""
    return version.rulings.select_related("signed_by").order_by("signed_at", "pk")


def who_works_by_it(unit: Unit, *, at: datetime) -> QuerySet[Person]:
    """Return everybody who serves in an open group of the unit, by name."""
    serving = serving_at(at).filter(group__unit=unit, group__closed_at=None)
    return Person.objects.filter(pk__in=serving.values("person"), is_active=True).order_by("name", "pk")


def unread(person: Person) -> QuerySet[RulingReceipt]:
    """Return the rulings that were sent to a person and not read yet."""
    waiting = RulingReceipt.objects.filter(person=person, read_at=None)
    return waiting.select_related("ruling__version").order_by("sent_at")
