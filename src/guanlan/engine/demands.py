"""What posts demand: money back, an apology, an answer. A demand is made, not merely named.

已经退款了 and 客服道歉了 name what was done; 什么时候退, 必须道歉 and 还我钱 demand it. The words and
what must stand around them are in tables/demands.tsv, which `signs` explains.
"""

from functools import cache

from guanlan.engine.signs import Signs

FLAGS = (
    "refund",
    "apology",
    "compensation",
    "removal",  # of goods from the shelf, of what was published
    "punishment",
    "recall",
    "answer",
    "exchange",
)


@cache
def signs() -> Signs:
    """Return the words of demands, read once."""
    return Signs("demands.tsv")
