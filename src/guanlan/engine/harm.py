"""Harm that is told of, whatever the tone: hurt, death, bad food, leaked data and the like.

The words and what undoes them stand in tables/harm.tsv, which `signs` explains. A drill, a
refuted rumour, what lies years back, what did not happen or might, and figures of speech
(手机死机, 笑死) set nothing off. Nor do the company's own statements: `taking` leaves them out.
"""

from collections.abc import Iterable
from functools import cache

from guanlan.engine.signs import Sign, Signs

FLAGS = (
    "injury",
    "death",
    "food_safety",
    "data_leak",
    "fraud",
    "discrimination",
    "minors",
    "authority",  # a regulator or central media take it up
    "gathering",  # people are called together, off the net
)


@cache
def signs() -> Signs:
    """Return the words of harm, read once."""
    return Signs("harm.tsv")


def mask(signs: Iterable[Sign]) -> int:
    """Return the flags as one number, a bit for each of FLAGS."""
    bits = 0
    for sign in signs:
        bits |= 1 << FLAGS.index(sign.flag)
    return bits
