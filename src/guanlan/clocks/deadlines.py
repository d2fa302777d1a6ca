"""When a duty's minutes are over, by the working time that stood when they began."""

from datetime import datetime, timedelta

from guanlan.clocks.calendar import Calendar, Office, working_deadline
from guanlan.clocks.models import Counted, OfficeHours, OwnDay


def office_at(at: datetime) -> Office:
    """Return the company's working time as it stood at a moment; 9:00 to 17:00 if nobody set it."""
    hours = OfficeHours.standing(at).order_by("-since", "-pk").first()
    days = dict(OwnDay.standing(at).values_list("day", "works"))
    return Office(
        opens=hours.opens if hours else Office.opens,
        closes=hours.closes if hours else Office.closes,
        days_off=frozenset(day for day, works in days.items() if not works),
        working_days=frozenset(day for day, works in days.items() if works),
    )


def deadline(start: datetime, minutes: int, calendar: Calendar) -> datetime:
    """Return the moment at which `minutes` after `start` are over, in the time zone of `start`."""
    if calendar == "natural":
        return start + timedelta(minutes=minutes)
    return working_deadline(start, minutes, office_at(start))


def counted(start: datetime, due: datetime, calendar: Calendar) -> Counted:
    """Say how a due time was counted, and whether a day in between was guessed."""
    if calendar == "natural":
        return Counted.NATURAL
    return Counted.WORKING if office_at(start).knows_all(start, due) else Counted.UNPUBLISHED
