"""Who takes over and has not signed in time: the lead hears of it, once."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks import edge
from guanlan.clocks.actions import touch
from guanlan.clocks.models import Stream
from guanlan.incidents.handover.models import Handover
from guanlan.incidents.handover.telling import tell_of_handover
from guanlan.incidents.recipients import command
from guanlan.incidents.wording import length
from guanlan.people.models import Membership, Person
from guanlan.people.queries import members

NowFor = Callable[[Stream], datetime]


def chase_next_handover(now_for: NowFor = edge.now_for) -> bool:
    """Tell the lead of the next sheet that was not signed in time; say whether there was one."""
    for stream in Stream.objects.filter(closed_at=None, paused=False).order_by("pk"):
        now = now_for(stream)
        waiting = Handover.objects.filter(stream=stream, taken_at=None, chased_at=None, sign_by__lte=now)
        handover = (
            waiting.select_related("stream", "group", "leaver", "successor").order_by("sign_by").first()
        )
        if handover is not None:
            _chase(handover, now)
            return True
    return False


def _chase(handover: Handover, now: datetime) -> None:
    with transaction.atomic():
        # The conditional update is the claim; it is undone with the messages if anything fails.
        seen = Handover.objects.filter(pk=handover.pk, taken_at=None, chased_at=None)
        if not seen.update(chased_at=now, changed_seq=touch(handover.stream)):
            return
        persons = _heads(handover, now)
        title = _("%(who)s接班还没签字，已过 %(span)s：%(group)s") % {
            "who": handover.successor.name,
            "span": length(now - handover.signed_at),
            "group": handover.group.name,
        }
        for person in persons:
            tell_of_handover(handover, person, title=title, step="unsigned", now=now)
        record(
            actor="system",
            verb="incidents.chase_handover",
            kind="handover",
            subject=handover.key,
            stream=handover.stream_id,
            at=now,
            facts={"persons": [person.key for person in persons]},
        )


def _heads(handover: Handover, now: datetime) -> list[Person]:
    """Return the group's lead, else the deputies, else the command; never who has to sign."""
    heads = members(handover.group, at=now).exclude(person=handover.successor)
    for role in (Membership.Role.LEAD, Membership.Role.DEPUTY):
        if found := [serving.person for serving in heads.filter(role=role)]:
            return found
    return [person for person in command(at=now) if person != handover.successor]
