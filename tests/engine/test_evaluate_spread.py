"""Cascades read as the set is written, traced with their parents hidden, and counted against them."""

import gzip
from pathlib import Path

import orjson
import pytest

from guanlan.cli import main
from guanlan.engine.evaluate_spread import Post, Row, cascade, cascades, evaluate_spread, judged, traced

LABELS = Path(__file__).parent / "labels" / "shop.csv"

# One original and five reposts: delay, author, id, parent, text.
CASCADE = {
    "id": "9_x_u0",
    "t0": 1000,
    "text": "退款三天没有到账",
    "reposts": [
        [10, "u1", "a", "", "真的吗"],
        [20, "u2", "b", "a", "求证"],
        [30, "u1", "c", "", "又来了"],
        [40, "u3", "d", "a", "围观"],  # from u1's first repost, when u1 has a second
        [50, "u4", "e", "gone", ""],
    ],
}


def written(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_bytes(gzip.compress(b"".join(orjson.dumps(row) + b"\n" for row in rows)))
    return path


def test_a_repost_came_from_its_parent_or_from_the_original() -> None:
    original, *reposts = cascade(CASCADE)
    assert original == Post(1000, "9_x_u0", "u0", "退款三天没有到账", "退款三天没有到账", None, False)
    assert [(post.at, post.id, post.parent, post.below) for post in reposts] == [
        (1010, "9_x_u0/a", "9_x_u0", False),
        (1020, "9_x_u0/b", "9_x_u0/a", True),
        (1030, "9_x_u0/c", "9_x_u0", False),
        (1040, "9_x_u0/d", "9_x_u0/a", True),
        (1050, "9_x_u0/e", "9_x_u0", False),
    ]
    assert [post.text for post in reposts] == ["真的吗", "求证", "又来了", "围观", ""]
    assert reposts[1].chained == "求证//@u1:真的吗"
    assert reposts[4].chained == ""


def test_a_repost_of_itself_came_from_the_original() -> None:
    row = {**CASCADE, "reposts": [[10, "u1", "a", "a", "转"]]}
    assert [post.parent for post in cascade(row)] == [None, "9_x_u0"]


def test_every_fourth_original_is_taken(tmp_path: Path) -> None:
    rows = [{**CASCADE, "id": f"{n}_x_u", "reposts": []} for n in range(9)]
    path = written(tmp_path / "set.gz", rows)
    assert [post.id for post in cascades(path)] == ["0_x_u", "4_x_u", "8_x_u"]


def test_a_chain_leads_to_the_latest_post_of_the_one_it_names() -> None:
    posts = list(cascade(CASCADE))
    assert traced(posts, [post.text for post in posts]) == [None] * 6
    chained = traced(posts, [post.chained for post in posts])
    assert chained == [None, None, "9_x_u0/a", None, "9_x_u0/c", None]


def test_a_mention_of_one_whose_words_are_reused_leads_back_too() -> None:
    words = "退款三天没有到账客服只会让我再等等已经打了五次电话没有一个人说得清楚"
    posts = [Post(at, f"p{at}", f"u{at}", "", "", None, False) for at in range(3)]
    assert traced(posts, [words, words, f"@u0 {words}"]) == [None, None, "p0"]


def test_what_was_led_back_is_counted_against_the_parents() -> None:
    posts = list(cascade(CASCADE))
    sources = ["9_x_u0/e", "9_x_u0", "9_x_u0/a", None, "9_x_u0/c", "9_x_u0/a"]
    assert judged("x", posts, sources) == Row("x", reposts=5, below=2, traced=4, right=2, right_below=1)


def test_without_the_set_or_a_repost_there_is_no_table(tmp_path: Path) -> None:
    assert evaluate_spread(tmp_path / "none.gz") is None
    assert evaluate_spread(written(tmp_path / "set.gz", [{**CASCADE, "reposts": []}])) is None


def test_the_command_prints_it_for_a_folder_that_holds_the_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("text", "events"):
        (tmp_path / name).mkdir()
    (tmp_path / "text" / "shop.csv").write_bytes(LABELS.read_bytes())
    written(tmp_path / "events" / "ced_open.jsonl.gz", [CASCADE])
    main(["evaluate", "--data", str(tmp_path)])
    tables = [table.strip() for table in capsys.readouterr().out.split("\n\n")]
    heads = "| 转发文字 | 转发 | 非根转发 | 追到来源 | 来源属实 | 非根找回 |\n" + "| --- " * 6 + "|"
    plain, chained = (
        "| 原样，无转发链 | 5 | 2 | 0 | — | 0.000 |",
        "| 补回上一级 | 5 | 2 | 2 | 0.500 | 0.500 |",
    )
    assert f"传播路径\n{heads}\n{plain}\n{chained}" in tables
    # The same set has courses in time and posts to match.
    assert [table.partition("\n")[0] for table in tables][-2:] == ["生命周期", "监测方案命中"]
