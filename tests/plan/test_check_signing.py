"""Signing: one way to the signature, in time, never past its own author."""

import pytest

from plan.shipped import Case, chain, gives_alone, level, role, without

CASES: dict[str, Case] = {
    "response before report and approval": (
        lambda tree: chain(tree, "statement-larger")["steps"][0].update(minutes=91),
        "clock.III.first-response",
        "首次回应赶不上：上报 120 分钟，审批 121 分钟，合计超过 240 分钟",
    ),
    "author approves": (
        lambda tree: chain(tree, "answer")["authors"].append("role.legal-lead"),
        "step.answer.legal",
        "“较大以上答复口径”里“法律组长”既起草又批准",
    ),
    "only authors stand in for the approver": (
        lambda tree: (
            role(tree, "service-lead").update(deputies=["role.service-agent"]),
            without(tree["approvals"], "chain.answer-minor"),
            chain(tree, "answer")["levels"].append("IV"),
        ),
        "step.answer.service",
        "“客服组长”的替补都是起草人",
    ),
    "nobody approves": (
        lambda tree: chain(tree, "answer")["levels"].remove("III"),
        "III",
        "没有 answer 的审批流程",
    ),
    "two chains": (
        lambda tree: chain(tree, "answer")["levels"].append("IV"),
        "chain.answer-minor",
        "有两条审批流程",
    ),
    "chain that does not end with the level's approver": (
        lambda tree: level(tree, "IV").update(approvers=["role.monitoring-lead"]),
        "chain.statement-minor",
        "最后一步不是“一般”的批准人",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_spoiled_plan_gives_that_finding_alone(name: str) -> None:
    gives_alone(CASES[name])
