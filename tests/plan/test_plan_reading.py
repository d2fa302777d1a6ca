import io

import openpyxl
import pytest

from guanlan.plan.reading import BadPlan, read
from plan.shipped import NAMES, document, reading, text


def problems(content: str | bytes) -> BadPlan:
    with pytest.raises(BadPlan) as refusal:
        read(content if isinstance(content, bytes) else content.encode(), "plan.yaml")
    return refusal.value


def place(content: str, marker: str, occurrence: int = 0) -> tuple[int, int]:
    """Line and column of the marker, counted the plain way."""
    rows = [
        (number, line.index(marker) + 1)
        for number, line in enumerate(content.split("\n"), 1)
        if marker in line
    ]
    return rows[occurrence]


PLAN = text(NAMES[0])


@pytest.mark.parametrize(
    ("old", "new", "marker", "sentence"),
    [
        ("    colour: red", "    color: red", "color: red", "不认识“color”，是不是“colour”？"),
        (
            "    colour: red",
            "    colour: rad",
            "rad",
            "只能是 red、orange、yellow、blue、purple。是不是“red”？",
        ),
        ("    rank: 1", '    rank: "one"', '"one"', "“rank”应是整数。"),
        ("    rank: 1", "    rank: 0", "0", "“rank”不能小于 1。"),
        ("    name: 特别重大", "    name: 2026", "2026", "“name”应是文字，数字或日期请加引号。"),
        ("    name: 特别重大", '    name: ""', '""', "“name”不能为空。"),
        ("  years: 3", "  years: three", "three", "“years”应是整数。"),
        ("    mandatory: true", "    mandatory: yes", "yes", "“mandatory”只能是 true 或 false。"),
        ("  - key: I\n", "  - key: 一级\n", "一级", "“key”只能用字母、数字，以点或短横线相连。"),
        ("at_least: 1000\n", "at_least: 1.5\n", "1.5", "“at_least”应是整数。"),
        ("validity:\n  years: 3", "validity: 3\nx:\n  years: 3", "3\n", "“validity”应是一组“键: 值”。"),
    ],
)
def test_a_wrong_value_is_said_with_its_line_and_column(
    old: str, new: str, marker: str, sentence: str
) -> None:
    content = PLAN.replace(old, new, 1)
    before = content[: PLAN.index(old) + new.index(marker)]
    expected = (before.count("\n") + 1, len(before) - before.rfind("\n"))
    found = {(problem.line, problem.column): problem.sentence for problem in problems(content).problems}
    assert sentence in found[expected]


def test_what_is_missing_is_said_where_it_should_stand() -> None:
    content = PLAN.replace("    meaning: 全国", "    # meaning: 全国", 1)
    (problem,) = problems(content).problems
    assert problem.sentence == "这里缺少“meaning”。"
    assert problem.line == place(content, "- key: I")[0]


def test_a_part_left_out_altogether() -> None:
    refusal = problems(PLAN[: PLAN.index("organisation:")] + PLAN[PLAN.index("levels:") :])
    assert refusal.sentence == "plan.yaml 第 1 行第 1 列：这里缺少“organisation”。"


def test_every_mistake_is_listed_in_the_files_order() -> None:
    content = PLAN.replace("    colour: red", "    color: red", 1).replace("years: 3", "years: -3")
    refusal = problems(content)
    assert [problem.sentence for problem in refusal.problems] == [
        "这里缺少“colour”。",
        "不认识“color”，是不是“colour”？",
        "“years”不能小于 1。",
    ]
    assert refusal.sentence.endswith("（另有 2 处问题。）")
    assert refusal.problems[2].line == place(content, "years: -3")[0]


def test_a_key_written_twice_in_one_mapping() -> None:
    content = PLAN.replace("    colour: red\n", "    colour: red\n    colour: blue\n", 1)
    (problem,) = problems(content).problems
    assert problem.sentence == "“colour”写了两遍，请只留一处。"
    assert (problem.line, problem.column) == (place(content, "colour: red")[0] + 1, 5)


@pytest.mark.parametrize(
    ("content", "line", "column"),
    [
        ("meta:\n  key: [a, b\n", 3, 1),
        ('meta: "open\n', 2, 1),
        ("meta:\n  key: a\n key: b\n", 3, 2),
        ("meta:\n\tkey: a\n", 2, 1),
        ("a: 1\n---\nb: 2\n", 2, 1),
    ],
)
def test_yaml_that_cannot_be_read_names_the_place(content: str, line: int, column: int) -> None:
    (problem,) = problems(content).problems
    assert (problem.line, problem.column) == (line, column)
    assert "YAML 读不懂" in problem.sentence


@pytest.mark.parametrize("content", ["", " \n\n"])
def test_an_empty_file_is_said_to_be_empty(content: str) -> None:
    assert problems(content).sentence == "plan.yaml 第 1 行第 1 列：文件是空的，请检查是否选错了文件。"


def test_a_workbook_renamed_is_said_to_be_one() -> None:
    packed = io.BytesIO()
    openpyxl.Workbook().save(packed)

    assert "这是 Excel、Word 或压缩文件" in problems(packed.getvalue()).sentence


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("years: 3", "years: 99999", "“years”不能大于 20。"),
        ("due_minutes: 45}", "due_minutes: 99999999999}", "“due_minutes”不能大于 525600。"),
        ('version: "1.0"', f'version: "{"9" * 41}"', "“version”不能超过 40 个字符。"),
        ("key: group.legal\n", f"key: group.{'x' * 40}\n", "“key”不能超过 40 个字符。"),
        ("- key: IV\n", f"- key: {'I' * 21}\n", "“key”不能超过 20 个字符。"),
        ("- key: IV\n", "- key: 四级\n", "“key”只能用字母、数字，以点或短横线相连。"),
    ],
)
def test_what_no_clock_and_no_column_can_hold_is_refused(old: str, new: str, sentence: str) -> None:
    assert old in PLAN
    assert sentence in [problem.sentence for problem in problems(PLAN.replace(old, new, 1)).problems]


@pytest.mark.parametrize("content", ["# nothing\n", "- a\n- b\n", "word\n"])
def test_a_file_that_holds_no_mapping(content: str) -> None:
    assert "预案应是一组“键: 值”" in problems(content).sentence


def test_bytes_that_are_not_utf_8_name_the_place() -> None:
    (problem,) = problems("meta:\n  name: 测试\n".encode("gb18030")).problems
    assert (problem.line, problem.column) == (2, 9)
    assert problem.sentence == "这里不是 UTF-8 编码，请用 UTF-8 另存后再导入。"


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030"])
def test_a_whole_plan_in_another_encoding_is_refused(encoding: str) -> None:
    assert "不是 UTF-8" in problems(PLAN.encode(encoding)).sentence


def test_a_byte_order_mark_does_no_harm() -> None:
    assert read(b"\xef\xbb\xbf" + PLAN.encode(), "plan.yaml").document == document()


def test_windows_line_ends_do_no_harm() -> None:
    assert read(PLAN.replace("\n", "\r\n").encode(), "plan.yaml").document == document()


def test_control_characters_name_the_place() -> None:
    (problem,) = problems("meta:\n  name: a\x01b\n").problems
    assert (problem.line, problem.column) == (2, 10)
    assert "控制字符" in problem.sentence


@pytest.mark.parametrize(
    "content", ["meta: &a {key: x}\nlevels: *a\n", "a: &a [1]\nb: &b [*a, *a]\nc: [*b]\n"]
)
def test_anchors_are_refused_before_they_multiply(content: str) -> None:
    (problem,) = problems(content).problems
    assert (problem.line, "锚点" in problem.sentence) == (1, True)


@pytest.mark.parametrize("key", ["[a, b]", "{a: b}", "- a", "[[a]]"])
def test_a_list_or_mapping_in_a_keys_place_names_the_place(key: str) -> None:
    (problem,) = problems(f"meta:\n  name: x\nlevels:\n  - ? {key}\n    : c\n").problems
    assert (problem.line, problem.column) == (4, 7)
    assert problem.sentence.startswith("冒号左边只能是一个词")


def test_merged_keys_are_refused() -> None:
    (problem,) = problems("meta:\n  <<: {a: 1}\n").problems
    assert (problem.line, "合并" in problem.sentence) == (2, True)


@pytest.mark.parametrize("word", ["null", "true", "12"])
def test_a_name_that_is_no_text_is_said(word: str) -> None:
    content = PLAN.replace("  version: ", f"  {word}: 1\n  version: ", 1)
    assert [problem.sentence for problem in problems(content).problems] == [
        "冒号左边的名称应是文字，请加引号。"
    ]


def test_brackets_nested_without_end_are_refused() -> None:
    assert "套得太深" in problems("a: " + "[" * 5000).sentence


def test_a_file_too_long_for_a_plan_is_refused_unread() -> None:
    assert "不像一份预案" in problems(b"#" * 500_001).sentence


def test_the_lines_of_keys_are_those_of_the_file() -> None:
    for name in NAMES:
        rows = text(name).split("\n")
        for key, lines in reading(name).lines.items():
            assert len(lines) == 1
            assert f"key: {key}" in rows[lines[0] - 1]
