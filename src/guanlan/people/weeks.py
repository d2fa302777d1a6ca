"""A week of duty in three shifts a day, in the wall time of Shanghai."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

LOCAL = ZoneInfo("Asia/Shanghai")
LENGTH = timedelta(hours=8)


class Shift(models.TextChoices):
    """The three shifts that cover a day; the night shift ends on the next morning."""

    EARLY = "early", _("早班 8:00–16:00")
    LATE = "late", _("晚班 16:00–24:00")
    NIGHT = "night", _("夜班 次日 0:00–8:00")


_STARTS = {Shift.EARLY: 8, Shift.LATE: 16, Shift.NIGHT: 24}


@dataclass(frozen=True)
class Slot:
    """One shift of one day."""

    day: date
    shift: Shift

    @property
    def starts_at(self) -> datetime:
        """The moment the shift begins."""
        midnight = datetime.combine(self.day, time(), LOCAL)
        return midnight + timedelta(hours=_STARTS[self.shift])

    @property
    def ends_at(self) -> datetime:
        """The moment the next shift takes over."""
        return self.starts_at + LENGTH


def week(first: date) -> Iterator[Slot]:
    """Yield the 21 slots of the seven days from `first`, in time's order."""
    for days in range(7):
        for shift in Shift:
            yield Slot(first + timedelta(days=days), shift)


def local_day(at: datetime) -> date:
    """Return the day in Shanghai on which a moment lies."""
    return at.astimezone(LOCAL).date()


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())
