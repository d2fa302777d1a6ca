"""What changed between two versions: each change made by hand, each sentence written by hand."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from guanlan.plan.comparing.compare import compare, in_words
from guanlan.plan.document import PlanDocument
from plan.shipped import NAMES, Tree, cells, clock, document, duty, level, row


def told(change: Callable[[Tree], object]) -> dict[str, list[str]]:
    """The sentences by part of the plan, once `change` was made to the plan of five groups."""
    tree = document().model_dump(mode="json")
    change(tree)
    found = compare(document(), PlanDocument.model_validate(tree))
    return {chapter.title: [str(change) for change in chapter.changes] for chapter in found}


def clause(tree: Tree, key: str) -> Tree:
    return row([clause for chapter in tree["chapters"] for clause in chapter["clauses"]], f"clause.{key}")


EXTRA = {
    "key": "duty.service.notice",
    "clause": "clause.complaints",
    "group": "group.service",
    "title": "公布办理进度",
    "action": "在投诉页写明办到哪一步。",
    "times": {
        "I": {"accept_minutes": 30, "due_minutes": 120},
        "II": {"accept_minutes": 30, "due_minutes": 240},
    },
}

CASES: dict[str, tuple[Callable[[Tree], object], str, list[str]]] = {
    "a clock is shorter": (
        lambda tree: clock(tree, "clock.II.first-response").update(minutes=60),
        "时限与续报",
        ["Ⅱ级 首次回应时限：2 小时 → 1 小时"],
    ),
    "a clock runs in working time": (
        lambda tree: clock(tree, "clock.IV.facts").update(minutes=960),
        "时限与续报",
        ["Ⅳ级 事实与方案时限：3 个工作日 → 2 个工作日"],
    ),
    "a level reports more often": (
        lambda tree: level(tree, "III")["cadence"].update(minutes=720),
        "时限与续报",
        ["Ⅲ级 续报间隔：1 天 → 12 小时"],
    ),
    "another approver": (
        lambda tree: level(tree, "II").update(approvers=["role.commander", "role.deputy-commander"]),
        "等级",
        ["Ⅱ级 批准人：总指挥 → 总指挥、副总指挥"],
    ),
    "a threshold moves": (
        lambda tree: cells(tree, "complaints-72h", "II").update(at_least=200),
        "定级准则",
        ["准则“七十二小时同类公开投诉”的Ⅱ级起点：300 件 → 200 件"],
    ),
    "a threshold goes": (
        lambda tree: row(tree["criteria"], "criterion.complaints-72h")["cells"].pop(),
        "定级准则",
        [
            "准则“七十二小时同类公开投诉”的Ⅳ级起点：10 件 → （无）",
            "准则“七十二小时同类公开投诉”的Ⅳ级起点的出处：初拟“投诉平台同类超过 10 件”直接列为较大，"
            "与 50 件起为较大相抵；它只看件数、不看扩散，留作一般的起点 → （无）",
            "准则“七十二小时同类公开投诉”的Ⅳ级例子：complaints_72h=10 触发；complaints_72h=9 不触发 → （无）",
        ],
    ),
    "somebody else checks": (
        lambda tree: row(tree["duties"], "duty.service.contact").update(checked_by="command"),
        "职责",
        ["客服应对组 职责“逐一联系投诉人”的验收人：组长 → 指挥部"],
    ),
    "a duty comes": (
        lambda tree: tree["duties"].append(EXTRA),
        "职责",
        ["客服应对组 新增职责“公布办理进度”，Ⅰ、Ⅱ级，30 分钟内接手"],
    ),
    "a duty comes, accepted at different times": (
        lambda tree: tree["duties"].append(
            EXTRA
            | {
                "times": {
                    "I": {"accept_minutes": 10, "due_minutes": 60},
                    "III": {"accept_minutes": 60, "due_minutes": 90},
                }
            }
        ),
        "职责",
        ["客服应对组 新增职责“公布办理进度”，Ⅰ级 10 分钟、Ⅲ级 1 小时内接手"],
    ),
    "a duty goes": (
        lambda tree: tree["duties"].remove(duty(tree, "media.watch")),
        "职责",
        ["媒体沟通组 删去职责“留意扩散，备好答复”，Ⅳ级，4 小时内接手"],
    ),
    "a duty changes hands and times": (
        lambda tree: (
            duty(tree, "media.watch").update(group="group.monitoring", mandatory=True),
            duty(tree, "media.watch")["times"]["IV"].update(accept_minutes=120),
        ),
        "职责",
        [
            "媒体沟通组 职责“留意扩散，备好答复”的归哪个组：媒体沟通组 → 监测组",
            "媒体沟通组 职责“留意扩散，备好答复”的是否必办：否 → 是",
            "媒体沟通组 职责“留意扩散，备好答复”的Ⅳ级时限："
            "4 小时内接手，1 天内完成 → 2 小时内接手，1 天内完成",
        ],
    ),
    "a renamed key is a removal and an addition": (
        lambda tree: duty(tree, "media.watch").update(key="duty.media.look-out"),
        "职责",
        [
            "媒体沟通组 删去职责“留意扩散，备好答复”，Ⅳ级，4 小时内接手",
            "媒体沟通组 新增职责“留意扩散，备好答复”，Ⅳ级，4 小时内接手",
        ],
    ),
    "a signature gets more time": (
        lambda tree: row(tree["approvals"], "chain.statement-larger")["steps"][0].update(minutes=45),
        "审批",
        ["较大事件声明 由“法律组长”签的一步，时限：30 分钟 → 45 分钟"],
    ),
    "nobody is asked again": (
        lambda tree: row(tree["notifications"], "notify.minor").update(repeat_minutes=None, repeat_times=0),
        "通知",
        [
            "通知“Ⅳ级，信号出现即发，未读的每 1 小时再催，至多 3 次”的时间："
            "信号出现即发，未读的每 1 小时再催，至多 3 次 → 信号出现即发"
        ],
    ),
    "the end asks for less quiet": (
        lambda tree: row(tree["stand_down"], "end.quiet-grave").update(value=36),
        "终止条件",
        ["终止条件“四十八小时没有新的负面原帖”的数值：2 天 → 36 小时"],
    ),
    "the end allows more negative posts": (
        lambda tree: row(tree["stand_down"], "end.negative-share").update(value=75),
        "终止条件",
        ["终止条件“负面占比回到常态”的数值：不高于事前 5 个百分点 → 不高于事前 7.5 个百分点"],
    ),
    "a deputy": (
        lambda tree: row(tree["organisation"]["groups"], "group.legal")["roles"][0].update(
            deputies=["role.commander"]
        ),
        "组织",
        ["法律顾问组 岗位“法律组长”的替补：法律顾问 → 总指挥"],
    ),
    "a role is called otherwise, and only that is told": (
        lambda tree: row(tree["organisation"]["groups"], "group.command")["roles"][0].update(name="总裁"),
        "组织",
        ["应急指挥部 岗位“总指挥”的名称：总指挥 → 总裁"],
    ),
    "a long text shows only where it differs": (
        lambda tree: clause(tree, "grading").update(
            text=clause(tree, "grading")["text"].replace("由批准人写明理由", "由批准人和法务写明理由")
        ),
        "章节条款",
        [
            "条款“定级”的正文：…降级须由批准人写明理由。 → …降级须由批准人和法务写明理由。",
        ],
    ),
    "it holds longer": (
        lambda tree: tree["validity"].update(years=2),
        "有效期与解释",
        ["有效期：3 年 → 2 年"],
    ),
    "another version": (
        lambda tree: tree["meta"].update(version="2.0"),
        "预案",
        ["预案版本号：1.0 → 2.0"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_change_is_told_in_these_words_and_no_other(name: str) -> None:
    change, title, sentences = CASES[name]
    assert told(change) == {title: sentences}


def test_two_alike_say_so() -> None:
    assert in_words(document(), document()) == "两份预案内容相同。\n"


def test_the_text_counts_and_stands_by_part() -> None:
    tree = document().model_dump(mode="json")
    clock(tree, "clock.II.first-response").update(minutes=60)
    tree["meta"]["version"] = "1.1"

    assert in_words(document(), PlanDocument.model_validate(tree)) == (
        "共 2 处改动。\n\n预案\n  预案版本号：1.0 → 1.1\n\n时限与续报\n  Ⅱ级 首次回应时限：2 小时 → 1 小时\n"
    )


def test_another_order_alone_is_told() -> None:
    def reverse(tree: Tree) -> None:
        tree["rewards"].reverse()

    assert told(reverse) == {"次序": ["排列次序：原次序 → 新次序，内容未变"]}


def leaves(node: Any, way: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(node, dict):
        for name, value in node.items():
            yield from leaves(value, (*way, name))
    elif isinstance(node, list) and node:
        for index, value in enumerate(node):
            yield from leaves(value, (*way, index))
    else:
        yield way


OTHER = {
    "function": "auditor",
    "colour": "purple",
    "step": "measures_published",
    "calendar": "working",
    "start": "published",
    "purpose": "legal_notice",
    "stage": "closing",
    "meets": "measures_published",
    "checked_by": "command",
}
KINDS = {"drills": "live", "surveys": "nps", "stand_down": "inquiries_answered"}


def otherwise(way: tuple[str | int, ...], value: Any) -> Any:
    """A value that may stand there and differs."""
    name = way[-1]
    if name == "kind":
        return KINDS[str(way[0])]
    if name in OTHER and way[:2] != ("organisation", "purpose") and value != OTHER[str(name)]:
        return "用" if way[0] == "organisation" and name == "purpose" else OTHER[str(name)]
    if name in ("just_not", "never_say", "first_by"):
        return ["x"]
    if name == "effective_on":
        return "2026-12-01"
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value - 1 if name == "pass_percent" else value + 1
    if value is None and (name == "value" or str(name).endswith("minutes")):
        return 7
    return "voice" if way[-2] == "channels" and value != "voice" else "x" if way[-2] != "channels" else "mail"


def one_of_each() -> list[tuple[str | int, ...]]:
    """Every field of the schema once, wherever it first stands."""
    tree = document().model_dump(mode="json")
    seen: dict[tuple[object, ...], tuple[str | int, ...]] = {}
    for way in leaves(tree):
        value = tree
        for part in way:
            value = value[part]  # type: ignore[index]
        if way[-1] in OTHER and value == OTHER[str(way[-1])]:
            continue
        seen.setdefault(tuple("*" if isinstance(part, int) else part for part in way), way)
    return [way for way in seen.values() if way[-1] not in ("fallback", "part_of")]


@pytest.mark.parametrize("way", one_of_each(), ids=lambda way: ".".join(map(str, way)))
def test_no_field_can_change_unsaid(way: tuple[str | int, ...]) -> None:
    tree = document().model_dump(mode="json")
    holder: Any = tree
    for part in way[:-1]:
        holder = holder[part]
    holder[way[-1]] = otherwise(way, holder[way[-1]])
    changed = PlanDocument.model_validate(tree)

    found = compare(document(), changed)

    assert found
    assert "次序" not in [chapter.title for chapter in found]


def test_the_two_plans_that_ship_can_be_compared() -> None:
    text = in_words(document(NAMES[0]), document(NAMES[1]))
    assert text.startswith("共 ")
    assert "预案名称：客服舆情应急预案（五组制） → " in text
