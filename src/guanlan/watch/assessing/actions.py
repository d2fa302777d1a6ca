"""Writing the next version of an event's assessment sheet."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.errors import BadInput, Refused
from guanlan.people.models import Person
from guanlan.people.permissions import require
from guanlan.watch.assessing.computed import computed
from guanlan.watch.assessing.models import PARTS
from guanlan.watch.models import Event, Sheet
from guanlan.watch.permissions import ASSESS_EVENT


class NothingJudged(BadInput):
    """A sheet needs words, and how sure its writer is."""


class WrittenMeanwhile(Refused):
    """Somebody else wrote a version after the page was read."""


class EventGone(Refused):
    """The event is part of another one now."""


def assess_event(
    *, event: Event, words: Mapping[str, str], confidence: str, seen: int, person: Person, now: datetime
) -> Sheet:
    """Write the next version of the sheet and return it; earlier ones stay.

    `words` are by PARTS; `seen` is the version that stood on the page, 0 if there was none. What
    the system computes is kept beside the words. Raises NothingJudged, WrittenMeanwhile, EventGone.
    """
    require(person, ASSESS_EVENT, at=now)
    said = {part: words.get(part, "").strip() for part in PARTS}
    if not any(said.values()):
        raise NothingJudged(_("研判单还是空的。性质、范围、后果、起因、诉求至少写一项。"))
    if confidence not in Sheet.Confidence.values:
        raise NothingJudged(_("请选把握：高、中或低，指挥部要知道能信到什么程度。"))
    known = computed(event, now=now)  # takes a moment: before the lock
    with transaction.atomic():
        event = Event.objects.select_for_update().select_related("stream").get(pk=event.pk)
        if event.state == Event.State.MERGED:
            raise EventGone(_("这个事件已并入别的事件，请在并入的事件上写研判单。"))
        last = event.sheets.select_related("person").first()
        if last is not None and last.number != seen:
            raise WrittenMeanwhile(
                _("%(name)s刚写了第 %(number)d 版，您的没有保存。请先看过再改。")
                % {"name": last.person.name, "number": last.number}
            )
        sheet = Sheet.objects.create(
            stream=event.stream,
            event=event,
            number=(last.number if last else 0) + 1,
            confidence=confidence,
            computed=known,
            person=person,
            at=now,
            changed_seq=touch(event.stream),
            **said,
        )
        record(
            actor=person.key,
            verb="watch.assess_event",
            kind="event",
            subject=event.key,
            stream=event.stream_id,
            at=now,
            facts={"version": sheet.number, "confidence": confidence},
        )
    return sheet
