"""Who answered, over what, how fast, and who cannot be reached and why."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Count, F, Min, Q, QuerySet
from django.utils.translation import gettext as _

from guanlan.notify.models import Delivery
from guanlan.notify.states import WRONG
from guanlan.people.models import Person
from guanlan.reachability.models import ReachCheck, ReachTry

S = Delivery.State


@dataclass(frozen=True)
class Tried:
    """One channel of a person: when it was answered, or what became of it."""

    channel: str
    answered_at: datetime | None
    sentence: str
    wrong: bool


@dataclass(frozen=True)
class Outcome:
    """One person in a check: the first answer, how long it took, and each channel."""

    person: Person
    answered_at: datetime | None
    took: timedelta | None
    in_time: bool
    tried: Sequence[Tried]


@dataclass(frozen=True)
class Result:
    """A whole check: those who cannot be reached before those who can."""

    outcomes: Sequence[Outcome]
    answered: int
    late: int
    median: timedelta | None


def checks(person: Person, stream: int) -> QuerySet[ReachCheck]:
    """Return the checks, newest first, with `asked`, and `answered`: persons who did so in time."""
    opened = Q(tries__message__read_at__lte=F("answer_by"))
    rows = ReachCheck.visible_to(person).filter(stream_id=stream).select_related("group", "started_by")
    return rows.annotate(
        asked=Count("tries__person", distinct=True),
        answered=Count("tries__person", filter=opened, distinct=True),
    )


def result(check: ReachCheck, *, now: datetime) -> Result:
    """Return what came of a check so far."""
    tries = ReachTry.objects.filter(check_of=check).select_related("person", "channel", "message")
    by_person: dict[int, list[ReachTry]] = defaultdict(list)
    for one in tries.prefetch_related("message__deliveries").order_by("person__name", "person", "pk"):
        by_person[one.person_id].append(one)
    outcomes = [_outcome(check, mine, now) for mine in by_person.values()]
    outcomes.sort(key=lambda one: (one.in_time, one.took or timedelta.max))
    times = [one.took.total_seconds() for one in outcomes if one.in_time and one.took is not None]
    return Result(
        outcomes,
        answered=len(times),
        late=sum(one.answered_at is not None and not one.in_time for one in outcomes),
        median=timedelta(seconds=median(times)) if times else None,
    )


def first_answer(check: ReachCheck, person: Person) -> datetime | None:
    """Return when the person answered first."""
    mine = ReachTry.objects.filter(check_of=check, person=person)
    found: datetime | None = mine.aggregate(first=Min("message__read_at"))["first"]
    return found


def _outcome(check: ReachCheck, mine: Sequence[ReachTry], now: datetime) -> Outcome:
    tried = [_tried(one, check, now) for one in mine]
    at = min((one.answered_at for one in tried if one.answered_at), default=None)
    return Outcome(
        person=mine[0].person,
        answered_at=at,
        took=at - check.started_at if at else None,
        in_time=at is not None and at <= check.answer_by,
        tried=tried,
    )


def _tried(one: ReachTry, check: ReachCheck, now: datetime) -> Tried:
    if one.channel is None or one.message is None:
        return Tried("", None, _("没有渠道，也没有可用的邮箱"), wrong=True)
    if one.message.read_at is not None:
        return Tried(one.channel.name, one.message.read_at, "", wrong=False)
    delivery = max(one.message.deliveries.all(), key=lambda row: row.pk)
    if delivery.state in WRONG:
        return Tried(
            one.channel.name, None, f"{delivery.get_state_display()}：{delivery.outcome}", wrong=True
        )
    over = now > check.answer_by
    if delivery.state == S.SENT:
        told = _("已发到，没有人点开") if over else _("已发到，等点开")
    else:
        told = _("排队，没有发出去") if over else _("正在发")
    return Tried(one.channel.name, None, told, wrong=over)
