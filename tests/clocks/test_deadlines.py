"""Deadlines count by the working time that stood when they began, and say how they were counted."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from guanlan.clocks.calendar import PUBLISHED_UNTIL
from guanlan.clocks.deadlines import counted, deadline, office_at
from guanlan.clocks.models import Counted, OfficeHours, OwnDay

# Thursday 19 November 2026, 10:00 in Shanghai.
START = datetime(2026, 11, 19, 2, tzinfo=UTC)
AN_HOUR = timedelta(hours=1)


def hours(since: datetime, opens: int, closes: int) -> OfficeHours:
    return OfficeHours.objects.create(since=since, opens=time(opens), closes=time(closes))


def test_natural_minutes_run_on_over_the_night() -> None:
    late = datetime(2026, 11, 20, 15, tzinfo=UTC)
    assert deadline(late, 120, "natural") == datetime(2026, 11, 20, 17, tzinfo=UTC)
    assert counted(late, late + 2 * AN_HOUR, "natural") == Counted.NATURAL


@pytest.mark.django_db
class TestWorkingTime:
    def test_nobody_set_anything_nine_to_five(self) -> None:
        assert deadline(START, 480, "working") == START + 24 * AN_HOUR

    def test_the_hours_that_stood_when_the_clock_began(self) -> None:
        hours(START - 2 * AN_HOUR, 11, 12)
        hours(START - AN_HOUR, 8, 20)
        hours(START + timedelta(minutes=1), 10, 12)
        assert deadline(START, 479, "working") == START + timedelta(minutes=479)

    def test_hours_count_from_their_very_moment(self) -> None:
        hours(START, 10, 12)
        second = timedelta(seconds=1)
        assert office_at(START - second).opens == time(9)
        assert office_at(START).opens == time(10)

    def test_an_own_day_counts_while_it_stands(self) -> None:
        friday = date(2026, 11, 20)
        OwnDay.objects.create(since=START, until=START + AN_HOUR, day=friday, works=False, ground="周年庆")
        assert office_at(START - AN_HOUR).works_on(friday)
        assert not office_at(START).works_on(friday)
        assert office_at(START + AN_HOUR).works_on(friday)

    def test_a_day_that_no_notice_covers_is_said(self) -> None:
        last = datetime.combine(PUBLISHED_UNTIL, time(2), UTC)
        assert counted(last, last + AN_HOUR, "working") == Counted.WORKING
        assert counted(last, last + 24 * AN_HOUR, "working") == Counted.UNPUBLISHED
        assert counted(last, last + 24 * AN_HOUR, "natural") == Counted.NATURAL
