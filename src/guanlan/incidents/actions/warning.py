"""Telling the groups to stand by before anybody activates the plan (预警): issued, adjusted, lifted."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.errors import BadInput, Refused
from guanlan.incidents.levels import known_level, stated
from guanlan.incidents.models import EarlyWarning
from guanlan.incidents.opening import lock, version_for
from guanlan.incidents.permissions import WARN
from guanlan.incidents.queries import plan_groups
from guanlan.incidents.recipients import lead_of, on_watch
from guanlan.incidents.wording import moment
from guanlan.notify.actions import tell
from guanlan.notify.models import Message
from guanlan.people.models import Person
from guanlan.people.permissions import require
from guanlan.plan.queries import document
from guanlan.plan.wording import level_word
from guanlan.watch.models import Event


class AlreadyWarned(Refused):
    """A warning stands on the event."""


class NoLongerStands(Refused):
    """The warning was adjusted, lifted or answered by a response."""


class NothingChanged(BadInput):
    """An adjustment that leaves everything as it is tells nobody anything."""


class ReviewBackwards(BadInput):
    """A warning needs a moment ahead at which somebody looks again."""


def issue_warning(
    *, event: Event, level: str, words: str, review_at: datetime, person: Person, now: datetime
) -> EarlyWarning:
    """Tell every group of the plan to stand by at a level, and return the warning.

    No task is made and no clock starts. Raises NotAllowed, NoReason without words, NoPlan,
    UnknownLevel, ReviewBackwards, AlreadyWarned, AlreadyActive, EventClosed.
    """
    require(person, WARN, at=now)
    with transaction.atomic():
        event, _stream = lock(event, person)
        if EarlyWarning.objects.filter(event=event, closed_at=None).exists():
            raise AlreadyWarned(_("这个事件已在预警中，要改请用“调整”，不用再发布。"))
        warning = _write(event, level, words, review_at, person, now)
        _record("incidents.issue_warning", warning, person, now)
        title = _("%(level)s预警：%(name)s，请各组待命")
        _tell(warning, title, words.strip(), now)
    return warning


def adjust_warning(
    *, warning: EarlyWarning, level: str, words: str, review_at: datetime, person: Person, now: datetime
) -> EarlyWarning:
    """Put another warning in the place of this one, and return it; the groups are told.

    Raises as issue_warning, and NothingChanged, NoLongerStands.
    """
    require(person, WARN, at=now)
    with transaction.atomic():
        event, _stream = lock(warning.event, person)
        warning = _standing(warning)
        if (level, words.strip(), review_at) == (warning.level, warning.words, warning.review_at):
            raise NothingChanged(_("等级、内容和复核时间都没有变，没有改动。"))
        _close(warning, EarlyWarning.Ending.ADJUSTED, "", person, now)
        following = _write(event, level, words, review_at, person, now, follows=warning)
        _record("incidents.adjust_warning", following, person, now, before=warning.level)
        title = _("预警调整为%(level)s：%(name)s")
        _tell(following, title, words.strip(), now)
    return following


def lift_warning(*, warning: EarlyWarning, reason: str, person: Person, now: datetime) -> None:
    """End the warning because there is nothing to stand by for; the groups are told.

    Raises NotAllowed, NoReason, NoLongerStands.
    """
    require(person, WARN, at=now)
    reason = stated(reason)
    with transaction.atomic():
        warning = _standing(warning)
        _close(warning, EarlyWarning.Ending.LIFTED, reason, person, now)
        _record("incidents.lift_warning", warning, person, now)
        _tell(warning, _("%(level)s预警已解除：%(name)s"), reason, now, step="lifted")


def _write(
    event: Event, level: str, words: str, review_at: datetime, person: Person, now: datetime, **given: Any
) -> EarlyWarning:
    words = stated(words)
    known_level(document(version_for(event)), level)
    if review_at <= now:
        raise ReviewBackwards(_("复核时间要晚于现在（%(now)s），请改正。") % {"now": moment(now, now)})
    return EarlyWarning.objects.create(
        stream=event.stream,
        event=event,
        level=level,
        words=words,
        review_at=review_at,
        remind_at=review_at,
        person=person,
        at=now,
        changed_seq=touch(event.stream),
        **given,
    )


def _standing(warning: EarlyWarning) -> EarlyWarning:
    rows = EarlyWarning.objects.select_for_update(of=("self",)).select_related("event__watch", "stream")
    warning = rows.get(pk=warning.pk)
    if warning.closed_at is not None:
        raise NoLongerStands(_("这条预警%(ending)s，没有改动。") % {"ending": warning.get_ending_display()})
    return warning


def _close(warning: EarlyWarning, ending: str, reason: str, person: Person, now: datetime) -> None:
    warning.ending, warning.reason, warning.closed_at, warning.closed_by = ending, reason, now, person
    warning.remind_at, warning.changed_seq = None, touch(warning.stream)
    warning.save(update_fields=["ending", "reason", "closed_at", "closed_by", "remind_at", "changed_seq"])


def _tell(warning: EarlyWarning, title: str, body: str, now: datetime, step: str = "") -> None:
    title = title % {"level": level_word(warning.level), "name": warning.event.name}
    for group in plan_groups(version_for(warning.event)):
        for person in dict.fromkeys([*on_watch(group, at=now), *lead_of(group, at=now)]):
            tell(
                stream=warning.stream,
                person=person,
                title=title,
                body=body,
                link=reverse("warning", args=[warning.key]),
                cause=f"warning:{warning.key}",
                step=step,
                urgency=Message.Urgency.NORMAL,
                now=now,
            )


def _record(verb: str, warning: EarlyWarning, person: Person, now: datetime, **facts: str) -> None:
    record(
        actor=person.key,
        verb=verb,
        kind="event",
        subject=warning.event.key,
        stream=warning.stream_id,
        at=now,
        facts={"warning": warning.key, "level": warning.level, **facts},
    )
