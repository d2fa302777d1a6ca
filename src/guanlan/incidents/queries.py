"""Reading incidents: tasks, clocks, the story, who is there, what may be done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from guanlan.incidents.models import Access, Incident, Instruction, Task, TimelineEntry
from guanlan.incidents.permissions import DECIDE, WAIVE_TASK
from guanlan.incidents.recipients import checkers
from guanlan.incidents.states import DOING, OPEN, RESPONDING, TASK_MOVES
from guanlan.people.models import DutyShift, Group, Membership, Person
from guanlan.people.permissions import TABLE, may
from guanlan.people.queries import groups_of, lead, members, on_duty, persons_with
from guanlan.plan.models import PlanVersion
from guanlan.plan.queries import document
from guanlan.watch.models import Event


@dataclass(frozen=True)
class GroupTasks:
    """One group's column: its tasks, the open and urgent first, and who is there."""

    group: Group
    tasks: tuple[Task, ...]
    shift: DutyShift | None
    lead: Person | None

    @property
    def done(self) -> int:
        """How many are done; what was waived is not."""
        return sum(task.state == Task.State.DONE for task in self.tasks)


def timeline(incident: Incident) -> QuerySet[TimelineEntry]:
    """Return the story, newest first."""
    return TimelineEntry.objects.filter(incident=incident).select_related("person")


def active_incident(event: Event) -> Incident | None:
    """Return the incident in which the event is being responded to."""
    return Incident.objects.filter(event=event, state__in=RESPONDING).first()


def may_decide(*, at: datetime) -> list[Person]:
    """Return who may decide at a time, each once, the command first."""
    found = [person for function in sorted(TABLE[DECIDE]) for person in persons_with(function, at=at)]
    return list(dict.fromkeys(found))


def plan_groups(version: PlanVersion) -> QuerySet[Group]:
    """Return the open groups that the plan names; what else was opened, such as 审计, is none of it."""
    named = document(version).groups
    return Group.objects.filter(code__in=named, unit=version.unit, closed_at=None).order_by("pk")


def instructions(event: Event, person: Person) -> QuerySet[Instruction]:
    """Return what was said about the event and written down for others, that this person may see."""
    rows = Instruction.visible_to(person).filter(event=event)
    return rows.select_related("said_by", "recorded_by", "task__group", "file")


def clock_within(field: str = "", **bounds: Any) -> Q:
    """Say of an open task's running clock where it lies: `lt=now` is overdue.

    `field` is the way to the task, ending in two underscores.
    """
    clocks = (((Task.State.OFFERED,), "accept_by"), (DOING, "due_at"), ((Task.State.CHECKING,), "check_by"))
    found = Q()
    for states, clock in clocks:
        where = {f"{field}{clock}__{bound}": value for bound, value in bounds.items()}
        found |= Q(**{f"{field}state__in": states}, **where)
    return found


def tasks_by_group(incident: Incident, *, at: datetime) -> list[GroupTasks]:
    """Return the incident's tasks by group, the groups in the order they were opened."""
    columns: dict[Group, list[Task]] = {}
    for task in incident.tasks.select_related("group", "owner", "closed_by"):
        columns.setdefault(task.group, []).append(task)
    return [
        GroupTasks(group, by_urgency(tasks), on_duty(group, at=at), lead(group, at=at))
        for group, tasks in sorted(columns.items(), key=lambda column: column[0].pk)
    ]


def by_urgency(tasks: Iterable[Task]) -> tuple[Task, ...]:
    """Order tasks: open before closed, then by the clock that runs."""
    return tuple(sorted(tasks, key=lambda task: (task.state not in OPEN, task.deadline, task.pk)))


def open_tasks(person: Person, stream: int) -> QuerySet[Task]:
    """Return the open tasks of a stream that the person may see."""
    tasks = Task.visible_to(person).filter(stream_id=stream, state__in=OPEN)
    # Not the plan version with them: its document would be read anew for every task.
    return tasks.select_related("group", "owner", "incident")


def my_open_tasks(person: Person, stream: int, *, at: datetime) -> tuple[Task, ...]:
    """Return what waits for the person: own tasks, offered ones of own groups, those to check.

    The most urgent first. A task handed to a colleague who has not accepted it yet is the
    colleague's; one that was submitted is its checker's.
    """
    unowned = Q(owner=None, group__in=groups_of(person, at=at))
    mine = open_tasks(person, stream).filter(Q(owner=person) | unowned).exclude(state=Task.State.CHECKING)
    return by_urgency([*mine, *to_check(person, stream, at=at)])


def to_check(person: Person, stream: int, *, at: datetime) -> list[Task]:
    """Return the tasks that this person is asked to check."""
    waiting = open_tasks(person, stream).filter(state=Task.State.CHECKING).exclude(owner=person)
    return [task for task in waiting if person in checkers(task, at=at)]


def closed_by_since(person: Person, stream: int, since: datetime) -> int:
    """Return how many tasks the person has done since a moment."""
    done = Task.visible_to(person).filter(stream_id=stream, state=Task.State.DONE)
    return done.filter(closed_by=person, closed_at__gte=since).count()


def due_between(person: Person, stream: int, since: datetime, until: datetime) -> tuple[Task, ...]:
    """Return everybody's open tasks whose clock ends in a stretch of time, most urgent first."""
    return by_urgency(open_tasks(person, stream).filter(clock_within(range=(since, until))))


def late(tasks: Iterable[Task], *, at: datetime) -> list[Task]:
    """Return the open ones whose clock is over."""
    return [task for task in tasks if task.state in OPEN and task.deadline < at]


def members_of(task: Task, *, at: datetime) -> list[Person]:
    """Return who may take the task on: the group's members, the lead first."""
    return [membership.person for membership in members(task.group, at=at)]


def may_accept(person: Person, task: Task, *, at: datetime) -> bool:
    """Say whether the task waits for acceptance and the person serves in its group."""
    return task.state == Task.State.OFFERED and person in members_of(task, at=at)


def may_check(person: Person, task: Task, *, at: datetime) -> bool:
    """Say whether the task waits to be checked and the person may: whom it was put before, or the command."""
    if task.state != Task.State.CHECKING or person.pk == task.owner_id:
        return False
    return person in checkers(task, at=at) or may(person, WAIVE_TASK, at=at)


def may_hand_over(person: Person, task: Task, *, at: datetime) -> bool:
    """Say whether the person may give the task to another member of its group."""
    if (task.state, "hand_over") not in TASK_MOVES:
        return False
    if task.owner_id == person.pk or may(person, WAIVE_TASK, at=at):
        return True
    serving = members(task.group, at=at).filter(person=person)
    if task.owner_id is None:
        return serving.exists()
    return serving.exclude(role=Membership.Role.MEMBER).exists()


def is_inside(incident: Incident, person: Person) -> bool:
    """Say whether the person may see the incident."""
    return Incident.visible_to(person).filter(pk=incident.pk).exists()


def inside(incident: Incident) -> QuerySet[Access]:
    """Return who may see a restricted incident, the first to be let in first."""
    return Access.objects.filter(incident=incident, closed_at=None).select_related("person")


def why_inside(access: Access, *, at: datetime) -> str:
    """Return why this person cannot be taken out: own task, group's task, signature; else nothing."""
    waiting = Task.objects.filter(incident=access.incident_id, state__in=OPEN)
    if own := waiting.filter(owner=access.person).first():
        return _("任务“%(title)s”由其办理") % {"title": own.title}
    groups = groups_of(access.person, at=at)
    if offered := waiting.filter(owner=None, group__in=groups).select_related("group").first():
        return _("任务“%(title)s”等其所在的%(group)s接手") % {
            "title": offered.title,
            "group": offered.group.name,
        }
    return _("有声明等其签字") if access.must_sign else ""
