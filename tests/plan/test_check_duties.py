"""Duties: every clock is somebody's, and each can be done in its time."""

import pytest

from plan.shipped import Case, Tree, duty, gives_alone, spoiled

CASES: dict[str, Case] = {
    "due before accepted": (
        lambda tree: duty(tree, "legal.notice")["times"]["III"].update(accept_minutes=2880),
        "duty.legal.notice",
        "要求 2880 分钟完成，却给 2880 分钟才接收",
    ),
    "duty more urgent at a lighter level": (
        lambda tree: duty(tree, "legal.notice")["times"]["III"].update(due_minutes=1400),
        "duty.legal.notice",
        "在更轻的等级 III 反而比 II 更急",
    ),
    "duty that misses its clock": (
        lambda tree: duty(tree, "command.facts")["times"]["III"].update(due_minutes=2851),
        "duty.command.facts",
        "守不住 facts 的 2880 分钟",
    ),
    "duty with no time to sign": (
        lambda tree: duty(tree, "media.holding")["times"]["III"].update(accept_minutes=50, due_minutes=109),
        "duty.media.holding",
        "限 109 分钟，接收 50 分钟加审批 60 分钟就已超时",
    ),
    "clock that is nobody's duty": (
        lambda tree: duty(tree, "service.facts").update(meets=None),
        "clock.IV.facts",
        "“一般”的 facts 有时限，却不是任何人的职责",
    ),
    "check of a duty that leaves nothing to look at": (
        lambda tree: duty(tree, "service.line").update(checked_by="lead"),
        "duty.service.line",
        "要人验收，却没有写要什么凭证",
    ),
    "aftermath that keeps a clock": (
        lambda tree: duty(tree, "media.repair").update(first_step=True, aftermath=True),
        "duty.media.repair",
        "是善后职责",
    ),
}


def test_who_may_start_first_needs_first_steps() -> None:
    def later(tree: Tree) -> None:
        for written in tree["duties"]:
            if written.get("first_step"):
                written["times"].pop("IV", None)

    sentences = [finding.sentence for finding in spoiled(later)]
    assert "“一般”可以先行启动，却没有先期处置的职责，启动后无事可做。" in sentences


@pytest.mark.parametrize("name", CASES)
def test_a_spoiled_plan_gives_that_finding_alone(name: str) -> None:
    gives_alone(CASES[name])
