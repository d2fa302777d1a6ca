"""From the command's knowledge to the groups at work."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.incidents.models import Decision, Incident, Task
from guanlan.review.cases import Case
from guanlan.review.matters import Matter


def report(matter: Matter, now: datetime) -> Iterator[Case]:
    """From finding until somebody of the command had read it, spoken of it or decided."""
    if matter.found_at is None or matter.is_false_alarm or not matter.level:
        return
    moments = [(at, words) for at, words in _knowledge(matter) if at is not None]
    at, words = min(moments, default=(None, ""))
    due = matter.due("report_to_command", matter.found_at)
    yield Case(matter.event.name, matter.link, matter.found_at, at, now, due, note=words)


def _knowledge(matter: Matter) -> Iterator[tuple[datetime | None, str]]:
    yield matter.known_at, _("指挥已读")
    yield (matter.decisions[0].at if matter.decisions else None), _("指挥已决定")


def decision(matter: Matter, now: datetime) -> Iterator[Case]:
    """From the command's knowledge until its first decision; who decides unread is not counted."""
    decided = matter.decisions[0] if matter.decisions else None
    if matter.known_at is None or matter.is_false_alarm or (decided and decided.at < matter.known_at):
        return
    words = decided.get_kind_display() if decided else ""
    stopped = decided.at if decided else None
    yield Case(matter.event.name, matter.link, matter.known_at, stopped, now, note=words)


def activation(matter: Matter, now: datetime) -> Iterator[Case]:
    """From the first confirmed level until the plan was activated."""
    for incident in matter.incidents:
        confirmed = confirmed_at(matter, incident)
        if confirmed < incident.opened_at:
            yield Case(incident.name, link(incident), confirmed, incident.opened_at, now)


def confirmed_at(matter: Matter, incident: Incident) -> datetime:
    """Return when a level was confirmed for the first time since the response before, if there was one."""
    earlier = Incident.objects.filter(event=incident.event_id, opened_at__lt=incident.opened_at)
    last = earlier.aggregate(at=Max("stood_down_at"))["at"]
    moments = [grade.at for grade in matter.grades if grade.level and (last is None or grade.at > last)]
    return min([*moments, incident.opened_at])


def groups_in_place(matter: Matter, now: datetime) -> Iterator[Case]:
    """From activation until each group that was called has accepted a task."""
    for incident in matter.incidents:
        called: dict[int, list[Task]] = {}
        for task in incident.tasks.all():
            if task.offered_at == incident.opened_at and task.state != Task.State.WAIVED:
                called.setdefault(task.group_id, []).append(task)
        if not called:
            continue
        there = [_first_accepted(tasks) for tasks in called.values()]
        stopped = None if None in there else max(at for at in there if at is not None)
        due = max(min(task.accept_by for task in tasks) for tasks in called.values())
        words = _("%(there)d / %(all)d 个组") % {
            "there": sum(at is not None for at in there),
            "all": len(there),
        }
        yield Case(incident.name, link(incident), incident.opened_at, stopped, now, due, note=words)


def _first_accepted(tasks: list[Task]) -> datetime | None:
    return min((task.accepted_at for task in tasks if task.accepted_at is not None), default=None)


def looking_again(matter: Matter, now: datetime) -> Iterator[Case]:
    """From deciding to watch until the next decision; due when it said somebody would look again."""
    for place, one in enumerate(matter.decisions):
        if one.kind != Decision.Kind.OBSERVE:
            continue
        later = [other.at for other in matter.decisions[place + 1 :]]
        later += [assessment.at for assessment in matter.dismissals if assessment.at > one.at]
        yield Case(matter.event.name, matter.link, one.at, min(later, default=None), now, one.review_at)


def link(incident: Incident) -> str:
    """Return where an incident lies."""
    return reverse("incident", args=[incident.key])
