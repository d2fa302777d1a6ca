"""What setting up does itself; the rest are the packages' own steps."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.actions import close_stream, open_stream
from guanlan.clocks.models import OfficeHours, OutsideRule, OwnDay, Stream
from guanlan.errors import Refused
from guanlan.notify.actions import tell
from guanlan.notify.models import Message
from guanlan.people.actions import place
from guanlan.people.models import Group, Membership, Person, Unit
from guanlan.people.permissions import require
from guanlan.people.queries import serving_at
from guanlan.plan.actions import draft_version, publish_version
from guanlan.plan.models import PlanVersion
from guanlan.plan.queries import in_force
from guanlan.plan.shipped import Template
from guanlan.site.permissions import SET_UP
from guanlan.site.setup.queries import CHANNEL_TEST, open_demos


class AlreadyInForce(Refused):
    """A plan that holds is replaced by a revision, not by a template."""


class LeadsAlready(Refused):
    """The lead is nobody's deputy in the same group."""


class NoDemo(Refused):
    """There is no demo to clear."""


def adopt_template(
    *, template: Template, unit: Unit, effective_on: date, person: Person, now: datetime
) -> PlanVersion:
    """Put a template in force as the company's plan and return the version.

    Raises AlreadyInForce.
    """
    require(person, SET_UP, at=now)
    with transaction.atomic():
        if in_force(unit) is not None:
            raise AlreadyInForce(_("已经有现行预案。要换一份，请到“预案”里导入新版本。"))
        version = draft_version(
            unit=unit, content=template.content, name=template.code, person=person, now=now
        )
        publish_version(version=version, effective_on=effective_on, person=person, now=now)
        record(
            actor=person.key,
            verb="site.adopt_template",
            kind="plan",
            subject=version.key,
            at=now,
            facts={"template": template.code},
        )
    return version


def name_deputy(*, group: Group, person: Person, actor: Person, now: datetime) -> None:
    """Make a person a group's deputy, unless they lead it. Raises LeadsAlready."""
    require(actor, SET_UP, at=now)
    leads = serving_at(now).filter(person=person, group=group, role=Membership.Role.LEAD)
    if leads.exists():
        raise LeadsAlready(
            _("%(name)s是%(group)s的组长，不能当自己的副手，请另选一人。")
            % {"name": person.name, "group": group.name}
        )
    place(person=person, group=group, role=Membership.Role.DEPUTY, actor=actor.key, now=now)


def send_test(*, stream: Stream, person: Person, now: datetime) -> Message | None:
    """Send a person the test message the way every message goes, and return it."""
    require(person, SET_UP, at=now)
    body = _("这是一条测试。收到它，就说明任务和催办也能到您这里。")
    return tell(
        stream=stream,
        person=person,
        title=_("通知测试：请点开这一条"),
        body=body,
        link=reverse("set-up-channels"),
        cause=CHANNEL_TEST,
        step=now.isoformat(),
        urgency=Message.Urgency.URGENT,
        now=now,
    )


def clear_demo(*, person: Person, now: datetime, real_now: datetime) -> None:
    """Close the demo's stream and let everybody work in the real one; nothing is deleted.

    `now` is the time on the demo's clock, which ran faster: who was placed at an hour
    that has not really come serves from the real moment on. Raises NoDemo.
    """
    require(person, SET_UP, at=now)
    with transaction.atomic():
        demos = open_demos()
        if not demos:
            raise NoDemo(_("没有打开的演示数据，不用清理。"))
        for demo in demos:
            close_stream(stream=demo, actor=person.key, now=real_now)
        if not Stream.objects.filter(kind=Stream.Kind.REAL).exists():
            open_stream(kind=Stream.Kind.REAL, name=_("正式"), actor=person.key, now=real_now)
        _back_to_real_time(real_now)
        Person.objects.update(current_stream=None, permission_version=F("permission_version") + 1)
        record(actor=person.key, verb="site.clear_demo", kind="person", subject=person.key, at=real_now)


def _back_to_real_time(real_now: datetime) -> None:
    for kept in (OfficeHours, OwnDay, OutsideRule):
        kept.objects.filter(since__gt=real_now).update(since=real_now)
        kept.objects.filter(until__gt=real_now).update(until=real_now)
    ahead = Membership.objects.filter(started_at__gt=real_now)
    ahead.filter(ended_at__isnull=False).update(started_at=real_now, ended_at=real_now)
    ahead.update(started_at=real_now)
    Membership.objects.filter(ended_at__gt=real_now).update(ended_at=real_now)
