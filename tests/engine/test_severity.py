"""A small table worked out by hand: two levels, one criterion of each kind."""

import itertools

import pytest

from guanlan.engine.severity import Criterion, Grading, HardTrigger, Reason, Table, grade

POSTS = Criterion("c.posts", "posts", "negative_24h", (("II", 100), ("III", 20)))
GROWTH = Criterion("c.growth", "growth", "growth_7d", (("II", 300), ("III", 150)), POSTS, minimum_posts=10)
LIKES = Criterion(
    "c.likes", "likes", "top_interactions", (("II", 10_000), ("III", 1_000)), minimum_negative_permille=300
)
DEATH = HardTrigger("t.death", "death", "death_or_injury", "I")
OUTLETS = HardTrigger("t.fraud", "fraud", "fraud", "II")
TABLE = Table(("I", "II", "III", "IV"), (GROWTH, LIKES), (DEATH, OUTLETS))


def only(criterion: Criterion, measures: dict[str, int | None]) -> Reason:
    (reason,) = grade(measures, {}, Table(TABLE.levels, (criterion,))).reasons
    return reason


@pytest.mark.parametrize(
    ("value", "level", "threshold", "state"),
    [
        (0, None, 20, "below"),
        (19, None, 20, "below"),
        (20, "III", 20, "met"),
        (99, "III", 20, "met"),
        (100, "II", 100, "met"),
        (10**9, "II", 100, "met"),
    ],
)
def test_a_threshold_is_reached_at_its_own_value(
    value: int, level: str | None, threshold: int, state: str
) -> None:
    reason = only(POSTS, {"negative_24h": value})
    assert (reason.value, reason.level, reason.threshold, reason.state) == (value, level, threshold, state)


def test_the_order_in_which_thresholds_are_written_does_not_matter() -> None:
    for thresholds in itertools.permutations((("I", 500), ("II", 100), ("III", 20))):
        assert only(Criterion("c", "c", "m", thresholds), {"m": 120}).level == "II"


@pytest.mark.parametrize("measures", [{}, {"negative_24h": None}])
def test_unknown_is_not_zero(measures: dict[str, int | None]) -> None:
    assert only(POSTS, measures) == Reason("c.posts", None, 20, None, "unknown")
    assert only(POSTS, {"negative_24h": 0}).state == "below"


def test_a_young_baseline_falls_back_to_the_absolute_form() -> None:
    measures = {"growth_7d": 900, "negative_24h": 25}
    grading = grade(measures, {}, Table(TABLE.levels, (GROWTH,)), young={"growth_7d"})
    assert grading == Grading(
        "III",
        (
            Reason("c.growth", 900, 150, None, "accumulating"),
            Reason("c.posts", 25, 20, "III", "met"),
        ),
    )


def test_a_measure_without_value_falls_back_too_and_says_unknown() -> None:
    grading = grade({"growth_7d": None, "negative_24h": 100}, {}, Table(TABLE.levels, (GROWTH,)))
    assert [reason.state for reason in grading.reasons] == ["unknown", "met"]
    assert grading.level == "II"


def test_with_an_old_baseline_the_fallback_is_not_read() -> None:
    grading = grade({"growth_7d": 160, "negative_24h": 100}, {}, Table(TABLE.levels, (GROWTH,)))
    assert grading == Grading("III", (Reason("c.growth", 160, 150, "III", "met"),))


def test_a_rise_from_next_to_nothing_is_guarded_by_the_number_of_posts() -> None:
    reason = only(GROWTH, {"growth_7d": 400, "negative_24h": 9})
    assert (reason.level, reason.threshold, reason.state, reason.guard) == (
        None,
        300,
        "guarded",
        "negative_24h",
    )
    assert only(GROWTH, {"growth_7d": 400, "negative_24h": 10}).level == "II"


def test_a_giveaway_with_fifty_thousand_likes_is_no_incident() -> None:
    measures = {"top_interactions": 50_000, "negative_permille": 40}
    grading = grade(measures, {}, Table(TABLE.levels, (LIKES,)))
    assert grading.level is None
    assert grading.reasons[0].state == "guarded"
    assert grading.reasons[0].guard == "negative_permille"
    assert only(LIKES, {"top_interactions": 50_000, "negative_permille": 300}).level == "II"


def test_a_guard_nobody_measured_leaves_the_criterion_unknown() -> None:
    reason = only(LIKES, {"top_interactions": 50_000, "negative_permille": None})
    assert (reason.level, reason.state, reason.guard) == (None, "unknown", "negative_permille")


def test_below_is_said_before_the_guard() -> None:
    assert only(LIKES, {"top_interactions": 999, "negative_permille": 0}).state == "below"


def test_the_highest_of_trigger_and_quantity_wins() -> None:
    measures = {"growth_7d": 200, "negative_24h": 50, "top_interactions": 500, "negative_permille": 900}
    assert grade(measures, {}, TABLE).level == "III"
    assert grade(measures, {"fraud": ("p1",)}, TABLE).level == "II"
    assert grade(measures, {"fraud": ("p1",), "death_or_injury": ("note-1",)}, TABLE).level == "I"
    loud = measures | {"top_interactions": 20_000}
    assert grade(loud, {}, TABLE).level == "II"


def test_a_trigger_names_what_carries_its_fact() -> None:
    grading = grade({}, {"death_or_injury": ("p1", "p2")}, TABLE)
    assert grading.reasons[0] == Reason("t.death", 2, 1, "I", "met", ("p1", "p2"))


def test_a_fact_that_nothing_carries_does_not_count() -> None:
    grading = grade({}, {"death_or_injury": ()}, TABLE)
    assert grading.level is None
    assert all(reason.state == "unknown" for reason in grading.reasons)


def test_every_reason_carries_the_posts_its_value_was_read_from() -> None:
    evidence = {"top_interactions": ("p7",), "negative_24h": ("p1", "p2")}
    reasons = grade(
        {"top_interactions": 5, "negative_24h": 30}, {}, TABLE, young={"growth_7d"}, evidence=evidence
    ).reasons
    assert {reason.criterion: reason.posts for reason in reasons} == {
        "c.growth": (),
        "c.posts": ("p1", "p2"),
        "c.likes": ("p7",),
    }


def test_more_of_a_measure_never_lowers_the_level() -> None:
    ranks = {level: rank for rank, level in enumerate((*TABLE.levels, None))}
    for share in (0, 299, 300, 1000):
        previous = len(TABLE.levels)
        for likes in range(0, 12_001, 250):
            level = grade({"top_interactions": likes, "negative_permille": share}, {}, TABLE).level
            assert ranks[level] <= previous
            previous = ranks[level]
