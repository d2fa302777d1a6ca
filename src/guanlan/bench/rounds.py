"""One's own way and the peers' in turn, round by round: CPU time of the process, not of the wall."""

import gc
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from statistics import median
from time import process_time

ROUNDS = 5
Work = Callable[[], object]


@dataclass(frozen=True)
class Side:
    """One way to do it: `ready` prepares a round, untimed, and returns the work on `posts` posts."""

    name: str
    posts: int
    ready: Callable[[], Work]


@dataclass(frozen=True)
class Peer:
    """Somebody else's way, and how many times faster ours must be at least, and aims to be."""

    side: Side
    floor: float
    aim: float


@dataclass(frozen=True)
class Contest:
    """What is done, our way and the peers'."""

    what: str
    own: Side
    peers: Sequence[Peer]

    def line(self, peer: Peer, own: "Timed", other: "Timed") -> "Finding":
        """Return how the two compare."""
        ratio = other.middle / own.middle
        asked = _("{ratio:,.4g} 倍（下限 {floor:g}，目标 {aim:g}）").format(
            ratio=ratio, floor=peer.floor, aim=peer.aim
        )
        return Finding(self.what, str(own), f"{peer.side.name} {other}", asked, ratio >= peer.floor)


@dataclass(frozen=True)
class Timed:
    """Microseconds of CPU a post, one figure a round."""

    rounds: tuple[float, ...]

    @property
    def middle(self) -> float:
        """The median."""
        return median(self.rounds)

    def __str__(self) -> str:
        spread = (max(self.rounds) - min(self.rounds)) / 2 / self.middle if self.middle else 0
        return f"{self.middle:,.4g} ± {spread:.0%}"


@dataclass(frozen=True)
class Finding:
    """A line of the report; `ok` is None where nothing is asked."""

    what: str
    measured: str
    against: str
    asked: str
    ok: bool | None

    def cells(self) -> tuple[str, ...]:
        """Return the line's cells."""
        passed = "" if self.ok is None else _("达到") if self.ok else _("未达到")
        load = f"{os.getloadavg()[0]:.1f}"
        return self.what, self.measured, self.against, self.asked, passed, load


def timed(sides: Sequence[Side], rounds: int = ROUNDS) -> list[Timed]:
    """Return what each side took, every round one after the other.

    The collector leaves alone what stood before a side began: the others' libraries are none of its cost.
    """
    found: list[list[float]] = [[] for _side in sides]
    for _round in range(rounds):
        for side, taken in zip(sides, found, strict=True):
            work = side.ready()
            gc.collect()
            gc.freeze()
            begun = process_time()
            work()
            taken.append((process_time() - begun) / side.posts * 1e6)
            gc.unfreeze()
            del work
    return [Timed(tuple(taken)) for taken in found]


def held(contest: Contest, rounds: int = ROUNDS) -> list[Finding]:
    """Run a contest; return a line per peer."""
    contest.own.ready()()  # compiles what is not yet compiled
    own, *others = timed([contest.own, *(peer.side for peer in contest.peers)], rounds)
    return [contest.line(peer, own, other) for peer, other in zip(contest.peers, others, strict=True)]


def bounded(what: str, value: float, most: float, *, aim: float | None = None, unit: str = "") -> Finding:
    """Return a line for a figure that may be `most` at most."""
    asked = f"≤ {most:g}{unit}" + ("" if aim is None else _("，目标 {aim:g}").format(aim=aim))
    return Finding(what, f"{value:,.4g}{unit}", "", asked, value <= most)


def reached(what: str, value: float, least: float, *, aim: float | None = None, unit: str = "") -> Finding:
    """Return a line for a figure that must be `least` at least."""
    asked = f"≥ {least:g}{unit}" + ("" if aim is None else _("，目标 {aim:g}").format(aim=aim))
    return Finding(what, f"{value:,.4g}{unit}", "", asked, value >= least)
