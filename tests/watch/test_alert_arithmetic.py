"""What makes a rule ring, against values worked out by hand."""

import statistics

import pytest

from guanlan.watch.alerts.arithmetic import Series, deviation, fell, judge, ratio, rung, surge, zero

FIRST = 1_000
NOW = FIRST + 168  # the hour after a week of known ones


def after(*week: int, now: int, hours: int = 168) -> Series:
    """A week that repeats these counts, then the hour `now`."""
    return Series(FIRST, [week[place % len(week)] for place in range(hours)] + [now])


class TestRatio:
    # A mean of 10: 200 % are 20.
    @pytest.mark.parametrize(("count", "rings"), [(19, False), (20, True)])
    def test_it_rings_exactly_at_the_percentage(self, count: int, rings: bool) -> None:
        outcome = ratio(after(10, now=count), NOW, 200, 1)
        assert (outcome.threshold, outcome.rings) == (20, rings)
        assert outcome.figures == {"mean_tenths": 100, "mean_hours": 168}

    def test_a_fraction_is_rounded_up(self) -> None:
        # Mean 1/3 of (1, 0, 0): 150 % are 0.5, so the first whole count is 1; 300 % of 4/3 are 4.
        assert ratio(after(1, 0, 0, now=0), NOW, 150, 1).threshold == 1
        assert ratio(after(2, 1, 1, now=0), NOW, 300, 1).threshold == 4

    def test_the_least_count_stands_above_a_low_mean(self) -> None:
        quiet = after(0, now=9)
        assert not ratio(quiet, NOW, 200, 10).rings
        assert ratio(after(0, now=10), NOW, 200, 10).rings

    def test_half_a_week_is_needed_and_what_there_is_counts(self) -> None:
        assert ratio(after(10, now=900, hours=83), FIRST + 83, 200, 1).threshold is None
        assert not ratio(after(10, now=900, hours=83), FIRST + 83, 200, 1).rings
        assert ratio(after(10, now=0, hours=84), FIRST + 84, 200, 1).threshold == 20

    def test_only_the_seven_days_before_count(self) -> None:
        series = Series(FIRST - 24, [500] * 24 + [10] * 168 + [0])
        assert ratio(series, NOW, 200, 1).threshold == 20


class TestDeviation:
    # Counts 8 and 12 in turn: mean 10, deviation 2. Above 10 + 1.5·2 = 13, 10 + 2·2 = 14, 10 + 3·2 = 16.
    @pytest.mark.parametrize(("halves", "least"), [(3, 14), (4, 15), (6, 17)])
    def test_the_value_must_be_above_mean_and_k_deviations(self, halves: int, least: int) -> None:
        assert not deviation(after(8, 12, now=least - 1), NOW, halves, 1).rings
        outcome = deviation(after(8, 12, now=least), NOW, halves, 1)
        assert (outcome.threshold, outcome.rings) == (least, True)
        assert outcome.figures["deviation_tenths"] == 20

    @pytest.mark.parametrize("week", [(0, 0, 1, 7, 3), (100, 0, 0, 0), (5,), (1, 2, 3, 4, 5, 6, 7)])
    @pytest.mark.parametrize("halves", [3, 4, 6])
    def test_it_agrees_with_the_library_s_population_deviation(
        self, week: tuple[int, ...], halves: int
    ) -> None:
        series = after(*week, now=0)
        before = series.counts[:168]
        line = statistics.fmean(before) + halves / 2 * statistics.pstdev(before)
        threshold = deviation(series, NOW, halves, 0).threshold
        assert threshold is not None
        assert threshold - 1 <= line + 1e-9
        assert threshold > line - 1e-9


class TestSurge:
    def series(self, *, yesterday: int, last_week: int, before: int, now: int) -> Series:
        counts = [0] * 169
        counts[168 - 12 : 168] = [before] * 12
        counts[168 - 24] = yesterday
        counts[0] = last_week
        counts[168] = now
        return Series(FIRST, counts)

    def test_three_times_the_twelve_hours_before(self) -> None:
        outcome = surge(self.series(yesterday=0, last_week=0, before=4, now=12), NOW, 3, 1)
        assert (outcome.threshold, outcome.rings) == (12, True)
        assert outcome.figures == {
            "mean_tenths": 40,
            "mean_hours": 12,
            "yesterday": 0,
            "last_week": 0,
        }
        assert not surge(self.series(yesterday=0, last_week=0, before=4, now=11), NOW, 3, 1).rings

    def test_an_hour_that_is_always_busy_does_not_ring(self) -> None:
        assert surge(self.series(yesterday=5, last_week=0, before=4, now=14), NOW, 3, 1).threshold == 15
        assert surge(self.series(yesterday=0, last_week=7, before=4, now=20), NOW, 3, 1).threshold == 21

    def test_a_week_ago_that_is_not_known_hinders_nothing_and_is_no_zero(self) -> None:
        outcome = surge(Series(FIRST, [4] * 12 + [12]), FIRST + 12, 3, 1)
        assert outcome.rings
        assert (outcome.figures["yesterday"], outcome.figures["last_week"]) == (None, None)

    def test_twelve_hours_must_be_known(self) -> None:
        assert surge(Series(FIRST, [0] * 11 + [99]), FIRST + 11, 3, 1).threshold is None


class TestFell:
    def series(self, now: list[int]) -> Series:
        return Series(FIRST, [10] * (7 * 24) + now)

    def test_at_or_below_a_fifth_of_the_same_hours(self) -> None:
        # Six hours of 10 are 60 as a rule; 20 % of them 12.
        falls = fell(self.series([2] * 6), FIRST + 174, 20, 10)
        assert (falls.value, falls.threshold, falls.rings) == (12, 12, True)
        assert falls.figures == {"usual_tenths": 600}
        assert (falls.first, falls.hours) == (FIRST + 168, 6)
        assert not fell(self.series([2, 2, 2, 2, 2, 3]), FIRST + 174, 20, 10).rings

    def test_where_little_is_usual_nothing_falls(self) -> None:
        assert fell(self.series([0] * 6), FIRST + 174, 20, 60).rings
        assert fell(self.series([0] * 6), FIRST + 174, 20, 61).threshold is None

    def test_seven_days_must_be_known(self) -> None:
        assert fell(Series(FIRST + 1, [10] * 167 + [0] * 6), FIRST + 174, 20, 10).threshold is None


class TestZero:
    def test_so_many_hours_without_a_post(self) -> None:
        series = Series(FIRST, [1, *([0] * 12), 5])
        assert zero(series, FIRST + 13, 12).rings
        assert not zero(series, FIRST + 12, 12).rings

    def test_hours_that_nobody_watched_are_no_silence(self) -> None:
        assert zero(Series(FIRST, [0] * 11), FIRST + 11, 12).threshold is None


class TestRung:
    def test_once_a_cooldown(self) -> None:
        series = Series(FIRST, [10] * 168 + [50] * 9)
        rang = rung("RATIO", series, range(NOW, NOW + 9), number=200, minimum=1, cooldown=4)
        assert [one.first - NOW for one in rang] == [0, 4, 8]

    def test_a_silence_rings_once_until_it_ends(self) -> None:
        series = Series(FIRST, [*([0] * 40), 3, *([0] * 20)])
        rang = rung("ZERO", series, range(FIRST, FIRST + 61), number=12, minimum=0, cooldown=1)
        # Twelve hours are over at hour 12; after the post of hour 40, again at hour 41 + 12.
        assert [one.first + one.hours - FIRST for one in rang] == [12, 53]

    @pytest.mark.parametrize(
        ("kind", "number"), [("RATIO", 200), ("DEVIATION", 4), ("SURGE", 3), ("FELL", 20), ("ZERO", 24)]
    )
    def test_a_steady_week_rings_for_nothing(self, kind: str, number: int) -> None:
        hours = range(NOW - 80, NOW + 1)
        steady = Series(FIRST - 168, [10] * 337)
        assert judge(kind, steady, NOW, number, 1).threshold is not None
        assert list(rung(kind, steady, hours, number=number, minimum=1, cooldown=1)) == []
