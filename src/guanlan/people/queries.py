"""Reading who serves where."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from guanlan.errors import Refused
from guanlan.people.models import DutyShift, Group, Membership, Person, Unit


class NotSetUp(Refused):
    """Nothing can begin before the company has a name."""


def root_unit() -> Unit | None:
    """Return the company, or None before it is set up."""
    return Unit.objects.filter(parent=None).first()


def company() -> Unit:
    """Return the root unit; raise NotSetUp where there is none yet."""
    unit = root_unit()
    if unit is None:
        raise NotSetUp(_("还没有设置公司，请管理员先在“设置”里填写。"))
    return unit


def members(group: Group, *, at: datetime) -> QuerySet[Membership]:
    """Return who serves in the group at a time, the lead first, then the deputies."""
    serving = Membership.objects.filter(group=group, started_at__lte=at).select_related("person")
    return serving.filter(Q(ended_at=None) | Q(ended_at__gt=at), person__is_active=True).order_by(
        "role", "pk"
    )


def lead(group: Group, *, at: datetime) -> Person | None:
    """Return the group's lead at a time, or the first deputy, or nobody."""
    for role in (Membership.Role.LEAD, Membership.Role.DEPUTY):
        found = members(group, at=at).filter(role=role).first()
        if found is not None:
            return found.person
    return None


def on_duty(group: Group, *, at: datetime) -> DutyShift | None:
    """Return the shift that covers a time, or None: a gap in the roster."""
    shifts = DutyShift.objects.filter(group=group, starts_at__lte=at, ends_at__gt=at)
    return shifts.select_related("person", "deputy").first()


def persons_with(function: str, *, at: datetime) -> QuerySet[Person]:
    """Return the active persons who hold a function at a time, each once."""
    serving = Q(memberships__ended_at=None) | Q(memberships__ended_at__gt=at)
    return Person.objects.filter(
        serving,
        memberships__group__function=function,
        memberships__group__closed_at=None,
        memberships__started_at__lte=at,
        is_active=True,
    ).distinct()


def groups_of(person: Person, *, at: datetime) -> QuerySet[Group]:
    """Return the groups a person serves in at a time."""
    serving = Q(memberships__ended_at=None) | Q(memberships__ended_at__gt=at)
    return Group.objects.filter(
        serving, memberships__person=person, memberships__started_at__lte=at, closed_at=None
    ).distinct()
