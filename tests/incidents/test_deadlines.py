"""Minutes by the clock on the wall, and by the working day."""

from datetime import UTC, datetime

import pytest

from guanlan.incidents.deadlines import deadline


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026, given in Shanghai time; the 20th is a Friday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - (
        datetime(2026, 1, 1, 8, tzinfo=UTC) - datetime(2026, 1, 1, tzinfo=UTC)
    )


def test_natural_minutes_run_on_over_the_night() -> None:
    assert deadline(utc(20, 23), 120, "natural") == utc(21, 1)


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
def test_working_minutes_run_on_weekdays_from_nine_to_five(
    start: datetime, minutes: int, expected: datetime
) -> None:
    assert deadline(start, minutes, "working") == expected
