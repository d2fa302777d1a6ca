"""What cases come to: by rank, with nothing unfinished left out. All figures by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from guanlan.review.cases import Case, Outcome, summary
from guanlan.review.periods import NoSuchPeriod, month_of, period

T = datetime(2026, 11, 20, 6, tzinfo=UTC)


def case(
    minutes: float | None, *, due: float | None = None, since: float = 600, excused: bool = False
) -> Case:
    """A case that took so many minutes, or has been open `since` so many."""
    stopped = None if minutes is None else T + timedelta(minutes=minutes)
    limit = None if due is None else T + timedelta(minutes=due)
    return Case("x", "/", T, stopped, T + timedelta(minutes=since), limit, excused)


def minutes(span: timedelta) -> float:
    return span.total_seconds() / 60


class TestOutcome:
    @pytest.mark.parametrize(
        ("one", "outcome"),
        [
            (case(10, due=10), Outcome.KEPT),
            (case(10.01, due=10), Outcome.LATE),
            (case(None, due=10, since=10), Outcome.RUNNING),
            (case(None, due=10, since=10.01), Outcome.LATE),
            (case(10), Outcome.UNTIMED),
            (case(None, due=10, excused=True), Outcome.EXCUSED),
        ],
    )
    def test_an_open_case_is_late_once_its_time_is_over(self, one: Case, outcome: Outcome) -> None:
        assert one.outcome == outcome

    def test_is_late_by_so_much(self) -> None:
        assert case(25, due=10).overdue == timedelta(minutes=15)
        assert case(None, due=10, since=70).overdue == timedelta(hours=1)
        assert case(5, due=10).overdue == timedelta()

    def test_what_stopped_before_it_started_took_no_time(self) -> None:
        assert case(-5).elapsed == timedelta()


class TestSummary:
    def test_ranks_by_hand(self) -> None:
        found = summary(case(one) for one in (9, 1, 7, 3, 5, 2, 8, 4, 6, 10, 11))

        # Of 11 the median is the 6th, P90 the 10th (9.9 rounded up).
        assert found.n == 11
        assert [minutes(one.span) for one in (found.median, found.p90, found.longest) if one] == [6, 10, 11]

    def test_of_an_even_number_the_median_is_the_shorter_of_the_two(self) -> None:
        median = summary([case(4), case(2), case(1), case(3)]).median
        assert median is not None
        assert minutes(median.span) == 2

    def test_an_open_case_counts_as_long_as_it_has_been_open(self) -> None:
        found = summary([case(5), case(10), case(None, since=90)])

        assert found.median is not None
        assert found.longest is not None
        assert (minutes(found.median.span), found.median.at_least) == (10, False)
        assert (minutes(found.longest.span), found.longest.at_least) == (90, True)

    def test_an_open_case_that_is_short_so_far_leaves_every_figure_at_least(self) -> None:
        found = summary([case(5), case(10), case(None, since=1)])

        assert found.median is not None
        assert (minutes(found.median.span), found.median.at_least) == (5, True)

    def test_an_open_case_past_its_time_is_a_breach(self) -> None:
        found = summary([case(5, due=10), case(None, due=10, since=11), case(None, due=10, since=9)])

        assert (found.kept, found.late, found.running, found.due, found.unfinished) == (1, 1, 1, 2, 2)

    def test_the_excused_are_counted_apart_and_measured_nowhere(self) -> None:
        found = summary([case(5, due=10), case(None, due=1, excused=True)])

        assert (found.n, found.excused, found.due, found.unfinished) == (1, 1, 1, 0)
        assert found.longest is not None
        assert minutes(found.longest.span) == 5

    def test_of_nothing_there_is_nothing(self) -> None:
        found = summary([])
        assert found.n == 0
        assert {found.median, found.p90, found.longest, found.overdue} == {None}

    def test_how_late_the_late_ones_are(self) -> None:
        found = summary([case(11, due=10), case(40, due=10), case(1, due=10), case(None, due=10, since=15)])

        # Late by 1, 5 (still open) and 30: the middle one is open.
        assert found.overdue is not None
        assert (minutes(found.overdue.span), found.overdue.at_least) == (5, True)

    def test_reach_leaves_out_who_still_has_time(self) -> None:
        found = summary([case(4), case(5), case(6), case(None, since=5), case(None, since=3)])

        # Within 5: two of four; the one open for 3 minutes can still make it.
        assert found.within(timedelta(minutes=5)) == (2, 4)


class TestPeriod:
    @pytest.mark.parametrize(
        ("written", "begin", "end"),
        [
            ("2026-11", "2026-10-31T16:00", "2026-11-30T16:00"),
            ("2026-12", "2026-11-30T16:00", "2026-12-31T16:00"),
            ("2026-Q4", "2026-09-30T16:00", "2026-12-31T16:00"),
            ("2026", "2025-12-31T16:00", "2026-12-31T16:00"),
        ],
    )
    def test_begins_and_ends_at_midnight_in_shanghai(self, written: str, begin: str, end: str) -> None:
        found = period(written, now=T)
        times = [one.astimezone(UTC).isoformat()[:16] for one in (found.begin, found.end)]
        assert (times, found.code) == ([begin, end], written)

    def test_is_the_present_month_in_shanghai_if_none_is_asked_for(self) -> None:
        # 00:30 on the first of December there.
        assert period("", now=datetime(2026, 11, 30, 16, 30, tzinfo=UTC)).code == "2026-12"

    def test_the_ones_around_and_beside_it(self) -> None:
        found = month_of(T)
        assert (found.before.code, found.after.code) == ("2026-10", "2026-12")
        assert [one.code for one in found.around] == ["2026-11", "2026-Q4", "2026"]
        assert (period("2026-Q1", now=T).before.code, period("2026", now=T).after.code) == ("2025-Q4", "2027")

    @pytest.mark.parametrize(
        "written", ["2026-13", "2026-00", "2026-Q5", "今年", "2026-1", "1999-01", "2026-11-01"]
    )
    def test_refuses_what_is_none_in_a_sentence(self, written: str) -> None:
        with pytest.raises(NoSuchPeriod, match="请写成 2026-11"):
            period(written, now=T)
