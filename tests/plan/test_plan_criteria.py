import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanlan.engine.severity import Reason, grade
from guanlan.plan.criteria import MEASURES, table, with_fallbacks
from guanlan.plan.examples import Outcome, run
from plan.shipped import NAMES, document

EXAMPLES = [(name, outcome) for name in NAMES for outcome in run(document(name))]


@pytest.mark.parametrize(("name", "outcome"), EXAMPLES)
def test_each_example_comes_out_as_written(name: str, outcome: Outcome) -> None:
    assert outcome.holds, outcome
    figures, whole = outcome.figures, table(document(name))
    if isinstance(figures, dict):
        level = grade(figures, {}, whole, young={"growth_7d"} - set(figures)).level
    else:
        level = grade({}, dict.fromkeys(figures, ("note",)), whole).level
    if outcome.fires:
        assert whole.highest({level, outcome.level}) == level


@pytest.mark.parametrize("name", NAMES)
def test_examples_stand_exactly_on_both_sides_of_the_line(name: str) -> None:
    for criterion in with_fallbacks(document(name)):
        for cell in criterion.cells:
            assert cell.at_least in {figures[criterion.measure] for figures in cell.fires}
            assert cell.at_least - 1 in {figures[criterion.measure] for figures in cell.just_not}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("measures", "level"),
    [
        ({}, None),
        ({"complaints_72h": 9, "complaints_24h": 4}, None),
        ({"complaints_72h": 300}, "II"),
        ({"complaints_24h": 30, "complaints_72h": 30}, "III"),
        ({"top_interactions": 50_000, "negative_permille": 40, "posts": 800}, None),
        ({"top_interactions": 50_000, "negative_permille": 900, "posts": 800}, "I"),
        ({"negative_24h": 40, "negative_permille": 10, "posts": 4000}, None),
        ({"growth_7d": 900, "negative_24h": 6, "negative_permille": 1000}, None),
        ({"growth_7d": 900, "negative_24h": 60, "negative_permille": 1000}, "II"),
        ({"growth_7d": 900, "negative_24h": 1_999, "negative_permille": 1000}, "II"),
        ({"growth_7d": 900, "negative_24h": 2_000, "negative_permille": 1000}, "I"),
        ({"harm_people": 1}, "IV"),  # one voice alone lifts nothing to where the command meets
        ({"harm_people": 2}, "III"),
        ({"harm_people": 1_000, "harm_public": 1_000, "harm_fraud": 1_000}, "II"),
        ({"harm_fraud": 2}, None),
        ({"outlets": 1}, "IV"),
        ({"outlets": 5}, "II"),
        ({"top_plays": 100_000, "negative_permille": 1000, "posts": 1}, "II"),
    ],
)
def test_what_the_default_table_says_of_well_known_cases(
    name: str, measures: dict[str, int | None], level: str | None
) -> None:
    assert grade(measures, {}, table(document(name))).level == level


def test_a_young_baseline_is_graded_by_number() -> None:
    measures = {"growth_7d": None, "negative_24h": 250, "negative_permille": 500}
    grading = grade(measures, {}, table(document()), young={"growth_7d"})
    by_key = {reason.criterion: reason for reason in grading.reasons}
    assert by_key["criterion.growth"] == Reason("criterion.growth", None, 150, None, "accumulating")
    assert by_key["criterion.growth-absolute"] == Reason("criterion.growth-absolute", 250, 250, "III", "met")
    assert grading.level == "III"


def test_any_facts_grade_at_their_highest_level() -> None:
    levels = {trigger.fact: trigger.level for trigger in document().triggers}
    assert levels["central_media"] == "I"
    assert grade({}, {"minor_injury": ("p1",)}, table(document())).level == "II"
    both = {"minor_injury": ("p1",), "central_media": ("p2",)}
    assert grade({}, both, table(document())).level == "I"


values = st.none() | st.integers(min_value=0, max_value=2_000_000)


@given(st.dictionaries(st.sampled_from(MEASURES), values))
def test_the_grade_is_that_of_a_naive_reading_of_the_plan(measures: dict[str, int | None]) -> None:
    plan = document()
    reached = []
    for row in plan.criteria:
        read = row
        while measures.get(read.measure) is None and read.fallback is not None:
            read = read.fallback
        value = measures.get(read.measure)
        share, number = measures.get("negative_permille"), measures.get("negative_24h")
        if value is None:
            continue
        if read.minimum_negative_permille and (share is None or share < read.minimum_negative_permille):
            continue
        if read.minimum_posts and (number is None or number < read.minimum_posts):
            continue
        reached += [cell.level for cell in read.cells if value >= cell.at_least]
    naive = min(reached, key=["I", "II", "III", "IV"].index) if reached else None
    assert grade(measures, {}, table(plan)).level == naive
