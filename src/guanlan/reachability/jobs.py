"""Saying that a check is overdue."""

from collections.abc import Callable
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.clocks import edge
from guanlan.clocks.models import Stream
from guanlan.notify.actions import tell
from guanlan.people.models import Person
from guanlan.people.permissions import TABLE
from guanlan.people.queries import persons_with, root_unit
from guanlan.reachability.due import Due, due_checks
from guanlan.reachability.permissions import START

NowFor = Callable[[Stream], datetime]


def remind_next_check(now_for: NowFor = edge.now_for) -> bool:
    """Tell whoever may start a check that one is overdue, once for each day it was due."""
    stream = Stream.objects.filter(kind=Stream.Kind.REAL).first()
    if stream is None or root_unit() is None:
        return False
    now = now_for(stream)
    overdue = [due for due in due_checks(now=now) if due.late]
    return any([_tell(due, stream, person, now) for due in overdue for person in _starters(now)])


def _starters(now: datetime) -> list[Person]:
    holders = (person for function in TABLE[START] for person in persons_with(function, at=now))
    return sorted(set(holders), key=lambda person: person.pk)


def _tell(due: Due, stream: Stream, person: Person, now: datetime) -> bool:
    words = {"name": due.drill.name, "groups": "、".join(group.name for group in due.late)}
    message = tell(
        stream=stream,
        person=person,
        title=_("“%(name)s”逾期没有做：%(groups)s") % words,
        link=reverse("reach-checks"),
        cause=f"reach-due:{due.drill.key}",
        step=f"{due.on:%Y%m%d}",
        now=now,
    )
    return message is not None
