"""The incident's story: each line with its audit number."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.incidents.models import Incident, Task, TimelineEntry
from guanlan.incidents.recipients import first_to_hear
from guanlan.people.models import Person


def note(
    *,
    about: Incident | Task,
    verb: str,
    sentence: str,
    person: Person | None,
    now: datetime,
    facts: dict[str, Any] | None = None,
) -> TimelineEntry:
    """Write one audit row and the timeline's line that shows it; nobody means the system did it.

    Runs in the caller's transaction. The line of a task links to the task.
    """
    incident = about.incident if isinstance(about, Task) else about
    number = record(
        actor=person.key if person else "system",
        verb=verb,
        kind="task" if isinstance(about, Task) else "incident",
        subject=about.key,
        stream=incident.stream_id,
        at=now,
        facts=facts,
    )
    return TimelineEntry.objects.create(
        stream=incident.stream,
        incident=incident,
        at=now,
        person=person,
        sentence=sentence[:500],
        link=reverse("task", args=[about.key]) if isinstance(about, Task) else "",
        audit_number=number,
        changed_seq=touch(incident.stream),
    )


def note_unheard(*, incident: Incident, tasks: Sequence[Task], now: datetime) -> None:
    """Say on the timeline which groups have nobody who could be told of their tasks."""
    groups = {task.group for task in tasks if not first_to_hear(task.group, at=now)}
    for group in sorted(groups, key=lambda group: group.pk):
        count = sum(task.group == group for task in tasks)
        note(
            about=incident,
            verb="incidents.nobody_to_tell",
            sentence=_("%(group)s没有人员，%(count)d 项任务没有通知到人，请立即指定。")
            % {"group": group.name, "count": count},
            person=None,
            now=now,
            facts={"group": group.key, "tasks": count},
        )
