"""How many posts an event will have in the end: a median and an interval, from its course so far.

Trees (`trees`) tell three quantiles of ln(final / seen) from the course (`course`); the interval is
then set as wide as 80 % of later cascades needed (conformal). No size goes in, only shape: the
cascades that were learnt from are neither tiny nor huge, and that is no law.
"""

import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from gettext import gettext as _
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from guanlan.engine.course import DAY, HOUR, Floats, course
from guanlan.engine.model import BadModel
from guanlan.engine.state import pack, unpack
from guanlan.engine.trees import Trees, read

MAGIC = b"guanlan-forecast 1\n"
BUNDLED = "size.forecast"
QUANTILES = (0.1, 0.5, 0.9)
LEAST_POSTS = 10  # after the first
YOUNGEST, OLDEST = 600, 7 * DAY  # seconds since the first post
AGES = tuple(  # at which cascades were looked at
    int(hours * HOUR) for hours in (1 / 6, 1 / 3, 0.5, 0.75, 1, 1.5, 2, 3, 4.5, 6, 9, 12, 24, 48, 96, 168)
)


@dataclass(frozen=True)
class Forecast:
    """Posts of an event so far, and 30 days after its first: from `low` to `high` in 80 cases of 100."""

    seen: int
    low: int
    median: int
    high: int


@dataclass(frozen=True, eq=False)
class Forecaster:
    """`day` (24): how busy each hour is, 1 in the mean; `trees` by QUANTILES; `wider` by AGES, in ln."""

    day: Floats
    trees: tuple[Trees, ...]
    wider: Floats
    origin: dict[str, int]

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of all that it knows."""
        return hashlib.sha256(self._packed()).hexdigest()

    def quantiles(self, numbers: Floats, age: float) -> tuple[float, float, float]:
        """Return ln(final / seen) low, median and high for a course of that age (seconds)."""
        low, median, high = (read(trees, numbers) for trees in self.trees)
        wider = float(self.wider[np.searchsorted(AGES, age, side="right") - 1])
        low, high = min(low, high) - wider, max(low, high) + wider
        return min(low, median), median, max(high, median)

    def forecast(self, times: Sequence[int] | NDArray[np.int64], now: int) -> Forecast | None:
        """Return what a matter with posts at `times` comes to, seen at `now` (seconds since 1970).

        None where nothing can be told: under LEAST_POSTS after the first, or younger or
        older than any cascade was looked at. Later posts than `now` are not looked at.
        """
        known = np.sort(np.asarray(times, np.int64))
        known = known[: np.searchsorted(known, now, side="right")]
        if known.size <= LEAST_POSTS or not YOUNGEST <= now - int(known[0]) <= OLDEST:
            return None
        began, age = int(known[0]), float(now - int(known[0]))
        offsets = (known[1:] - began).astype(np.float64)
        told = self.quantiles(course(offsets, began, age, self.day), age)
        low, median, high = (max(known.size, round(1 + offsets.size * float(np.exp(one)))) for one in told)
        return Forecast(int(known.size), low, median, high)

    def save(self, path: Path) -> None:
        """Write it to `path`; the same forecaster is the same bytes."""
        head = json.dumps({"origin": self.origin, "fingerprint": self.fingerprint}, sort_keys=True)
        path.write_bytes(MAGIC + head.encode() + b"\n" + zlib.compress(self._packed(), 9))

    @classmethod
    def load(cls, path: Path | None = None) -> "Forecaster":
        """Return the forecaster in `path`, or the one that ships. Raise BadModel if it is damaged."""
        if path is None:
            return _shipped()
        if not path.is_file():
            raise BadModel(_("没有模型文件“{name}”，请检查路径。").format(name=path))
        return _read(path.read_bytes(), str(path))

    def _packed(self) -> bytes:
        parts = [vars(trees) for trees in self.trees]
        return pack({"day": self.day, "wider": self.wider, "trees": parts, "origin": self.origin})


@cache
def _shipped() -> Forecaster:
    return _read((resources.files("guanlan.engine") / "bundle" / BUNDLED).read_bytes(), BUNDLED)


def _read(content: bytes, name: str) -> Forecaster:
    sentence = _(
        "模型文件“{name}”已损坏或不是规模预测的模型，请重新复制，或用 guanlan train --forecast 生成。"
    )
    try:
        line, packed = content.removeprefix(MAGIC).split(b"\n", 1)
        stated = json.loads(line)["fingerprint"]
        known = unpack(zlib.decompress(packed))
        trees = tuple(Trees(**parts) for parts in known["trees"])
        found = Forecaster(known["day"], trees, known["wider"], known["origin"])
    except (ValueError, KeyError, TypeError, zlib.error) as broken:
        raise BadModel(sentence.format(name=name)) from broken
    if found.fingerprint != stated:
        raise BadModel(sentence.format(name=name))
    return found
