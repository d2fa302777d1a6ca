"""Upkeep: people hear, the end can be recognised, and the plan has not run out."""

import datetime

import pytest

from guanlan.plan.check import check
from guanlan.plan.document import PlanDocument
from plan.shipped import Case, document, gives_alone, row, without

CASES: dict[str, Case] = {
    "approver who is not told": (
        lambda tree: (
            row(tree["notifications"], "notify.larger").update(after_minutes=121),
            row(tree["notifications"], "notify.larger-unread").update(roles=["role.commander"]),
        ),
        "III",
        "批准人“副总指挥”在上报时限内收不到通知",
    ),
    "no way to end": (
        lambda tree: (
            without(tree["stand_down"], "end.inquiries"),
            [part["levels"].remove("III") for part in tree["stand_down"] if "III" in part["levels"]],
        ),
        "III",
        "“较大”没有终止条件",
    ),
    "condition without value": (
        lambda tree: row(tree["stand_down"], "end.quiet").update(value=None),
        "end.quiet",
        "无法判断：value 不对",
    ),
    "condition without source": (
        lambda tree: row(tree["stand_down"], "end.tasks").update(source=""),
        "end.tasks",
        "没有写出处",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_spoiled_plan_gives_that_finding_alone(name: str) -> None:
    gives_alone(CASES[name])


@pytest.mark.parametrize(
    ("effective_on", "today", "sentence"),
    [
        ("2024-01-31", "2026-11-24", None),
        ("2024-01-31", "2026-12-31", None),
        ("2024-01-31", "2027-01-01", "预案将于 2027-01-31 到期。"),
        ("2024-01-31", "2027-01-30", "预案将于 2027-01-31 到期。"),
        ("2024-01-31", "2027-01-31", "预案已于 2027-01-31 到期。"),
        ("2024-02-29", "2027-03-01", "预案已于 2027-03-01 到期。"),
    ],
)
def test_expiry_is_said_thirty_days_before_and_from_the_day(
    effective_on: str, today: str, sentence: str | None
) -> None:
    tree = document().model_dump(mode="json")
    tree["validity"]["effective_on"] = effective_on
    findings = check(PlanDocument.model_validate(tree), today=datetime.date.fromisoformat(today))
    assert [finding.sentence for finding in findings] == ([sentence] if sentence else [])
