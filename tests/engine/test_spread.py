"""Edges need evidence, and the strongest wins."""

import numpy as np
import pyarrow as pa

from guanlan.engine.seen import fingerprints
from guanlan.engine.spread import KINDS, Spread

WATCH = 0


def spread() -> Spread:
    known = Spread()
    remember(known, 10, ("甲", "https://example.com/a"), ("乙", None))
    return known


def remember(known: Spread, first: int, *posts: tuple[str, str | None]) -> None:
    """Let the posts of these authors, at these addresses, have the rows from `first` on."""
    authors, addresses = (
        fingerprints(pa.array(list(column), pa.string())) for column in zip(*posts, strict=True)
    )
    known.remember(np.full(len(posts), WATCH), authors, addresses, first)


def source(text: str, platform_row: int = -1, copied_row: int = -1) -> tuple[str, int]:
    kind, row = spread().source(WATCH, text, platform_row, copied_row)
    return KINDS[kind], row


def test_platform_parent_is_stronger_than_a_chain():
    assert source("转//@甲：原话", platform_row=3) == ("platform", 3)


def test_chain_names_the_one_it_was_taken_from():
    assert source("真的吗//@乙：求证//@甲:原话") == ("chain", 11)


def test_chain_of_an_unknown_author_is_no_evidence():
    assert source("转//@丙：原话") == ("root", -1)


def test_quoted_address():
    assert source("看这个https://example.com/a，气死") == ("url", 10)


def test_mention_counts_only_with_the_mentioned_ones_text():
    assert source("@甲 说得对", copied_row=10) == ("mention", 10)
    assert source("@甲 说得对") == ("root", -1)
    assert source("@乙 说得对", copied_row=10) == ("root", -1)


def test_a_copy_alone_is_a_root():
    assert source("一样的话", copied_row=10) == ("root", -1)


def test_another_watch_knows_nothing():
    assert spread().source(1, "转//@甲：原话", -1, -1) == (0, -1)


def test_restoring_keeps_what_was_remembered():
    assert Spread.restore(spread().snapshot()).source(WATCH, "//@乙:好", -1, -1) == (KINDS.index("chain"), 11)
