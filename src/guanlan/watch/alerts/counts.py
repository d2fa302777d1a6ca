"""Stored hourly counts as the arithmetic takes them, and what came in live."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db.models import Min, Q

from guanlan.engine.query import Watch as EngineWatch
from guanlan.engine.query import compile_watches
from guanlan.engine.text import normalise
from guanlan.intake.models import Post
from guanlan.watch.alerts.arithmetic import WEEK, Series
from guanlan.watch.counting import rows_under, under
from guanlan.watch.models import AlertRule, HourCount, Watch
from guanlan.watch.queries import batch_of

HOUR = timedelta(hours=1)
# A dry run judges a week, and the first of its hours needs the week before.
REACH = 2 * WEEK
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def hour_of(at: datetime) -> int:
    """Return the hour of a time, counted from 1970."""
    return (at - _EPOCH) // HOUR


def start_of(hour: int) -> datetime:
    """Return when an hour begins."""
    return _EPOCH + hour * HOUR


def series_of(watch: Watch, counts: str, *, now: datetime) -> Series:
    """Return the watch's counts up to the running hour, as far back as a dry run needs.

    Known are the hours since the watch was opened, and those before of which the engine has counts.
    """
    last = hour_of(now)
    stored = HourCount.objects.filter(watch=watch, hour__lte=now)
    earliest = stored.aggregate(at=Min("hour"))["at"]
    begun = hour_of(watch.created_at - timedelta(microseconds=1)) + 1
    first = max(last - REACH, min(begun, hour_of(earliest)) if earliest else begun)
    column = "negative" if counts == AlertRule.Counts.NEGATIVE else "posts"
    found = dict(stored.filter(hour__gte=start_of(first)).values_list("hour", column))
    return Series(first, [found.get(start_of(hour), 0) for hour in range(first, last + 1)])


def came_live(rule: AlertRule, since: datetime, until: datetime) -> int:
    """Count the posts in a window that came in as they were published: imported history rings for nothing."""
    rows = rows_under(rule.watch, since, until)
    if rule.counts == AlertRule.Counts.NEGATIVE:
        rows = [row for row in rows if row.against]
    history = Post.objects.filter(batch__history=True, published_at__gte=since, published_at__lt=until)
    imported = set(history.filter(stream=rule.stream_id).values_list("pk", flat=True))
    return sum(row.pk not in imported for row in rows)


def posts_saying(watch: Watch, words: Sequence[str], *, taken_since: datetime, limit: int) -> list[Post]:
    """Return the posts under a watch, taken in since then and not as history, that say one of the words."""
    found = under(watch).filter(post__taken_at__gte=taken_since, post__batch__history=False)
    readings = found.select_related("post").order_by("-published_at", "-pk").distinct()[:limit]
    posts = [reading.post for reading in readings]
    matcher = compile_watches([EngineWatch("words", any_of(words))])
    batch = batch_of(posts)
    texts = normalise(batch.column("title"), batch.column("text"))
    return [posts[place] for place in sorted({hit.post for hit in matcher.match(texts, batch)})]


def any_of(words: Sequence[str]) -> str:
    """Return the query that asks for one of the words."""
    return " OR ".join(f'"{word}"' for word in words)


def is_grave(watch: Watch, levels: list[str], *, now: datetime) -> bool:
    """Say whether an event of the watch, with posts of the last 7 days, stands at one of the levels."""
    events = watch.events.filter(last_at__gt=now - WEEK * HOUR).exclude(state__in=("MERGED", "DISMISSED"))
    return events.filter(Q(computed_level__in=levels) | Q(confirmed_level__in=levels)).exists()
