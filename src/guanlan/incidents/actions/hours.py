"""Booking the time that one worked on an incident, and taking a booking back."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from guanlan.clocks.actions import touch
from guanlan.errors import BadInput, NotAllowed, Refused
from guanlan.incidents.actions.trail import note
from guanlan.incidents.models import Hours, Incident
from guanlan.incidents.permissions import BOOK_HOURS
from guanlan.incidents.queries import is_inside
from guanlan.incidents.wording import hours_word
from guanlan.people.models import Person
from guanlan.people.permissions import require
from guanlan.people.weeks import local_day

_DAY = 1440


class NoWork(BadInput):
    """A booking says how long and what for."""


class TooMuch(BadInput):
    """A day has 24 hours."""


class NotWorkedYet(BadInput):
    """The day lies ahead, or before the incident."""


class Filed(Refused):
    """The incident is archived: its figures stand."""


class WithdrawnAlready(Refused):
    """The booking was taken back."""


def book_hours(
    *, incident: Incident, day: date, minutes: int, what: str, person: Person, now: datetime
) -> Hours:
    """Book one's own time on an incident and return the booking.

    Raises NotAllowed, NoWork, NotWorkedYet, TooMuch, Filed.
    """
    require(person, BOOK_HOURS, at=now)
    what = what.strip()[:200]
    if minutes < 1 or not what:
        raise NoWork(_("请写明做了多久、做了什么，再记工时。"))
    with transaction.atomic():
        incident = _locked(incident, person)
        if not local_day(incident.event.first_at) <= day <= local_day(now):
            raise NotWorkedYet(_("日期要在事件开始之后、今天或以前，请改正。"))
        # One's own row is locked, so that bookings on two incidents do not pass the day together.
        Person.objects.select_for_update().get(pk=person.pk)
        booked = Hours.objects.filter(stream=incident.stream, person=person, day=day, withdrawn_at=None)
        if (booked.aggregate(all=Sum("minutes"))["all"] or 0) + minutes > _DAY:
            raise TooMuch(_("这一天您记的工时超过 24 小时，请改正。"))
        hours = Hours.objects.create(
            stream=incident.stream,
            incident=incident,
            person=person,
            day=day,
            minutes=minutes,
            what=what,
            at=now,
            changed_seq=touch(incident.stream),
        )
        sentence = _("记工时 %(hours)s：%(what)s") % {"hours": hours_word(minutes), "what": what}
        _note("book_hours", hours, sentence, person, now)
    return hours


def withdraw_hours(*, hours: Hours, person: Person, now: datetime) -> Hours:
    """Take one's own booking back and return it. Raises NotAllowed, WithdrawnAlready, Filed."""
    with transaction.atomic():
        _locked(hours.incident, person)
        hours = Hours.objects.select_related("incident__stream", "person", "stream").get(pk=hours.pk)
        if hours.person != person:
            raise NotAllowed(_("这条工时是%(who)s记的，由本人撤回。") % {"who": hours.person.name})
        if hours.withdrawn_at is not None:
            raise WithdrawnAlready(_("这条工时已经撤回，不用再撤。"))
        hours.withdrawn_at, hours.changed_seq = now, touch(hours.stream)
        hours.save(update_fields=["withdrawn_at", "changed_seq"])
        sentence = _("撤回工时 %(hours)s：%(what)s") % {
            "hours": hours_word(hours.minutes),
            "what": hours.what,
        }
        _note("withdraw_hours", hours, sentence, person, now)
    return hours


def _locked(incident: Incident, person: Person) -> Incident:
    rows = Incident.objects.select_for_update(of=("self",)).select_related("stream", "event")
    incident = rows.get(pk=incident.pk)
    if not is_inside(incident, person):
        raise NotAllowed(_("您不在这个应急事件的知悉范围，不能记工时。请联系指挥部先加您进来。"))
    if incident.state == Incident.State.ARCHIVED:
        raise Filed(_("%(number)s 已归档，工时不再改动。") % {"number": incident.number})
    return incident


def _note(step: str, hours: Hours, sentence: str, person: Person, now: datetime) -> None:
    note(
        about=hours.incident,
        verb=f"incidents.{step}",
        sentence=sentence,
        person=person,
        now=now,
        facts={"hours": hours.key, "minutes": hours.minutes},
    )
