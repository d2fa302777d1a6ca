"""Reading rules and alarms: what waits, how noisy a rule is, what a rule would have rung for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from guanlan.clocks.models import Stream
from guanlan.intake.models import Post
from guanlan.people.models import Person
from guanlan.watch.alerts.arithmetic import WEEK, Figures, Outcome, judge, rung
from guanlan.watch.alerts.counts import hour_of, posts_saying, series_of, start_of
from guanlan.watch.alerts.sensitivity import Terms, number_of
from guanlan.watch.counting import under
from guanlan.watch.models import Alarm, AlertRule, Reading, Watch

K, S = AlertRule.Kind, Alarm.State

# A rule's share of false alarms is that of so many days.
NOISE = timedelta(days=30)
# How many stored posts a dry run of hard words looks through.
LOOKED_THROUGH = 5_000


@dataclass(frozen=True)
class Tried:
    """What a rule would have rung for in the last 7 days, newest first.

    `judged` of `hours` could be judged; `posts` are those that a hard word names.
    """

    rung: Sequence["TriedHour"]
    judged: int
    hours: int
    posts: Sequence[Post] = ()
    looked_through: int = 0


@dataclass(frozen=True)
class TriedHour:
    """One time a rule would have rung."""

    since: datetime
    until: datetime
    value: int
    threshold: int
    figures: Figures


def alarms(person: Person, stream: Stream) -> QuerySet[Alarm]:
    """Return the alarms: those that nobody looked at first, then the newest."""
    mine = Alarm.visible_to(person).filter(stream=stream).select_related("rule__watch", "settled_by")
    waits = Case(When(state=S.OPEN, then=Value(0)), default=Value(1), output_field=IntegerField())
    return mine.annotate(waits=waits).order_by("waits", "-at", "-pk")


def waiting(person: Person, stream: Stream) -> int:
    """Return how many alarms nobody looked at."""
    return Alarm.visible_to(person).filter(stream=stream, state=S.OPEN).count()


def rules(person: Person, stream: Stream, *, now: datetime) -> QuerySet[AlertRule]:
    """Return the rules that stand, each with its alarms of 30 days: all, settled, false."""
    late = Q(alarms__at__gt=now - NOISE)
    mine = AlertRule.visible_to(person).filter(stream=stream, closed_at=None, watch__closed_at=None)
    return mine.select_related("watch").annotate(
        rang=Count("alarms", filter=late),
        settled=Count("alarms", filter=late & ~Q(alarms__state=S.OPEN)),
        false=Count("alarms", filter=late & Q(alarms__state=S.FALSE)),
    )


def false_permille(rule: AlertRule) -> int | None:
    """Return the share of false alarms among those somebody settled; None while none is settled.

    `rule` is one of `rules`.
    """
    settled, false = rule.settled, rule.false  # type: ignore[attr-defined]
    return false * 1000 // settled if settled else None


def posts_of(alarm: Alarm, person: Person) -> QuerySet[Reading]:
    """Return the readings of the posts that an alarm is about, the newest first."""
    mine = Reading.visible_to(person).select_related("post", "event").order_by("-published_at", "-pk")
    if alarm.rule.kind == K.WORDS:
        return mine.filter(post__key__in=alarm.posts)
    found = mine.filter(pk__in=under(alarm.rule.watch).values("pk"))
    found = found.filter(published_at__gte=alarm.window_from, published_at__lt=alarm.window_until)
    return found.filter(stance_now="negative") if alarm.rule.counts == "NEGATIVE" else found


def tried(watch: Watch, terms: Terms, *, now: datetime) -> Tried:
    """Let a rule run over the last 7 days of stored counts; nothing is kept."""
    terms = terms.plain()
    if terms.kind == K.WORDS:
        since = now - WEEK * timedelta(hours=1)
        posts = posts_saying(watch, terms.words, taken_since=since, limit=LOOKED_THROUGH)
        looked = under(watch).filter(post__taken_at__gte=since).count()
        return Tried((), WEEK, WEEK, posts, min(looked, LOOKED_THROUGH))
    series = series_of(watch, terms.counts, now=now)
    hours = range(hour_of(now) - WEEK + 1, hour_of(now) + 1)
    number = number_of(terms.kind, terms.sensitivity)
    rang = rung(
        terms.kind, series, hours, number=number, minimum=terms.minimum, cooldown=terms.cooldown_hours
    )
    judged = (judge(terms.kind, series, hour, number, terms.minimum) for hour in hours)
    told = [_tried_hour(outcome) for outcome in rang]
    return Tried(told[::-1], sum(one.threshold is not None for one in judged), len(hours))


def _tried_hour(outcome: Outcome) -> TriedHour:
    since, until = start_of(outcome.first), start_of(outcome.first + outcome.hours)
    return TriedHour(since, until, outcome.value, outcome.threshold or 0, outcome.figures)
