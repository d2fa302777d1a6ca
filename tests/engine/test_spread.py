"""Edges need evidence, and the strongest wins."""

import pytest

from guanlan.engine import spread as module
from guanlan.engine.spread import KINDS, Spread

WATCH = 0


def spread() -> Spread:
    known = Spread()
    known.remember(WATCH, "甲", "https://example.com/a", 10)
    known.remember(WATCH, "乙", None, 11)
    return known


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


def test_who_was_silent_longest_is_forgotten_first_also_after_restoring(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MOST_REMEMBERED", 2)
    known = spread()
    known.remember(WATCH, "甲", None, 12)
    known = Spread.restore(known.snapshot())
    known.remember(WATCH, "丙", None, 13)
    rows = [known.source(WATCH, f"//@{name}:好", -1, -1)[1] for name in "甲乙丙"]
    assert rows == [12, -1, 13]
