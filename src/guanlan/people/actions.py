"""Naming the company, adding persons, placing them in groups and on the roster.

`actor` is the key of a person, who then needs people.manage, or a name of the system's own.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.actions import open_stream
from guanlan.clocks.models import Stream
from guanlan.errors import Refused
from guanlan.people.importing import Line
from guanlan.people.models import DutyShift, Function, Group, Membership, Person, Unit
from guanlan.people.passwords import seal_random
from guanlan.people.permissions import MANAGE_PEOPLE, require
from guanlan.people.weeks import Slot, week


class NameTaken(Refused):
    """Two persons cannot sign in under one name."""


class ShiftBackwards(Refused):
    """A shift ends after it begins."""


class OwnDeputy(Refused):
    """Nobody stands in for themselves."""


class ShiftOver(Refused):
    """What has been served cannot be taken off the roster."""


class AlreadySetUp(Refused):
    """The first administrator is there; further persons are added by one."""


class LastAdministrator(Refused):
    """Somebody must be able to let people in."""


def first_administrator(*, username: str, name: str, password: str, company: str, now: datetime) -> Person:
    """Name the company, open the real stream, add its administrator, and return the person.

    Raises AlreadySetUp if anybody exists.
    """
    sealed = make_password(password)
    with transaction.atomic():
        if Person.objects.exists():
            raise AlreadySetUp(_("管理员已经有了，请用账号登录；没有账号请找管理员添加。"))
        unit = name_company(name=company, actor="system", now=now)
        if not Stream.objects.filter(kind=Stream.Kind.REAL).exists():
            open_stream(kind=Stream.Kind.REAL, name=_("正式"), actor="system", now=now)
        group = open_group(
            code="administration",
            name=_("系统管理"),
            function=Function.ADMINISTRATOR,
            unit=unit,
            actor="system",
            now=now,
        )
        return take_on(
            username=username,
            name=name,
            unit=unit,
            sealed=sealed,
            serving=(group, Membership.Role.LEAD),
            actor="system",
            now=now,
        )


def name_company(*, name: str, actor: str, now: datetime) -> Unit:
    """Create the root unit, or rename it, and return it."""
    with transaction.atomic():
        _guard(actor, now)
        unit, _created = Unit.objects.update_or_create(parent=None, defaults={"name": name})
        record(actor=actor, verb="people.name_company", kind="unit", subject=unit.key, at=now)
    return unit


def add_person(*, username: str, name: str, unit: Unit, actor: str, now: datetime, **contacts: str) -> Person:
    """Add a person who can sign in once a password is set, and return the person.

    `contacts` may hold phone and email. Raises NameTaken.
    """
    try:
        with transaction.atomic():
            _guard(actor, now)
            person = Person(username=username, name=name, unit=unit, **contacts)
            person.set_unusable_password()
            person.save()
            _record("add_person", person, actor, now)
    except IntegrityError as taken:
        raise NameTaken(
            _("登录名“%(username)s”已经有人使用，请换一个，例如加上工号。") % {"username": username}
        ) from taken
    return person


def take_on(
    *,
    unit: Unit,
    sealed: str,
    serving: tuple[Group, str] | None,
    actor: str,
    now: datetime,
    **particulars: str,
) -> Person:
    """Add a person with a password, placed in a group and role, and return the person.

    `sealed` is what is stored of the password; `particulars` are username and name, and
    may be phone and email. Raises NameTaken.
    """
    with transaction.atomic():
        person = add_person(**particulars, unit=unit, actor=actor, now=now)
        set_password(person=person, sealed=sealed, actor=actor, now=now)
        if serving is not None:
            group, role = serving
            place(person=person, group=group, role=role, actor=actor, now=now)
    return person


def change_person(*, person: Person, name: str, phone: str, email: str, actor: str, now: datetime) -> None:
    """Correct a person's name and contacts; a person may correct their own."""
    with transaction.atomic():
        if actor != person.key:
            _guard(actor, now)
        Person.objects.filter(pk=person.pk).update(name=name, phone=phone, email=email)
        _record("change_person", person, actor, now)


def set_password(*, person: Person, sealed: str, actor: str, now: datetime) -> None:
    """Give a person a password to hand over; whoever is signed in as them is signed out.

    `sealed` is what is stored of it; sealing takes long, so it is done before.
    """
    with transaction.atomic():
        _guard(actor, now)
        person.password = sealed
        person.save(update_fields=["password"])
        _record("set_password", person, actor, now)


def deactivate(*, person: Person, actor: str, now: datetime) -> None:
    """Let a person sign in no more and end their service; what they did stays theirs.

    Raises LastAdministrator if nobody could undo it.
    """
    with transaction.atomic():
        _guard(actor, now)
        _refuse_last_administrator(person, None)
        Membership.objects.filter(person=person, ended_at=None).update(ended_at=now)
        DutyShift.objects.filter(person=person, starts_at__gt=now).delete()
        DutyShift.objects.filter(deputy=person, starts_at__gt=now).update(deputy=None)
        Person.objects.filter(pk=person.pk).update(is_active=False)
        _permissions_changed(person)
        _record("deactivate", person, actor, now)


def reactivate(*, person: Person, actor: str, now: datetime) -> None:
    """Let a person sign in again; groups must be chosen anew."""
    with transaction.atomic():
        _guard(actor, now)
        Person.objects.filter(pk=person.pk).update(is_active=True)
        _permissions_changed(person)
        _record("reactivate", person, actor, now)


def open_group(*, code: str, name: str, function: str, unit: Unit, actor: str, now: datetime) -> Group:
    """Open a group of the plan, or bring its name and function up to date, and return it."""
    with transaction.atomic():
        group, _created = Group.objects.update_or_create(
            unit=unit, code=code, defaults={"name": name, "function": function, "closed_at": None}
        )
        record(actor=actor, verb="people.open_group", kind="group", subject=group.key, at=now)
    return group


def place(*, person: Person, group: Group, role: str, actor: str, now: datetime) -> Membership:
    """Let a person serve in a group from now on; an earlier role there ends now."""
    with transaction.atomic():
        _guard(actor, now)
        Membership.objects.filter(person=person, group=group, ended_at=None).update(ended_at=now)
        membership = Membership.objects.create(person=person, group=group, role=role, started_at=now)
        _permissions_changed(person)
        _record("place", person, actor, now, group=group.key, role=role)
    return membership


def remove_from(*, person: Person, group: Group, actor: str, now: datetime) -> None:
    """End a person's service in a group now. Raises LastAdministrator."""
    with transaction.atomic():
        _guard(actor, now)
        _refuse_last_administrator(person, group)
        Membership.objects.filter(person=person, group=group, ended_at=None).update(ended_at=now)
        _permissions_changed(person)
        _record("remove_from", person, actor, now, group=group.key)


def plan_shift(
    *,
    group: Group,
    person: Person,
    deputy: Person | None,
    starts_at: datetime,
    ends_at: datetime,
    actor: str,
    now: datetime,
) -> DutyShift:
    """Put a person, with a deputy, on the roster of a group. Raises ShiftBackwards, OwnDeputy."""
    if ends_at <= starts_at:
        raise ShiftBackwards(_("值班的结束时间早于开始时间，请改正后再保存。"))
    _refuse_own_deputy(person, deputy)
    with transaction.atomic():
        _guard(actor, now)
        shift = DutyShift.objects.create(
            group=group, person=person, deputy=deputy, starts_at=starts_at, ends_at=ends_at
        )
        record(actor=actor, verb="people.plan_shift", kind="shift", subject=shift.key, at=now)
    return shift


def plan_week(
    *,
    group: Group,
    first: date,
    served: Mapping[Slot, tuple[Person, Person | None]],
    actor: str,
    now: datetime,
) -> int:
    """Lay a group's week of three shifts a day anew and return how many shifts it has.

    `served` gives the person and the deputy of each slot; a slot it does not name is left
    empty. Shifts that have begun stay as they are. Raises OwnDeputy.
    """
    for person, deputy in served.values():
        _refuse_own_deputy(person, deputy)
    with transaction.atomic():
        _guard(actor, now)
        ahead = [slot for slot in week(first) if slot.starts_at > now]
        for slot in ahead:
            DutyShift.objects.filter(group=group, starts_at=slot.starts_at, ends_at=slot.ends_at).delete()
        laid = DutyShift.objects.bulk_create(
            DutyShift(
                group=group, person=person, deputy=deputy, starts_at=slot.starts_at, ends_at=slot.ends_at
            )
            for slot in ahead
            if slot in served
            for person, deputy in (served[slot],)
        )
        facts = {"week": first.isoformat(), "shifts": len(laid)}
        record(actor=actor, verb="people.plan_week", kind="group", subject=group.key, at=now, facts=facts)
    return len(laid)


def drop_shift(*, shift: DutyShift, actor: str, now: datetime) -> None:
    """Take a shift off the roster; one that runs ends now. Raises ShiftOver."""
    if shift.ends_at <= now:
        raise ShiftOver(_("这一班已经值完，不能从值班表上拿掉。"))
    with transaction.atomic():
        _guard(actor, now)
        if shift.starts_at < now:
            DutyShift.objects.filter(pk=shift.pk).update(ends_at=now)
        else:
            DutyShift.objects.filter(pk=shift.pk).delete()
        record(actor=actor, verb="people.drop_shift", kind="shift", subject=shift.key, at=now)


def bring_in(
    *, lines: Sequence[Line], unit: Unit, password: Callable[[], str], actor: str, now: datetime
) -> list[tuple[Person, str]]:
    """Take in a sheet's rows, all or none; return each new person with the first password.

    A known login name updates its person: an empty cell changes nothing, and nobody is
    taken out of a group. `password` makes a password each time it is called.
    """
    firsts = {username: password() for username in _unknown_logins(lines)}
    sealed = {username: seal_random(first) for username, first in firsts.items()}
    with transaction.atomic():
        _guard(actor, now)
        groups = {group.code: group for group in Group.objects.filter(unit=unit, closed_at=None)}
        for line in lines:
            person = _bring_in_one(line, unit, sealed, actor, now)
            if line.group:
                _serve(person, groups[line.group], line.role, actor, now)
        for line in lines:
            if line.deputy:
                deputy = Person.objects.get(username__iexact=line.deputy)
                _serve(deputy, groups[line.group], Membership.Role.DEPUTY, actor, now)
        facts = {"rows": len(lines), "added": len(firsts)}
        record(actor=actor, verb="people.bring_in", kind="unit", subject=unit.key, at=now, facts=facts)
    return [(person, firsts[person.username]) for person in Person.objects.filter(username__in=firsts)]


def _unknown_logins(lines: Sequence[Line]) -> list[str]:
    known = {username.lower() for username in Person.objects.values_list("username", flat=True)}
    return sorted({line.username for line in lines} - known)


def _bring_in_one(line: Line, unit: Unit, sealed: Mapping[str, str], actor: str, now: datetime) -> Person:
    person = Person.objects.filter(username__iexact=line.username).first()
    if person is not None:
        _bring_up_to_date(person, line, actor, now)
        return person
    particulars = {"name": line.name, "username": line.username, "phone": line.phone, "email": line.email}
    return take_on(unit=unit, sealed=sealed[line.username], serving=None, actor=actor, now=now, **particulars)


def _bring_up_to_date(person: Person, line: Line, actor: str, now: datetime) -> None:
    change_person(
        person=person,
        name=line.name,
        phone=line.phone or person.phone,
        email=line.email or person.email,
        actor=actor,
        now=now,
    )


def _serve(person: Person, group: Group, role: str, actor: str, now: datetime) -> None:
    """Place a person unless they serve there in that role; a lead is nobody's deputy too."""
    serving = Membership.objects.filter(person=person, group=group, ended_at=None).first()
    kept = {role, Membership.Role.LEAD} if role == Membership.Role.DEPUTY else {role}
    if serving is not None and (not role or serving.role in kept):
        return
    place(person=person, group=group, role=role or Membership.Role.MEMBER, actor=actor, now=now)


def _guard(actor: str, now: datetime) -> None:
    """Let the system in, and a person only with the permission."""
    person = Person.objects.filter(key=actor).first()
    if person is not None:
        require(person, MANAGE_PEOPLE, at=now)


def _refuse_own_deputy(person: Person, deputy: Person | None) -> None:
    if person == deputy:
        raise OwnDeputy(_("%(name)s不能当自己的副手，请另选一人，或先不填副手。") % {"name": person.name})


def _refuse_last_administrator(person: Person, group: Group | None) -> None:
    serving = Membership.objects.filter(group__function=Function.ADMINISTRATOR, ended_at=None)
    serving = serving.filter(person__is_active=True, group__closed_at=None)
    leaving = serving.filter(person=person) if group is None else serving.filter(person=person, group=group)
    if leaving.exists() and not serving.exclude(pk__in=leaving.values("pk")).exists():
        raise LastAdministrator(
            _("%(name)s是唯一的管理员，不能拿掉。请先让另一个人当管理员。") % {"name": person.name}
        )


def _permissions_changed(person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(permission_version=F("permission_version") + 1)


def _record(step: str, person: Person, actor: str, now: datetime, **facts: str) -> None:
    record(actor=actor, verb=f"people.{step}", kind="person", subject=person.key, at=now, facts=facts)
