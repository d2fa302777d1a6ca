"""Plans that go wrong, by `guanlan plan check`: what cannot be read ends with 2, what is unwise with 1."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from guanlan.cli import main
from plan.shipped import NAMES, text

PLAN = text(NAMES[0])


def checked(content: str | bytes, folder: Path) -> int:
    path = folder / "plan.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SystemExit) as ended:
        main(["plan", "check", str(path)])
    return int(str(ended.value.code))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("key: group.service\n", "key: group.servise\n", "组“group.service”不存在"),
        ("    rank: 4", "    rank: 5", "等级的次序断档：“一般”的 rank 是 5，应是 4"),
        (
            "{key: clock.II.full-response, step: full_response, minutes: 240",
            "{key: clock.II.full-response, step: full_response, minutes: 60",
            "clock.II.full-response",
        ),
    ],
    ids=["a missing group", "a level gap", "clocks that go backwards"],
)
def test_a_finding_names_file_line_and_remedy(
    old: str, new: str, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = PLAN.replace(old, new, 1)
    assert content != PLAN

    assert checked(content, tmp_path) == 1

    told = capsys.readouterr()
    found = [line for line in told.out.splitlines() if sentence in line]
    assert found, told.out
    number, key = re.match(r"plan.yaml 第 (\d+) 行 ([\w.-]+)：", found[0]).groups()
    assert re.search(rf"key: {re.escape(key)}\b", content.splitlines()[int(number) - 1])
    assert told.err == ""


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "plan.yaml"),
        (b"- a\n- b\n", "plan.yaml"),
        (PLAN.encode("gb18030"), "plan.yaml 第 "),
        (PLAN.replace("    rank: 1", '    rank: "one"', 1), "“rank”应是整数"),
        (PLAN.replace("    rank: 1", "    rank: [", 1), "plan.yaml 第 "),
    ],
    ids=["empty", "a list", "gb18030", "a wrong value", "broken YAML"],
)
def test_what_cannot_be_read_is_said_on_stderr(
    content: str | bytes, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checked(content, tmp_path) == 2

    told = capsys.readouterr()
    assert sentence in told.err
    assert told.out == ""
