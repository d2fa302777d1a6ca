"""What the frame around every page shows: company, parts, the open incident's bar, duty."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from guanlan.clocks import edge
from guanlan.incidents.models import Incident, Task
from guanlan.incidents.queries import clock_within
from guanlan.incidents.states import OPEN, RESPONDING
from guanlan.incidents.wording import asks, length
from guanlan.people.models import DutyShift, Person
from guanlan.people.queries import root_unit
from guanlan.selfcheck.queries import silent_since
from guanlan.site.navigation import PARTS, THUMB, drawn
from guanlan.site.templatetags.look import rank


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the frame's content; a fragment for htmx needs only the time and the stream."""
    now = getattr(request, "now", None)
    frame: dict[str, Any] = {"stream": getattr(request, "stream", None), "now": now, "company": root_unit()}
    if getattr(request, "htmx", False) or now is None or not isinstance(request.user, Person):
        return frame
    frame |= {
        "navigation": drawn(PARTS, request.path),
        "thumb": drawn(THUMB, request.path),
        "duty_line": duty_line(request.user, now=now),
        "dead_since": silent_since(real_now=edge.real_now()),
    }
    if frame["stream"] is not None:
        frame["bar"] = incident_bar(request.user, frame["stream"].pk, now=now)
    return frame


def incident_bar(person: Person, stream: int, *, now: datetime) -> dict[str, Any] | None:
    """Return the gravest active incident this person may see, its next clock and what is late."""
    active = Incident.visible_to(person).filter(stream_id=stream, state__in=RESPONDING)
    incident = min(active, key=lambda found: (rank(found.level) or 9, found.pk), default=None)
    if incident is None:
        return None
    waiting = Task.objects.filter(incident=incident, state__in=OPEN).select_related("group", "owner")
    late = waiting.filter(clock_within(lt=now)).count()
    return {
        "level": incident.level,
        "rank": rank(incident.level),
        "name": incident.name,
        "href": reverse("incident", args=[incident.key]),
        "age": length(now - incident.opened_at),
        "late": late,
        "next": _next_clock(waiting, now=now),
    }


def _next_clock(waiting: Any, *, now: datetime) -> dict[str, Any] | None:
    clocks = [(task.deadline, task.pk, task) for task in waiting]
    ahead = min((entry for entry in clocks if entry[0] >= now), default=None)
    if ahead is None:
        return None
    at, _pk, task = ahead
    checked = task.state == Task.State.CHECKING
    whose = task.get_checked_by_display() if checked else task.owner or task.group
    return {"at": at, "asks": asks(task), "title": task.title, "whose": whose}


def duty_line(person: Person, *, now: datetime) -> str:
    """Return what the person serves as now, or until when they are on duty."""
    shift = DutyShift.objects.filter(person=person, starts_at__lte=now, ends_at__gt=now).select_related(
        "group"
    )
    if found := shift.first():
        return _("%(group)s值班至 %(until)s") % {
            "group": found.group.name,
            "until": f"{localtime(found.ends_at):%H:%M}",
        }
    serving = person.memberships.filter(ended_at=None).select_related("group").first()
    return f"{serving.group.name}，{serving.get_role_display()}" if serving else ""
