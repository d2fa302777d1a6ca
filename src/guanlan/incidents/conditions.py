"""The plan's conditions for standing down, held against what was measured or stated."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext as _

from guanlan.incidents.models import Incident, StatedFigure, Task
from guanlan.incidents.states import OPEN
from guanlan.incidents.wording import length, moment
from guanlan.intake.models import Source
from guanlan.plan.document import PlanDocument, StandDown
from guanlan.plan.queries import document
from guanlan.watch.models import Reading

State = Literal["met", "open", "unknown"]

_BASELINE = timedelta(days=7)
_RECENT = timedelta(hours=24)
# A share of fewer posts than this says little.
_FEWEST = 30
_NAMED = 5
TASKS = "mandatory_tasks_done"
STATED = frozenset(StatedFigure.Kind.values)
# A figure stated longer ago than this must be stated anew.
STATED_FOR = timedelta(hours=24)
_COMPLAINTS = ("complaint", "ticket")


@dataclass(frozen=True)
class Condition:
    """One condition: whether it holds, by which figures. `binding` ones nobody may override.

    `kind` is the plan's; of a kind in STATED the figures are a person's, not measured.
    """

    key: str
    name: str
    state: State
    figures: str
    binding: bool = False
    kind: str = TASKS

    @property
    def by_person(self) -> bool:
        """Whether the figures are stated by a person."""
        return self.kind in STATED


def conditions(incident: Incident, *, now: datetime) -> tuple[Condition, ...]:
    """Return every condition of the incident's level, the mandatory tasks first."""
    plan = document(incident.plan_version)
    return (_tasks(incident, plan), *(_held(part, incident, now) for part in _written(incident, plan)))


def asked_figures(incident: Incident) -> frozenset[str]:
    """Return which figures the conditions of the incident's level want from people."""
    return STATED.intersection(part.kind for part in _written(incident, document(incident.plan_version)))


def _written(incident: Incident, plan: PlanDocument) -> list[StandDown]:
    return [part for part in plan.stand_down if incident.level in part.levels and part.kind != TASKS]


def _tasks(incident: Incident, plan: PlanDocument) -> Condition:
    part = next((part for part in plan.stand_down if part.kind == TASKS), None)
    name = part.name if part else _("必办任务全部办结或免办")
    key = part.key if part else TASKS
    mandatory = Task.objects.filter(incident=incident, mandatory=True)
    left = [task.title for task in mandatory.filter(state__in=OPEN)]
    closed = mandatory.count() - len(left)
    figures = _("%(closed)d / %(all)d 项") % {"closed": closed, "all": closed + len(left)}
    if left:
        more = _("等") if len(left) > _NAMED else ""
        figures += _("，未办：%(titles)s%(more)s") % {"titles": "、".join(left[:_NAMED]), "more": more}
    return Condition(key, name, "open" if left else "met", figures, binding=True)


def _held(part: StandDown, incident: Incident, now: datetime) -> Condition:
    measure = _MEASURES[part.kind]
    state, figures = measure(part.value or 0, incident, now)
    return Condition(part.key, part.name, state, figures, kind=part.kind)


def _complaints_settled(permille: int, incident: Incident, now: datetime) -> tuple[State, str]:
    figure = _last_stated(StatedFigure.Kind.COMPLAINTS, incident)
    if figure is not None and (newer := _complaints_since(figure)):
        return "unknown", _("未知：%(who)s 填报之后又收到 %(count)d 件投诉，请重新填报") % {
            "who": _who(figure, now),
            "count": newer,
        }
    return _stated(figure, permille, now)


def _inquiries_answered(_value: int, incident: Incident, now: datetime) -> tuple[State, str]:
    return _stated(_last_stated(StatedFigure.Kind.INQUIRIES, incident), 1000, now)


def _last_stated(kind: str, incident: Incident) -> StatedFigure | None:
    found = StatedFigure.objects.filter(incident=incident, kind=kind)
    return found.select_related("person", "incident__event").first()


def _complaints_since(figure: StatedFigure) -> int:
    readings = Reading.objects.filter(event=figure.incident.event, post__taken_at__gt=figure.at)
    return readings.filter(post__media_type__in=_COMPLAINTS).count()


def _stated(figure: StatedFigure | None, permille: int, now: datetime) -> tuple[State, str]:
    """Hold the last stated figure against the share that the plan asks for, while it is fresh."""
    if figure is None:
        return "unknown", _("未知：还没有人填报")
    if now - figure.at > STATED_FOR:
        return "unknown", _("未知：%(who)s 填报，已过 24 小时，请重新填报") % {"who": _who(figure, now)}
    figures = _("%(who)s 填报：已办 %(done)d，共 %(total)d，要 %(wanted)s；依据：%(ground)s") % {
        "who": _who(figure, now),
        "done": figure.done,
        "total": figure.total,
        "wanted": _percent(permille),
        "ground": figure.ground,
    }
    return "met" if figure.done * 1000 >= permille * figure.total else "open", figures


def _who(figure: StatedFigure, now: datetime) -> str:
    return f"{figure.person.name} {moment(figure.at, now)}"


def _share_at_baseline(allowed: int, incident: Incident, now: datetime) -> tuple[State, str]:
    """Compare the last day with the seven days before the event, under the event's watch."""
    event = incident.event
    posts = Reading.objects.filter(stream=incident.stream, post__hits__watch=event.watch, not_ours=False)
    before = _share(
        posts.filter(published_at__gte=event.first_at - _BASELINE, published_at__lt=event.first_at)
    )
    recent = _share(posts.filter(published_at__gt=now - _RECENT, published_at__lte=now))
    if before is None:
        return "unknown", _("未知：事前七日不足 %(least)d 条，没有常态可比") % {"least": _FEWEST}
    if recent is None:
        return "unknown", _("未知：近 24 小时不足 %(least)d 条") % {"least": _FEWEST}
    figures = _("近 24 小时负面 %(recent)s，事前七日 %(before)s，允许高出 %(allowed)s")
    percents = {"recent": _percent(recent), "before": _percent(before), "allowed": _percent(allowed)}
    return "met" if recent <= before + allowed else "open", figures % percents


def _share(posts: QuerySet[Reading]) -> int | None:
    """Return the negative share in thousandths; None for too few posts."""
    counted = posts.exclude(stance="").aggregate(
        every=Count("pk", distinct=True), negative=Count("pk", distinct=True, filter=Q(stance_now="negative"))
    )
    if counted["every"] < _FEWEST:
        return None
    return int(counted["negative"] * 1000 / counted["every"])


def _percent(permille: int) -> str:
    return f"{permille / 10:.1f}%"


def _quiet_hours(hours: int, incident: Incident, now: datetime) -> tuple[State, str]:
    """Count from the last negative original of the event; copies do not count."""
    posts = Reading.objects.filter(event=incident.event, published_at__lte=now)
    if not posts.exists():
        return "unknown", _("未知：这个事件没有帖文")
    originals = posts.filter(stance_now="negative", copy_of=None)
    last = originals.aggregate(at=Max("published_at"))["at"] or incident.event.first_at
    quiet = now - last
    figures = _("已 %(quiet)s 没有新的负面原帖，要 %(hours)d 小时") % {"quiet": length(quiet), "hours": hours}
    if gaps := _silent_sources(incident):
        figures += _("；%(names)s没有数据，可能漏看") % {"names": "、".join(gaps)}
    return "met" if quiet >= timedelta(hours=hours) else "open", figures


def _silent_sources(incident: Incident) -> list[str]:
    troubled = Q(silent_since__isnull=False) | Q(failing_since__isnull=False)
    sources = Source.objects.filter(troubled, stream=incident.stream, closed_at=None)
    return list(sources.order_by("pk").values_list("name", flat=True))


_MEASURES: dict[str, Callable[[int, Incident, datetime], tuple[State, str]]] = {
    "negative_share_at_baseline": _share_at_baseline,
    "quiet_hours": _quiet_hours,
    "complaints_settled": _complaints_settled,
    "inquiries_answered": _inquiries_answered,
}
