"""Each rule: the plan of five groups, spoiled in one place, gives that finding and no other."""

import datetime
from collections.abc import Callable

import pytest

from guanlan.plan.check import check
from guanlan.plan.document import PlanDocument
from guanlan.plan.reading import read
from plan.shipped import NAMES, TODAY, Tree, document, reading, row, spoiled, text


@pytest.mark.parametrize("name", NAMES)
def test_the_plans_that_ship_have_no_findings(name: str) -> None:
    assert check(document(name), today=TODAY, lines=reading(name).lines) == ()


def level(tree: Tree, key: str) -> Tree:
    return row(tree["levels"], key)


def clock(tree: Tree, key: str) -> Tree:
    return row([clock for level in tree["levels"] for clock in level["clocks"]], key)


def criterion(tree: Tree, key: str) -> Tree:
    return row(tree["criteria"], f"criterion.{key}")


def duty(tree: Tree, key: str) -> Tree:
    return row(tree["duties"], f"duty.{key}")


def role(tree: Tree, key: str) -> Tree:
    return row([role for group in tree["organisation"]["groups"] for role in group["roles"]], f"role.{key}")


def chain(tree: Tree, key: str) -> Tree:
    return row(tree["approvals"], f"chain.{key}")


def without(rows: list[Tree], key: str) -> None:
    rows.remove(row(rows, key))


def cells(tree: Tree, key: str, level: str) -> Tree:
    (cell,) = [cell for cell in criterion(tree, key)["cells"] if cell["level"] == level]
    return cell


def move_threshold(tree: Tree, key: str, level: str, at_least: int) -> None:
    """Move a threshold and its examples together."""
    cell, measure = cells(tree, key, level), criterion(tree, key)["measure"]
    guards = {"negative_permille": 900}
    cell["at_least"] = at_least
    cell["fires"] = [{measure: at_least, **guards}]
    cell["just_not"] = [{measure: at_least - 1, **guards}]


CASES: dict[str, tuple[Callable[[Tree], object], str, str]] = {
    "missing group": (
        lambda tree: duty(tree, "legal.notice").update(group="group.leagl"),
        "duty.legal.notice",
        "提到的组“group.leagl”不存在",
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
    "level gap in ranks": (
        lambda tree: level(tree, "IV").update(rank=5),
        "IV",
        "等级的次序断档：“一般”的 rank 是 5，应是 4",
    ),
    "level gap in a criterion": (
        lambda tree: criterion(tree, "reposts")["cells"].remove(cells(tree, "reposts", "II")),
        "criterion.reposts",
        "“单帖转发”跳过了等级 II",
    ),
    "thresholds the wrong way round over two criteria": (
        lambda tree: cells(tree, "growth-surge", "I").update(
            at_least=300,
            fires=[{"growth_7d": 300, "negative_24h": 2000, "negative_permille": 900}],
            just_not=[{"growth_7d": 299}],
        ),
        "criterion.growth-surge",
        "等级 I 从 300 起，更轻的等级 II 却从 300 起",
    ),
    "overlap": (
        lambda tree: criterion(tree, "growth-surge")["cells"].append(
            {
                "level": "II",
                "at_least": 300,
                "source": "x",
                "fires": [{"growth_7d": 300, "negative_24h": 2000, "negative_permille": 900}],
                "just_not": [{"growth_7d": 299, "negative_24h": 2000, "negative_permille": 900}],
            }
        ),
        "criterion.growth-surge",
        "“负面声量暴涨”与“负面声量涨幅”重叠：都用 growth_7d 定等级 II",
    ),
    "a threshold that never decides": (
        lambda tree: move_threshold(tree, "reposts", "III", 1_000),
        "criterion.reposts",
        "top_interactions 到 1000 时已经定级",
    ),
    "unknown measure in an example": (
        lambda tree: cells(tree, "outlets", "I")["fires"][0].update(outletz=1),
        "criterion.outlets",
        "“outletz”系统并不测量",
    ),
    "no tone guard": (
        lambda tree: (
            criterion(tree, "plays").update(minimum_negative_permille=0),
            [cell["just_not"].pop() for cell in criterion(tree, "plays")["cells"]],
        ),
        "criterion.plays",
        "只看数量不看褒贬",
    ),
    "no minimum count": (
        lambda tree: (
            criterion(tree, "growth-surge").update(minimum_posts=0),
            cells(tree, "growth-surge", "I").update(just_not=[{"growth_7d": 499}]),
        ),
        "criterion.growth-surge",
        "只看涨幅不看条数",
    ),
    "threshold without source": (
        lambda tree: cells(tree, "plays", "I").update(source=" "),
        "criterion.plays",
        "在等级 I 的阈值没有写出处",
    ),
    "criterion without source": (
        lambda tree: criterion(tree, "plays").update(source=""),
        "criterion.plays",
        "“单条视频播放”没有写出处",
    ),
    "trigger without source": (
        lambda tree: row(tree["triggers"], "trigger.fraud").update(source=""),
        "trigger.fraud",
        "没有写出处",
    ),
    "clock without source": (
        lambda tree: clock(tree, "clock.I.facts").update(source=""),
        "clock.I.facts",
        "“clock.I.facts”没有写出处",
    ),
    "condition without source": (
        lambda tree: row(tree["stand_down"], "end.tasks").update(source=""),
        "end.tasks",
        "没有写出处",
    ),
    "unknown fact": (
        lambda tree: row(tree["triggers"], "trigger.fraud").update(just_not=["farud"]),
        "trigger.fraud",
        "“farud”系统并不测量",
    ),
    "example that does not fire": (
        lambda tree: cells(tree, "outlets", "II").update(fires=[{"outlets": 4}]),
        "criterion.outlets",
        "例子 outlets=4 应定为 II，按阈值却是 III",
    ),
    "example that fires when it should not": (
        lambda tree: cells(tree, "outlets", "II").update(just_not=[{"outlets": 5}]),
        "criterion.outlets",
        "例子 outlets=5 应定为 低于 II，按阈值却是 II",
    ),
    "trigger's example at the wrong level": (
        lambda tree: row(tree["triggers"], "trigger.fraud").update(fires=["fraud", "central_media"]),
        "trigger.fraud",
        "应定为 II，按阈值却是 I",
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
    "response before report and approval": (
        lambda tree: chain(tree, "statement-larger")["steps"][0].update(minutes=91),
        "clock.III.first-response",
        "首次回应赶不上：上报 120 分钟，审批 121 分钟，合计超过 240 分钟",
    ),
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
    "aftermath that keeps a clock": (
        lambda tree: duty(tree, "media.repair").update(first_step=True, aftermath=True),
        "duty.media.repair",
        "是善后职责",
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
}


@pytest.mark.parametrize("name", CASES)
def test_a_spoiled_plan_gives_that_finding_alone(name: str) -> None:
    spoil, key, fragment = CASES[name]
    findings = spoiled(spoil)
    assert [(finding.key, fragment in finding.sentence) for finding in findings] == [(key, True)], findings
    assert findings[0].remedy.startswith(("请", "是不是", "可用"))


def test_thresholds_the_wrong_way_round_spoil_their_examples_too() -> None:
    findings = spoiled(lambda tree: move_threshold(tree, "plays", "III", 100_000))
    assert [(finding.key, finding.sentence) for finding in findings] == [
        (
            "criterion.plays",
            "“单条视频播放”的阈值倒挂：等级 II 从 100000 起，更轻的等级 III 却从 100000 起。",
        ),
        (
            "criterion.plays",
            "“criterion.plays”的例子 top_plays=100000、negative_permille=900 应定为 III，按阈值却是 II。",
        ),
    ]


def test_a_clock_left_out_is_missed_by_the_level_and_by_its_duty() -> None:
    findings = spoiled(lambda tree: level(tree, "II")["clocks"].remove(clock(tree, "clock.II.facts")))
    assert [(finding.key, finding.sentence) for finding in findings] == [
        ("II", "“重大”没有 facts 的时限。"),
        ("II", "“重大”没有 facts 的时限，更轻的“较大”却有。"),
        ("duty.command.facts", "“查明事实，形成处理方案”要守 facts 的时限，“重大”却没有这个时限。"),
    ]


def test_an_unknown_measure_is_named_with_the_nearest_known_one() -> None:
    findings = spoiled(lambda tree: criterion(tree, "outlets").update(measure="outlet"))
    assert findings[0].sentence == "“criterion.outlets”用到的“outlet”系统并不测量。"
    assert findings[0].remedy == "是不是“outlets”？"


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
