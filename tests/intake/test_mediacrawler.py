"""MediaCrawler's Weibo files of both generations; every record is invented."""

from pathlib import Path

from guanlan.intake.reading import Remark
from intake.reading_files import AT_UTC, jsonl, rows, tolerant

AT_SECONDS = 1795154700  # 2026-11-20 06:05:00 UTC

OLD_NOTE = {
    "note_id": "5098000000000001",
    "content": "退款三个月没到账",
    "create_time": AT_SECONDS,
    "create_date_time": "2026-11-20 14:05:00+08:00",
    "liked_count": "1.2万",
    "comments_count": "评论",
    "shared_count": "",
    "note_url": "https://m.weibo.cn/detail/5098000000000001",
    "user_id": "1000000001",
    "gender": "f",
    "profile_url": "https://m.weibo.cn/u/1000000001",
    "avatar": "https://img.example/1.jpg",
    "ip_location": "上海",
    "nickname": "小王爱购物",
    "source_keyword": "退款",
    "last_modify_ts": 1795154800000,
}
GONE = ("user_id", "gender", "profile_url", "avatar", "ip_location")
CURRENT_NOTE = {key: value for key, value in OLD_NOTE.items() if key not in GONE} | {
    "creator_hash": "9f86d081884c7d65",
    "nickname": "小***物",
}
COMMENT = {
    "comment_id": "5098000000000009",
    "create_time": AT_SECONDS,
    "create_date_time": "2026-11-20 14:05:00+08:00",
    "note_id": "5098000000000001",
    "content": "我也是",
    "sub_comment_count": "2",
    "comment_like_count": "赞",
    "parent_comment_id": "",
    "creator_hash": "aaaa",
    "nickname": "小***李",
}


def test_reads_a_note_of_the_old_generation(tmp_path: Path) -> None:
    (note,) = rows(jsonl(tmp_path, OLD_NOTE))
    assert {name: value for name, value in note.items() if value is not None} == {
        "id": "5098000000000001",
        "platform": "weibo",
        "media_type": "social",
        "url": "https://m.weibo.cn/detail/5098000000000001",
        "text": "退款三个月没到账",
        "author": "小王爱购物",
        "published_at": AT_UTC,
        "region": "上海",
        "likes": 12000,
        "comments": 0,
    }


def test_a_masked_author_is_told_by_the_hash(tmp_path: Path) -> None:
    (note,) = rows(jsonl(tmp_path, CURRENT_NOTE))
    assert (note["author"], note["region"]) == ("9f86d081884c7d65", None)


def test_a_time_that_is_eight_hours_late_is_mended_and_remarked_on(tmp_path: Path) -> None:
    late = OLD_NOTE | {"create_time": AT_SECONDS + 8 * 3600}
    posts, _refused, remarks = tolerant(jsonl(tmp_path, OLD_NOTE, late, late))
    assert [post["published_at"] for post in posts] == [AT_UTC] * 3
    assert remarks == [
        Remark(2, "create_time", "create_time 比 create_date_time 晚 8 小时，已按后者计", times=2)
    ]


def test_the_written_time_may_be_missing(tmp_path: Path) -> None:
    assert rows(jsonl(tmp_path, OLD_NOTE | {"create_date_time": ""}))[0]["published_at"] == AT_UTC


def test_comments_answer_their_note_or_another_comment(tmp_path: Path) -> None:
    path = jsonl(
        tmp_path,
        COMMENT,
        COMMENT | {"parent_comment_id": "5098000000000009"},  # Weibo's roots name themselves
        COMMENT | {"comment_id": "c2", "parent_comment_id": "5098000000000009"},
        COMMENT | {"comment_id": "c3", "parent_comment_id": 0},
    )
    found = [(post["id"], post["parent_id"]) for post in rows(path)]
    note, comment = "5098000000000001", "5098000000000009"
    assert found == [(comment, note), (comment, note), ("c2", comment), ("c3", note)]
    first = rows(path)[0]
    assert (first["text"], first["likes"], first["comments"], first["url"]) == ("我也是", 0, 2, None)


def test_notes_and_comments_may_be_mixed(tmp_path: Path) -> None:
    posts = rows(jsonl(tmp_path, CURRENT_NOTE, COMMENT))
    assert [(post["id"], post["parent_id"]) for post in posts] == [
        ("5098000000000001", None),
        ("5098000000000009", "5098000000000001"),
    ]
