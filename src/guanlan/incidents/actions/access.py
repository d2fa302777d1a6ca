"""Who may see a restricted incident: let in, and taken out again."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.clocks.actions import touch
from guanlan.errors import Refused
from guanlan.incidents.actions.trail import note
from guanlan.incidents.models import Access, Incident
from guanlan.incidents.offering import admit
from guanlan.incidents.permissions import DECIDE
from guanlan.incidents.queries import is_inside, why_inside
from guanlan.notify.actions import tell
from guanlan.people.models import Person
from guanlan.people.permissions import require


class NotRestricted(Refused):
    """Everybody may see the incident; there is nobody to let in or take out."""


class OutsideYourself(Refused):
    """Only somebody inside decides who else is."""


class InsideAlready(Refused):
    """The person is in."""


class OutsideAlready(Refused):
    """The person is not in."""


class StaysInside(Refused):
    """Who has work in the incident must be able to see it."""


def let_in(*, incident: Incident, guest: Person, person: Person, now: datetime) -> None:
    """Let another person see a restricted incident, and tell that person.

    Raises NotAllowed, NotRestricted, OutsideYourself, InsideAlready.
    """
    require(person, DECIDE, at=now)
    with transaction.atomic():
        incident = _locked(incident, person)
        if not admit(incident, guest, now=now):
            raise InsideAlready(_("%(name)s已经能看到这个事件，不用再加。") % {"name": guest.name})
        entry = note(
            about=incident,
            verb="incidents.let_in",
            sentence=_("%(name)s加入知悉范围") % {"name": guest.name},
            person=person,
            now=now,
            facts={"guest": guest.key},
        )
        tell(
            stream=incident.stream,
            person=guest,
            title=_("%(name)s请您知悉：%(incident)s") % {"name": person.name, "incident": incident.name},
            link=reverse("incident", args=[incident.key]),
            cause=f"let-in:{incident.key}",
            step=str(entry.audit_number),
            now=now,
        )


def take_out(*, incident: Incident, guest: Person, person: Person, now: datetime) -> None:
    """Take a person out of a restricted incident's circle, and tell that person without naming it.

    The row is closed, not deleted. Who has an open task or a signature to give stays, and
    nobody takes themselves out. Raises NotAllowed, NotRestricted, OutsideYourself,
    OutsideAlready, StaysInside.
    """
    require(person, DECIDE, at=now)
    with transaction.atomic():
        incident = _locked(incident, person)
        access = Access.objects.filter(incident=incident, person=guest, closed_at=None).first()
        if access is None:
            raise OutsideAlready(_("%(name)s已经不在知悉范围。") % {"name": guest.name})
        if guest.pk == person.pk:
            raise StaysInside(_("不能移出自己，否则没有人能再加人。请另一位在范围内的指挥人员办理。"))
        if ground := why_inside(access, at=now):
            raise StaysInside(
                _("不能移出%(name)s：%(ground)s。请先转给别人、办结或免办。")
                % {"name": guest.name, "ground": ground}
            )
        access.closed_at, access.changed_seq = now, touch(incident.stream)
        access.save(update_fields=["closed_at", "changed_seq"])
        entry = note(
            about=incident,
            verb="incidents.take_out",
            sentence=_("%(name)s移出知悉范围") % {"name": guest.name},
            person=person,
            now=now,
            facts={"guest": guest.key},
        )
        tell(
            stream=incident.stream,
            person=guest,
            title=_("您不再在一个限知悉范围事件的名单里，如有疑问请问%(name)s") % {"name": person.name},
            link=reverse("home"),
            cause=f"taken-out:{incident.key}",
            step=str(entry.audit_number),
            now=now,
        )


def _locked(incident: Incident, person: Person) -> Incident:
    rows = Incident.objects.select_for_update(of=("self",)).select_related("stream")
    incident = rows.get(pk=incident.pk)
    if not incident.restricted:
        raise NotRestricted(_("这个事件没有限定知悉范围，大家都看得到，不用加人。"))
    if not is_inside(incident, person):
        raise OutsideYourself(_("您自己不在这个事件的知悉范围，请已在范围内的指挥人员办理。"))
    return incident
