"""The hours that are kept of a watch are those of its stored posts."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.watch import jobs
from guanlan.watch.actions import keep_watch, note_background
from guanlan.watch.corrections.actions import drop_post, judge_post
from guanlan.watch.counting import rows_under
from guanlan.watch.models import HourCount, Reading, Watch


def kept(watch: Watch) -> dict[datetime, tuple[int, int]]:
    rows = HourCount.objects.filter(watch=watch).exclude(posts=0)
    return {row.hour: (row.posts, row.negative) for row in rows}


def naive(watch: Watch) -> dict[datetime, tuple[int, int]]:
    """Count the stored posts one by one."""
    posts, negative = Counter[datetime](), Counter[datetime]()
    for row in rows_under(watch, NOW - timedelta(days=9), NOW):
        hour = row.at.replace(minute=0, second=0, microsecond=0)
        posts[hour] += 1
        negative[hour] += row.against
    return {hour: (posts[hour], negative[hour]) for hour in posts}


@pytest.fixture
def brought(watch: Watch, bring: Any) -> Watch:
    bring(200, start=NOW - timedelta(hours=3))
    return watch


def test_they_are_the_posts_by_hour(brought: Watch, bring: Any) -> None:
    assert kept(brought) == naive(brought)
    assert len(kept(brought)) == 2

    bring(30, start=NOW - timedelta(hours=2, minutes=30))

    assert kept(brought) == naive(brought)


def test_each_watch_has_its_own(brought: Watch, bring: Any, cast: Cast, stream: Stream) -> None:
    other = keep_watch(
        stream=stream, unit=cast.wang.unit, name="客服", query="客服", person=cast.wang, now=NOW
    )
    bring(60, start=NOW - timedelta(minutes=50))
    assert kept(other) == naive(other)
    assert 0 < sum(posts for posts, _negative in kept(other).values()) < 60
    assert kept(brought) == naive(brought)


def test_what_a_person_corrects_is_counted_anew(brought: Watch, bring: Any, cast: Cast) -> None:
    one, other = Reading.objects.filter(stance_now="negative").order_by("pk")[:2]
    drop_post(reading=one, person=cast.wang, now=NOW)
    judge_post(reading=other, seen="negative", stance="neutral", person=cast.wang, now=NOW)
    before = sum(negative for _posts, negative in kept(brought).values())

    bring.work()

    assert kept(brought) == naive(brought)
    assert sum(negative for _posts, negative in kept(brought).values()) < before - 1


def test_a_worker_that_begins_anew_leaves_them_as_they_are(brought: Watch, bring: Any) -> None:
    before = kept(brought)
    HourCount.objects.filter(watch=brought).order_by("hour").first().delete()  # type: ignore[union-attr]
    jobs._held.clear()

    bring(1, start=NOW - timedelta(minutes=5))

    after = kept(brought)
    assert {hour: after[hour] for hour in before} == before
    assert HourCount.objects.count() == len(after)


def test_weeks_that_a_person_noted_are_known(watch: Watch, bring: Any, cast: Cast) -> None:
    first = NOW.replace(minute=0) - timedelta(hours=200)
    note_background(
        watch=watch, first_hour=first, posts=[7] * 200, negative=[2] * 200, person=cast.wang, now=NOW
    )
    bring.work()
    rows = kept(watch)
    assert (len(rows), set(rows.values()), min(rows)) == (200, {(7, 2)}, first)
