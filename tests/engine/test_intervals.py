"""The intervals of an impact, against the tables of those who published them and against slow oracles."""

from math import sqrt

import pytest

from guanlan.engine.intervals import (
    Z,
    rate_dispersion,
    rate_ratio,
    share,
    share_difference,
    share_dispersion,
)


# Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3.
@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_a_share_is_as_newcombe_printed_it(count: int, of: int, low: float, high: float) -> None:
    found = share(count, of)

    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


# Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, method 10.
@pytest.mark.parametrize(
    ("now", "usual", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_a_difference_is_as_newcombe_printed_it(
    now: tuple[int, int], usual: tuple[int, int], low: float, high: float
) -> None:
    found = share_difference(now, usual)

    assert found.value == pytest.approx(now[0] / now[1] - usual[0] / usual[1])
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def edges_of_the_score_test(count: int, usual: int, times: float) -> tuple[float, float]:
    """Invert the score test of the conditional binomial by halving: the slow form."""

    def refused(ratio: float) -> bool:
        part = ratio / (ratio + times)
        n = count + usual
        return abs(count - n * part) > Z * sqrt(n * part * (1 - part))

    def halve(inside: float, outside: float) -> float:
        for _step in range(200):
            middle = (inside + outside) / 2
            inside, outside = (inside, middle) if refused(middle) else (middle, outside)
        return inside

    value = count * times / usual
    return halve(value, value / 1e4), halve(value, value * 1e4)


@pytest.mark.parametrize(
    ("count", "days", "usual", "usual_days"), [(60, 1, 560, 28), (3, 1, 560, 28), (41, 28010, 15, 19017)]
)
def test_a_ratio_inverts_the_score_test(count: int, days: int, usual: int, usual_days: int) -> None:
    found = rate_ratio(count, days, usual, usual_days)

    assert found is not None
    low, high = edges_of_the_score_test(count, usual, usual_days / days)
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))


def test_a_ratio_lies_within_the_exact_interval_of_the_textbook() -> None:
    # Breast cancer after fluoroscopy: 41 cases in 28,010 woman-years, 15 in 19,017 (Rothman and
    # Greenland): ratio 1.86. The exact interval, which is wider, is 1.00 to 3.61 (R: poisson.test).
    found = rate_ratio(41, 28010, 15, 19017)

    assert found is not None
    assert found.value == pytest.approx(1.8558, abs=1e-4)
    assert 1.004 < found.low < 1.08
    assert 3.2 < (found.high or 0) < 3.61


def test_nothing_before_is_without_bound_and_nothing_at_all_is_no_ratio() -> None:
    only_now = rate_ratio(5, 1, 0, 28)

    assert only_now is not None
    assert (only_now.value, only_now.high) == (None, None)
    # All five of five: Wilson's lower edge is n / (n + z²) = 0.5655, so 28 x 0.5655 / 0.4345.
    assert only_now.low == pytest.approx(28 * 5 / (Z * Z))
    assert rate_ratio(0, 1, 0, 28) is None


def test_days_that_differ_more_than_chance_widen_the_interval() -> None:
    # Mean 10; (0 + 100 + 100 + 0) / 10 / 3.
    assert rate_dispersion([10, 20, 0, 10]) == pytest.approx(20 / 3)
    assert rate_dispersion([10, 10, 10]) == 1.0
    assert rate_dispersion([0, 0]) == rate_dispersion([]) == rate_dispersion([7]) == 1.0
    # Shares 0.2 and 0.8 of ten each around 0.5: (9 + 9) / 2.5 / 1.
    assert share_dispersion([(2, 10), (8, 10), (0, 0)]) == pytest.approx(7.2)
    assert share_dispersion([(0, 10), (0, 5)]) == share_dispersion([]) == 1.0
    plain, clumped = share_difference((56, 70), (48, 80)), share_difference((56, 70), (48, 80), 4.0)
    assert clumped.low < plain.low < plain.high < clumped.high  # type: ignore[operator]
    assert clumped.value == plain.value
