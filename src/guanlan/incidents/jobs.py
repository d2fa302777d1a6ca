"""Lateness is told step by step: who is on duty, the lead, the command."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks import edge
from guanlan.clocks.models import Stream
from guanlan.incidents.actions.trail import note
from guanlan.incidents.ladder import Rung, next_rung
from guanlan.incidents.models import EarlyWarning, Incident, Task
from guanlan.incidents.offering import tell_of
from guanlan.incidents.starting import ask
from guanlan.incidents.states import OPEN
from guanlan.incidents.wording import length
from guanlan.notify.actions import tell
from guanlan.notify.lateness import marked
from guanlan.watch.telling import watching

NowFor = Callable[[Stream], datetime]

# How often the command is asked again to ratify or revoke.
_ROUNDS = 4


def remind_next_overdue(now_for: NowFor = edge.now_for) -> bool:
    """Take one task whose clock runs out, or is over, one step further; say whether there was one.

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
    rung, seen_at = next_rung(task, now), task.next_look_at or now
    if not rung.ahead:  # an outage may have swallowed the reminder before it
        seen_at = max(seen_at, rung.deadline)
    with transaction.atomic():
        # The conditional update is the claim: whoever comes second changes no row. It is
        # undone with the messages if anything fails.
        seen = Task.objects.filter(pk=task.pk, state=task.state, next_look_at=task.next_look_at)
        if not seen.update(told_step=task.told_step + (not rung.ahead), next_look_at=rung.next_at):
            return
        task = Task.objects.select_related("incident", "group", "owner", "stream").get(pk=task.pk)
        persons = rung.who(task, now)
        words = _("%(wait)s：%(title)s") % {"wait": _waits(rung, now), "title": task.title}
        title = marked(words, due=seen_at, stream=task.stream, now=now)
        step = f"{task.state}-{task.told_step}-{rung.deadline:%Y%m%d%H%M}"
        tell_of(task, persons, title=title, step=step, now=now)
        names = "、".join(person.name for person in persons)
        told = _("已告知%(names)s") % {"names": names} if names else _("没有人可以告知")
        note(
            about=task,
            verb="incidents.remind_ahead" if rung.ahead else "incidents.remind_overdue",
            sentence=f"{title}，{told}",
            person=None,
            now=now,
            facts={"step": task.told_step, "persons": [person.key for person in persons]},
        )


def _waits(rung: Rung, now: datetime) -> str:
    """Write what is waited for and how late it is; less than a minute late is not counted."""
    span = abs(now - rung.deadline)
    if span < timedelta(minutes=1):
        return rung.wait
    how = _("%(wait)s，剩 %(span)s") if rung.ahead else _("%(wait)s，超 %(span)s")
    return how % {"wait": rung.wait, "span": length(span)}


def ask_next_again(now_for: NowFor = edge.now_for) -> bool:
    """Ask the command again over what was started first and stayed unanswered; say whether there was one.

    Each round is as long as the first; after the fourth nobody is asked any more, but the
    incident goes on to say that it waits.
    """
    for stream in Stream.objects.filter(closed_at=None, paused=False).order_by("pk"):
        now = now_for(stream)
        unanswered = Incident.objects.filter(
            stream=stream, state=Incident.State.PROVISIONAL, ask_again_at__lte=now
        )
        incident = unanswered.select_related("stream", "opened_by").order_by("ask_again_at", "pk").first()
        if incident is not None:
            _ask_again(incident, now)
            return True
    return False


def _ask_again(incident: Incident, now: datetime) -> None:
    assert incident.ratify_by is not None
    asked = incident.asked + 1
    following = now + (incident.ratify_by - incident.opened_at) if asked < _ROUNDS else None
    with transaction.atomic():
        # The conditional update is the claim, as above.
        seen = Incident.objects.filter(
            pk=incident.pk, state=incident.state, ask_again_at=incident.ask_again_at
        )
        if not seen.update(asked=asked, ask_again_at=following):
            return
        incident.asked = asked
        persons = ask(incident, now=now)
        over = now - incident.ratify_by
        late = _("已超 %(span)s") % {"span": length(over)} if over >= timedelta(minutes=1) else _("已到时")
        names = "、".join(person.name for person in persons)
        note(
            about=incident,
            verb="incidents.ask_again",
            sentence=_("追认%(late)s，再次告知%(names)s") % {"late": late, "names": names}
            if persons
            else _("追认%(late)s，指挥部没有人可以告知") % {"late": late},
            person=None,
            now=now,
            facts={"asked": asked, "persons": [person.key for person in persons]},
        )


def remind_next_warning(now_for: NowFor = edge.now_for) -> bool:
    """Remind whoever watches that a warning wants looking at again; say whether there was one."""
    for stream in Stream.objects.filter(closed_at=None, paused=False).order_by("pk"):
        now = now_for(stream)
        due = EarlyWarning.objects.filter(stream=stream, closed_at=None, remind_at__lte=now)
        warning = due.select_related("event", "stream").order_by("remind_at", "pk").first()
        if warning is not None:
            _remind_warning(warning, now)
            return True
    return False


def _remind_warning(warning: EarlyWarning, now: datetime) -> None:
    with transaction.atomic():
        if not EarlyWarning.objects.filter(pk=warning.pk, remind_at=warning.remind_at).update(remind_at=None):
            return
        persons = watching(now=now)
        for person in persons:
            tell(
                stream=warning.stream,
                person=person,
                title=_("预警到了复核时间，请调整或解除：%(name)s") % {"name": warning.event.name},
                link=reverse("warning", args=[warning.key]),
                cause=f"warning:{warning.key}",
                step="review",
                now=now,
            )
        record(
            actor="system",
            verb="incidents.remind_warning",
            kind="event",
            subject=warning.event.key,
            stream=warning.stream_id,
            at=now,
            facts={"warning": warning.key, "persons": [person.key for person in persons]},
        )
