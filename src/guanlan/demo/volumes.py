"""What the demo's customer service had on its hands: the weeks before, and the story's days as they pass."""

import random
from datetime import date, datetime, timedelta

from guanlan.clocks.models import Stream
from guanlan.demo.background import arrivals
from guanlan.demo.phrases import written
from guanlan.intake.models import Volume
from guanlan.intake.reading.volumes import Day
from guanlan.intake.volumes import give_volumes
from guanlan.people.models import Function, Person
from guanlan.people.queries import persons_with
from guanlan.people.weeks import local_day


def usual_volumes(seed: int, *, end: date) -> list[Day]:
    """Return the days before `end`, quieter at weekends; the same for the same seed and end."""
    told = written("story")["volumes"]
    rng = random.Random(f"{seed}/volumes")
    days = [end - timedelta(days=back) for back in range(told["days"], 0, -1)]
    return [Day(day, *(arrivals(rng, mean * _busy(day)) for mean in told["means"])) for day in days]


def give_usual_volumes(stream: Stream, seed: int, *, now: datetime) -> None:
    """Give the weeks before the story."""
    _give(stream, usual_volumes(seed, end=local_day(now)), "history", now)


def give_next_volumes(stream: Stream, now: datetime) -> bool:
    """Give what customer service has given by `now` since it last did; say whether there was anything."""
    times = Volume.objects.filter(stream=stream).order_by("given_at").values_list("given_at", flat=True)
    begin, last = times.first(), times.last()
    if begin is None or last is None:
        return False
    due: dict[date, tuple[Day, str]] = {}
    for hour, number, *figures in written("story")["volumes"]["given"]:
        at = begin + timedelta(hours=hour)
        if last < at <= now:
            day = local_day(begin) + timedelta(days=number)
            due[day] = Day(day, *figures), "daily" if day < local_day(at) else "hourly"
    for given, source in due.values():
        _give(stream, [given], source, now)
    return bool(due)


def _give(stream: Stream, days: list[Day], source: str, now: datetime) -> None:
    person = _customer_service(now)
    words = written("story")["volumes"]["sources"][source]
    give_volumes(stream=stream, unit=person.unit, days=days, source=words, person=person, now=now)


def _customer_service(now: datetime) -> Person:
    return persons_with(Function.SERVICE, at=now).order_by("pk")[0]


def _busy(day: date) -> float:
    """Return how busy a day of the week is, 1 on a working day."""
    return 0.8 if day.weekday() >= 5 else 1.0
