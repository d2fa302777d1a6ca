"""Naming the company, adding persons, placing them in groups and on the roster."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.errors import Refused
from guanlan.people.models import DutyShift, Group, Membership, Person, Unit


class NameTaken(Refused):
    """Two persons cannot sign in under one name."""


class ShiftBackwards(Refused):
    """A shift ends after it begins."""


def name_company(*, name: str, actor: str, now: datetime) -> Unit:
    """Create the root unit, or rename it, and return it."""
    with transaction.atomic():
        unit, _created = Unit.objects.update_or_create(parent=None, defaults={"name": name})
        record(actor=actor, verb="people.name_company", kind="unit", subject=unit.key, at=now)
    return unit


def add_person(*, username: str, name: str, unit: Unit, actor: str, now: datetime, **contacts: str) -> Person:
    """Add a person who can sign in once a password is set, and return the person.

    `contacts` may hold phone and email. Raises NameTaken.
    """
    try:
        with transaction.atomic():
            person = Person(username=username, name=name, unit=unit, **contacts)
            person.set_unusable_password()
            person.save()
            record(actor=actor, verb="people.add_person", kind="person", subject=person.key, at=now)
    except IntegrityError as taken:
        raise NameTaken(
            _("登录名“%(username)s”已经有人使用，请换一个，例如加上工号。") % {"username": username}
        ) from taken
    return person


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
        Membership.objects.filter(person=person, group=group, ended_at=None).update(ended_at=now)
        membership = Membership.objects.create(person=person, group=group, role=role, started_at=now)
        _permissions_changed(person)
        record(
            actor=actor,
            verb="people.place",
            kind="person",
            subject=person.key,
            at=now,
            facts={"group": group.key, "role": role},
        )
    return membership


def remove_from(*, person: Person, group: Group, actor: str, now: datetime) -> None:
    """End a person's service in a group now."""
    with transaction.atomic():
        Membership.objects.filter(person=person, group=group, ended_at=None).update(ended_at=now)
        _permissions_changed(person)
        record(
            actor=actor,
            verb="people.remove_from",
            kind="person",
            subject=person.key,
            at=now,
            facts={"group": group.key},
        )


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
    """Put a person, with a deputy, on the roster of a group. Raises ShiftBackwards."""
    if ends_at <= starts_at:
        raise ShiftBackwards(_("值班的结束时间早于开始时间，请改正后再保存。"))
    with transaction.atomic():
        shift = DutyShift.objects.create(
            group=group, person=person, deputy=deputy, starts_at=starts_at, ends_at=ends_at
        )
        record(actor=actor, verb="people.plan_shift", kind="shift", subject=shift.key, at=now)
    return shift


def _permissions_changed(person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(permission_version=F("permission_version") + 1)
