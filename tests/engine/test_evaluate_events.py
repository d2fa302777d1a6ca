"""Streams read from files as the sets are written, clustered as the product does, and printed."""

import gzip
from pathlib import Path

import orjson
import pytest

from guanlan.cli import main
from guanlan.engine import evaluate_events as module
from guanlan.engine import topics
from guanlan.engine.evaluate_events import blocks, clustered, evaluate_events, streams, terms_of
from guanlan.engine.lexicon import Lexicon

LABELS = Path(__file__).parent / "labels" / "shop.csv"

REFUND = "观澜商城退款拖了半个月客服一直说再等等钱还没有到账"
LEAK = "会员手机号和家庭地址被人卖给骗子信息泄露谁来负责"


def written(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress(b"".join(orjson.dumps(row) + b"\n" for row in rows)))


def comment(i: int, t: int, event: str, platform: str, text: str = "好") -> dict[str, object]:
    return {"i": i, "t": t, "event": event, "platform": platform, "text": text}


def test_a_document_is_twenty_successive_comments_of_one_event_and_platform() -> None:
    comments = [comment(i, 10 * i, "AB"[i % 2], "wb", f"话{i}") for i in range(44)]
    comments.append(comment(44, 1000, "A", "dy", "别处"))
    made = blocks("set", comments)
    assert made.truth == ["A", "B", "A", "B", "A"]
    assert made.texts[0] == "，".join(f"话{i}" for i in range(0, 40, 2))
    assert made.texts[2] == "话40，话42"
    assert made.texts[4] == "别处"


def test_documents_stand_in_the_order_of_their_last_comment() -> None:
    early = [comment(i, i, "early", "wb") for i in range(19)]
    late = [comment(30 + i, 30 + i, "late", "wb") for i in range(20)]
    made = blocks("set", [*early, *late, comment(60, 60, "early", "wb")])
    assert made.truth == ["late", "early"]


def test_comments_are_read_in_the_order_of_their_times_then_of_the_file(tmp_path: Path) -> None:
    rows = [comment(2, 5, "A", "wb", "三"), comment(1, 5, "A", "wb", "二"), comment(0, 4, "A", "wb", "一")]
    written(tmp_path / "chnci_open.jsonl.gz", rows)
    (stream,) = streams(tmp_path)
    assert stream.texts == ["一，二，三"]


def test_like_documents_share_a_cluster_and_one_without_terms_is_alone() -> None:
    terms = terms_of([REFUND, LEAK, "……", REFUND, "……", LEAK], Lexicon.load())
    one, two, *_rest, last = labels = clustered(terms, 0.07)
    assert labels[3] == one != two == last
    assert len(set(labels)) == 4


def test_a_higher_threshold_keeps_apart_what_a_lower_one_joins() -> None:
    terms = terms_of([REFUND, REFUND[:12] + LEAK], Lexicon.load())
    assert len(set(clustered(terms, 0.01))) == 1
    assert len(set(clustered(terms, 0.99))) == 2


def test_the_window_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    others = [chr(0x4E00 + 40 * n) * 2 + chr(0x5000 + 37 * n) * 2 for n in range(30)]
    terms = terms_of([REFUND, *others, REFUND], Lexicon.load())
    labels = clustered(terms, 0.07)
    assert labels[0] == labels[-1]
    monkeypatch.setattr(module, "WINDOW", 20)
    labels = clustered(terms, 0.07)
    assert labels[0] != labels[-1]


def test_clusters_that_became_one_are_told_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    half = REFUND[:14] + "物流小哥冒雨送货上门"
    terms = terms_of([LEAK, REFUND, REFUND, half, half, "苹果发布新款手机摄像头很大"], Lexicon.load())
    assert len(set(clustered(terms, 0.9))) == 4
    monkeypatch.setattr(module, "SETTLE_DOCUMENTS", len(terms))
    monkeypatch.setattr(topics, "SETTLE_EVERY", len(terms))
    other, refund, *same, last = clustered(terms, 0.9)
    assert set(same) == {refund}
    assert len({other, refund, last}) == 3


def test_a_perfect_stream_scores_one_and_the_shipped_threshold_is_among_those_tried(tmp_path: Path) -> None:
    rows = [{"Id": str(n), "clusterNo": n % 2, "textCleaned": (REFUND, LEAK)[n % 2]} for n in range(20)]
    written(tmp_path / "news.jsonl.gz", rows)
    table = evaluate_events(tmp_path)
    assert table is not None
    assert [row.join for row in table.rows] == [0.06, 0.07, 0.08, 0.10]
    assert {(row.documents, row.events, row.clusters, row.ami, *row.b3) for row in table.rows} == {
        (20, 2, 2, 1.0, 1.0, 1.0, 1.0)
    }


def test_without_a_set_there_is_no_table(tmp_path: Path) -> None:
    assert evaluate_events(tmp_path) is None


def test_the_command_prints_stance_first_then_the_streams(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "shop.csv").write_bytes(LABELS.read_bytes())
    rows = [{"clusterNo": 1, "textCleaned": REFUND}] * 3 + [{"clusterNo": 2, "textCleaned": REFUND}]
    written(tmp_path / "events" / "tweets.jsonl.gz", rows)
    main(["evaluate", "--data", str(tmp_path)])
    stance, told = capsys.readouterr().out.split("\n\n")
    assert stance.startswith("立场\n| 留出来源 |")
    # All four in one cluster: precision (3 * 3/4 + 1/4) / 4, recall 1.
    assert told.startswith("事件聚类\n| 事件集 |")
    assert "| tweets | 0.07 | 4 | 2 | 1 | 0.000 | 0.625 | 1.000 | 0.769 |" in told


WHOLE = gzip.compress(b'{"textCleaned": "refund", "clusterNo": 1}\n' * 9)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"no gzip", 1),
        (WHOLE[:-9], 9),
        (gzip.compress(b'{"textCleaned": "refund", "clusterNo": 1}\nno json\n'), 2),
        (gzip.compress(b'{"textCleaned": "refund"}\n'), 1),
        (gzip.compress(b"[]\n"), 1),
    ],
    ids=["no gzip", "cut short", "no JSON", "no truth", "no object"],
)
def test_a_set_that_cannot_be_read_is_one_sentence_with_its_line(
    content: bytes, line: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "shop.csv").write_bytes(LABELS.read_bytes())
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "news.jsonl.gz").write_bytes(content)
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", "--data", str(tmp_path)])
    assert ended.value.code == 2
    told = f"“news.jsonl.gz”第 {line} 行读不出 textCleaned clusterNo，请重新下载这个事件集，或把它移走。\n"
    assert capsys.readouterr().err == told
