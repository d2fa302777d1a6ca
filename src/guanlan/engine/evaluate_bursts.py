"""How early a burst is told in a stream that never rests, and how often one is told that is none.

Each CHNCI incident's comments are put, at their own hour of the day, behind BEFORE days of a
watch's everyday posts: a share of the hot-search titles of that day, spread over the day by chance
as busy as its hours are. An alarm is the incident's if half or more of the posts of the hour
before it are, else a false one.
"""

import gzip
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from guanlan.engine.bursts import BIN_US, REFRACTORY, Bursts
from guanlan.engine.course import DAY, HOUR, LOCAL, Floats
from guanlan.engine.forecast import Forecaster
from guanlan.engine.grid import grid
from guanlan.engine.hours import Hours
from guanlan.engine.known_events import rows

COMMENTS, TITLES = "chnci_open.jsonl.gz", "hotsearch_2025_2026.tsv.gz"
BEFORE = 90  # days of everyday posts before an incident
SHARES = (30, 10, 3)  # one of so many hot-search titles: a quiet watch, a middling one, a busy one
APART = 7  # days between the beginnings of two incidents
NAIVE = 8  # posts within an hour
ALLOWED = 1.0  # false alarms in 90 watch-days
MINUTE = 60
SECOND_US = 1_000_000
QUIET = REFRACTORY * BIN_US // SECOND_US  # seconds after an alarm in which none is told again

Times = NDArray[np.int64]
Rule = Callable[[Times], list[int]]


@dataclass(frozen=True)
class Scene:
    """One watch: its posts' `times` in order, which are the incident's, and when half of that has come."""

    times: Times
    incident: NDArray[np.bool_]
    half: int

    def owns(self, alarm: int) -> bool:
        """Whether half or more of the posts of the hour before an alarm are the incident's."""
        inside = (self.times > alarm - HOUR) & (self.times <= alarm)
        own, all_posts = (int(np.sum(some)) for some in (self.incident[inside], inside))
        return 2 * own >= max(1, all_posts)


@dataclass(frozen=True)
class Row:
    """One rule over all scenes of one share; `lead` in hours, of those `told` before half-volume or after."""

    share: int
    rule: str
    scenes: int
    told: int
    in_time: int
    lead: float
    false: float  # in 90 watch-days


@dataclass(frozen=True)
class Table:
    """Busier and busier watches; for each our rule, the naive one, and that one made strict enough."""

    rows: tuple[Row, ...]

    def __str__(self) -> str:
        heads = [_("日常帖文"), _("规则"), _("事件"), _("报出"), _("过半之前"), _("领先中位数（小时）")]
        return grid([*heads, _("90 天误报")], [_cells(row) for row in self.rows])


def evaluate_bursts(folder: Path, *, seed: int) -> Table | None:
    """Hold both rules against the sets in `folder`; None if one of them is not there."""
    if not ((folder / COMMENTS).is_file() and (folder / TITLES).is_file()):
        return None
    known, titles = incidents(folder / COMMENTS), titles_per_day(folder / TITLES)
    found = []
    for share in SHARES:
        made = scenes(known, titles, share, seed=seed)
        found += [judged(made, share, _("本法"), told), at_least(NAIVE, made, share)]
        found.append(tightened(made, share, found[-1]))
    return Table(tuple(found))


def incidents(path: Path) -> list[Times]:
    """Return the times of each incident's comments (seconds since 1970), in order."""
    found = defaultdict(list)
    for row in rows(path, "t", "event"):
        found[row["event"]].append(row["t"])
    return [np.sort(np.array(times, np.int64)) for _event, times in sorted(found.items())]


def titles_per_day(path: Path) -> Times:
    """Return how many titles each day had, from the first day to the last."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        counts = Counter(line.partition("\t")[0] for line in lines)
    counts.pop("date", None)
    return np.array([count for _date, count in sorted(counts.items())], np.int64)


def scenes(known: Sequence[Times], titles: Times, share: int, *, seed: int) -> list[Scene]:
    """Put each incident behind BEFORE days of a watch that has one of `share` titles."""
    chance = np.random.default_rng(seed)
    busy = Forecaster.load().day / 24
    made = []
    for place, comments in enumerate(known):
        first = DAY * (comments[0] // DAY - BEFORE)
        half = int(comments[comments.size // 2])
        days = int((half - first) // DAY + 1)
        counts = titles[(APART * place + np.arange(days)) % titles.size] / share
        everyday = first + _spread(counts, busy, chance)
        times = np.concatenate([everyday[everyday <= half], comments[comments <= half]])
        order = np.argsort(times, kind="stable")
        made.append(Scene(times[order], order >= np.sum(everyday <= half), half))
    return made


def _spread(counts: Floats, busy: Floats, chance: np.random.Generator) -> Times:
    """Return moments (seconds): on each day as many as chance makes of its mean, by Shanghai's hours."""
    hours = np.arange(counts.size * 24)
    means = counts[hours // 24] * busy[(hours + LOCAL // HOUR) % 24]
    begins = np.repeat(hours * HOUR, chance.poisson(means))
    moments: Times = begins + chance.integers(0, HOUR, begins.size)
    return moments


def told(times: Times) -> list[int]:
    """Return when the engine tells of a burst, as it would under one watch."""
    bursts, hours = Bursts(), Hours()
    hours.open(0, int(times[0]) // HOUR)
    watch, negative = np.zeros(1, np.int64), np.zeros(1, np.bool_)
    alarms, minute, day = [], int(times[0]) // MINUTE, int(times[0]) // DAY
    for at in times.tolist():
        if at // MINUTE > minute:
            end = (minute + 1) * MINUTE
            alarms += [end for burst in bursts.tick(end * SECOND_US) if not burst.silent]
            minute = at // MINUTE
        if at // DAY > day:
            day = at // DAY
            week = hours.week(0)
            if week is not None:
                bursts.load(0, week)
        bursts.add((0,), at * SECOND_US)
        moment = np.array([at * SECOND_US])
        hours.add(watch, moment, moment, negative)
    end = (minute + 1) * MINUTE
    return alarms + [end for burst in bursts.tick(end * SECOND_US) if not burst.silent]


def at_least(least: int, made: Sequence[Scene], share: int) -> Row:
    """Judge the rule that tells when `least` posts came within an hour."""
    name = _("一小时 {n} 条").format(n=least)
    return judged(made, share, name, lambda times: naive(times, least))


def tightened(made: Sequence[Scene], share: int, found: Row) -> Row:
    """Judge the naive rule with the least number of posts that brings no more than ALLOWED false alarms."""
    least = NAIVE
    while found.false > ALLOWED:
        least += 1
        found = at_least(least, made, share)
    return found


def naive(times: Times, least: int) -> list[int]:
    """Return when `least` posts came within an hour, then nothing for as long as the engine keeps quiet."""
    alarms: list[int] = []
    full = times[least - 1 :] - times[: times.size - least + 1] < HOUR
    for at in times[least - 1 :][full].tolist():
        if not alarms or at >= alarms[-1] + QUIET:
            alarms.append(at)
    return alarms


def judged(made: Sequence[Scene], share: int, name: str, rule: Rule) -> Row:
    """Return how early and how often without cause a rule tells."""
    leads: list[float] = []
    false, days = 0, 0.0
    for scene in made:
        owned = [(at, scene.owns(at)) for at in rule(scene.times)]
        false += sum(not own for _at, own in owned)
        days += (scene.half - int(scene.times[0])) / DAY
        leads += [(scene.half - at) / HOUR for at, own in owned if own][:1]
    # One that is never told before half-volume has no lead.
    every = [*leads, *[0.0] * (len(made) - len(leads))]
    in_time = sum(lead > 0 for lead in leads)
    return Row(share, name, len(made), len(leads), in_time, float(np.median(every)), 90 * false / days)


def _cells(row: Row) -> list[str]:
    counts = [f"{count:,}" for count in (row.scenes, row.told, row.in_time)]
    return [
        _("热搜的 1/{share}").format(share=row.share),
        row.rule,
        *counts,
        f"{row.lead:.1f}",
        f"{row.false:.2f}",
    ]
