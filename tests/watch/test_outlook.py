"""What the event page says of an event's course: stage, figures, final size; and what is not known."""

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.engine.forecast import Forecast, Forecaster
from guanlan.engine.lifecycle import Lifecycle
from guanlan.plan.models import PlanVersion
from guanlan.watch.models import Event
from guanlan.watch.outlook import outlook, reasons, sized
from incident_scene import raise_event, read_posts


@pytest.fixture
def event(cast: Cast, stream: Stream) -> Event:
    return raise_event(cast, stream)


def told(event: Event, *moments: tuple[float, int]) -> None:
    """Give the event `count` posts so many minutes ago, for each (minutes, count)."""
    for minutes, count in moments:
        read_posts(event, count=count, negative=0, at=NOW - timedelta(minutes=minutes))


def test_a_size_is_told_of_the_events_own_posts_up_to_now(event: Event) -> None:
    told(event, (120, 1), (90, 4), (45, 9), (30, 6), (10, 8), (-60, 50))
    seconds = [int((NOW - timedelta(minutes=minutes)).timestamp()) for minutes in (120, 90, 45, 30, 10)]
    times = [at for at, count in zip(seconds, (1, 4, 9, 6, 8), strict=True) for _post in range(count)]
    foretold = Forecaster.load().forecast(times, int(NOW.timestamp()))
    assert foretold is not None

    found = outlook(event, now=NOW)

    assert (found.size, found.interval) == sized(foretold)
    assert (found.stage, found.figures) == ("发展", "近 60 分钟 23 条，再前 60 分钟 5 条")


@pytest.mark.parametrize(
    ("posts", "words"),
    [
        (((120, 1), (60, 9)), "首帖之后满 10 条才能预计"),
        (((9, 5), (5, 20)), "首帖满 10 分钟才能预计"),
        (((7 * 1440 + 1, 30), (60, 20)), "首帖已过 7 天，不再预计"),
    ],
    ids=["too few", "too young", "too old"],
)
def test_an_unknown_size_is_called_unknown_with_the_reason(
    event: Event, posts: tuple[tuple[float, int], ...], words: str
) -> None:
    told(event, *posts)
    found = outlook(event, now=NOW)
    assert (found.size, found.interval) == ("未知", words)


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        (Lifecycle("latent", 10_800, 8, 3, 8, 1_000), "任何 3 小时都不到 10 条"),
        (Lifecycle("growing", 1_803, 1_284, 310, 1_284, 1_000), "近 30 分钟 1,284 条，再前 30 分钟 310 条"),
        (
            Lifecycle("declining", 10_800, 12, 90, 1_100, 34),
            "近 3 小时 12 条，最多的 3 小时 1,100 条；按时段折算为其 3%",
        ),
    ],
)
def test_a_stage_gives_its_figures(stage: Lifecycle, words: str) -> None:
    assert reasons(stage) == words


def test_an_interval_names_its_chance_and_its_end() -> None:
    words = ("1,530 条", "推测，八成把握 1,284–2,040，计到首帖后 30 天")
    assert sized(Forecast(900, 1_284, 1_530, 2_040)) == words


def test_the_page_shows_both(
    event: Event, cast: Cast, plan: PlanVersion, sign_in: Callable[..., Client]
) -> None:
    told(event, (120, 1), (60, 9))
    page = html.unescape(sign_in(cast.wang).get(reverse("event", args=[event.key])).content.decode())
    words = re.sub(r"\s+", "", re.sub("<[^>]+>", "", page))
    assert "现在阶段潜伏，任何60分钟都不到10条" in words
    assert "预计最终未知，首帖之后满10条才能预计" in words
