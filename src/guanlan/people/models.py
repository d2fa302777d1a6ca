"""Persons, units, groups; memberships and duty as intervals of time."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _

from guanlan.clocks.models import Retention, Row, Stream, StreamRow


class Function(models.TextChoices):
    """The fixed functions that permissions hang on; a plan's groups map to them."""

    LEADER = "leader", _("领导")
    COMMAND = "command", _("指挥")
    MONITORING = "monitoring", _("监测")
    SERVICE = "service", _("客服")
    MEDIA = "media", _("媒体")
    LEGAL = "legal", _("法务")
    SUPPORT = "support", _("保障")
    ADMINISTRATOR = "administrator", _("管理员")
    AUDITOR = "auditor", _("审计")


class Unit(Row):
    """A company or a part of it (单位). The root's name is the company's."""

    name = models.CharField(max_length=80)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts")

    class Meta:
        constraints = (
            # Unique indexes hold nulls apart, so every root is given the same 0 here.
            models.UniqueConstraint(
                Coalesce(models.F("parent_id"), models.Value(0), output_field=models.BigIntegerField()),
                condition=models.Q(parent=None),
                name="people_one_root",
            ),
        )

    def __str__(self) -> str:
        return self.name


class PersonManager(BaseUserManager["Person"]):
    """What Django's login needs; persons are otherwise made by people.actions."""

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(username=username)


class Person(AbstractBaseUser, Row):
    """Somebody who works with the plan (人员)."""

    username = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=40)
    phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="persons")
    is_active = models.BooleanField(default=True)
    # Grows when what the person may see or do changes; live pages compare it.
    permission_version = models.PositiveIntegerField(default=1)
    current_stream = models.ForeignKey(
        Stream, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    retention = models.CharField(max_length=8, choices=Retention, default=Retention.PERSONAL)

    objects = PersonManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = (models.UniqueConstraint(Lower("username"), name="people_username_any_case"),)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible_to(cls, person: Any) -> models.QuerySet[Person]:
        """Return every colleague: the address book is open to all who may sign in."""
        return cls.objects.all() if person.is_active else cls.objects.none()


class Group(Row):
    """A group of the plan that persons serve in (工作组); `code` is its key in the plan."""

    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=40)
    function = models.CharField(max_length=13, choices=Function)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="groups")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["unit", "code"], name="people_group_code"),)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible_to(cls, person: Any) -> models.QuerySet[Group]:
        """Return every group: who serves where is open to all who may sign in."""
        return cls.objects.all() if person.is_active else cls.objects.none()


class Membership(Row):
    """A person serves in a group, in a role, from one time to another."""

    class Role(models.TextChoices):
        LEAD = "LEAD", _("组长")
        DEPUTY = "DEPUTY", _("副手")
        MEMBER = "MEMBER", _("成员")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=6, choices=Role, default=Role.MEMBER)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["person", "group"], condition=models.Q(ended_at=None), name="people_member_once"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("started_at")),
                name="people_membership_forwards",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} {self.get_role_display()} {self.group}"


class DutyShift(Row):
    """Who watches for a group, with a deputy, from when to when (值班)."""

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="shifts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="shifts")
    deputy = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="deputy_shifts"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ("starts_at",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="people_shift_forwards"
            ),
        )

    def __str__(self) -> str:
        return f"{self.group} {self.person}"

    @classmethod
    def visible_to(cls, person: Any) -> models.QuerySet[DutyShift]:
        """Return every shift: the roster is open to all who may sign in."""
        return cls.objects.all() if person.is_active else cls.objects.none()


class ShiftSwap(StreamRow):
    """One asks another to take a shift, perhaps against one of theirs (换班).

    Shifts are named by group, person and times: a week that is laid anew has other rows.
    `told` is the state that those concerned have heard of.
    """

    class State(models.TextChoices):
        ASKED = "ASKED", _("等对方答复")
        AGREED = "AGREED", _("已换")
        DECLINED = "DECLINED", _("对方不换")

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="swaps")
    asker = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    # The shift of the other's that the asker takes in return; none when it is only given away.
    back_starts_at = models.DateTimeField(null=True, blank=True)
    back_ends_at = models.DateTimeField(null=True, blank=True)
    words = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    answered_at = models.DateTimeField(null=True, blank=True)
    told = models.CharField(max_length=8, choices=State, blank=True)

    class Meta:
        ordering = ("-asked_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(asker=models.F("other")), name="people_swap_with_another"
            ),
            models.CheckConstraint(
                condition=models.Q(state="ASKED", answered_at=None)
                | models.Q(~models.Q(state="ASKED"), answered_at__isnull=False),
                name="people_swap_answered_whole",
            ),
            models.UniqueConstraint(
                fields=["group", "asker", "starts_at"],
                condition=models.Q(state="ASKED"),
                name="people_one_open_swap",
            ),
        )

    def __str__(self) -> str:
        return f"{self.asker} {self.other} {self.starts_at}"
