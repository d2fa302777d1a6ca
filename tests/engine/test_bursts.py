"""Bursts and silences: limits against exact probabilities, alarms on series made by hand."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest

from guanlan.engine import bursts
from guanlan.engine.bursts import BIN_US, DAY_BINS, ONE, REFRACTORY, Bursts, high_limit, low_limit
from guanlan.engine.state import pack

SERIES = (0,)
PLATFORM = (0, 3)


def exact_limit(shape: int, rate: int, here: int) -> int:
    """The least count whose upper tail is below CHANCE, in exact fractions (negative binomial)."""
    share = Fraction(here, rate + here)
    reached, count = Fraction(0), 0
    while True:
        reached += comb(count + shape - 1, count) * (1 - share) ** shape * share**count
        count += 1
        if 1 - reached < Fraction(bursts.CHANCE):
            return count


@pytest.mark.parametrize(("total", "bins"), [(0, 0), (3, 20), (40, 40), (700, 144), (2000, 100)])
def test_low_limit_is_the_exact_negative_binomial(total, bins):
    expected = exact_limit(total + bursts.PRIOR_COUNT, bins + bursts.PRIOR_BINS, 1)
    assert low_limit(total * ONE, bins * ONE, ONE, ONE) == expected


def test_a_busy_hour_allows_more():
    assert low_limit(100 * ONE, 100 * ONE, 4 * ONE, ONE) == exact_limit(101, 106, 4)


def test_posts_that_come_four_at_a_time_are_counted_as_clumps():
    # 120 posts in 60 bins are 30 clumps; so many clumps are unusual, four posts each.
    expected = 4 * exact_limit(30 + bursts.PRIOR_COUNT, 60 + bursts.PRIOR_BINS, 1)
    assert low_limit(120 * ONE, 60 * ONE, ONE, 4 * ONE) == expected
    assert expected > low_limit(120 * ONE, 60 * ONE, ONE, ONE)


def test_high_limit_lies_beyond_all_residuals_seen_but_not_far():
    residuals = np.array(sorted((i * 37) % 41 - 20 for i in range(1000)), np.int32)
    assert 100 + 20 < high_limit(residuals, 100.0) < 100 + 30


def feed(series: Bursts, counts, first: int = 0, key=SERIES):
    """Add so many posts in each bin; tick at each bin's end; return what was told, as (bin, silent)."""
    told = []
    for place, count in enumerate(counts, first):
        for _post in range(count):
            series.add(key, place * BIN_US + 1)
        told += [(burst.at // BIN_US, burst.silent) for burst in series.tick((place + 1) * BIN_US)]
    return told


def test_an_even_series_is_no_burst_and_a_jump_is_one():
    series = Bursts()
    assert feed(series, [1, 0, 2, 1] * 60) == []
    assert feed(series, [14], 240) == [(240, False)]


def test_a_burst_is_told_once_and_again_only_after_the_refractory_period():
    series = Bursts()
    feed(series, [0, 1] * 40)
    assert feed(series, [30] * 4 + [0] * (REFRACTORY - 5) + [90], 80) == [(80, False)]
    assert feed(series, [90], 80 + REFRACTORY) == [(80 + REFRACTORY, False)]


def test_a_burst_is_told_at_the_first_tick_and_not_at_the_bin_end():
    series = Bursts()
    feed(series, [1, 0] * 20)
    for _post in range(20):
        series.add(SERIES, 40 * BIN_US)
    assert [burst.count for burst in series.tick(40 * BIN_US + 60_000_000)] == [20]


def test_drift_spot_takes_over_when_there_is_much():
    series = Bursts()
    wave = [100 + (i * 37) % 41 - 20 for i in range(3 * DAY_BINS)]
    assert feed(series, wave) == [(0, False)]  # out of nothing
    assert feed(series, [118], len(wave)) == []
    assert feed(series, [190], len(wave) + 1) == [(len(wave) + 1, False)]


def test_a_platform_that_always_spoke_falls_silent_once():
    series = Bursts()
    assert feed(series, [1] * DAY_BINS * 2, key=PLATFORM) == []
    told = feed(series, [0] * DAY_BINS * 3, DAY_BINS * 2, key=PLATFORM)
    assert told == [(DAY_BINS * 3, True)]
    assert feed(series, [1], DAY_BINS * 5, key=PLATFORM) == []
    assert feed(series, [0] * DAY_BINS, DAY_BINS * 5 + 1, key=PLATFORM) == [(DAY_BINS * 6 + 1, True)]


def test_a_platform_that_seldom_spoke_does_not_fall_silent():
    series = Bursts()
    feed(series, ([1] + [0] * (DAY_BINS - 1)) * 4, key=PLATFORM)
    assert feed(series, [0] * DAY_BINS * 2, DAY_BINS * 4, key=PLATFORM) == []


def test_silence_is_told_at_its_own_time_even_after_a_long_gap():
    series = Bursts()
    feed(series, [1] * DAY_BINS * 2, key=PLATFORM)
    told = series.tick(DAY_BINS * 60 * BIN_US)
    assert [(burst.silent, burst.at // BIN_US) for burst in told] == [(True, DAY_BINS * 3)]


def test_known_hours_of_the_week_excuse_a_busy_hour():
    weeks = [50 if hour % 24 == 9 else 1 for hour in range(168)]
    day = [0] * 54 + [8] * 6 + [0] * 84
    plain, taught = Bursts(), Bursts()
    taught.load(0, weeks)
    assert feed(plain, day * 3)
    assert feed(taught, day * 3) == []


def test_a_post_older_than_the_open_bin_is_not_counted():
    series = Bursts()
    feed(series, [1, 0] * 20)
    for _post in range(30):
        series.add(SERIES, 10 * BIN_US)
    assert series.tick(41 * BIN_US) == []


def clumpy(bins: int) -> list[int]:
    """Ten at a time, in one bin of eight."""
    return [10 if (i * 5 + i // 8 * 3) % 8 == 0 else 0 for i in range(bins)]


def test_scatter_is_the_squares_of_what_was_unexpected_over_what_was_expected():
    counts = clumpy(3 * DAY_BINS)
    series = Bursts()
    feed(series, counts)
    total = exposure = squares = expected = hour = hour_expected = hours = hours_expected = 0.0
    for place, count in enumerate(counts[:-1]):  # the last is still open
        if exposure:
            usual = total / exposure
            squares += (count - usual) ** 2 - squares / 1024
            expected += usual - expected / 1024
            hour, hour_expected = hour + count, hour_expected + usual
        if place % 6 == 5:
            hours += (hour - hour_expected) ** 2 - hours / 170
            hours_expected += hour_expected - hours_expected / 170
            hour = hour_expected = 0.0
        total, exposure = total * 1020 / 1024 + count, exposure * 1020 / 1024 + 1
    state = series.snapshot()["state"]
    assert (state["by_bin"][0] / ONE).tolist() == pytest.approx([squares, expected], rel=0.02)
    assert (state["by_hour"][0] / ONE).tolist() == pytest.approx([hours, hours_expected], rel=0.02)
    assert squares / expected > 5


def test_what_always_comes_in_clumps_is_no_burst_and_a_true_jump_is_one():
    series = Bursts()
    assert feed(series, clumpy(6 * DAY_BINS)) == [(0, False)]  # out of nothing
    assert feed(series, [20, 0, 0, 0, 20], 6 * DAY_BINS) == []  # by chance alone of single posts, a burst
    assert low_limit(180 * ONE, DAY_BINS * ONE, ONE, ONE) < 20
    assert feed(series, [90], 6 * DAY_BINS + 5) == [(6 * DAY_BINS + 5, False)]


def test_a_burst_teaches_no_more_scatter_than_the_limit_it_passed():
    scatters = []
    for last in (6, 5_000):
        series = Bursts()
        feed(series, [i % 2 for i in range(2 * DAY_BINS)])
        assert series.snapshot()["state"]["limit"][0] == 6
        feed(series, [last], 2 * DAY_BINS)
        scatters.append(series.snapshot()["state"]["by_bin"][0].tolist())
    assert scatters[0] == scatters[1]


def hours_told(series: Bursts, counts: list[int], first: int) -> list[tuple[int, int, int]]:
    """Feed counts, a bin each; return (bin, count, minutes) of each burst."""
    told = []
    for place, count in enumerate(counts, first):
        for _post in range(count):
            series.add(SERIES, place * BIN_US + 1)
        for burst in series.tick((place + 1) * BIN_US):
            told.append((burst.at // BIN_US, burst.count, burst.minutes))
    return told


def test_what_grows_too_slowly_for_ten_minutes_is_told_of_the_hour():
    counts = [1, 0, 0, 0] * 72 + [2] * 12  # none of ten minutes is a burst
    total = exposure = 0.0
    for place, count in enumerate(counts):
        limit = exact_limit(round(total) + bursts.PRIOR_COUNT, round(exposure) + bursts.PRIOR_BINS, 7)
        together = sum(counts[place - 6 : place + 1])
        if place >= 288 and together >= limit:
            break
        total, exposure = total * 1020 / 1024 + count, exposure * 1020 / 1024 + 1
    assert hours_told(Bursts(), counts, 0) == [(place - 6, together, 70)]


def test_an_hour_is_not_judged_before_a_day_is_known():
    series = Bursts()
    assert hours_told(series, [1, 0, 0, 0] * 30 + [4] * 12, 0) == []


def test_known_hours_of_the_week_weigh_each_bin_of_the_hour():
    weeks = [30 if hour % 24 == 9 else 1 for hour in range(168)]
    series = Bursts()
    series.load(0, weeks)
    feed(series, [0, 1, 0, 1] * 72, key=SERIES)
    table = series.snapshot()["hours"]["0"]
    for place in range(288, 288 + 60):  # past nine in the morning and on
        series.tick((place + 1) * BIN_US)
        state = series.snapshot()["state"]
        now = int(state["open_bin"][0])
        around = sum(int(table[one // 6 % 168]) for one in range(now - 6, now + 1))
        clump = max(bursts._clump(state["by_bin"][0]), bursts._clump(state["by_hour"][0]))
        unusual = low_limit(int(state["total"][0]), int(state["exposure"][0]), around, clump)
        assert state["hour_limit"][0] == max(unusual, bursts.HOUR_LEAST)


def test_restoring_changes_nothing():
    counts = [(i * 7) % 5 for i in range(300)] + [40, 0, 0]
    plain, restored = Bursts(), Bursts()
    expected, told = feed(plain, counts), []
    for place, count in enumerate(counts):
        told += feed(restored, [count], place)
        restored = Bursts.restore(restored.snapshot())
    assert told == expected == [(300, False)]


def test_posts_counted_together_stand_each_in_the_newest_bin_of_its_series():
    keys = [(1,), (1, 0), (2,), (2, 3), (1, -1)]
    ats = [(i * 37 % 90 + i) * BIN_US // 7 for i in range(600)]
    apart, together = Bursts(), Bursts()
    expected: dict[tuple[int, ...], tuple[int, int]] = {}
    for i, at in enumerate(ats):
        series = keys[i % 5]
        apart.add(series, at)
        newest, count = expected.get(series, (at // BIN_US, 0))
        if at // BIN_US > newest:
            newest, count = at // BIN_US, 0
        expected[series] = newest, count + (at // BIN_US == newest)  # an older one is not counted
    together.add_all([keys[i % 5] for i in range(600)], np.array(ats))
    state = together.snapshot()["state"]
    open_bins, counts = (state[name][:5].tolist() for name in ("open_bin", "counts"))
    assert dict(zip(keys, zip(open_bins, counts, strict=True), strict=True)) == expected
    assert pack(apart.snapshot()) == pack(together.snapshot())
