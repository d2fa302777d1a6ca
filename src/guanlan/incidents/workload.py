"""Who has how much in hand: the open tasks by person and group, what is overdue first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from guanlan.incidents.models import Task
from guanlan.incidents.queries import by_urgency, late, open_tasks
from guanlan.people.models import Group, Person


@dataclass(frozen=True)
class Load:
    """What one person has in hand for one group; nobody's are those that wait to be accepted."""

    group: Group
    person: Person | None
    tasks: tuple[Task, ...]
    late: int

    @property
    def first(self) -> Task:
        """The task whose clock ends first."""
        return self.tasks[0]


def workload(
    person: Person, stream: int, *, group: str = "", owner: str = "", now: datetime
) -> dict[str, Any]:
    """Return what the page of open tasks shows; `group` and `owner` are keys that narrow it.

    `owner` may be "none": what nobody has accepted.
    """
    every = by_urgency(open_tasks(person, stream))
    tasks = [task for task in every if _within(task, group, owner)]
    return {
        "loads": loads(every, now=now),
        "tasks": tasks,
        "sentence": _sentence(tasks, now),
        "group": group,
        "owner": owner,
        "narrowed": bool(group or owner),
    }


def loads(tasks: Iterable[Task], *, now: datetime) -> list[Load]:
    """Return who has which of the tasks in hand: most overdue first, then most in number."""
    held: dict[tuple[Group, Person | None], list[Task]] = {}
    for task in tasks:
        held.setdefault((task.group, task.owner), []).append(task)
    found = [
        Load(group, person, tuple(theirs), len(late(theirs, at=now)))
        for (group, person), theirs in held.items()
    ]
    return sorted(found, key=lambda load: (-load.late, -len(load.tasks), load.group.pk, load.first.pk))


def _within(task: Task, group: str, owner: str) -> bool:
    whose = task.owner.key if task.owner is not None else "none"
    return (not group or task.group.key == group) and (not owner or whose == owner)


def _sentence(tasks: list[Task], now: datetime) -> str:
    if not tasks:
        return _("没有未办结的任务")
    overdue = len(late(tasks, at=now))
    sentence = _("%(count)d 项任务未办结") % {"count": len(tasks)}
    return sentence + (_("，%(count)d 项超时") % {"count": overdue} if overdue else _("，没有超时"))
