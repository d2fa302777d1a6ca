"""When a duty's minutes are over."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from guanlan.plan.document import Calendar

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_OPENS, _CLOSES = time(9), time(17)  # eight hours: the plan's working day of 480 minutes
_WEEKEND = (5, 6)


def deadline(start: datetime, minutes: int, calendar: Calendar) -> datetime:
    """Return the moment at which `minutes` after `start` are over, in UTC.

    Working minutes run on weekdays from 9 to 17 o'clock in Shanghai; public holidays
    and the working weekends beside them are not known here.
    """
    if calendar == "natural":
        return start + timedelta(minutes=minutes)
    left = timedelta(minutes=minutes)
    at = _opening(start.astimezone(_SHANGHAI))
    while left > (today := datetime.combine(at.date(), _CLOSES, _SHANGHAI) - at):
        left -= today
        at = _opening(datetime.combine(at.date() + timedelta(days=1), _OPENS, _SHANGHAI))
    return (at + left).astimezone(start.tzinfo)


def _opening(at: datetime) -> datetime:
    """Return `at` if work is on then, else the next moment it begins."""
    if at.time() < _OPENS:
        at = datetime.combine(at.date(), _OPENS, _SHANGHAI)
    elif at.time() >= _CLOSES:
        at = datetime.combine(at.date() + timedelta(days=1), _OPENS, _SHANGHAI)
    while at.weekday() in _WEEKEND:
        at = datetime.combine(at.date() + timedelta(days=1), _OPENS, _SHANGHAI)
    return at
