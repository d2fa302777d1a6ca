"""The plan's conditions for standing down, held against what was measured."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext as _

from guanlan.incidents.models import Incident, Task
from guanlan.incidents.states import OPEN
from guanlan.incidents.wording import length
from guanlan.intake.models import Source
from guanlan.plan.document import PlanDocument, StandDown
from guanlan.plan.queries import document
from guanlan.watch.models import Reading

State = Literal["met", "open", "unknown"]

_BASELINE = timedelta(days=7)
_RECENT = timedelta(hours=24)
# A share of fewer posts than this says little.
_FEWEST = 30
TASKS = "mandatory_tasks_done"


@dataclass(frozen=True)
class Condition:
    """One condition: whether it holds, by which figures. `binding` ones nobody may override."""

    key: str
    name: str
    state: State
    figures: str
    binding: bool = False


def conditions(incident: Incident, *, now: datetime) -> tuple[Condition, ...]:
    """Return every condition of the incident's level, the mandatory tasks first."""
    plan = document(incident.plan_version)
    written = [part for part in plan.stand_down if incident.level in part.levels and part.kind != TASKS]
    return (_tasks(incident, plan), *(_measured(part, incident, now) for part in written))


def _tasks(incident: Incident, plan: PlanDocument) -> Condition:
    part = next((part for part in plan.stand_down if part.kind == TASKS), None)
    name = part.name if part else _("必办任务全部办结或免办")
    key = part.key if part else TASKS
    mandatory = Task.objects.filter(incident=incident, mandatory=True)
    left = [task.title for task in mandatory.filter(state__in=OPEN)]
    closed = mandatory.count() - len(left)
    figures = _("%(closed)d / %(all)d 项") % {"closed": closed, "all": closed + len(left)}
    if left:
        figures += _("，未办：%(titles)s") % {"titles": "、".join(left)}
    return Condition(key, name, "open" if left else "met", figures, binding=True)


def _measured(part: StandDown, incident: Incident, now: datetime) -> Condition:
    measure = _MEASURES.get(part.kind)
    state, figures = measure(part.value or 0, incident, now) if measure else _not_counted()
    return Condition(part.key, part.name, state, figures)


def _not_counted() -> tuple[State, str]:
    return "unknown", _("未知：系统里还没有登记")


def _share_at_baseline(allowed: int, incident: Incident, now: datetime) -> tuple[State, str]:
    """Compare the last day with the seven days before the event, under the event's watch."""
    event = incident.event
    posts = Reading.objects.filter(stream=incident.stream, post__hits__watch=event.watch)
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
        every=Count("pk", distinct=True), negative=Count("pk", distinct=True, filter=Q(stance="negative"))
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
    originals = posts.filter(stance="negative", copy_of=None)
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
}
