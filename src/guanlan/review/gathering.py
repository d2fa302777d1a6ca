"""Loading events with everything done about them, in few queries; only what the reader may see."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Min, Q, QuerySet

from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.incidents.models import Decision, Incident, Instruction, LevelChange, Loss
from guanlan.notify.models import Message
from guanlan.people.models import Function, Membership, Person
from guanlan.people.weeks import local_day
from guanlan.plan.document import PlanDocument
from guanlan.plan.models import PlanVersion
from guanlan.plan.queries import document
from guanlan.reports.models import Report
from guanlan.review.matters import Grade, Matter
from guanlan.review.periods import Period
from guanlan.watch.models import Assessment, Event, Reading, Signal

# Databases take only so many values at once.
_PART = 500
_COMMANDING = (Function.COMMAND, Function.LEADER)
_PLANS = (PlanVersion.State.IN_FORCE, PlanVersion.State.SUPERSEDED)

Rows = dict[int, list[Any]]


class FirstPost(NamedTuple):
    """When the first post that was not imported as history was published, and the first taken in."""

    published_at: datetime | None = None
    taken_at: datetime | None = None


def matters_of(person: Person, stream: Stream, period: Period) -> list[Matter]:
    """Return what was found in a period, the oldest first.

    An event belongs to the period in which it was found, with all that came of it. One that
    has an incident the person may not see is left out whole, so that no count gives it away.
    """
    begin, end = period.begin, period.end
    moments = (
        Signal.objects.filter(told_at__gte=begin, told_at__lt=end),
        Assessment.objects.filter(at__gte=begin, at__lt=end),
        Decision.objects.filter(at__gte=begin, at__lt=end),
    )
    keys = {key for rows in moments for key in rows.filter(stream=stream).values_list("event", flat=True)}
    events = Event.visible_to(person).filter(pk__in=keys - {None})
    found = [(one.found_at, one) for one in gathered(events, person)]
    inside = [(at, one) for at, one in found if at is not None and begin <= at < end]
    return [one for _at, one in sorted(inside, key=lambda pair: (pair[0], pair[1].event.pk))]


def matter_of(incident: Incident, person: Person) -> Matter | None:
    """Return the event of one incident with what was done in this incident, if the person may see it."""
    seen = Incident.visible_to(person).filter(pk=incident.pk)
    if not seen.exists():
        return None
    return next(iter(gathered(Event.visible_to(person).filter(pk=incident.event_id), person, seen)), None)


def gathered(
    events: QuerySet[Event], person: Person, incidents: QuerySet[Incident] | None = None
) -> list[Matter]:
    """Return the events with their rows, without those merged into others.

    `incidents` narrows what is told to them; without it every incident must be visible.
    """
    rows = {event.pk: event for event in events.exclude(state=Event.State.MERGED).select_related("watch")}
    if incidents is None:
        incidents = Incident.visible_to(person).filter(event__in=rows)
        hidden = Incident.objects.filter(event__in=rows).exclude(pk__in=incidents.values("pk"))
        for key in hidden.values_list("event", flat=True):
            rows.pop(key, None)
    return _Gathering(list(rows.values()), incidents, person).matters()


class _Gathering:
    """Everything about some events, loaded once, each kind of row by event."""

    def __init__(self, events: list[Event], incidents: QuerySet[Incident], person: Person) -> None:
        self.events, self.person = events, person
        keys = [event.pk for event in events]
        self.first = _first_posts(keys)
        moved = Signal.objects.filter(event__in=keys, kind=Signal.Kind.LEVEL)
        self.signals = _by_event(moved.order_by("at", "pk"))
        self.rises = {key: [one for one in rows if _was_told(one)] for key, rows in self.signals.items()}
        self.assessments = _by_event(Assessment.objects.filter(event__in=keys).order_by("at", "pk"))
        shown = Incident.objects.filter(pk__in=incidents.values("pk"), event__in=keys)
        self.incidents = _by_event(_with_rows(shown))
        ours = Q(incident=None) | Q(incident__in=shown.values("pk"))
        decided = Decision.objects.filter(ours, event__in=keys).exclude(kind=Decision.Kind.START_FIRST)
        # Starting first is the monitor's; the command decides when it ratifies.
        self.decisions = _by_event(decided.order_by("at", "pk"))
        said = Instruction.objects.filter(ours, event__in=keys)
        self.instructions = _by_event(said.exclude(state=Instruction.State.DISOWNED).order_by("said_at"))
        self.losses = _by_event(Loss.objects.filter(ours, event__in=keys))
        reports = Report.objects.filter(ours, event__in=keys)
        self.reports = _by_event(
            reports.defer("frozen").prefetch_related("receipts").order_by("written_at", "pk")
        )
        self.changes: Rows = defaultdict(list)
        for change in (
            LevelChange.objects.filter(incident__in=shown).select_related("incident").order_by("at")
        ):
            self.changes[change.incident.event_id].append(change)
        self.messages = self._messages()
        self.submissions = self._submissions()
        self.commanding = _commanding()
        self.plans = list(PlanVersion.objects.filter(state__in=_PLANS).defer("source").order_by("pk"))

    def matters(self) -> list[Matter]:
        """Return one matter an event."""
        return [self._matter(event) for event in self.events]

    def _matter(self, event: Event) -> Matter:
        first, judged = self.first.get(event.pk, FirstPost()), self.assessments[event.pk]
        rises, changes = self.rises.get(event.pk, []), self.changes[event.pk]
        # A dismissal is an assessment that came with no level while the event ended as a false alarm.
        dismissed = event.state == Event.State.DISMISSED
        dismissals = [judged[-1]] if dismissed and judged else []
        grades = [Grade(one.at, one.level, one.computed_level) for one in judged if one not in dismissals]
        grades += [Grade(one.at, one.level, _computed(self.signals[event.pk], one.at)) for one in changes]
        return Matter(
            event=event,
            plan=self._plan(event),
            published_at=first.published_at,
            taken_at=first.taken_at,
            rises=tuple(rises),
            grades=tuple(sorted(grades)),
            dismissals=tuple(dismissals),
            decisions=tuple(self.decisions[event.pk]),
            changes=tuple(changes),
            instructions=tuple(self.instructions[event.pk]),
            incidents=tuple(self.incidents[event.pk]),
            reports=tuple(self.reports[event.pk]),
            messages=tuple(self.messages[event.pk]),
            losses=tuple(self.losses[event.pk]),
            known_at=self._known_at(event),
            submissions=self.submissions,
        )

    def _plan(self, event: Event) -> PlanDocument | None:
        """Return the plan that the first incident is pinned to, else the one that held on the first day."""
        for incident in self.incidents[event.pk]:
            return document(incident.plan_version)
        day = local_day(event.first_at)
        own = [one for one in self.plans if one.unit_id == event.watch.unit_id]
        held = [one for one in own if one.effective_date and one.effective_date <= day]
        held.sort(key=lambda one: (one.effective_date, one.published_at or one.created_at))
        return document((held or own)[-1]) if own else None

    def _known_at(self, event: Event) -> datetime | None:
        """Return when the first of the command had read or spoken of it; a decision is not counted here."""
        reads = [
            (receipt.person_id, receipt.read_at)
            for report in self.reports[event.pk]
            if report.kind != Report.Kind.CLOSING
            for receipt in report.receipts.all()
        ]
        reads += [
            (message.person_id, message.read_at)
            for message in self.messages[event.pk]
            if message.cause.startswith("signal:")
        ]
        moments = [at for person, at in reads if at is not None and self._commands(person, at)]
        moments += [one.said_at for one in self.instructions[event.pk]]
        return min(moments, default=None)

    def _commands(self, person: int, at: datetime) -> bool:
        return any(start <= at and (end is None or at < end) for start, end in self.commanding[person])

    def _messages(self) -> Rows:
        """Return the messages by event, through what each says is its cause."""
        causes: dict[str, int] = {}
        for event in self.events:
            causes |= {f"signal:{one.key}": event.pk for one in self.signals[event.pk]}
            causes |= {f"report:{one.key}": event.pk for one in self.reports[event.pk]}
            causes |= {f"level:{one.key}": event.pk for one in self.changes[event.pk]}
            causes |= {f"instruction:{one.key}": event.pk for one in self.instructions[event.pk]}
            for incident in self.incidents[event.pk]:
                causes |= {f"task:{one.key}": event.pk for one in incident.tasks.all()}
                causes |= {f"statement:{one.key}": event.pk for one in incident.statements.all()}
        found: Rows = defaultdict(list)
        for part in _parts(list(causes)):
            rows = Message.objects.filter(cause__in=part).select_related("unheard")
            for message in rows.prefetch_related("deliveries").order_by("created_at", "pk"):
                found[causes[message.cause]].append(message)
        return found

    def _submissions(self) -> Mapping[str, tuple[datetime, ...]]:
        """Return when each text was submitted, as the record has it."""
        texts = [
            statement.text.key
            for incidents in self.incidents.values()
            for incident in incidents
            for statement in incident.statements.all()
        ]
        found: dict[str, list[datetime]] = defaultdict(list)
        for part in _parts(texts):
            entries = Entry.objects.filter(verb="approvals.submit_text", subject__in=part).order_by("number")
            for subject, at in entries.values_list("subject", "at"):
                found[subject].append(at)
        return {subject: tuple(moments) for subject, moments in found.items()}


def _by_event(rows: Iterable[Any]) -> Rows:
    found: Rows = defaultdict(list)
    for row in rows:
        found[row.event_id].append(row)
    return found


def _with_rows(incidents: QuerySet[Incident]) -> QuerySet[Incident]:
    # What the command revoked was no response; the event is measured without it.
    kept = incidents.exclude(state=Incident.State.REVOKED)
    rows = kept.select_related("plan_version", "event").order_by("opened_at", "pk")
    signed = ("text__steps", "text__versions__signatures__step")
    return rows.prefetch_related(
        "tasks__group", "releases", "hours", *(f"statements__{one}" for one in signed), "statements__text"
    )


def _first_posts(keys: Sequence[int]) -> dict[int, FirstPost]:
    live = Reading.objects.filter(event__in=keys, post__batch__history=False).order_by()
    rows = live.values("event").annotate(published=Min("published_at"), taken=Min("post__taken_at"))
    return {row["event"]: FirstPost(row["published"], row["taken"]) for row in rows}


def _was_told(signal: Signal) -> bool:
    """Whether it is a rise that people are told of: all others were settled when they were computed."""
    return bool(signal.level) and not signal.at == signal.told_at == signal.settled_at


def _computed(signals: Sequence[Signal], at: datetime) -> str:
    """Return the level that the system had computed last at a moment."""
    return next((one.level for one in reversed(signals) if one.at <= at), "")


def _commanding() -> Mapping[int, list[tuple[datetime, datetime | None]]]:
    """Return from when until when each person served in the command or among the leaders."""
    serving = Membership.objects.filter(group__function__in=_COMMANDING)
    found: dict[int, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    for person, start, end in serving.values_list("person", "started_at", "ended_at"):
        found[person].append((start, end))
    return found


def _parts(values: Sequence[str]) -> Iterator[Sequence[str]]:
    return (values[first : first + _PART] for first in range(0, len(values), _PART))
