"""The check as a whole: what ships is sound, and a finding names its line."""

import pytest

from guanlan.plan.check import check
from guanlan.plan.reading import read
from plan.shipped import NAMES, TODAY, Tree, document, level, reading, spoiled, text


@pytest.mark.parametrize("name", NAMES)
def test_the_plans_that_ship_have_no_findings(name: str) -> None:
    assert check(document(name), today=TODAY, lines=reading(name).lines) == ()


def test_a_level_without_criteria_duties_or_chains_is_found_everywhere() -> None:
    def spoil(tree: Tree) -> None:
        spare = level(tree, "IV") | {"key": "V", "rank": 5, "name": "轻微", "clocks": []}
        tree["levels"].append(spare | {"cadence": {"key": "cadence.V", "minutes": None, "source": "x"}})

    found = {finding.sentence for finding in spoiled(spoil) if finding.key == "V"}
    assert {
        "没有任何准则能定到“轻微”。",
        "“轻微”没有任何职责，启动后无事可做。",
        "“轻微”没有 statement 的审批流程，文稿无人能批。",
        "“轻微”没有终止条件，启动后无从结束。",
        "“轻微”的批准人“客服组长”在上报时限内收不到通知。",
        "“轻微”没有 assess 的时限。",
    } <= found


@pytest.mark.parametrize(
    ("old", "new", "line_of"),
    [
        ("    group: group.media\n", "    group: group.press\n", "- key: duty.media.pause"),
        ("    rank: 4\n", "    rank: 5\n", "- key: IV"),
        ("{key: survey.effort,", "{key: survey.case,", "{key: survey.case, name: 办事省力程度"),
        (
            "{key: clock.I.first-response, step: first_response, minutes: 60",
            "{key: clock.I.first-response, step: first_response, minutes: 10",
            "{key: clock.I.first-response",
        ),
    ],
)
def test_a_finding_names_the_line_of_its_key(old: str, new: str, line_of: str) -> None:
    assert old in text(NAMES[0])
    content = text(NAMES[0]).replace(old, new, 1)
    spoiled_reading = read(content.encode(), "plan.yaml")
    finding = check(spoiled_reading.document, today=TODAY, lines=spoiled_reading.lines)[0]
    expected = next(number for number, row in enumerate(content.split("\n"), 1) if line_of in row)
    assert finding.line == expected
