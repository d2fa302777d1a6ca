"""A call about a task: on record with whoever was called, and on the timeline."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from guanlan.errors import NotAllowed
from guanlan.incidents.actions.trail import note
from guanlan.incidents.models import Task
from guanlan.incidents.queries import is_inside
from guanlan.incidents.wording import moment
from guanlan.notify.actions import record_call
from guanlan.notify.models import Call
from guanlan.people.models import Person


def record_task_call(
    *, task: Task, called: Person, reached: bool, words: str, at: datetime, caller: Person, now: datetime
) -> Call:
    """Write down a call about a task and return it; whoever was reached has read its messages.

    Raises NotAllowed when either of the two may not see the incident, and what record_call
    raises.
    """
    words = words.strip()[:200]
    with transaction.atomic():
        for one in (caller, called):
            if not is_inside(task.incident, one):
                raise NotAllowed(
                    _("%(name)s不在这个应急事件的知悉范围，不能为它打电话。请指挥部先加人。")
                    % {"name": one.name}
                )
        call = record_call(
            stream=task.stream,
            called=called,
            reached=reached,
            words=words,
            at=at,
            caller=caller,
            cause=f"task:{task.key}",
            now=now,
        )
        outcome = _("接通") if reached else _("没接通")
        sentence = _("%(at)s 为“%(title)s”打电话给%(name)s，%(outcome)s") % {
            "at": moment(at, now),
            "title": task.title,
            "name": called.name,
            "outcome": outcome,
        }
        note(
            about=task,
            verb="incidents.record_call",
            sentence=f"{sentence}：{words}" if words else sentence,
            person=caller,
            now=now,
            facts={"call": call.key, "called": called.key},
        )
    return call
