"""Levels and criteria: no gap, no overlap, no threshold without source, every example comes out."""

import pytest

from plan.shipped import Case, cells, criterion, gives_alone, level, move_threshold, row, spoiled

CASES: dict[str, Case] = {
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
}


@pytest.mark.parametrize("name", CASES)
def test_a_spoiled_plan_gives_that_finding_alone(name: str) -> None:
    gives_alone(CASES[name])


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


def test_an_unknown_measure_is_named_with_the_nearest_known_one() -> None:
    findings = spoiled(lambda tree: criterion(tree, "outlets").update(measure="outlet"))
    assert findings[0].sentence == "“criterion.outlets”用到的“outlet”系统并不测量。"
    assert findings[0].remedy == "是不是“outlets”？"
