"""How near to the machine: the least that each step could cost, measured in the same run."""

from gettext import gettext as _
from pathlib import Path

import numpy as np
from numba import njit
from numpy.typing import NDArray

from guanlan.bench.reading import Material
from guanlan.bench.rounds import Finding, Side, reached, timed
from guanlan.engine.text import encode

TABLE = 1 << 18


@njit(cache=True)
def _looked_up(codes, bits):  # type: ignore[no-untyped-def]
    """Look up a bit for each pair of characters: the least that a scan for terms does."""
    found = 0
    for at in range(codes.size - 1):
        key = (np.uint64(codes[at]) << np.uint64(32)) | np.uint64(codes[at + 1])
        found += bits[(key * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(46)]
    return found


@njit(cache=True)
def _gathered(codes, weights):  # type: ignore[no-untyped-def]
    """Add up the weights of every 1-, 2- and 3-gram: the least that a linear head does."""
    total = 0
    for at in range(2, codes.size):
        one = np.uint64(codes[at]) * np.uint64(0x9E3779B97F4A7C15)
        two = (one ^ np.uint64(codes[at - 1])) * np.uint64(0x9E3779B97F4A7C15)
        three = (two ^ np.uint64(codes[at - 2])) * np.uint64(0x9E3779B97F4A7C15)
        total += (
            weights[one >> np.uint64(46)] + weights[two >> np.uint64(46)] + weights[three >> np.uint64(46)]
        )
    return total


@njit(cache=True)
def _least(codes, lowest):  # type: ignore[no-untyped-def]
    """One hash per 3-gram, the least kept in each of 16 bins: the least that a near-copy search does."""
    for at in range(2, codes.size):
        key = (np.uint64(codes[at]) << np.uint64(42)) | (np.uint64(codes[at - 1]) << np.uint64(21))
        mixed = (key | np.uint64(codes[at - 2])) * np.uint64(0x9E3779B97F4A7C15)
        place = np.int64(mixed >> np.uint64(60))
        lowest[place] = min(lowest[place], mixed)


def floors(material: Material, folder: Path) -> list[Side]:
    """Return the steps, each over all posts, a thousand at a time."""
    bits, weights = np.zeros(TABLE, np.uint8), np.ones(TABLE, np.int8)
    lowest = np.zeros(16, np.uint64)
    batches = [material.texts[at : at + 1000] for at in range(0, len(material.texts), 1000)]
    arrays: list[NDArray[np.uint32]] = [texts.codes for texts in material.read]
    posts = len(material.texts)
    path = folder / "raw"

    def written() -> None:
        with path.open("wb") as file:
            for texts in batches:
                file.write("".join(texts).encode())

    def over(kernel: object, operand: NDArray[np.generic]) -> Side:
        return Side("", posts, lambda: lambda: [kernel(codes, operand) for codes in arrays])  # type: ignore[operator]

    return [
        Side("", posts, lambda: lambda: [encode("".join(texts)) for texts in batches]),
        over(_looked_up, bits),
        over(_gathered, weights),
        over(_least, lowest),
        Side("", posts, lambda: written),
    ]


def near_the_roof(material: Material, folder: Path, chain: float, rounds: int) -> Finding:
    """Return the sum of the steps as a share of `chain`, microseconds a post."""
    sides = floors(material, folder)
    for side in sides:
        side.ready()()
    total = sum(found.middle for found in timed(sides, rounds))
    what = _("各步底价之和 {total:.2f} µs，占全程").format(total=total)
    return reached(what, 100 * total / chain, 6, aim=15, unit=" %")
