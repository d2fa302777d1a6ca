"""`guanlan replay`: event time, the same bytes again, whole or not at all."""

from hashlib import sha256
from pathlib import Path

import orjson
import pytest

from guanlan.cli import main

NAMES = [
    "events.jsonl",
    "posts.jsonl",
    "proofs.jsonl",
    "report.docx",
    "report.html",
    "report.pdf",
    "signals.jsonl",
]
EVENT = [
    "event",
    "watch",
    "name",
    "first_at",
    "last_at",
    "posts",
    "negative_share",
    "level",
    "terms",
    "path",
    "forecast",
    "lifecycle",
]
SIGNAL = ["at", "event", "watch", "level", "previous_level", "reasons"]
REASON = ["criterion", "value", "threshold", "posts"]


def complaint(number: int) -> dict:
    return {
        "id": f"c{number:03d}",
        "text": f"观澜商城退款拖了{number}天还没到账，客服态度极差，垃圾平台",
        "platform": "heimao",
        "media_type": "complaint",
        "published_at": f"2026-03-02T{8 + number // 60:02d}:{number % 60:02d}:00+08:00",
        "author": f"用户{number}",
    }


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """120 complaints in two hours, written last first."""
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"".join(orjson.dumps(complaint(i)) + b"\n" for i in reversed(range(120))))
    return path


def lines(path: Path) -> list[dict]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def test_a_file_is_played_in_event_time(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    main(["replay", str(source), "--out", str(out)])
    assert sorted(path.name for path in out.iterdir()) == NAMES
    assert [line["id"] for line in lines(out / "posts.jsonl")] == [f"c{i:03d}" for i in range(120)]
    events, signals = lines(out / "events.jsonl"), lines(out / "signals.jsonl")
    assert all(list(event) == EVENT for event in events)
    assert max(event["posts"] for event in events) > 60
    # The shipped plan's lowest line for complaints in 24 hours is 5; there are 120.
    assert signals[0]["previous_level"] is None
    assert signals[0]["level"] is not None
    assert all(list(signal) == SIGNAL for signal in signals)
    assert all(list(reason) == REASON for signal in signals for reason in signal["reasons"])
    assert [signal["at"] for signal in signals] == sorted(signal["at"] for signal in signals)
    page = (out / "report.html").read_text("utf-8")
    assert "120 条帖文" in page
    assert "用户1" not in page
    assert (out / "report.pdf").read_bytes().startswith(b"%PDF")


def test_the_same_posts_in_any_order_give_the_same_bytes(source: Path, tmp_path: Path) -> None:
    main(["replay", str(source), "--out", str(tmp_path / "one")])
    source.write_bytes(b"".join(sorted(source.read_bytes().splitlines(keepends=True))))
    main(["replay", str(source), "--out", str(tmp_path / "two")])
    for name in NAMES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_bad_input_leaves_nothing_behind(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text("meta: 1\n", "utf-8")
    for arguments in ([str(tmp_path / "none.jsonl")], [str(source), "--plan", str(plan)]):
        with pytest.raises(SystemExit) as ended:
            main(["replay", *arguments, "--out", str(tmp_path / "out")])
        assert ended.value.code == 2
        assert capsys.readouterr().err.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "plan.yaml"]


def test_a_folder_with_content_is_not_written_over(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["replay", str(source), "--out", str(tmp_path)])
    assert "已有内容" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_every_figure_has_its_posts(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    main(["replay", str(source), "--out", str(out)])
    proofs = {line["figure"]: line for line in lines(out / "proofs.jsonl")}
    posts, events = lines(out / "posts.jsonl"), lines(out / "events.jsonl")
    page = (out / "report.html").read_text("utf-8")

    for event in events:
        proof = proofs[event["event"]]
        members = {f"heimao/{post['id']}" for post in posts if post["event"] == event["event"]}
        assert set(proof["posts"]) == members
        assert proof["count"] == event["posts"] == len(members)
        assert proof["sha256"] in page
        assert proof["posts"][0] in page
        negative, others = (proofs[f"{event['event']}-{kind}"]["count"] for kind in ("negative", "others"))
        assert event["negative_share"] == 1000 * negative // others / 1000
    # Complaint number n was published n minutes after 08:00: 60 in each of two hours.
    for hour, first in (("2026030208", 0), ("2026030209", 60)):
        found = [post for name, line in proofs.items() if f"hour-{hour}" in name for post in line["posts"]]
        assert sorted(found) == [f"heimao/c{number:03d}" for number in range(first, first + 60)]
    for proof in proofs.values():
        listed = "".join(f"{post}\n" for post in sorted(proof["posts"])).encode()
        assert (len(proof["posts"]), sha256(listed).hexdigest()) == (proof["count"], proof["sha256"])
