"""Lateness is told step by step: who is on duty, the lead, the command."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from guanlan.clocks import edge
from guanlan.clocks.models import Stream
from guanlan.incidents.actions.trail import note
from guanlan.incidents.ladder import next_rung
from guanlan.incidents.models import Task
from guanlan.incidents.offering import tell_of
from guanlan.incidents.states import OPEN
from guanlan.incidents.wording import length
from guanlan.notify.lateness import marked

NowFor = Callable[[Stream], datetime]


def remind_next_overdue(now_for: NowFor = edge.now_for) -> bool:
    """Take one task whose clock is over one step further; say whether there was one.

    `now_for` gives a stream's time; a paused or closed stream waits. After an outage
    the steps that were missed follow each other, each once, in order.
    """
    for stream in Stream.objects.filter(closed_at=None, paused=False).order_by("pk"):
        now = now_for(stream)
        task = _first_waiting(stream, now)
        if task is not None:
            remind(task, now=now)
            return True
    return False


def _first_waiting(stream: Stream, now: datetime) -> Task | None:
    waiting = Task.objects.filter(stream=stream, state__in=OPEN, next_look_at__lte=now)
    return waiting.order_by("next_look_at", "pk").first()


def remind(task: Task, *, now: datetime) -> None:
    """Take the task one rung further and tell whoever stands there, once."""
    rung, seen_at = next_rung(task), task.next_look_at or now
    with transaction.atomic():
        # The conditional update is the claim: whoever comes second changes no row. It is
        # undone with the messages if anything fails.
        seen = Task.objects.filter(pk=task.pk, state=task.state, next_look_at=task.next_look_at)
        if not seen.update(told_step=task.told_step + 1, next_look_at=rung.next_at):
            return
        task = Task.objects.select_related("incident", "group", "owner", "stream").get(pk=task.pk)
        persons = rung.who(task, now)
        words = _("%(wait)s %(late)s：%(title)s") % {
            "wait": rung.wait,
            "late": length(now - rung.deadline),
            "title": task.title,
        }
        title = marked(words, due=seen_at, stream=task.stream, now=now)
        tell_of(task, persons, title=title, step=f"{task.state}-{task.told_step}", now=now)
        names = "、".join(person.name for person in persons)
        told = _("已告知%(names)s") % {"names": names} if names else _("没有人可以告知")
        note(
            about=task,
            verb="incidents.remind_overdue",
            sentence=f"{title}，{told}",
            person=None,
            now=now,
            facts={"step": task.told_step, "persons": [person.key for person in persons]},
        )
