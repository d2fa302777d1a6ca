"""Invented posts: the same by the same seed, with the shares that the bench speaks of."""

import numpy as np
import pytest

from guanlan.engine.query import compile_watches

invented = pytest.importorskip("guanlan.bench.invented", exc_type=ImportError)


def test_a_seed_tells_everything():
    one, other, third = (invented.Inventor(seed).posts(300).texts for seed in (7, 7, 8))
    assert one == other
    assert one != third


def test_shares_and_lengths_are_as_said():
    posts = invented.Inventor().posts(6000)
    assert np.mean(posts.originals >= 0) == pytest.approx(0.25, abs=0.03)
    assert np.mean(posts.topics >= 0) == pytest.approx(0.35, abs=0.04)
    assert np.mean([len(text) for text in posts.texts]) == pytest.approx(75, abs=5)


def test_an_original_stands_before_its_copy_and_is_none_itself():
    originals = invented.Inventor().posts(3000).originals
    copies = np.flatnonzero(originals >= 0)
    assert (originals[copies] < copies).all()
    assert (originals[originals[copies]] == -1).all()


def test_a_query_is_written_as_the_engine_reads_it():
    asked = invented.Asked((("退款", "到账"), ("客服", "投诉")), ("招聘",), near=5)
    assert asked.written() == "(退款 OR 到账) NEAR/5 (客服 OR 投诉) NOT (招聘)"
    compile_watches(invented.watches([asked]))
