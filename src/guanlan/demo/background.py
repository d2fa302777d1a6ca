"""The weeks before the story: how much came under each watch, hour by hour."""

import random
from datetime import datetime, timedelta
from typing import NamedTuple

from guanlan.demo.phrases import written
from guanlan.people.weeks import LOCAL


class Background(NamedTuple):
    """The posts, and the negative ones among them, of each hour from `first_hour` on."""

    first_hour: datetime
    posts: tuple[int, ...]
    negative: tuple[int, ...]


def background(seed: int, *, end: datetime) -> dict[str, Background]:
    """Return the hours before `end`, by watch; the same for the same seed and end."""
    told = written("story")["background"]
    hours = told["days"] * 24
    first = end - timedelta(hours=hours)
    busy = _busy(first, hours)
    found = {}
    for watch, (posts, negative) in told["watches"].items():
        rng = random.Random(f"{seed}/{watch}")
        against = [arrivals(rng, negative * share) for share in busy]
        others = [arrivals(rng, (posts - negative) * share) for share in busy]
        totals = tuple(one + other for one, other in zip(against, others, strict=True))
        found[watch] = Background(first, totals, tuple(against))
    return found


def _busy(first: datetime, hours: int) -> list[float]:
    """Return how busy each hour is, 1 on average."""
    day = written("story")["day"]
    local = [(first + timedelta(hours=hour)).astimezone(LOCAL).hour for hour in range(hours)]
    return [day[hour] * len(day) / sum(day) for hour in local]


def arrivals(rng: random.Random, mean: float) -> int:
    """Return how many came in an hour that expects `mean` (Poisson)."""
    count, at = 0, rng.expovariate(1)
    while at < mean:
        count, at = count + 1, at + rng.expovariate(1)
    return count
