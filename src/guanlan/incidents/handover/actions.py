"""Handing over a shift: the one who leaves signs the sheet, then the one who comes."""

import json
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.clocks.models import Stream
from guanlan.documents.frozen import freeze
from guanlan.errors import NotAllowed, Refused
from guanlan.incidents.handover.gathering import sheet
from guanlan.incidents.handover.models import Handover
from guanlan.incidents.handover.queries import is_unaltered, successors
from guanlan.incidents.handover.telling import tell_of_handover
from guanlan.incidents.wording import moment
from guanlan.people.models import Group, Person
from guanlan.people.queries import members

# So long after the first signature the lead hears that the second is missing.
SIGN_WITHIN = timedelta(minutes=15)


class NotYourShift(NotAllowed):
    """Only who serves in the group hands it over, and only to another who does."""


class StillOpen(Refused):
    """The group's last sheet waits for its second signature."""


class TakenAlready(Refused):
    """The sheet has both signatures."""


class Altered(Refused):
    """The stored sheet is not what was signed."""


def sign_handover(
    *, group: Group, successor: Person, words: str, stream: Stream, leaver: Person, now: datetime
) -> Handover:
    """Freeze what is open with the words of the one who leaves, ask the successor to sign; return the sheet.

    Raises NotYourShift, StillOpen.
    """
    _refuse_outsiders(group, leaver, successor, now)
    made = sheet(group, leaver, stream=stream, now=now, words=words.strip()[:1000], successor=successor.name)
    frozen = freeze(made)
    try:
        with transaction.atomic():
            handover = Handover.objects.create(
                stream=stream,
                group=group,
                leaver=leaver,
                successor=successor,
                frozen=json.loads(frozen.stored),
                sha256=frozen.sha256,
                signed_at=now,
                sign_by=now + SIGN_WITHIN,
                changed_seq=touch(stream),
            )
            _record("sign_handover", handover, leaver, now)
            tell_of_handover(
                handover,
                successor,
                title=_("%(who)s交班，请看过签字：%(group)s，%(by)s 前")
                % {"who": leaver.name, "group": group.name, "by": moment(handover.sign_by, now)},
                step="signed",
                now=now,
            )
    except IntegrityError as taken:
        waiting = Handover.objects.filter(stream=stream, group=group, taken_at=None).first()
        if waiting is None:
            raise
        raise StillOpen(
            _("%(group)s %(at)s 的交接单还等%(who)s签字，先签完再交下一班。")
            % {"group": group.name, "at": moment(waiting.signed_at, now), "who": waiting.successor.name}
        ) from taken
    return handover


def take_over(*, handover: Handover, person: Person, now: datetime) -> Handover:
    """Sign what was left to one, and return the sheet. Raises NotYourShift, TakenAlready, Altered."""
    with transaction.atomic():
        rows = Handover.objects.select_for_update(of=("self",))
        handover = rows.select_related("stream", "group", "leaver", "successor").get(pk=handover.pk)
        if person != handover.successor:
            raise NotYourShift(
                _("这份交接单等%(who)s签字，别人不能代签。") % {"who": handover.successor.name}
            )
        if handover.taken_at is not None:
            raise TakenAlready(_("您 %(at)s 已经签过，不用再签。") % {"at": moment(handover.taken_at, now)})
        if not is_unaltered(handover):
            raise Altered(_("这份交接单与签字时的校验码不符，不能签。请交班人重新交一份，并告知管理员。"))
        handover.taken_at, handover.changed_seq = now, touch(handover.stream)
        handover.save(update_fields=["taken_at", "changed_seq"])
        _record("take_over", handover, person, now)
    return handover


def _refuse_outsiders(group: Group, leaver: Person, successor: Person, now: datetime) -> None:
    if not members(group, at=now).filter(person=leaver).exists():
        raise NotYourShift(_("您不在%(group)s，不能交它的班。") % {"group": group.name})
    if successor not in successors(group, leaver, at=now):
        raise NotYourShift(
            _("不能交给%(who)s：要交给%(group)s的另一位成员。") % {"who": successor.name, "group": group.name}
        )


def _record(step: str, handover: Handover, person: Person, now: datetime) -> None:
    record(
        actor=person.key,
        verb=f"incidents.{step}",
        kind="handover",
        subject=handover.key,
        stream=handover.stream_id,
        at=now,
        facts={"group": handover.group.key, "sha256": handover.sha256},
    )
