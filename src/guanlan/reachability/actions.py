"""Starting a check."""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.clocks.models import Stream
from guanlan.errors import Refused
from guanlan.notify.actions import tell_over
from guanlan.notify.chain import channels_of
from guanlan.notify.models import REACH
from guanlan.people.models import Group, Person
from guanlan.people.permissions import require
from guanlan.people.queries import serving_at
from guanlan.reachability.models import ReachCheck, ReachTry
from guanlan.reachability.permissions import START

# What both plans that ship ask for.
ANSWER_WITHIN = timedelta(minutes=15)


class NothingLeaves(Refused):
    """Drills and demos send nothing out."""


class StillRunning(Refused):
    """People are answering another check."""


class NobodyServes(Refused):
    """There is nobody to ask."""


def start_check(*, group: Group | None, stream: Stream, person: Person, now: datetime) -> ReachCheck:
    """Ask everybody who serves in the group, or in any, over each channel they have; return the check.

    Touches no incident and calls no stand-in. Raises NotAllowed, NothingLeaves, StillRunning, NobodyServes.
    """
    require(person, START, at=now)
    if stream.kind != Stream.Kind.REAL:
        raise NothingLeaves(_("演练和演示里不往外发。请切回正式数据再做。"))
    with transaction.atomic():
        Stream.objects.select_for_update().get(pk=stream.pk)
        _refuse_second(now)
        persons = _asked(group, now)
        check = ReachCheck.objects.create(
            stream=stream,
            group=group,
            started_at=now,
            started_by=person,
            answer_by=now + ANSWER_WITHIN,
            changed_seq=touch(stream),
        )
        for asked in persons:
            _ask(check, asked, now)
        facts = {"group": group.key if group else "", "persons": len(persons)}
        record(
            actor=person.key,
            verb="reachability.start_check",
            kind="check",
            subject=check.key,
            stream=stream.pk,
            at=now,
            facts=facts,
        )
    return check


def _refuse_second(now: datetime) -> None:
    running = ReachCheck.objects.filter(started_at__lte=now, answer_by__gt=now).first()
    if running is not None:
        until = f"{timezone.localtime(running.answer_by):%H:%M}"
        raise StillRunning(_("上一次检查到 %(until)s 才结束，请等它结束再发。") % {"until": until})


def _asked(group: Group | None, now: datetime) -> list[Person]:
    serving = serving_at(now).filter(group__closed_at=None)
    if group is not None:
        serving = serving.filter(group=group)
    found = Person.objects.filter(pk__in=serving.values("person"), is_active=True).order_by("name", "pk")
    if not found:
        raise NobodyServes(_("这个组没有在任的人，没有发。请先在人员页排好。"))
    return list(found)


def _ask(check: ReachCheck, person: Person, now: datetime) -> None:
    ways = channels_of(person, now=now)
    for channel in ways:
        message = tell_over(
            channel=channel,
            stream=check.stream,
            person=person,
            title=_("连通性检查（不是真事）：收到请点一下链接"),
            body=_("只试“%(name)s”通不通，点开就算应答，不用做别的。") % {"name": channel.name},
            link=reverse("reach-answered", args=[check.key]),
            cause=f"{REACH}:{check.key}",
            now=now,
        )
        ReachTry.objects.create(
            stream=check.stream, check_of=check, person=person, channel=channel, message=message
        )
    if not ways:
        ReachTry.objects.create(stream=check.stream, check_of=check, person=person)
