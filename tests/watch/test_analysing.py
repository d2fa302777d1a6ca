"""`guanlan analyse`: a line out per line in, the contract's keys, and nothing left behind by bad input."""

import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from guanlan.cli import main

KEYS = [
    "id",
    "watches",
    "hits",
    "duplicate_of",
    "stance",
    "emotion",
    "category",
    "abusive",
    "advertisement",
    "harms",
    "demands",
    "event",
    "because",
]
ANGRY = "观澜商城的客服态度极差，退款拖了半个月，垃圾平台，太失望了，再也不买"
POSTS = [
    {"id": "b", "text": ANGRY, "published_at": "2026-03-02T09:00:00+08:00", "platform": "weibo"},
    {"id": "a", "text": "今天公园里的樱花开得真好", "published_at": "2026-03-02T08:00:00+08:00"},
    {"id": "c", "text": ANGRY, "published_at": "2026-03-02T09:10:00+08:00", "platform": "douyin"},
]
WATCHES = "watches:\n  - {name: 商城, query: 观澜商城 AND 退款}\n"


def written(folder: Path, name: str, content: str | list[dict]) -> Path:
    path = folder / name
    if isinstance(content, list):
        path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in content))
    else:
        path.write_text(content, "utf-8")
    return path


def analysed(folder: Path, posts: list[dict], *more: str) -> list[dict]:
    out = folder / "out.jsonl"
    main(["analyse", str(written(folder, "in.jsonl", posts)), "--out", str(out), *more])
    return [orjson.loads(line) for line in out.read_bytes().splitlines()]


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    return capsys.readouterr().err


def test_a_line_out_for_each_line_in_with_the_keys_of_the_contract(tmp_path: Path) -> None:
    watches = written(tmp_path, "w.yaml", WATCHES)
    lines = analysed(tmp_path, POSTS, "--watches", str(watches))
    assert [line["id"] for line in lines] == ["b", "a", "c"]
    assert all(list(line) == KEYS for line in lines)
    assert lines[0]["watches"] == ["商城"]
    # 观澜商城 begins the text; 退款 is its 11th character.
    assert lines[0]["hits"] == [
        {"watch": "商城", "term": "观澜商城", "at": 0},
        {"watch": "商城", "term": "退款", "at": ANGRY.index("退款")},
    ]
    assert lines[1]["watches"] == lines[1]["hits"] == []
    assert lines[2]["duplicate_of"] == "b"


def test_because_tells_words_of_the_post_for_negative_posts_only(tmp_path: Path) -> None:
    other = "快递丢了没人管，骗子公司，恶心"
    angry, calm, _copy, lost = analysed(tmp_path, [*POSTS, POSTS[2] | {"id": "d", "text": other}])
    assert lost["because"]
    assert all(reason["words"] in other for reason in lost["because"])
    assert angry["stance"]["negative"] > calm["stance"]["negative"]
    assert angry["because"]
    assert all(reason["words"] in ANGRY for reason in angry["because"])
    assert calm["because"] == []


def test_without_watches_one_takes_every_post_and_names_no_term(tmp_path: Path) -> None:
    lines = analysed(tmp_path, POSTS)
    assert [line["watches"] for line in lines] == [["全部"]] * 3
    assert [line["hits"] for line in lines] == [[]] * 3


def test_the_event_is_the_final_one(tmp_path: Path) -> None:
    """Comments of an absent post are told their event later; in the file all have it."""
    others = [
        POSTS[1] | {"id": f"o{i}", "text": f"樱花{i}", "published_at": "2026-03-02T09:00:00+08:00"}
        for i in range(995)
    ]
    comments = [
        {
            "id": f"k{i}",
            "text": "客服不理人" + "".join(chr(0x5000 + (i * 31 + 17 * j) % 4000) for j in range(3)),
            "published_at": f"2026-03-02T09:{i:02d}:00+08:00",
            "parent_id": "t",
            "platform": "weibo",
        }
        for i in range(40)
    ]
    watches = written(tmp_path, "w.yaml", "watches: [{name: 客服, query: 客服}]")
    lines = analysed(tmp_path, others + comments, "--watches", str(watches))[995:]
    assert len({line["event"] for line in lines}) == 1
    assert lines[0]["event"] is not None


@pytest.mark.parametrize(
    ("line", "place"),
    [("{", "第 2 行"), ('{"published_at": "2026-03-02T08:00:00Z"}', "第 2 行")],
)
def test_a_bad_line_is_one_sentence_and_the_file_stays_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, place: str
) -> None:
    source = written(tmp_path, "in.jsonl", orjson.dumps(POSTS[0]).decode() + "\n" + line + "\n")
    out = written(tmp_path, "out.jsonl", "earlier")
    sentence = refused(capsys, "analyse", str(source), "--out", str(out))
    assert "in.jsonl" in sentence
    assert place in sentence
    assert sentence.count("\n") == 1
    assert out.read_text() == "earlier"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("watches: []\n", "第 1 行"),
        ("watches:\n  - {name: 一, query: 退款}\n  - {name: 一, query: 客服}\n", "第 3 行"),
        ("watches:\n  - {name: 一, query: '\"退款'}\n", "第 2 行"),
        ("watches:\n  - {name: 一, query: 退款, media: [radio]}\n", "第 2 行"),
        ("watches:\n  - {name: 一}\n", "第 2 行"),
        ("watches:\n  - {name: 一, query: 退款\n", "行"),
    ],
)
def test_bad_watches_are_refused_with_their_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, place: str
) -> None:
    source, watches = written(tmp_path, "in.jsonl", POSTS), written(tmp_path, "w.yaml", content)
    sentence = refused(
        capsys, "analyse", str(source), "--watches", str(watches), "--out", str(tmp_path / "o.jsonl")
    )
    assert "w.yaml" in sentence
    assert place in sentence
    assert not (tmp_path / "o.jsonl").exists()


def test_it_needs_no_database(tmp_path: Path) -> None:
    source, out = written(tmp_path, "in.jsonl", POSTS), tmp_path / "out.jsonl"
    subprocess.run(
        [sys.executable, "-m", "guanlan.cli", "analyse", str(source), "--out", str(out)],
        check=True,
        env={"GUANLAN_HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
    )
    assert len(out.read_bytes().splitlines()) == 3
    assert not list(tmp_path.rglob("*.sqlite3"))


def test_what_a_post_says_of_harm_is_told_with_its_place(tmp_path: Path) -> None:
    sick = "吃完你们的卤味，全家食物中毒"
    calm, told = analysed(tmp_path, [POSTS[1], POSTS[1] | {"id": "s", "text": sick}])
    assert calm["harms"] == []
    assert told["harms"] == [{"flag": "food_safety", "words": "食物中毒", "at": sick.index("食物中毒")}]


def test_a_demand_that_is_made_is_told_and_one_that_is_met_is_not(tmp_path: Path) -> None:
    asked = "三天了，到底什么时候退款，必须道歉"
    met, told = analysed(
        tmp_path, [POSTS[1] | {"text": "已经退款了，客服道歉了"}, POSTS[1] | {"id": "s", "text": asked}]
    )
    assert met["demands"] == []
    assert [(demand["flag"], demand["at"]) for demand in told["demands"]] == [
        ("refund", asked.index("什么时候退")),
        ("apology", asked.index("道歉")),
    ]
