"""A platform's line: found again where it is known, refused where it cannot be learnt."""

import numpy as np
import pytest

from guanlan.engine.evaluate_recalibration import examine, figures
from guanlan.engine.model import CLASSES, Head, Line, Model
from guanlan.engine.recalibrate import FEWEST, NotEnough, fitted, line, righted


def drawn(count: int, true: Line, seed: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Scores, and classes that fall as often as the scores put right by `true` say."""
    chance = np.random.default_rng(seed)
    scores = chance.normal(0, 2, (count, 3))
    lead = true.slope * scores + np.array(true.shifts)
    # The largest of scores with Gumbel noise is each class with its softmax chance (Luce 1959).
    return scores, (lead + chance.gumbel(size=lead.shape)).argmax(axis=1)


def test_finds_the_line_that_made_the_answers() -> None:
    true = Line(0.5, (1.0, -1.5, 0.5))
    scores, truth = drawn(50_000, true)

    found = fitted(scores, truth)

    assert found.slope == pytest.approx(0.5, abs=0.02)
    assert found.shifts == pytest.approx((1.0, -1.5, 0.5), abs=0.06)


def test_leaves_scores_that_are_right_nearly_as_they_are() -> None:
    scores, truth = drawn(FEWEST, Line(1.0, (0.0, 0.0, 0.0)))

    found = fitted(scores, truth)

    assert found.slope == pytest.approx(1.0, abs=0.3)
    assert max(map(abs, found.shifts)) < 0.5


def test_no_other_line_near_it_is_better() -> None:
    scores, truth = drawn(300, Line(0.4, (0.8, 0.0, -0.8)))

    def loss(slope: float, *shifts: float) -> float:
        lead = slope * scores + np.array(shifts)
        missed = np.log(np.exp(lead).sum(axis=1)) - lead[np.arange(len(truth)), truth]
        return float(missed.sum() + 2 * (slope - 1) ** 2 + 0.5 * np.square(shifts).sum())

    found = fitted(scores, truth)
    best = loss(found.slope, *found.shifts)

    for place in range(4):
        for step in (-0.01, 0.01):
            other = [found.slope, *found.shifts]
            other[place] += step
            assert loss(*other) > best


def test_stays_finite_where_every_answer_is_the_same() -> None:
    scores, _truth = drawn(FEWEST, Line(1.0, (0.0, 0.0, 0.0)))

    found = fitted(scores, np.zeros(FEWEST, np.int64))

    assert 0 < found.shifts[0] < 20
    assert np.isfinite(found.slope)


def test_refuses_199_and_says_how_many_are_missing() -> None:
    scores, truth = drawn(FEWEST - 1, Line(1.0, (0.0, 0.0, 0.0)))

    with pytest.raises(NotEnough, match="有 199 条，校准一个平台至少要 200 条，还差 1 条"):
        line(scores, truth)


def test_refuses_judgements_that_only_correct() -> None:
    scores, _truth = drawn(FEWEST, Line(1.0, (0.0, 0.0, 0.0)))
    wrong = (scores.argmax(axis=1) + 1) % 3

    with pytest.raises(NotEnough, match="200 条里只有 0 条判对"):
        line(scores, wrong)


def test_a_model_put_right_is_another_model_and_survives_its_file() -> None:
    table = np.zeros((1 << 12, 3), np.int8)
    plain = Model(table, (Head("stance", CLASSES, 0, 1.0, (0.0, 0.0, 0.0), 500),), {})

    found = plain.corrected({"微博": Line(0.5, (0.25, 0.0, -0.25))})

    again = Model.unpacked(found.packed(), "test")
    assert again.sources == {"微博": Line(0.5, (0.25, 0.0, -0.25))}
    assert again.fingerprint == found.fingerprint != plain.fingerprint


def test_the_examination_measures_what_was_not_judged() -> None:
    scores, truth = drawn(4_000, Line(0.3, (1.5, 0.0, 0.0)))

    row = examine("invented", scores, truth, 500, seed=1)

    assert row.texts == 4_000 - FEWEST
    # Over-sure by construction; two hundred answers bring certainty near the truth.
    assert row.before.calibration > 0.2
    assert row.after.calibration < row.worst + 1e-9 < 0.12
    assert row.after.accuracy > row.before.accuracy


def test_figures_by_hand() -> None:
    scores = np.array([[9.0, 0.0, 0.0], [0.0, 9.0, 0.0], [9.0, 0.0, 0.0], [0.0, 0.0, 9.0]])

    found = figures(scores, np.array([0, 1, 1, 0]), 500)

    assert (found.accuracy, found.alarms, found.recall) == (0.5, 0.5, 0.5)
    assert found.macro_f1 == pytest.approx((0.5 + 2 / 3 + 0) / 3)
    assert found.calibration == pytest.approx(0.5, abs=0.01)


def test_a_line_is_applied_as_the_model_applies_it() -> None:
    scores = np.array([[1.0, 2.0, 4.0]])
    assert righted(scores, Line(0.5, (1.0, 0.0, -1.0))).tolist() == [[1.5, 1.0, 1.0]]
