"""From the first post to a person's first judgement."""

from collections.abc import Iterator
from datetime import datetime

from guanlan.review.cases import Case
from guanlan.review.matters import Matter, rank


def whole_lag(matter: Matter, now: datetime) -> Iterator[Case]:
    """From the first post until people were told."""
    if matter.published_at is not None:
        yield Case(matter.event.name, matter.link, matter.published_at, matter.found_at, now)


def crawl_lag(matter: Matter, now: datetime) -> Iterator[Case]:
    """From the first post's publication until the first was taken in."""
    if matter.published_at is not None:
        yield Case(matter.event.name, matter.link, matter.published_at, matter.taken_at, now)


def detection_lag(matter: Matter, now: datetime) -> Iterator[Case]:
    """From the first post taken in until people were told."""
    if matter.taken_at is not None:
        yield Case(matter.event.name, matter.link, matter.taken_at, matter.found_at, now)


def triage(matter: Matter, now: datetime) -> Iterator[Case]:
    """From telling those on watch until the first judgement; by the level that was computed."""
    told = [rise for rise in matter.rises if rise.told_at is not None]
    if not told or matter.is_false_alarm or told[0].told_at is None:
        return
    start = told[0].told_at
    judged = matter.grades[0] if matter.grades else None
    # Who judged before the system told anybody did not wait for it.
    if judged is None or judged.at >= start:
        due = matter.due("assess", start, level=told[0].level)
        yield Case(matter.event.name, matter.link, start, judged.at if judged else None, now, due)


def later_rises(matter: Matter, now: datetime) -> Iterator[Case]:
    """From telling of a graver level than the confirmed one until a person judged anew."""
    for rise in matter.rises:
        before = [grade for grade in matter.grades if rise.told_at and grade.at < rise.told_at]
        if not before or rise.told_at is None or matter.is_false_alarm:
            continue
        if rank(matter.plan, rise.level) < rank(matter.plan, before[-1].level):
            after = [grade.at for grade in matter.grades if grade.at >= rise.told_at]
            due = matter.due("assess", rise.told_at, level=rise.level)
            yield Case(matter.event.name, matter.link, rise.told_at, min(after, default=None), now, due)
