"""Every date against the State Council's notices, and what working minutes must always do."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from guanlan.clocks.calendar import (
    LAST_YEAR,
    PUBLISHED_UNTIL,
    SHANGHAI,
    Office,
    after_rest,
    is_published,
    is_worked,
    period_end,
    working_deadline,
)

OFFICIAL: dict[int, Any] = YAML(typ="safe").load(Path(__file__).with_name("official_days.yaml"))
DAYS = [date(2024, 1, 1) + timedelta(days=number) for number in range(1461)]
A_SECOND = timedelta(seconds=1)
STANDARD = Office()
LONG = Office(time(8, 30), time(21))
SHORT = Office(time(10), time(16))
OWN = Office(days_off=frozenset({date(2026, 11, 20)}), working_days=frozenset({date(2026, 11, 21)}))


def at(day: date, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """A moment given in Shanghai time."""
    return datetime.combine(day, time(hour, minute, second), SHANGHAI).astimezone(UTC)


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026; the 20th is a Friday."""
    return at(date(2026, 11, day), hour, minute)


def officially_worked(day: date) -> bool:
    """What the notices say; none of them moves a day of another year."""
    notice = OFFICIAL[day.year]
    if day in notice["work"]:
        return True
    return day.weekday() < 5 and not any(first <= day <= last for first, last in notice["rest"])


class TestTheOfficialTable:
    def test_the_days_are_the_four_years(self) -> None:
        assert DAYS[-1] == date(2027, 12, 31)

    @pytest.mark.parametrize("year", OFFICIAL)
    def test_every_date_of_a_published_year(self, year: int) -> None:
        days = [day for day in DAYS if day.year == year]
        assert [day for day in days if is_worked(day) != officially_worked(day)] == []

    @pytest.mark.parametrize(("year", "worked"), [(2024, 251), (2025, 248), (2026, 248)])
    def test_the_year_has_as_many_working_days_as_by_hand(self, year: int, worked: int) -> None:
        assert sum(officially_worked(day) for day in DAYS if day.year == year) == worked

    def test_what_is_not_published_is_not_claimed(self) -> None:
        assert all(is_published(day) for day in DAYS if day.year in OFFICIAL and day <= PUBLISHED_UNTIL)
        assert not any(is_published(day) for day in DAYS if day > PUBLISHED_UNTIL)
        assert date(LAST_YEAR, 12, 24) == PUBLISHED_UNTIL
        assert not is_published(date(2003, 12, 31))

    @pytest.mark.skipif(LAST_YEAR >= 2027, reason="the table of 2027 is known now: add its notice above")
    def test_a_year_without_a_notice_rests_on_weekends_and_on_the_days_fixed_by_law(self) -> None:
        law = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
        for day in (day for day in DAYS if day.year == 2027):
            assert is_worked(day) == (day.weekday() < 5 and (day.month, day.day) not in law), day


class TestWorkingMinutes:
    @pytest.mark.parametrize(
        ("start", "minutes", "expected"),
        [
            (utc(19, 10), 60, utc(19, 11)),  # within a day
            (utc(19, 16), 120, utc(20, 10)),  # over the night
            (utc(20, 16), 60, utc(20, 17)),  # to the very end of Friday
            (utc(20, 16), 61, utc(23, 9, 1)),  # over the weekend
            (utc(19, 6), 30, utc(19, 9, 30)),  # before work begins
            (utc(21, 12), 480, utc(23, 17)),  # from a Saturday, one working day
            (utc(20, 18), 2400, utc(27, 17)),  # five working days
        ],
    )
    def test_they_run_on_weekdays_from_nine_to_five(
        self, start: datetime, minutes: int, expected: datetime
    ) -> None:
        assert working_deadline(start, minutes, STANDARD) == expected

    @pytest.mark.parametrize(
        ("start", "minutes", "expected"),
        [
            # The Spring Festival of 2026: Saturday the 14th is worked, the 15th to the 23rd are not.
            (at(date(2026, 2, 13), 16), 120, at(date(2026, 2, 14), 10)),
            (at(date(2026, 2, 14), 16), 120, at(date(2026, 2, 24), 10)),
            (at(date(2026, 2, 27), 16), 120, at(date(2026, 2, 28), 10)),
            # National Day: from 30 September to 8 October, and Saturday the 10th is worked.
            (at(date(2026, 9, 30), 16), 3 * 480 + 60, at(date(2026, 10, 10), 17)),
        ],
    )
    def test_they_stand_still_over_holidays_and_run_on_make_up_days(
        self, start: datetime, minutes: int, expected: datetime
    ) -> None:
        assert working_deadline(start, minutes, STANDARD) == expected

    @pytest.mark.parametrize("day", [date(2026, 11, 19), date(2026, 2, 28)])
    @pytest.mark.parametrize(
        ("moment", "due"),
        [
            ((8, 59, 59), (9, 1, 0)),
            ((9, 0, 0), (9, 1, 0)),
            ((9, 0, 1), (9, 1, 1)),
            ((16, 58, 59), (16, 59, 59)),
            ((16, 59, 0), (17, 0, 0)),
            ((0, 0, 0), (9, 1, 0)),
            ((0, 0, 1), (9, 1, 0)),
        ],
    )
    def test_a_minute_around_opening_closing_and_midnight(
        self, day: date, moment: tuple[int, int, int], due: tuple[int, int, int]
    ) -> None:
        assert working_deadline(at(day, *moment), 1, STANDARD) == at(day, *due)

    @pytest.mark.parametrize(
        ("moment", "due"),
        [
            ((16, 59, 1), (9, 0, 1)),
            ((16, 59, 59), (9, 0, 59)),
            ((17, 0, 0), (9, 1, 0)),
            ((17, 0, 1), (9, 1, 0)),
            ((23, 59, 59), (9, 1, 0)),
        ],
    )
    def test_what_does_not_fit_before_closing_goes_on_the_next_working_day(
        self, moment: tuple[int, int, int], due: tuple[int, int, int]
    ) -> None:
        friday, monday = date(2026, 11, 20), date(2026, 11, 23)
        assert working_deadline(at(friday, *moment), 1, STANDARD) == at(monday, *due)

    def test_every_due_time_of_four_years_around_opening_closing_and_midnight(self) -> None:
        """Against a walk in seconds from one worked stretch to the next, for every date."""
        opened = [day for day in DAYS if is_worked(day)]
        following = {day: after for day, after in pairwise(opened)}
        for day in opened[:-1]:
            after = following[day]
            assert working_deadline(at(day, 9) - A_SECOND, 480, STANDARD) == at(day, 17)
            assert working_deadline(at(day, 9), 480, STANDARD) == at(day, 17)
            if after != opened[-1]:
                assert working_deadline(at(day, 9) + A_SECOND, 480, STANDARD) == at(after, 9) + A_SECOND
            assert working_deadline(at(day, 17) - A_SECOND, 60, STANDARD) == at(after, 10) - A_SECOND
            assert working_deadline(at(day, 17), 60, STANDARD) == at(after, 10)
            assert working_deadline(at(day, 17) + A_SECOND, 60, STANDARD) == at(after, 10)
            midnight = at(day + timedelta(days=1))
            for start in (midnight - A_SECOND, midnight, midnight + A_SECOND):
                assert working_deadline(start, 60, STANDARD) == at(after, 10)

    def test_a_working_day_is_the_companys_own_however_long(self) -> None:
        thursday, friday = date(2026, 11, 19), date(2026, 11, 20)
        assert working_deadline(at(thursday, 8, 30), 480, LONG) == at(thursday, 21)
        assert working_deadline(at(thursday, 10), 480, SHORT) == at(thursday, 16)
        assert working_deadline(at(thursday, 10), 479, SHORT) == at(thursday, 16)
        assert working_deadline(at(thursday, 8, 30), 540, LONG) == at(friday, 9, 30)

    def test_own_days_go_before_the_official_ones(self) -> None:
        assert working_deadline(utc(19, 16), 120, OWN) == utc(21, 10)

    def test_the_answer_is_in_the_zone_of_the_start(self) -> None:
        assert working_deadline(utc(19, 10), 60, STANDARD).tzinfo is UTC


# Every second from December 2023 to the end of January 2028.
starts = st.integers(0, 1_523 * 86_400 - 1).map(lambda second: at(date(2023, 12, 1)) + A_SECOND * second)
minutes = st.integers(1, 12_000)
offices = st.sampled_from([STANDARD, LONG, SHORT, OWN, Office(time(0), time(23, 59))])


class TestWhatAlwaysHolds:
    @settings(deadline=None)
    @given(starts, minutes, minutes, offices)
    def test_more_minutes_are_never_over_earlier(
        self, start: datetime, a: int, b: int, office: Office
    ) -> None:
        less, more = sorted((a, b))
        assert working_deadline(start, less, office) <= working_deadline(start, more, office)

    @settings(deadline=None)
    @given(starts, starts, minutes, offices)
    def test_who_begins_later_is_never_done_earlier(
        self, a: datetime, b: datetime, minutes: int, office: Office
    ) -> None:
        first, second = sorted((a, b))
        assert working_deadline(first, minutes, office) <= working_deadline(second, minutes, office)

    @settings(deadline=None)
    @given(starts, minutes, minutes)
    def test_minutes_add_up(self, start: datetime, a: int, b: int) -> None:
        at_once = working_deadline(start, a + b, STANDARD)
        assert working_deadline(working_deadline(start, a, STANDARD), b, STANDARD) == at_once

    @settings(deadline=None)
    @given(starts, st.integers(1, 20), st.integers(1, 479), offices)
    def test_whole_days_add_up_in_any_office(
        self, start: datetime, days: int, rest: int, office: Office
    ) -> None:
        at_once = working_deadline(start, days * 480 + rest, office)
        assert working_deadline(working_deadline(start, days * 480, office), rest, office) == at_once

    @settings(deadline=None)
    @given(starts, minutes, offices)
    def test_it_falls_into_office_hours_of_a_working_day(
        self, start: datetime, minutes: int, office: Office
    ) -> None:
        due = working_deadline(start, minutes, office)
        local = due.astimezone(SHANGHAI)
        assert due > start
        assert office.works_on(local.date())
        assert office.opens < local.time() <= office.closes


class TestPeriodsSetOutside:
    @pytest.mark.parametrize(
        ("received", "amount", "unit", "due"),
        [
            # A Friday evening: the Friday does not count, nor does the weekend.
            (utc(20, 18), 7, "working_day", at(date(2026, 12, 1), 17)),
            # Before the Spring Festival: 12, 13 and 14 February, then 24 to 27.
            (at(date(2026, 2, 11), 10), 7, "working_day", at(date(2026, 2, 27), 17)),
            (at(date(2026, 2, 11), 10), 8, "working_day", at(date(2026, 2, 28), 17)),
            (utc(20, 18), 15, "day", at(date(2026, 12, 5), 17)),
            (utc(20, 18), 48, "hour", utc(22, 18)),
            # Just before and after midnight in Shanghai are two days.
            (at(date(2026, 11, 17), 23, 59, 59), 1, "working_day", utc(18, 17)),
            (at(date(2026, 11, 18), 0, 0, 0), 1, "working_day", utc(19, 17)),
        ],
    )
    def test_they_end_as_the_civil_code_counts(
        self, received: datetime, amount: int, unit: Any, due: datetime
    ) -> None:
        assert period_end(received, amount, unit, STANDARD) == due

    def test_own_days_off_do_not_stretch_them_but_closing_time_ends_them(self) -> None:
        assert period_end(utc(19, 10), 1, "working_day", OWN) == utc(20, 17)
        assert period_end(utc(19, 10), 1, "working_day", LONG) == utc(20, 21)

    def test_a_last_day_of_rest_moves_on_to_the_next_worked_one(self) -> None:
        assert after_rest(utc(21, 17), STANDARD) == utc(23, 17)
        assert after_rest(utc(20, 17), STANDARD) == utc(20, 17)
        assert after_rest(at(date(2026, 2, 16), 17), STANDARD) == at(date(2026, 2, 24), 17)

    def test_a_table_typed_in_counts_where_none_is_published(self) -> None:
        """As a company types it in from a notice: two days off, and a Sunday worked for them."""
        monday = date(LAST_YEAR + 2, 3, 1)
        monday += timedelta(days=-monday.weekday() % 7)
        sunday = monday + timedelta(days=6)
        typed = Office(
            days_off=frozenset({monday + timedelta(days=3), monday + timedelta(days=4)}),
            working_days=frozenset({sunday}),
        )
        received = at(monday + timedelta(days=2), 10)
        assert period_end(received, 1, "working_day", typed) == at(sunday, 17)
        assert after_rest(at(monday + timedelta(days=3), 17), typed) == at(sunday, 17)


class TestWhatIsKnown:
    def test_a_stretch_with_a_day_nobody_published_is_not_known(self) -> None:
        last = at(PUBLISHED_UNTIL, 10)
        assert STANDARD.knows_all(last, last)
        assert not STANDARD.knows_all(last, last + timedelta(days=1))

    def test_an_own_day_is_known(self) -> None:
        after = PUBLISHED_UNTIL + timedelta(days=1)
        office = Office(days_off=frozenset({after}))
        assert office.knows_all(at(PUBLISHED_UNTIL, 10), at(after, 10))
