"""What the groups lack is told once a day: no lead, no deputy, nobody on watch in the next day."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks import edge
from guanlan.clocks.actions import touch
from guanlan.clocks.models import Stream
from guanlan.notify.actions import tell
from guanlan.notify.models import VacancyLook
from guanlan.people.models import Function, Person
from guanlan.people.queries import lead, persons_with
from guanlan.people.roster import Vacancy, covers, vacancies

NowFor = Callable[[Stream], datetime]

_FROM_HOUR = 9
_AHEAD = timedelta(days=1)


def remind_of_vacancies(now_for: NowFor = edge.now_for) -> bool:
    """Once a day, from nine o'clock, tell who can fill what the groups lack; say whether it was time.

    Only in the real stream: a drill's groups are the real ones.
    """
    stream = Stream.objects.filter(kind=Stream.Kind.REAL, closed_at=None, paused=False).first()
    if stream is None:
        return False
    now = now_for(stream)
    local = timezone.localtime(now)
    if local.hour < _FROM_HOUR or VacancyLook.objects.filter(stream=stream, day=local.date()).exists():
        return False
    found = vacancies(covers(at=now, ahead=_AHEAD))
    with transaction.atomic():
        # The day's row is the claim; it is undone with the messages if anything fails.
        look, mine = VacancyLook.objects.get_or_create(
            stream=stream, day=local.date(), defaults={"at": now, "changed_seq": touch(stream)}
        )
        if mine:
            _tell(look, found, now)
    return mine


def _tell(look: VacancyLook, found: Iterable[Vacancy], now: datetime) -> None:
    told = {}
    for vacancy in found:
        persons = who_fills(vacancy, at=now)
        for person in persons:
            tell(
                stream=look.stream,
                person=person,
                title=_("%(group)s%(lacks)s，请补上") % {"group": vacancy.group.name, "lacks": vacancy.words},
                link=reverse("people"),
                cause=f"vacancy:{vacancy.group.key}",
                step=look.day.isoformat(),
                now=now,
            )
        told[vacancy.group.key] = [person.key for person in persons]
    record(
        actor="system",
        verb="notify.remind_of_vacancies",
        kind="vacancies",
        subject=look.key,
        stream=look.stream_id,
        at=now,
        facts={"groups": told},
    )


def who_fills(vacancy: Vacancy, *, at: datetime) -> list[Person]:
    """Return who is told: the group's lead or deputy, else the command, else the administrators."""
    head = lead(vacancy.group, at=at)
    if head is not None and not vacancy.no_lead:
        return [head]
    for function in (Function.COMMAND, Function.ADMINISTRATOR):
        if found := list(persons_with(function, at=at).order_by("pk")):
            return found
    return []
