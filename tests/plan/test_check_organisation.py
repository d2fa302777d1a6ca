"""Keys, references, roles: whoever is named exists, leads once, and has a deputy."""

import pytest

from plan.shipped import Case, duty, gives_alone, level, role, row

CASES: dict[str, Case] = {
    "missing group": (
        lambda tree: duty(tree, "legal.notice").update(group="group.leagl"),
        "duty.legal.notice",
        "提到的组“group.leagl”不存在",
    ),
    "missing group that may start first": (
        lambda tree: level(tree, "II").update(first_by=["group.monitor"]),
        "II",
        "“II”提到的组“group.monitor”不存在",
    ),
    "missing role": (
        lambda tree: row(tree["notifications"], "notify.minor").update(
            roles=["role.service-lead", "role.nobody"]
        ),
        "notify.minor",
        "岗位“role.nobody”不存在",
    ),
    "missing clause": (
        lambda tree: duty(tree, "legal.notice").update(clause="clause.none"),
        "duty.legal.notice",
        "条款“clause.none”不存在",
    ),
    "missing level": (
        lambda tree: row(tree["statements"], "statement.correction").update(levels=["V"]),
        "statement.correction",
        "等级“V”不存在",
    ),
    "duplicate key": (
        lambda tree: row(tree["surveys"], "survey.case").update(key="drill.live"),
        "drill.live",
        "“drill.live”用了 2 次",
    ),
    "no deputy": (
        lambda tree: role(tree, "monitor").update(deputies=[]),
        "role.monitor",
        "“监测专员”没有替补",
    ),
    "own deputy": (
        lambda tree: role(tree, "monitor").update(deputies=["role.monitor"]),
        "role.monitor",
        "“监测专员”没有替补",
    ),
    "two leads": (
        lambda tree: role(tree, "monitor").update(lead=True),
        "group.monitoring",
        "“监测组”有 2 个负责岗位",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_spoiled_plan_gives_that_finding_alone(name: str) -> None:
    gives_alone(CASES[name])
