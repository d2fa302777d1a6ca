"""What an alarm says: what came, against what, in words."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from guanlan.watch.alerts.sensitivity import meaning
from guanlan.watch.models import Alarm, AlertRule

K = AlertRule.Kind


def headline(alarm: Alarm, *, now: datetime) -> str:
    """Say in one sentence what rang, with value and threshold."""
    rule = alarm.rule
    words = {
        "watch": rule.watch.name,
        "window": window(alarm, now=now),
        "what": what(rule),
        "value": f"{alarm.value:,}",
        "threshold": f"{alarm.threshold:,}",
        "hours": (alarm.window_until - alarm.window_from) // timedelta(hours=1),
    }
    if rule.kind == K.WORDS:
        return _("%(watch)s：新到 %(value)s 条帖文出现硬性词") % words
    if rule.kind == K.ZERO:
        return _("%(watch)s：连续 %(hours)s 小时没有帖文") % words
    if rule.kind == K.FELL:
        return _("%(watch)s：%(window)s 只有%(what)s %(value)s 条，低于 %(threshold)s 条") % words
    return _("%(watch)s：%(window)s %(what)s %(value)s 条，达到阈值 %(threshold)s 条") % words


def what(rule: AlertRule) -> str:
    """Say which posts the rule counts."""
    return _("负面帖文") if rule.counts == AlertRule.Counts.NEGATIVE else _("帖文")


def window(alarm: Alarm, *, now: datetime) -> str:
    """Write the window: 14:00–15:00, with the day unless it is today's."""
    return span(alarm.window_from, alarm.window_until, now=now)


def span(since: datetime, until: datetime, *, now: datetime) -> str:
    """Write a span of time as seen from `now`."""
    first, last = timezone.localtime(since), timezone.localtime(until)
    hours = f"{first:%H:%M}–{last:%H:%M}"
    if first.date() == timezone.localtime(now).date():
        return hours
    return _("%(month)d月%(day)d日 %(hours)s") % {"month": first.month, "day": first.day, "hours": hours}


def rule_words(rule: AlertRule) -> str:
    """Say what a rule waits for, with its least count."""
    words = meaning(rule.kind, rule.number)
    if rule.kind == K.WORDS:
        return _("%(meaning)s：%(words)s") % {"meaning": words, "words": "、".join(rule.words)}
    if rule.kind == K.ZERO:
        return words
    if rule.kind == K.FELL:
        return _("%(meaning)s，同时段平时至少 %(minimum)d 条") % {"meaning": words, "minimum": rule.minimum}
    return _("%(meaning)s，至少 %(minimum)d 条") % {"meaning": words, "minimum": rule.minimum}


def figures(alarm: Alarm) -> list[tuple[str, str]]:
    """Return the numbers that the value was compared with, each with its name; None is unknown."""
    return figure_rows(alarm.figures)


def figure_rows(found: dict[str, int | None]) -> list[tuple[str, str]]:
    """Return such numbers by name."""
    rows = []
    if "mean_tenths" in found:
        rows.append(
            (_("前 %(hours)s 小时时均") % {"hours": found["mean_hours"]}, _tenths(found["mean_tenths"]))
        )
    names = {
        "deviation_tenths": _("标准差"),
        "usual_tenths": _("前 7 天同时段平均"),
    }
    rows += [(name, _tenths(found[key])) for key, name in names.items() if key in found]
    same = {"yesterday": _("昨天同一小时"), "last_week": _("上周同一小时")}
    rows += [(name, _count(found[key])) for key, name in same.items() if key in found]
    return rows


def _tenths(value: int | None) -> str:
    return _("未知") if value is None else _("%(count)s 条") % {"count": f"{value // 10:,}.{value % 10}"}


def _count(value: int | None) -> str:
    return _("未知") if value is None else _("%(count)s 条") % {"count": f"{value:,}"}
