"""What the worker does with alert rules: look at each once a minute, and tell who watches of alarms."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.clocks.edge import now_for
from guanlan.clocks.models import Stream
from guanlan.notify.actions import tell
from guanlan.notify.models import Message
from guanlan.people.queries import company
from guanlan.plan.queries import document, in_force
from guanlan.watch.alerts import arithmetic
from guanlan.watch.alerts.counts import came_live, hour_of, is_grave, posts_saying, series_of, start_of
from guanlan.watch.alerts.wording import headline
from guanlan.watch.models import Alarm, AlertRule
from guanlan.watch.telling import watching

EVERY = timedelta(minutes=1)
# Posts arrive after they are published: an hour is held to be empty only so long after its end.
SETTLED = timedelta(minutes=15)
# Posts taken in wait a moment for the engine; a hard word looks so far back.
OVERLAP = timedelta(hours=1)
LOOKED_THROUGH = 5_000
# The plan's gravest levels, whatever they are called, are told in quiet hours too.
GRAVEST = 2


def ring_next_rule() -> bool:
    """Look at the next rule whose minute has come, or tell of the next alarm; say whether there was one."""
    for stream in Stream.objects.filter(closed_at=None):
        now = now_for(stream)
        if tell_next(stream, now=now) or look_at_next(stream, now=now):
            return True
    return False


def look_at_next(stream: Stream, *, now: datetime) -> bool:
    """Look at the rule that waited longest; say whether one was due."""
    due = AlertRule.objects.filter(stream=stream, closed_at=None, watch__closed_at=None)
    due = due.filter(looked_at__lte=now - EVERY).filter(Q(rests_until=None) | Q(rests_until__lte=now))
    rule = due.select_related("watch", "stream").order_by("looked_at", "pk").first()
    if rule is None:
        return False
    found = _found(rule, now)
    with transaction.atomic():
        # Of two workers that looked at once, the second changes no row.
        ours = AlertRule.objects.filter(pk=rule.pk, looked_at=rule.looked_at, closed_at=None)
        if not ours.update(looked_at=now):
            return True
        if found is not None:
            _ring(rule, found, now)
    return True


def tell_next(stream: Stream, *, now: datetime) -> bool:
    """Tell who watches of the next alarm whose time has come; say whether there was one."""
    untold = Alarm.objects.filter(stream=stream, told_at=None).select_related("rule__watch", "stream")
    for alarm in untold.order_by("at", "pk"):
        urgent = is_grave(alarm.rule.watch, _gravest_levels(), now=now)
        if alarm.tell_from <= now or urgent:
            with transaction.atomic():
                if Alarm.objects.filter(pk=alarm.pk, told_at=None).update(told_at=now):
                    _tell(alarm, urgent or alarm.rule.kind == AlertRule.Kind.WORDS, now)
            return True
    return False


def _found(rule: AlertRule, now: datetime) -> dict[str, Any] | None:
    """Return the columns of the alarm that the rule rings now, or None."""
    if rule.kind == AlertRule.Kind.WORDS:
        return _hard_words(rule, now)
    series = series_of(rule.watch, rule.counts, now=now)
    last = rule.alarms.order_by("-window_from").first()
    outcome = _fall(rule, series, now) if rule.kind in ("FELL", "ZERO") else _rise(rule, series, now, last)
    if outcome is None or outcome.threshold is None:
        return None
    return {
        "window_from": start_of(outcome.first),
        "window_until": start_of(outcome.first + outcome.hours),
        "value": outcome.value,
        "threshold": outcome.threshold,
        "figures": outcome.figures,
    }


def _rise(
    rule: AlertRule, series: arithmetic.Series, now: datetime, last: Alarm | None
) -> arithmetic.Outcome | None:
    """Judge the running hour, and the one before, whose last posts may have come only now."""
    rung = hour_of(last.window_from) if last else -1
    for hour in range(hour_of(now), hour_of(now) - 2, -1):
        outcome = arithmetic.judge(rule.kind, series, hour, rule.number, rule.minimum)
        if hour > rung and outcome.rings:
            live = came_live(rule, start_of(hour), start_of(hour + 1))
            assert outcome.threshold is not None
            if live >= outcome.threshold:
                return outcome
    return None


def _fall(rule: AlertRule, series: arithmetic.Series, now: datetime) -> arithmetic.Outcome | None:
    """Judge the hours that are over; a fall that goes on does not ring again."""
    hour = hour_of(now - SETTLED)
    outcome = arithmetic.judge(rule.kind, series, hour, rule.number, rule.minimum)
    if not outcome.rings:
        return None
    last = rule.alarms.order_by("-window_until").first()
    if last is None:
        return outcome
    since = range(hour_of(last.window_until) + 1, hour)
    rose = any(not arithmetic.judge(rule.kind, series, one, rule.number, rule.minimum).rings for one in since)
    return outcome if rose else None


def _hard_words(rule: AlertRule, now: datetime) -> dict[str, Any] | None:
    """Find posts that say a hard word, taken in since the rule was looked at last and never named before."""
    since = max(rule.looked_at - OVERLAP, rule.created_at)
    said = posts_saying(rule.watch, rule.words, taken_since=since, limit=LOOKED_THROUGH)
    earlier = rule.alarms.filter(at__gte=since - OVERLAP).values_list("posts", flat=True)
    named = {key for keys in earlier for key in keys}
    fresh = [post for post in said if post.key not in named]
    if not fresh:
        return None
    times = [post.published_at for post in fresh]
    return {
        "window_from": min(times),
        "window_until": max(times),
        "value": len(fresh),
        "threshold": 1,
        "posts": [post.key for post in fresh],
    }


def _ring(rule: AlertRule, found: dict[str, Any], now: datetime) -> None:
    AlertRule.objects.filter(pk=rule.pk).update(rests_until=now + timedelta(hours=rule.cooldown_hours))
    alarm = Alarm.objects.create(
        stream=rule.stream,
        rule=rule,
        at=now,
        tell_from=_after_quiet(rule, now),
        changed_seq=touch(rule.stream),
        **found,
    )
    _record("watch.ring_rule", alarm, now, value=alarm.value, threshold=alarm.threshold)


def _after_quiet(rule: AlertRule, now: datetime) -> datetime:
    """Return now, or when the rule's quiet hours end."""
    local = timezone.localtime(now)
    if not rule.is_quiet(local.time()):
        return now
    assert rule.quiet_until is not None
    ends = local.replace(hour=rule.quiet_until.hour, minute=rule.quiet_until.minute, second=0, microsecond=0)
    return ends if ends > local else ends + timedelta(days=1)


def _gravest_levels() -> list[str]:
    version = in_force(company())
    return [level.key for level in document(version).levels if level.rank <= GRAVEST] if version else []


def _tell(alarm: Alarm, urgent: bool, now: datetime) -> None:
    for person in watching(now=now):
        tell(
            stream=alarm.stream,
            person=person,
            title=headline(alarm, now=now),
            link=reverse("alarm", args=[alarm.key]),
            cause=f"alarm:{alarm.key}",
            urgency=Message.Urgency.URGENT if urgent else Message.Urgency.NORMAL,
            now=now,
        )
    _record("watch.tell_alarm", alarm, now)


def _record(verb: str, alarm: Alarm, now: datetime, **facts: int) -> None:
    record(
        actor="system",
        verb=verb,
        kind="alarm",
        subject=alarm.key,
        stream=alarm.stream_id,
        at=now,
        facts={"rule": alarm.rule.key, **facts},
    )
