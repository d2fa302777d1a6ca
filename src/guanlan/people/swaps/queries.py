"""Reading swaps: what waits for an answer, and what one could swap for."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from guanlan.people.models import DutyShift, Person, ShiftSwap
from guanlan.people.queries import members

# So far ahead one looks for a shift to take in return.
AHEAD = timedelta(days=14)


def to_answer(person: Person, stream: int, *, at: datetime) -> QuerySet[ShiftSwap]:
    """Return the swaps of a stream that this person is asked for and that can still be made."""
    waiting = ShiftSwap.visible_to(person).filter(stream_id=stream, other=person, starts_at__gt=at)
    return waiting.filter(state=ShiftSwap.State.ASKED).select_related("group", "asker", "other")


def colleagues(shift: DutyShift, *, at: datetime) -> list[Person]:
    """Return who could take the shift: the group's other members."""
    return [one.person for one in members(shift.group, at=at) if one.person_id != shift.person_id]


def shifts_in_return(shift: DutyShift, *, at: datetime) -> QuerySet[DutyShift]:
    """Return the colleagues' shifts of the same group that begin in the next fourteen days."""
    others = DutyShift.objects.filter(group=shift.group, person__in=colleagues(shift, at=at))
    ahead = others.filter(starts_at__gt=at, starts_at__lte=at + AHEAD)
    return ahead.select_related("person").order_by("starts_at")
