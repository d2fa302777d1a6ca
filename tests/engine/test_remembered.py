"""The last row under a key is known; what was silent longest is forgotten."""

import numpy as np
import pytest

from guanlan.engine.remembered import Remembered


def note(known: Remembered, first: int, *keys: int, watch: int = 0) -> None:
    known.note(np.full(len(keys), watch), np.array(keys, np.uint64), first)


def test_the_last_row_under_a_key_and_watch():
    known = Remembered()
    note(known, 10, 7, 8, 7)
    note(known, 20, 7, watch=1)
    assert [known.row(0, 7), known.row(0, 8), known.row(1, 7), known.row(1, 8)] == [12, 11, 20, -1]


def test_key_0_is_none():
    known = Remembered()
    note(known, 10, 0)
    assert known.row(0, 0) == -1


@pytest.mark.parametrize("at_once", [1, 3, 10_000])
def test_many_keys_are_all_known_in_batches_of_any_size(at_once: int):
    known = Remembered()
    keys = list(range(1, 10_001))
    for first in range(0, len(keys), at_once):
        note(known, first, *keys[first : first + at_once])
    assert [known.row(0, key) for key in (1, 2_500, 10_000, 10_001)] == [0, 2_499, 9_999, -1]


@pytest.mark.parametrize("restored", [False, True])
def test_who_was_silent_longest_is_forgotten_first_also_after_restoring(restored: bool):
    known = Remembered(generation=2)
    note(known, 10, 1, 2)
    note(known, 12, 3, 1)
    if restored:
        known = Remembered.restore(known.snapshot(), generation=2)
    note(known, 14, 4)
    assert [known.row(0, key) for key in (1, 2, 3, 4)] == [13, -1, 12, 14]
