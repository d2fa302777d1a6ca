"""Clocks: they follow each other, and a graver level is never the slower one."""

import pytest

from plan.shipped import Case, clock, gives_alone, level, spoiled

CASES: dict[str, Case] = {
    "clock without source": (
        lambda tree: clock(tree, "clock.I.facts").update(source=""),
        "clock.I.facts",
        "“clock.I.facts”没有写出处",
    ),
    "clocks that go backwards": (
        lambda tree: clock(tree, "clock.III.full-response").update(minutes=3000),
        "clock.III.facts",
        "facts 可能早于 full_response 到期",
    ),
    "working time before natural time": (
        lambda tree: clock(tree, "clock.III.full-response").update(calendar="working"),
        "clock.III.facts",
        "facts 可能早于 full_response 到期",
    ),
    "a lighter level faster than a graver": (
        lambda tree: clock(tree, "clock.II.measures-published").update(minutes=4319),
        "clock.II.measures-published",
        "“重大”的 measures_published 比更重的“特别重大”还快",
    ),
    "a lighter level reports more often": (
        lambda tree: level(tree, "III")["cadence"].update(minutes=200),
        "cadence.III",
        "“较大”的续报比更重的“重大”还勤",
    ),
    "a lighter level calls people faster": (
        lambda tree: level(tree, "III").update(call_minutes=9),
        "III",
        "“较大”升级叫人比更重的“重大”还快",
    ),
    "two calls that outlast the report": (
        lambda tree: level(tree, "II").update(call_minutes=16),
        "II",
        "“重大”每人有 16 分钟确认，叫过两人已超过上报的 30 分钟",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_spoiled_plan_gives_that_finding_alone(name: str) -> None:
    gives_alone(CASES[name])


def test_a_clock_left_out_is_missed_by_the_level_and_by_its_duty() -> None:
    findings = spoiled(lambda tree: level(tree, "II")["clocks"].remove(clock(tree, "clock.II.facts")))
    assert [(finding.key, finding.sentence) for finding in findings] == [
        ("II", "“重大”没有 facts 的时限。"),
        ("II", "“重大”没有 facts 的时限，更轻的“较大”却有。"),
        ("duty.command.facts", "“查明事实，形成处理方案”要守 facts 的时限，“重大”却没有这个时限。"),
    ]
