"""AMI against scikit-learn, B3 against a loop over every pair of things."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_mutual_info_score

from guanlan.engine.agreement import adjusted_mutual_information, b3, overlap


def labelling(seed: int) -> tuple[list[str], list[int]]:
    """A random truth and, half of it by chance, what is told; group sizes differ widely."""
    draw = np.random.default_rng(seed)
    things = int(draw.integers(2, 300))
    truth = (draw.random(things) ** 2 * draw.integers(1, 30)).astype(int)
    told = (draw.random(things) ** 3 * draw.integers(1, 40)).astype(int)
    by_chance = draw.random(things) < draw.random()
    return [f"event {label}" for label in truth], np.where(by_chance, told, truth * 7).tolist()


@pytest.mark.parametrize("seed", range(40))
def test_ami_is_what_scikit_learn_says(seed: int) -> None:
    truth, told = labelling(seed)
    assert adjusted_mutual_information(overlap(truth, told)) == pytest.approx(
        adjusted_mutual_info_score(truth, told, average_method="arithmetic"), abs=1e-9
    )


@pytest.mark.parametrize(
    ("truth", "told"),
    [("aabb", "xxyy"), ("aaaa", "xxxx"), ("abcd", "wxyz"), ("aaaa", "wxyz"), ("aabb", "xyxy"), ("a", "x")],
)
def test_ami_of_extremes_is_what_scikit_learn_says(truth: str, told: str) -> None:
    assert adjusted_mutual_information(overlap(truth, told)) == pytest.approx(
        adjusted_mutual_info_score(list(truth), list(told), average_method="arithmetic"), abs=1e-9
    )


def naive(truth: list[str], told: list[int]) -> tuple[float, float]:
    """B3 precision and recall, thing by thing."""
    things = range(len(truth))
    precision = recall = 0.0
    for one in things:
        both = sum(truth[one] == truth[two] and told[one] == told[two] for two in things)
        precision += both / sum(told[one] == told[two] for two in things)
        recall += both / sum(truth[one] == truth[two] for two in things)
    return precision / len(truth), recall / len(truth)


@pytest.mark.parametrize("seed", range(40))
def test_b3_is_what_a_loop_over_all_pairs_says(seed: int) -> None:
    truth, told = labelling(seed)
    precision, recall = naive(truth, told)
    f1 = 2 / (1 / precision + 1 / recall)
    assert b3(overlap(truth, told)) == pytest.approx((precision, recall, f1), abs=1e-12)
