"""What the event page says of an event's course: its stage with the figures, and its final size."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from guanlan.engine.forecast import LEAST_POSTS, OLDEST, YOUNGEST, Forecast, Forecaster
from guanlan.engine.lifecycle import FEW, Lifecycle, lifecycle
from guanlan.watch.models import Event

HOUR, DAY = 3_600, 86_400  # seconds


@dataclass(frozen=True)
class Outlook:
    """Stage and final size, each as a word and the sentence that gives its grounds."""

    stage: str
    figures: str
    size: str
    interval: str


def outlook(event: Event, *, now: datetime) -> Outlook:
    """Tell where an event stands at `now`, from the times of its posts."""
    found = event.readings.filter(published_at__lte=now).values_list("published_at", flat=True)
    times = [int(at.timestamp()) for at in found.iterator()]
    at, forecaster = int(now.timestamp()), Forecaster.load()
    told = forecaster.forecast(times, at)
    stage = lifecycle(times, at, forecaster.day)
    size, interval = sized(told) if told else (_("未知"), unknown(times, at))
    return Outlook(_name(stage), reasons(stage), size, interval)


def reasons(found: Lifecycle) -> str:
    """Return the figures behind a stage."""
    span, recent, most = _length(found.span), f"{found.recent:,}", f"{found.most:,}"
    if found.stage == "latent":
        return _("任何 {span}都不到 {few} 条").format(span=span, few=FEW)
    if found.stage == "growing":
        before = f"{found.before:,}"
        return _("近 {span} {recent} 条，再前 {span} {before} 条").format(
            span=span, recent=recent, before=before
        )
    share = f"{found.of_most / 10:.0f}%"
    return _("近 {span} {recent} 条，最多的 {span} {most} 条；按时段折算为其 {share}").format(
        span=span, recent=recent, most=most, share=share
    )


def sized(found: Forecast) -> tuple[str, str]:
    """Return the final size in the middle, and the interval around it."""
    middle = _("{median} 条").format(median=f"{found.median:,}")
    bounds = _("推测，八成把握 {low}–{high}，计到首帖后 30 天")
    return middle, bounds.format(low=f"{found.low:,}", high=f"{found.high:,}")


def unknown(times: list[int], at: int) -> str:
    """Say why no final size is told."""
    age = at - min(times, default=at)
    if age > OLDEST:
        return _("首帖已过 {days} 天，不再预计").format(days=OLDEST // DAY)
    if len(times) <= LEAST_POSTS:
        return _("首帖之后满 {least} 条才能预计").format(least=LEAST_POSTS)
    return _("首帖满 {minutes} 分钟才能预计").format(minutes=YOUNGEST // 60)


def _name(found: Lifecycle) -> str:
    names = {"latent": _("潜伏"), "growing": _("发展"), "peak": _("高峰"), "declining": _("消退")}
    return names[found.stage]


def _length(seconds: int) -> str:
    if seconds >= HOUR and seconds % HOUR == 0:
        return _("{hours} 小时").format(hours=seconds // HOUR)
    return _("{minutes} 分钟").format(minutes=seconds // 60)
