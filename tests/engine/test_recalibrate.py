"""A platform's line: found again where it is known, refused where it cannot be learnt."""

import numpy as np
import pytest

from guanlan.engine.evaluate_recalibration import examine, figures
from guanlan.engine.heads import chances
from guanlan.engine.model import CLASSES, Head, Line, Model
from guanlan.engine.recalibrate import FEWEST, NotEnough, fitted, refuse_few, righted, working_point

ASIS = Line(1.0, (0.0, 0.0, 0.0), 500)


def drawn(count: int, true: Line, seed: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Scores, and classes that fall as often as the scores put right by `true` say."""
    chance = np.random.default_rng(seed)
    scores = chance.normal(0, 2, (count, 3))
    lead = true.slope * scores + np.array(true.shifts)
    # The largest of scores with Gumbel noise is each class with its softmax chance (Luce 1959).
    return scores, (lead + chance.gumbel(size=lead.shape)).argmax(axis=1)


def test_finds_the_line_that_made_the_answers() -> None:
    true = Line(0.5, (1.0, -1.5, 0.5), 500)
    scores, truth = drawn(50_000, true)

    found = fitted(scores, truth, 500)

    assert found.slope == pytest.approx(0.5, abs=0.02)
    assert found.shifts == pytest.approx((1.0, -1.5, 0.5), abs=0.06)


def test_leaves_scores_that_are_right_nearly_as_they_are() -> None:
    scores, truth = drawn(FEWEST, ASIS)

    found = fitted(scores, truth, 500)

    assert found.slope == pytest.approx(1.0, abs=0.3)
    assert max(map(abs, found.shifts)) < 0.5


def test_no_other_line_near_it_is_better() -> None:
    scores, truth = drawn(300, Line(0.4, (0.8, 0.0, -0.8), 500))

    def loss(slope: float, *shifts: float) -> float:
        lead = slope * scores + np.array(shifts)
        missed = np.log(np.exp(lead).sum(axis=1)) - lead[np.arange(len(truth)), truth]
        return float(missed.sum() + 2 * (slope - 1) ** 2 + 0.5 * np.square(shifts).sum())

    found = fitted(scores, truth, 500)
    best = loss(found.slope, *found.shifts)

    for place in range(4):
        for step in (-0.01, 0.01):
            other = [found.slope, *found.shifts]
            other[place] += step
            assert loss(*other) > best


def test_stays_finite_where_every_answer_is_the_same() -> None:
    scores, _truth = drawn(FEWEST, ASIS)

    found = fitted(scores, np.zeros(FEWEST, np.int64), 500)

    assert 0 < found.shifts[0] < 20
    assert np.isfinite(found.slope)


def test_refuses_199_and_says_how_many_are_missing() -> None:
    with pytest.raises(NotEnough, match="有 199 条，校准一个平台至少要 200 条，还差 1 条"):
        refuse_few(FEWEST - 1, FEWEST - 1)


def test_refuses_judgements_that_only_correct() -> None:
    with pytest.raises(NotEnough, match="200 条里只有 49 条判对"):
        refuse_few(FEWEST, 49)
    refuse_few(FEWEST, 50)


def test_a_model_put_right_is_another_model_and_survives_its_file() -> None:
    table = np.zeros((1 << 12, 3), np.int8)
    plain = Model(table, (Head("stance", CLASSES, 0, 1.0, (0.0, 0.0, 0.0), 500),), {})

    found = plain.corrected({"微博": Line(0.5, (0.25, 0.0, -0.25), 350)})

    again = Model.unpacked(found.packed(), "test")
    assert again.sources == {"微博": Line(0.5, (0.25, 0.0, -0.25), 350)}
    assert again.fingerprint == found.fingerprint != plain.fingerprint


def test_the_examination_measures_what_was_not_judged() -> None:
    scores, truth = drawn(4_000, Line(0.3, (1.5, 0.0, 0.0), 500))

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
    assert righted(scores, Line(0.5, (1.0, 0.0, -1.0), 500)).tolist() == [[1.5, 1.0, 1.0]]


# Twenty posts that are not negative, at 0, 40, ..., 760 per mille, and two negative ones above them all.
NEGATIVE = np.array([*range(0, 800, 40), 900, 950])
TRUTH = np.array([1, 2] * 10 + [0, 0])


def test_the_point_lets_three_of_twenty_others_pass_as_false_alarms() -> None:
    # The three at 760, 720 and 680 may be called negative; the one at 640 may not.
    assert working_point(NEGATIVE, TRUTH, called=2) == 641


def test_the_point_is_never_below_an_even_chance_for_want_of_false_alarms() -> None:
    assert working_point(NEGATIVE // 2, TRUTH, called=0) == 500
    assert working_point(NEGATIVE[-2:], TRUTH[-2:], called=0) == 500


def test_the_point_falls_until_as_many_are_called_as_before() -> None:
    # The two negative ones and the eight from 760 down to 480.
    assert working_point(NEGATIVE, TRUTH, called=10) == 480
    assert (
        np.sum(working_point(NEGATIVE, TRUTH, called=22) <= NEGATIVE) == 21
    )  # none is called at nothing at all


def test_a_platform_that_is_mostly_neutral_still_has_its_negatives_found() -> None:
    scores, truth = drawn(FEWEST, Line(0.4, (-1.0, 2.0, -1.0), 500))
    before = chances(scores)[:, 0] >= 700

    found = fitted(scores, truth, 700)

    after = chances(righted(scores, found))[:, 0]
    assert np.sum(after >= 700) < np.sum(before) / 4
    assert np.sum(after >= found.working) >= np.sum(before)
    assert 0 < found.working < 500
