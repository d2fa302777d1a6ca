"""The oracle by hand, the ten queries on invented posts, and a watch that takes too much or too little."""

import gzip
from pathlib import Path

import orjson
import pytest

from guanlan.engine.evaluate_queries import (
    Query,
    Row,
    comments,
    compared,
    evaluate_queries,
    oracle,
    queries,
    weibo,
)
from guanlan.engine.text import SEPARATOR

GAP = chr(SEPARATOR)

POSTS = [
    {"text": "苹果手机发布会", "platform": "weibo", "media_type": "social", "author": "甲"},
    {"text": "苹果手机不如果园里的苹果", "platform": "weibo", "media_type": "social"},
    {"text": "可乐喝完就中毒了", "platform": "douyin", "media_type": "video", "region": "广东 深圳"},
    {"text": "淘宝双 11 退款太慢，微信上没人理", "platform": "weibo", "media_type": "social"},
    {"text": "便宜得很", "title": "国庆机票价格", "platform": "weibo", "media_type": "social"},
    {"text": "辟谣：没有这回事", "platform": "weibo", "media_type": "social", "region": "北京 海淀区"},
    {"text": "可乐一二三四五六七八中毒", "platform": "weibo", "media_type": "social"},
    {"text": "可乐一二三四五六七八九中毒", "platform": "weibo", "media_type": "social"},
    {"text": "三星级酒店", "platform": "weibo", "media_type": "social"},
]
TAKEN = {"苹果": 1, "可口可乐": 2, "淘宝": 1, "携程": 1, "微博": 1}


@pytest.mark.parametrize(
    ("postfix", "said", "taken"),
    [
        ("退款 投诉 AND", f"退款{GAP}要投诉", True),
        ("退款 投诉 AND NOT", f"退款{GAP}要投诉", False),
        ("退款投", f"退款{GAP}投诉", False),
        ("title:退款", f"{GAP}退款", False),
        ("双_11", f"{GAP}双 11", True),
        ("退款 到账 NEAR/3", f"{GAP}到账一二三退款", True),
        ("退款 到账 NEAR/2", f"{GAP}到账一二三退款", False),
        ("退款 到账 NEAR/9", f"退款{GAP}到账", False),
        ("不退款 退款 NEAR/9", f"{GAP}不退款", False),
        ("不退款 退款 NEAR/9", f"{GAP}不退款退款", True),
        ("退 款 NEAR/1 投诉 OR NOT", f"{GAP}退了款", False),
        ("region:广东", GAP, True),
        ("author:甲", GAP, False),
        ("author:甲乙", GAP, True),
        ("media:news", GAP, False),
    ],
)
def test_the_oracle_reads_a_post_in_full(postfix: str, said: str, taken: bool) -> None:
    post = {"author": "甲乙", "region": "广东 深圳", "media_type": "video"}
    assert oracle(postfix, said, post) is taken


def test_the_ten_queries_take_what_the_oracle_takes() -> None:
    table = compared(queries(), iter(POSTS))
    assert table.posts == len(POSTS)
    assert len(table.rows) == 10
    assert {row.brand: row.watch for row in table.rows if row.watch} == TAKEN
    assert all((row.missed, row.extra, row.oracle) == (0, 0, row.watch) for row in table.rows)


def test_what_only_one_of_them_takes_is_counted() -> None:
    asked = [Query("少", "可乐 AND 酒店", "可乐"), Query("多", "苹果", "苹果手机 发布 AND")]
    assert compared(asked, iter(POSTS)).rows == (Row("少", 3, 0, 3, 0), Row("多", 1, 2, 0, 1))


def written(path: Path, *lines: dict) -> None:
    path.write_bytes(gzip.compress(b"".join(orjson.dumps(line) + b"\n" for line in lines)))


def test_posts_are_read_from_both_sets(tmp_path: Path) -> None:
    reposts = [[5, "u2", "m", "", "苹果手机"]]
    first = {"id": "9_x_u1", "text": "原帖", "user": {"location": "北京"}, "reposts": reposts}
    written(tmp_path / "ced_open.jsonl.gz", first, {**first, "user": "?"})
    written(tmp_path / "chnci_open.jsonl.gz", {"text": "退", "event": "机票", "platform": "dy"})
    told = [
        (post["text"], post.get("author"), post.get("region"))
        for post in weibo(tmp_path / "ced_open.jsonl.gz")
    ]
    # The reposts of every twelfth original only.
    assert told == [("原帖", "u1", "北京"), ("苹果手机", "u2", None), ("原帖", "u1", None)]
    (comment,) = comments(tmp_path / "chnci_open.jsonl.gz")
    assert (comment["title"], comment["platform"], comment["media_type"]) == ("机票", "douyin", "video")
    table = evaluate_queries(tmp_path)
    assert table is not None
    assert str(table).splitlines()[2] == "| 苹果 | 4 | 1 | 1 | 0 | 0 |"


def test_without_either_set_there_is_no_table(tmp_path: Path) -> None:
    assert evaluate_queries(tmp_path) is None
