"""The story: the same for the same seed, as large and as mixed as it says."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pyarrow as pa
import pytest

from guanlan.demo.background import background
from guanlan.demo.generator import SEED, Due, generate
from guanlan.demo.phrases import written
from guanlan.engine.model import Model
from guanlan.engine.pipeline import Analyser
from guanlan.engine.posts import SCHEMA
from guanlan.engine.query import Watch
from guanlan.engine.results import BackgroundCounts, Signal
from guanlan.plan.criteria import table
from guanlan.plan.reading import read
from guanlan.watch.wording import query_of

END = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # 20:00 in Shanghai
PLAN = Path(__file__).resolve().parents[2] / "plans" / "five-groups.yaml"
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def story() -> list[Due]:
    return generate(SEED, end=END)


def as_given(told: list[Due]) -> list[Due]:
    """In the order of the opening: the past in steps of two hours, source by source."""
    play = END - 6 * HOUR
    step = 2 * HOUR
    return sorted((d for d in told if d.at < play), key=lambda d: ((d.at - play) // step, d.source, d.at)) + [
        d for d in told if d.at >= play
    ]


def signals(told: list[Due]) -> tuple[list[Signal], dict[str, str]]:
    """What the engine signals under the demo's watches and plan, and each post's last event."""
    watches = [
        Watch(w["name"], query_of(brand=w["brand"], matter=w["matter"], without=w["without"]))
        for w in written("watches")
    ]
    run = Analyser(Model.load(), watches, table(read(PLAN.read_bytes(), PLAN.name).document))
    for name, before in background(SEED, end=END - 72 * HOUR).items():
        run.apply(BackgroundCounts(name, before.first_hour, before.posts, before.negative))
    found: list[Signal] = []
    events: dict[str, str] = {}
    told = as_given(told)
    for first in range(0, len(told), 250):
        rows = [
            due.post | {"published_at": datetime.fromisoformat(due.post["published_at"])}
            for due in told[first : first + 250]
        ]
        columns = [pa.array([row.get(field.name) for row in rows], field.type) for field in SCHEMA]
        results = run.feed(pa.record_batch(columns, schema=SCHEMA))
        found += results.signals
        events |= {row.id: row.event for row in results.posts if row.event}
        events |= {move.id: move.event for move in results.moved if move.event}
    return found + run.advance(END).signals, events


def test_the_same_seed_gives_the_same_bytes(story: list[Due]) -> None:
    assert orjson.dumps(story) == orjson.dumps(generate(SEED, end=END))
    assert orjson.dumps(story) != orjson.dumps(generate(SEED + 1, end=END))


def test_some_six_thousand_posts_come_over_seven_platforms_in_three_days(story: list[Due]) -> None:
    platforms = Counter(due.post["platform"] for due in story)
    assert 5500 <= len(story) <= 6500
    assert set(platforms) == {"微博", "抖音", "小红书", "黑猫投诉", "知乎", "微信公众号", "新闻网站"}
    assert min(platforms.values()) >= 20
    assert all(END - 72 * HOUR <= due.at <= END for due in story)


def test_texts_vary_widely_beside_copies_and_chains(story: list[Due]) -> None:
    posts = {due.post["id"]: due.post for due in story}
    texts = Counter(post["text"] for post in posts.values())
    assert len(texts) > 0.9 * len(posts)
    chained = [post for post in posts.values() if "//@" in post["text"]]
    assert len(chained) > 100
    assert all(post["repost_of"] in posts for post in chained)
    answers = [post for post in posts.values() if "parent_id" in post]
    assert len(answers) > 200
    assert {answer["parent_id"] for answer in answers} <= set(posts)


def test_a_later_sight_never_has_lower_counts(story: list[Due]) -> None:
    sights: dict[str, list[int]] = {}
    for due in story:
        sights.setdefault(due.post["id"], []).append(due.post["likes"])
    again = {key: likes for key, likes in sights.items() if len(likes) > 1}
    assert len(again) >= 3
    assert all(likes == sorted(likes) for likes in again.values())
    assert max(likes[-1] for likes in again.values()) == 50_000


def test_the_evening_is_busier_than_the_night(story: list[Due]) -> None:
    local = Counter((due.at + 8 * HOUR).hour for due in story if due.part == "ordinary")
    assert local[20] > 5 * local[4]


def test_one_source_falls_silent(story: list[Due]) -> None:
    last = max(due.at for due in story if due.source == "抖音评论")
    assert END - 10 * HOUR < last <= END - 9 * HOUR


def test_the_ordinary_days_reach_no_level(story: list[Due]) -> None:
    found, _events = signals([due for due in story if due.part == "ordinary"])
    assert found == []


def test_only_the_refund_event_reaches_the_second_level_and_does_so_while_it_is_played(
    story: list[Due],
) -> None:
    found, events = signals(story)
    grave = [signal for signal in found if signal.level in ("I", "II")]
    assert [signal.level for signal in grave] == ["II"]
    assert END - 6 * HOUR < grave[0].at < END - 2 * HOUR
    parts = {due.post["id"]: due.part for due in story}
    members = Counter(parts[post] for post, event in events.items() if event == grave[0].event)
    assert members["refund"] > 0.9 * members.total()
    below = [signal.level for signal in found if signal.at < END - 6 * HOUR]
    assert below.count("IV") >= 1
    assert set(below) <= {"IV", None}
