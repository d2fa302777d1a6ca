"""Opening an incident on an event, one at a time, pinned to the plan; and keeping what was decided."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from guanlan.clocks.actions import touch
from guanlan.clocks.models import Stream
from guanlan.errors import Refused
from guanlan.incidents.models import Decision, EarlyWarning, Incident
from guanlan.incidents.queries import is_inside
from guanlan.incidents.states import RESPONDING
from guanlan.incidents.wording import moment
from guanlan.people.models import Person
from guanlan.plan.models import PlanVersion
from guanlan.plan.queries import in_force
from guanlan.plan.wording import level_word
from guanlan.watch.models import Event


class Weighed(NamedTuple):
    """What lay on the table: the options as shown, what was taken for granted, who was asked."""

    options: Sequence[Mapping[str, Any]] = ()
    assumptions: str = ""
    consulted: str = ""


NOTHING_WEIGHED = Weighed()


class NoPlan(Refused):
    """No plan is in force for the event's unit."""


class AlreadyActive(Refused):
    """The event has an incident already."""


class EventClosed(Refused):
    """The event was dismissed or merged into another."""


def lock(event: Event, person: Person) -> tuple[Event, Stream]:
    """Lock the stream, then the event: one decision at a time, numbers without gaps.

    Raises EventClosed, AlreadyActive.
    """
    stream = Stream.objects.select_for_update().get(pk=event.stream_id)
    event = Event.objects.select_for_update().get(pk=event.pk)
    if event.state in (Event.State.DISMISSED, Event.State.MERGED):
        raise EventClosed(
            _("这个事件现在是“%(state)s”，不再决定。请打开仍在进行的事件。")
            % {"state": event.get_state_display()}
        )
    active = event.incidents.filter(state__in=RESPONDING).select_related("opened_by").first()
    if active is not None and not is_inside(active, person):
        raise AlreadyActive(_("这个事件已由指挥部处理，不用再决定。您不在知悉范围，请联系指挥部。"))
    if active is not None and active.state == Incident.State.PROVISIONAL:
        raise AlreadyActive(
            _("%(person)s于 %(at)s 已先行启动%(level)s响应（%(number)s），请打开应急事件追认或撤销。")
            % _facts(active)
        )
    if active is not None:
        raise AlreadyActive(
            _("已经启动：%(person)s于 %(at)s 启动%(level)s响应（%(number)s）。要改等级，请打开应急事件。")
            % _facts(active)
        )
    return event, stream


def _facts(active: Incident) -> dict[str, str]:
    return {
        "person": active.opened_by.name,
        "at": moment(active.opened_at, active.opened_at),
        "level": level_word(active.level),
        "number": active.number,
    }


def version_for(event: Event) -> PlanVersion:
    """Return the plan version in force for the event's unit. Raises NoPlan."""
    version = in_force(event.watch.unit)
    if version is None:
        raise NoPlan(
            _("%(unit)s还没有现行预案，不能启动。请管理员先在“预案”里发布一份。")
            % {"unit": event.watch.unit.name}
        )
    return version


def open_incident(
    event: Event,
    stream: Stream,
    version: PlanVersion,
    level: str,
    person: Person,
    *,
    now: datetime,
    **given: Any,
) -> Incident:
    """Open the incident, in the caller's transaction, the event locked by `lock`; a warning ends with it."""
    standing = EarlyWarning.objects.filter(event=event, closed_at=None)
    standing.update(
        closed_at=now, closed_by=person, ending=EarlyWarning.Ending.RESPONSE, changed_seq=touch(stream)
    )
    return Incident.objects.create(
        stream=stream,
        unit=event.watch.unit,
        number=_next_number(stream, now),
        event=event,
        name=event.name,
        level=level,
        plan_version=version,
        plan_sha256=version.sha256,
        opened_at=now,
        opened_by=person,
        changed_seq=touch(stream),
        **given,
    )


def _next_number(stream: Stream, now: datetime) -> str:
    # Nothing is ever deleted, and the stream is locked: counting leaves no gap and no twin.
    prefix = f"GL-{timezone.localtime(now).year}-"
    taken = Incident.objects.filter(stream=stream, number__startswith=prefix).count()
    return f"{prefix}{taken + 1:03d}"


def decide(
    event: Event,
    kind: str,
    reason: str,
    person: Person,
    *,
    now: datetime,
    weighed: Weighed = NOTHING_WEIGHED,
    **given: Any,
) -> Decision:
    """Keep what was decided, in the caller's transaction."""
    return Decision.objects.create(
        stream=event.stream,
        event=event,
        kind=kind,
        reason=reason,
        options=list(weighed.options),
        assumptions=weighed.assumptions.strip()[:500],
        consulted=weighed.consulted.strip()[:200],
        person=person,
        at=now,
        **given,
    )
