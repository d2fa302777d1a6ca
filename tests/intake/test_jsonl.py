"""JSON Lines: canonical posts, what is refused in them and where."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanlan.engine.posts import SCHEMA, check
from guanlan.intake.reading import Remark, read_posts
from guanlan.intake.reading.batches import Raw
from guanlan.intake.reading.columns import Reckoning, batch_of
from guanlan.intake.reading.moments import zone
from intake.reading_files import AT, AT_UTC, NOW, file, jsonl, post, refusal, rows, tolerant

WHOLE = {
    "id": "p1",
    "platform": "weibo",
    "media_type": "social",
    "url": "https://weibo.com/1/A",
    "title": "题目",
    "text": "退款三个月没到账",
    "author": "小王",
    "author_followers": 1200,
    "author_verified": True,
    "published_at": AT,
    "region": "上海",
    "likes": 3,
    "comments": 0,
    "reposts": 2,
    "favourites": 1,
    "views": 900,
    "parent_id": "p0",
    "repost_of": "p9",
}


def test_reads_every_field(tmp_path: Path) -> None:
    assert rows(jsonl(tmp_path, WHOLE)) == [WHOLE | {"published_at": AT_UTC}]
    assert set(WHOLE) == set(SCHEMA.names)


def test_absent_and_null_are_unknown(tmp_path: Path) -> None:
    absent = {"text": "退款", "published_at": AT, "id": "p1", "platform": "某论坛"}
    null = dict.fromkeys(WHOLE) | absent
    expected = dict.fromkeys(WHOLE) | absent | {"published_at": AT_UTC}
    assert rows(jsonl(tmp_path, absent, null)) == [expected, expected]


def test_a_title_alone_is_enough_and_blank_is_nothing(tmp_path: Path) -> None:
    path = jsonl(tmp_path, post(text=None, title="标题"), post(text=" \u3000\n", title="标题"))
    assert [(row["title"], row["text"]) for row in rows(path)] == [("标题", None)] * 2


def test_keeps_the_text_as_it_is(tmp_path: Path) -> None:
    text = " 我也是//@小李:退款//@小王:三个月没到账 "
    assert rows(jsonl(tmp_path, post(text=text)))[0]["text"] == text


def test_batches_hold_a_thousand(tmp_path: Path) -> None:
    path = jsonl(tmp_path, *(post(id=f"p{i}") for i in range(2001)))
    batches = list(read_posts(path, now=NOW))
    assert [batch.posts.num_rows for batch in batches] == [1000, 1000, 1]
    assert [row for batch in batches for row in batch.posts.column("id").to_pylist()] == [
        f"p{i}" for i in range(2001)
    ]


def test_repeated_ids_stay_a_series(tmp_path: Path) -> None:
    path = jsonl(tmp_path, post(likes=1), post(likes=50))
    assert [(row["id"], row["likes"]) for row in rows(path)] == [("p1", 1), ("p1", 50)]


def test_reads_gzip_bom_blank_lines_and_crlf(tmp_path: Path) -> None:
    line = json.dumps(post(), ensure_ascii=False)
    content = f"\ufeff{line}\r\n\r\n{line}".encode()
    assert len(rows(file(tmp_path, gzip.compress(content), "posts.jsonl.gz"))) == 2
    assert len(rows(file(tmp_path, content, "misnamed.csv"))) == 2


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_reads_other_encodings(tmp_path: Path, encoding: str) -> None:
    line = json.dumps(post(text="退款𠮷三个月没到账"), ensure_ascii=False)
    path = file(tmp_path, f"{line}\n{line}\n", "posts.jsonl", encoding)
    assert [row["text"] for row in rows(path)] == ["退款𠮷三个月没到账"] * 2


def test_counts_of_every_kind_in_one_file(tmp_path: Path) -> None:
    written = ["1.2万", "10万+", "", None, -1, "转发", 7, "99999999999999999999"]
    path = jsonl(tmp_path, *(post(likes=value) for value in written), json.dumps(post(likes=float("nan"))))
    posts, refused, remarks = tolerant(path)
    assert [row["likes"] for row in posts] == [12000, 100000, None, None, None, 0, 7, None, None]
    assert refused == []
    assert remarks == [
        Remark(5, "likes", "负数“-1”不是数量，按未知计"),
        Remark(8, "likes", "数量“99999999999999999999”过大，按未知计"),
        Remark(9, "likes", "“nan”不是数量，按未知计"),
    ]


def test_counts_remarks_of_one_kind(tmp_path: Path) -> None:
    *_, remarks = tolerant(jsonl(tmp_path, post(), post(views=-1), post(views=-1)))
    assert remarks == [Remark(2, "views", "负数“-1”不是数量，按未知计", times=2)]


def test_moments_of_every_kind_in_one_file(tmp_path: Path) -> None:
    written = [
        1795154700,
        1795154700000,
        "2026-11-20 14:05:00",
        AT,
        "2026-11-20T06:05:00Z",
        "2026年11月20日 14:05",
    ]
    assert [
        row["published_at"] for row in rows(jsonl(tmp_path, *(post(published_at=at) for at in written)))
    ] == [AT_UTC] * 6


def test_unknown_columns_are_remarked_on_once(tmp_path: Path) -> None:
    posts, refused, remarks = tolerant(jsonl(tmp_path, post(), post(mood="怒", likes=1), post(mood="怒")))
    assert (len(posts), refused) == (3, [])
    assert remarks == [Remark(2, None, "没有用到的列：mood")]


def test_a_post_without_id_gets_the_same_one_each_time(tmp_path: Path) -> None:
    anonymous = [post(id=None, text="甲"), post(id=None, text="乙"), post(id=None, text="甲", author="别人")]
    first = [row["id"] for row in rows(jsonl(tmp_path, *anonymous))]
    again = [row["id"] for row in rows(jsonl(tmp_path, *reversed(anonymous), name="again.jsonl"))]
    assert first == again[::-1]
    assert len(set(first)) == 3
    by_url = [post(id="", url="https://n.example/1", text=text) for text in ("原文", "改过的原文")]
    assert len({row["id"] for row in rows(jsonl(tmp_path, *by_url))}) == 1


def test_platforms_have_one_name_and_a_medium(tmp_path: Path) -> None:
    path = jsonl(
        tmp_path,
        post(platform="新浪微博"),
        post(platform=None, url="https://www.bilibili.com/video/BV1"),
        post(platform=None),
        post(platform="weibo", media_type="video"),
    )
    assert [(row["platform"], row["media_type"]) for row in rows(path)] == [
        ("weibo", "social"),
        ("bilibili", "video"),
        ("unknown", None),
        ("weibo", "video"),
    ]


def test_an_unknown_medium_is_remarked_on(tmp_path: Path) -> None:
    posts, _refused, remarks = tolerant(
        jsonl(tmp_path, post(media_type="电报", platform="某站"), post(media_type="短视频"))
    )
    assert [row["media_type"] for row in posts] == [None, "video"]
    assert remarks == [Remark(1, "media_type", "“电报”不是已知的媒体类型，按未知计")]


def test_urls_lose_share_tokens_and_scripts(tmp_path: Path) -> None:
    path = jsonl(
        tmp_path,
        post(url="https://www.xiaohongshu.com/explore/65a1?xsec_token=ABc=&a=1&xsec_source=pc"),
        post(url="javascript:alert(1)"),
        post(url="//weibo.com/1/A"),
    )
    posts, _refused, remarks = tolerant(path)
    assert [row["url"] for row in posts] == [
        "https://www.xiaohongshu.com/explore/65a1?a=1",
        None,
        "https://weibo.com/1/A",
    ]
    assert remarks == [Remark(2, "url", "“javascript:alert(1)”不是网址，已略去")]


def test_empty_parents_are_none(tmp_path: Path) -> None:
    """The MD5 of the empty text stands for "no parent"; left in, it would join all originals in one tree."""
    empty = ("d41d8cd98f00b204e9800998ecf8427e", "e6fda0f0d3e0adfff69e334462d1ef6a", "", "p1")
    posts = rows(
        jsonl(tmp_path, *(post(parent_id=parent, repost_of=parent) for parent in empty), post(parent_id="p0"))
    )
    assert [(row["parent_id"], row["repost_of"]) for row in posts] == [(None, None)] * 4 + [("p0", None)]


def test_nul_characters_are_dropped(tmp_path: Path) -> None:
    assert rows(jsonl(tmp_path, json.dumps(post(text="退\0款"))))[0]["text"] == "退款"


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ('{"text": "退款", ', ["第 2 行：", "JSON"]),
        ("[1, 2]", ["第 2 行：", "不是 JSON 对象"]),
        ('"退款"', ["第 2 行：", "不是 JSON 对象"]),
        (post(published_at="昨天 14:05"), ["第 2 行“published_at”列：", "“昨天 14:05”"]),
        (post(published_at=None), ["第 2 行“published_at”列：", "没有发布时间"]),
        (post(published_at="1970-01-01T00:00:00Z"), ["第 2 行“published_at”列：", "1970", "2005"]),
        (post(published_at="2099-01-01T00:00:00Z"), ["第 2 行“published_at”列：", "2099", "后天"]),
        (post(text=""), ["第 2 行“text”列：", "既没有正文也没有标题"]),
        (post(text={"zh": "退款"}), ["第 2 行“text”列：", "既没有正文也没有标题"]),
        ("{" * 100_000, ["第 2 行：", "JSON"]),
        ("{" + '"a":NaN,"b":' + "[" * 100_000, ["第 2 行：", "JSON"]),
    ],
)
def test_names_file_line_and_column_of_what_is_refused(
    tmp_path: Path, line: object, parts: list[str]
) -> None:
    path = jsonl(tmp_path, post(), line, post())
    sentence = refusal(path)
    assert sentence.startswith(f"posts.jsonl {parts[0]}")
    assert all(part in sentence for part in parts)
    posts, refused, _remarks = tolerant(path)
    assert (len(posts), [one.line for one in refused]) == (2, [2])


def test_the_first_bad_line_is_named_whatever_is_wrong_with_it(tmp_path: Path) -> None:
    path = jsonl(tmp_path, post(), post(published_at="昨天"), "{broken")
    assert "第 2 行“published_at”列" in refusal(path)


def test_refuses_an_array(tmp_path: Path) -> None:
    sentence = refusal(file(tmp_path, json.dumps([post()]), "posts.jsonl"))
    assert "posts.jsonl 第 1 行第 1 列是一个 JSON 数组" in sentence
    assert "每行一个 JSON 对象" in sentence


@pytest.mark.parametrize("content", [b"", b"\n\n  \n", b"\xef\xbb\xbf", "".encode("utf-16")])
def test_refuses_an_empty_file(tmp_path: Path, content: bytes) -> None:
    assert "posts.jsonl 是空的" in refusal(file(tmp_path, content, "posts.jsonl"))


def test_refuses_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "打不开文件 none.jsonl" in refusal(tmp_path / "none.jsonl")


def test_broken_utf8_is_named_by_line_and_byte(tmp_path: Path) -> None:
    good = json.dumps(post(), ensure_ascii=False).encode()
    bad = good.replace("退".encode(), b"\xe9\x80", 1)  # the third byte is missing
    path = file(tmp_path, good + b"\n" + bad + b"\n" + good + b"\n", "posts.jsonl")
    byte = bad.index(b"\xe9\x80\xe6") + 1
    assert f"posts.jsonl 第 2 行：第 {byte} 个字节不是 UTF-8 编码" in refusal(path)
    assert len(tolerant(path)[0]) == 2


def test_a_line_of_ten_megabytes_is_refused_and_the_next_is_read(tmp_path: Path) -> None:
    path = jsonl(tmp_path, post(), post(text="退" * 3_400_000), post(id="p3"))
    assert "posts.jsonl 第 2 行：这一行超过 1 MB" in refusal(path)
    posts, refused, _remarks = tolerant(path)
    assert [row["id"] for row in posts] == ["p1", "p3"]
    assert [one.line for one in refused] == [2]


def test_refuses_damaged_and_exploding_gzip(tmp_path: Path) -> None:
    whole = gzip.compress(b"".join(json.dumps(post(id=str(i))).encode() + b"\n" for i in range(5000)))
    assert "压缩已损坏" in refusal(file(tmp_path, whole[: len(whole) // 2], "cut.jsonl.gz"))
    bomb = gzip.compress(json.dumps(post()).encode() + b"\n" + (b" " * 900_000 + b"\n") * 150, 9)
    assert "压缩炸弹" in refusal(file(tmp_path, bomb, "bomb.jsonl.gz"))


def test_half_a_utf16_character_is_refused(tmp_path: Path) -> None:
    content = (json.dumps(post()) + "\n").encode("utf-16") + b"\x41"
    assert "第 2 行：从这里起不是 UTF-16 编码" in refusal(file(tmp_path, content, "posts.jsonl"))


def test_objects_under_a_vendors_names(tmp_path: Path) -> None:
    path = jsonl(
        tmp_path, {"标题": "退款难", "发布时间": "2026-11-20 14:05:00", "点赞数": "1.2万", "行业": "电商"}
    )
    posts, _refused, remarks = tolerant(path)
    assert (posts[0]["title"], posts[0]["published_at"], posts[0]["likes"]) == ("退款难", AT_UTC, 12000)
    assert remarks == [Remark(1, None, "没有用到的列：行业")]
    mapped = rows(jsonl(tmp_path, {"a": "退款难", "b": AT}), mapping={"text": "a", "published_at": "b"})
    assert mapped[0]["text"] == "退款难"


NUMBERS = (0, 1, -1, 2**63, 1795154700, 0.5, 1e300, float("nan"), float("-inf"), None, True, False)
WORDS = (
    "",
    " ",
    "p1",
    "\0",
    AT,
    "2026-11-20",
    "昨天",
    "1.2万",
    "-5",
    "9" * 30,
    "javascript:x",
    "http://[",
    "//",
)
ANYTHING = st.sampled_from((*NUMBERS, *WORDS, [], [1], {}, {"a": None}))


@given(st.lists(st.dictionaries(st.sampled_from(SCHEMA.names), ANYTHING), min_size=1, max_size=4))
def test_whatever_the_values_are_the_batch_is_sound(records: list[dict[str, object]]) -> None:
    """Each row is a post that the engine's check takes, or refused once."""
    raw = Raw(
        list(range(1, len(records) + 1)),
        {name: [record.get(name) for record in records] for name in SCHEMA.names},
    )
    batch = batch_of(raw, Reckoning(zone("Asia/Shanghai"), NOW))
    assert check(batch.posts).num_rows + len(batch.refused) == len(records)
