"""Reading which events may be merged or held against each other, and what was called false."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from guanlan.clocks.models import Stream
from guanlan.people.models import Person
from guanlan.watch.models import Alarm, Assessment, Event, Precedent, Reading, Regrouping, Watch

# How many earlier events are looked through for one that is alike, and how many are offered.
LOOKED_THROUGH, OFFERED = 400, 20


@dataclass
class FalseMonth:
    """What was called false under a watch in one month (Shanghai), with the reasons, newest first."""

    month: date
    watch: Watch
    events: int = 0
    alarms: int = 0
    reasons: list[tuple[datetime, str, str, str, str]] = field(default_factory=list)


def mergeable(event: Event, person: Person) -> QuerySet[Event]:
    """Return the events that this one may go into, the largest first."""
    found = Event.visible_to(person).filter(stream=event.stream_id, watch__name=event.watch.name)
    return found.exclude(state=Event.State.MERGED).exclude(pk=event.pk).order_by("-posts", "-last_at")


def to_split(event: Event, word: str) -> QuerySet[Reading]:
    """Return the event's readings whose posts say a word; all without one."""
    found = event.readings.select_related("post").order_by("-published_at", "-pk")
    if word:
        found = found.filter(Q(post__text__icontains=word) | Q(post__title__icontains=word))
    return found


def regroupings(event: Event) -> QuerySet[Regrouping]:
    """Return what was merged into the event or split from it, and what it came from, newest first."""
    found = Regrouping.objects.filter(Q(event=event) | Q(other=event))
    return found.select_related("event", "other", "person", "undone_by")


def precedents(event: Event, person: Person) -> list[Precedent]:
    """Return the event's precedents that the person may see."""
    found = event.precedents.filter(closed_at=None, earlier__in=Event.visible_to(person))
    return list(found.select_related("earlier__watch", "person"))


def alike(event: Event, person: Person) -> list[tuple[Event, list[str]]]:
    """Return earlier events that people worked on, those that share most words first, with the words."""
    earlier = Event.visible_to(person).filter(stream=event.stream_id, first_at__lt=event.first_at)
    worked = earlier.filter(Q(state=Event.State.CONFIRMED) | Q(under_incident=True)).exclude(pk=event.pk)
    linked = event.precedents.filter(closed_at=None).values("earlier")
    newest = worked.exclude(pk__in=linked).select_related("watch").order_by("-last_at")[:LOOKED_THROUGH]
    words = set(event.terms)
    shared = [(other, [term for term in other.terms if term in words]) for other in newest]
    return sorted(shared, key=lambda found: -len(found[1]))[:OFFERED]


def false_alarms(person: Person, stream: Stream) -> list[FalseMonth]:
    """Return what was called false, by month and watch: events that still are, and alarms of rules."""
    months: dict[tuple[date, int], FalseMonth] = {}
    for event, said in _dismissed(person, stream):
        one = _month(months, said.at, event.watch)
        one.events += 1
        one.reasons.append((said.at, said.reason, said.person.name, event.name, event.key))
    settled = Alarm.visible_to(person).filter(stream=stream, state=Alarm.State.FALSE)
    for alarm in settled.select_related("rule__watch", "settled_by"):
        assert alarm.settled_at is not None
        assert alarm.settled_by is not None
        one = _month(months, alarm.settled_at, alarm.rule.watch)
        one.alarms += 1
        name = str(alarm.rule.get_kind_display())
        one.reasons.append((alarm.settled_at, alarm.reason, alarm.settled_by.name, name, ""))
    for one in months.values():
        one.reasons.sort(key=lambda reason: reason[0], reverse=True)
    return sorted(months.values(), key=lambda one: (-one.month.toordinal(), one.watch.name))


def _dismissed(person: Person, stream: Stream) -> Sequence[tuple[Event, Assessment]]:
    events = Event.visible_to(person).filter(stream=stream, state=Event.State.DISMISSED)
    found = Assessment.objects.filter(event__in=events).select_related("event__watch", "person")
    last: dict[int, Assessment] = {}
    for said in found.order_by("at", "pk"):
        last[said.event_id] = said
    return [(said.event, said) for said in last.values()]


def _month(months: dict[tuple[date, int], FalseMonth], at: datetime, watch: Watch) -> FalseMonth:
    month = timezone.localtime(at).date().replace(day=1)
    return months.setdefault((month, watch.pk), FalseMonth(month, watch))
