"""Reading who serves where."""

from datetime import datetime

from django.db.models import Case, IntegerField, Prefetch, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from guanlan.errors import Refused
from guanlan.people.models import DutyShift, Function, Group, Membership, Person, Unit

_BY_ROLE = Case(
    When(role=Membership.Role.LEAD, then=Value(0)),
    When(role=Membership.Role.DEPUTY, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


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
    serving = serving_at(at).filter(group=group, person__is_active=True)
    return serving.select_related("person").order_by(_BY_ROLE, "pk")


def serving_at(at: datetime) -> QuerySet[Membership]:
    """Return every service in a group that runs at a time."""
    return Membership.objects.filter(Q(ended_at=None) | Q(ended_at__gt=at), started_at__lte=at)


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


def open_groups() -> QuerySet[Group]:
    """Return the groups people may serve in, in the order in which the plan names them."""
    return Group.objects.filter(closed_at=None).order_by("pk")


def without_deputy(*, at: datetime) -> list[Group]:
    """Return the groups of which nobody would take over from the lead."""
    return [group for group in open_groups() if not _held(group, Membership.Role.DEPUTY, at)]


def without_lead(*, at: datetime) -> list[Group]:
    """Return the groups nobody answers for."""
    return [group for group in open_groups() if not _held(group, Membership.Role.LEAD, at)]


def _held(group: Group, role: str, at: datetime) -> bool:
    return members(group, at=at).filter(role=role).exists()


def directory(person: Person, *, at: datetime, words: str = "", group: str = "") -> QuerySet[Person]:
    """Return the address book by name, those who left last, each with `serving`, the groups now.

    `words` narrows it to names and login names that hold them, `group` to a group's key.
    """
    found = Person.visible_to(person).order_by("-is_active", "name", "pk")
    if words:
        found = found.filter(Q(name__icontains=words) | Q(username__icontains=words))
    if group:
        found = found.filter(pk__in=serving_at(at).filter(group__key=group).values("person"))
    now_serving = serving_at(at).filter(group__closed_at=None).select_related("group").order_by("group")
    return found.prefetch_related(Prefetch("memberships", now_serving, to_attr="serving"))


def shifts_ahead(*, since: datetime, until: datetime) -> QuerySet[DutyShift]:
    """Return the shifts that touch a stretch of time, in order of their start."""
    shifts = DutyShift.objects.filter(ends_at__gt=since, starts_at__lt=until, group__closed_at=None)
    return shifts.select_related("group", "person", "deputy").order_by("starts_at", "group")


def shifts_of(person: Person, *, at: datetime) -> QuerySet[DutyShift]:
    """Return the shifts a person serves, or stands in for, from a time on."""
    mine = DutyShift.objects.filter(Q(person=person) | Q(deputy=person), ends_at__gt=at)
    return mine.select_related("group", "person", "deputy").order_by("starts_at")


def services_of(person: Person, *, at: datetime) -> QuerySet[Membership]:
    """Return the groups a person serves in at a time, with the role and since when."""
    serving = serving_at(at).filter(person=person, group__closed_at=None)
    return serving.select_related("group").order_by("group")


def group_codes() -> dict[str, str]:
    """Return the code of every open group by its name, in the plan's order."""
    return {group.name: group.code for group in open_groups()}


def known_names() -> dict[str, str]:
    """Return everybody's name by login name."""
    return dict(Person.objects.values_list("username", "name"))


def administrator_names(*, at: datetime) -> list[str]:
    """Return whom to ask for an account or a change of groups."""
    return list(persons_with(Function.ADMINISTRATOR, at=at).values_list("name", flat=True))
