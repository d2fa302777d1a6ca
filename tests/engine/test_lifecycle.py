"""Stages from hourly posts, counted by hand; the night; the exam; what the engine tells of an event."""

import gzip
from datetime import timedelta
from pathlib import Path

import numpy as np
import orjson
import pytest
from invented import REFUND, START, analyser, batch, model, post

from guanlan.engine.course import HOUR
from guanlan.engine.evaluate_lifecycle import counted, evaluate_lifecycle
from guanlan.engine.forecast_learning import Cascade
from guanlan.engine.lifecycle import Lifecycle, lifecycle
from guanlan.engine.pipeline import Analyser

NOON = 1_740_801_600  # 2025-03-01 12:00 in Shanghai
EVEN_DAY = np.ones(24)


def hourly(*counts: int) -> list[int]:
    """Return posts of consecutive hours from NOON on, the first exactly at NOON."""
    return [NOON + HOUR * hour + post * 30 for hour, count in enumerate(counts) for post in range(count)]


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ((1, 2, 1, 0, 2, 3, 3, 2), ("latent", 8, 3, 8)),
        ((1, 1, 1, 1, 1, 2, 3, 9), ("growing", 14, 3, 14)),
        ((5, 20, 40, 40, 40, 40, 40, 35), ("peak", 115, 120, 120)),
        ((5, 20, 40, 40, 20, 9, 8, 3), ("declining", 20, 100, 100)),
        ((30, 30, 30, 0, 0, 0, 0, 0), ("declining", 0, 30, 90)),
        ((30, 30, 1, 1, 1, 1, 4, 30), ("growing", 35, 3, 61)),
    ],
    ids=["few", "rising", "plateau", "falling", "over", "a second wave"],
)
def test_the_stage_and_its_figures(counts: tuple[int, ...], told: tuple[str, int, int, int]) -> None:
    found = lifecycle(hourly(*counts), NOON + 8 * HOUR - 1, EVEN_DAY)
    assert (found.span, found.recent, found.before, found.most) == (3 * HOUR, *told[1:])
    assert found.stage == told[0]
    assert found.of_most == found.recent * 1_000 // found.most


def test_half_the_age_is_the_span_of_a_young_event() -> None:
    # One hour old: ten posts in the first half, twenty in the second.
    times = [NOON + 3 * 60 * step for step in range(10)] + [NOON + 1_801 + 80 * step for step in range(20)]
    assert lifecycle(times, NOON + HOUR, EVEN_DAY) == Lifecycle("growing", 1_803, 20, 10, 20, 1_000)


def test_posts_after_now_are_not_looked_at() -> None:
    times = hourly(5, 20, 40, 40, 20, 9, 8, 3)
    at = NOON + 8 * HOUR - 1
    assert lifecycle([*times, at + 1, at + HOUR], at, EVEN_DAY) == lifecycle(times, at, EVEN_DAY)
    assert lifecycle([], at, EVEN_DAY).stage == "latent"


def test_a_quiet_night_alone_is_no_decline() -> None:
    # 40 an hour until midnight, 16 after it: as many as the hour has of the day's.
    counts = [40] * 12 + [16] * 3
    day = np.where(np.arange(24) < 6, 0.4, 1.2)
    at = NOON + 15 * HOUR - 1
    assert lifecycle(hourly(*counts), at, EVEN_DAY).stage == "declining"
    night = lifecycle(hourly(*counts), at, day)
    # 48 posts where 0.4 is usual are as many as 120 in a mean hour's span; by day 120 are 100.
    assert (night.stage, night.recent, night.of_most) == ("peak", 48, 1_000)


class TestTheExam:
    def test_counts_what_came_after_each_stage(self) -> None:
        # Twelve in the first half hour, twenty in the next: growing at one hour; none ever after.
        offsets = np.array(
            [1 + 150.0 * step for step in range(12)] + [1_801 + 80.0 * step for step in range(20)]
        )
        table = counted([Cascade(NOON, offsets)], EVEN_DAY)
        growing, declining = table.rows
        assert (growing.stage, growing.looks, growing.higher, growing.more) == ("growing", 1, 0, 0)
        assert (declining.stage, declining.looks, declining.to_come) == ("declining", 7, 0)

    def test_sees_a_higher_wave_and_what_is_still_to_come(self) -> None:
        first = np.array([1 + 50.0 * step for step in range(66)])  # within the hour
        second = np.array([3_700 + 10.0 * step for step in range(133)])
        (at_one, *_later) = counted([Cascade(NOON, np.concatenate([first, second]))], EVEN_DAY).rows
        assert (at_one.stage, at_one.looks) == ("peak", 1)
        assert (at_one.higher, at_one.more) == (1, 1)
        assert at_one.to_come == pytest.approx(133 / 200)

    def test_a_lower_wave_is_no_higher_one(self) -> None:
        first = np.array([1 + 50.0 * step for step in range(66)])
        second = np.array([3_700 + 10.0 * step for step in range(29)])
        (at_one, *_later) = counted([Cascade(NOON, np.concatenate([first, second]))], EVEN_DAY).rows
        assert (at_one.stage, at_one.higher, at_one.more) == ("peak", 0, 0)
        assert at_one.to_come == pytest.approx(29 / 96)

    def test_is_printed_for_a_set_and_left_out_without_one(self, tmp_path: Path) -> None:
        row = {"id": "a", "t0": NOON, "reposts": [[60 * step, "u", "m", "", ""] for step in range(30)]}
        (tmp_path / "set.gz").write_bytes(gzip.compress(orjson.dumps(row)))
        assert str(evaluate_lifecycle(tmp_path / "set.gz")).startswith("| 阶段 | 次数 | 之后更高 |")
        assert evaluate_lifecycle(tmp_path / "none.gz") is None


class TestTheEnginesEvents:
    @staticmethod
    def posts(count: int) -> list[dict]:
        return [post(i, i * 5.0, f"{REFUND}第{i}次", author=f"u{i}") for i in range(count)]

    def test_tell_stage_and_size(self) -> None:
        engine = analyser()
        engine.feed(batch(self.posts(40)))
        (event,) = engine.events()
        assert event.posts == 40
        assert event.forecast is not None
        assert event.forecast.seen == 40 <= event.forecast.low <= event.forecast.high
        # 195 minutes old: nineteen or twenty posts in each half.
        assert (event.lifecycle.stage, event.lifecycle.span) == ("peak", (195 * 60 // 6 + 1) * 3)

    def test_tell_no_size_of_a_few_posts(self) -> None:
        engine = analyser()
        engine.feed(batch(self.posts(9)))
        engine.advance(START + timedelta(hours=9))
        (event,) = engine.events()
        assert event.forecast is None
        assert event.lifecycle.stage == "latent"

    def test_tell_the_same_in_batches_of_any_size_and_after_a_restart(self) -> None:
        posts, whole, parts = self.posts(40), analyser(), analyser()
        whole.feed(batch(posts))
        for first in range(0, 40, 7):
            parts.feed(batch(posts[first : first + 7]))
            parts = Analyser.restore(parts.snapshot(), model())
        for engine in (whole, parts):
            engine.advance(START + timedelta(hours=5))
        assert parts.events() == whole.events()
