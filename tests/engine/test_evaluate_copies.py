"""Edits do what they say, truth is counted by sets, and the table counts what the detector answers."""

import gzip
from pathlib import Path

import numpy as np
import orjson
import pytest

from guanlan.cli import main
from guanlan.engine.edits import edits
from guanlan.engine.evaluate_copies import (
    Row,
    asked,
    containment,
    evaluate_copies,
    grams,
    judged,
    originals,
    remembering,
)

LABELS = Path(__file__).parent / "labels" / "shop.csv"

TEXT = "退款三天没有到账，客服只会让我再等等。我已经打了五次电话，没有一个人说得清楚"
OTHER = "物流小哥冒雨送货上门还帮忙搬到五楼必须表扬一下这位师傅真是太好了"


def invented(seed: int, size: int = 60) -> str:
    """A text of Chinese characters that shares next to nothing with that of another seed."""
    return "".join(map(chr, np.random.default_rng(seed).integers(0x4E00, 0x9000, size)))


def edited(name: str, text: str = TEXT, seed: int = 0) -> str:
    return edits()[name](text, np.random.default_rng(seed), [OTHER])


@pytest.mark.parametrize(("name", "share"), [("只留六成", 0.6), ("只留四成", 0.4)])
def test_a_part_is_one_run_and_lies_elsewhere_each_time(name: str, share: float) -> None:
    parts = [edited(name, seed=seed) for seed in range(20)]
    assert all(part in TEXT and len(part) == int(len(TEXT) * share) for part in parts)
    assert len(set(parts)) > 5


@pytest.mark.parametrize(("name", "share"), [("一成字换掉", 0.1), ("两成字换掉", 0.2)])
def test_noise_puts_chinese_characters_for_so_many(name: str, share: float) -> None:
    text = "文" * 10_000
    noisy = edited(name, text)
    changed = [new for new, old in zip(noisy, text, strict=True) if new != old]
    assert len(changed) / len(text) == pytest.approx(share, abs=0.02)
    assert all("\u4e00" <= character < "\u9000" for character in changed)


def test_clauses_change_places_and_none_is_lost() -> None:
    shuffled = [edited("分句打乱", seed=seed) for seed in range(5)]
    clauses = sorted(TEXT.replace("。", "，").split("，"))
    assert all(sorted(text.split("，")) == clauses for text in shuffled)
    assert len(set(shuffled)) > 1


def test_words_are_added_around_behind_and_before() -> None:
    around = edited("前后加话")
    assert TEXT in around
    assert not around.startswith(TEXT)
    assert not around.endswith(TEXT)
    assert edited("接半篇别人的话") == TEXT + OTHER[: len(TEXT) // 2]
    assert edited("转发链").endswith("//@某人:" + TEXT)


def test_containment_is_counted_over_sets_of_three_grams() -> None:
    texts = [TEXT, TEXT[:20] + OTHER, OTHER, "，。！", invented(1), invented(1)[:30]]
    for one, row in zip(texts, containment(texts), strict=True):
        for two, share in zip(texts, row, strict=True):
            smaller = max(1, min(len(grams(one)), len(grams(two))))
            assert share == pytest.approx(len(grams(one) & grams(two)) / smaller)
    assert grams("一二，三四") == {"一二三", "二三四"}


def test_originals_are_distinct_and_long_enough(tmp_path: Path) -> None:
    texts = [TEXT, "短", OTHER, TEXT, TEXT[:30], TEXT[:29]]
    assert originals(written(tmp_path, texts)) == [TEXT, OTHER, TEXT[:30]]


def written(folder: Path, texts: list[str]) -> Path:
    path = folder / "ced_open.jsonl.gz"
    path.write_bytes(
        gzip.compress(
            b"".join(
                orjson.dumps({"id": "a", "t0": 0, "text": text, "reposts": []}) + b"\n" for text in texts
            )
        )
    )
    return path


def test_a_question_is_not_answered_by_another_question() -> None:
    snapshot = remembering([invented(n) for n in range(6)], np.arange(0, 6, 2))
    new = invented(9)
    assert asked(snapshot, [new, new, invented(2), new + "吗"]) == [None, None, 2, None]


def test_a_partner_outside_the_group_is_false_and_none_at_all_is_only_missed() -> None:
    alike = np.array([[1.0, 0.3, 0.29], [0.3, 1.0, 0.0], [0.29, 0.0, 1.0]])
    found = {0: 1, 1: None, 2: 0}
    assert judged("x", found, alike, grouped=True) == Row("x", 3, 1 / 3, 1 / 3)
    assert judged("x", {0: 0}, alike, grouped=True) == Row("x", 1, 1.0, 0.0)
    assert judged("x", found, alike, grouped=False).right is None


def test_the_table_tells_edits_and_unedited_originals_apart(tmp_path: Path) -> None:
    # Even places are remembered. 1 is half of 0, so it has a group.
    # 3 shares a quarter with 2: no group, but no stranger either.
    texts = [invented(n) for n in range(8)]
    texts[1] = texts[0][:30] + texts[1][:30]
    texts[3] = texts[2][:17] + texts[3][:43]
    table = evaluate_copies(written(tmp_path, texts), seed=0)
    assert table is not None
    whole = {row.kind: row for row in table.edits}
    assert whole["前后加话"] == Row("前后加话", 4, 1.0, 0.0)
    assert whole["转发链"] == Row("转发链", 4, 1.0, 0.0)
    assert [(row.queries, row.right, row.false) for row in table.unedited] == [
        (1, 1.0, 0.0),
        (3, None, 0.0),
        (2, None, 0.0),
    ]
    lines = str(table).splitlines()
    assert lines[2] == "| 前后加话 | 4 | 1.000 | 0.0000 |"
    assert table.mean.right == pytest.approx(sum(row.right or 0 for row in table.edits) / 8)
    assert lines[10].startswith(f"| 以上平均 | 32 | {table.mean.right:.3f} |")
    assert lines[12] == "| 未改，无同组原文 | 3 | — | 0.0000 |"


def test_the_same_seed_prints_the_same_table_and_another_asks_otherwise(tmp_path: Path) -> None:
    path = written(tmp_path, [invented(n) for n in range(60)])
    one, again, other = (evaluate_copies(path, seed=seed) for seed in (3, 3, 4))
    assert str(one) == str(again) != str(other)


def test_without_the_set_or_a_stranger_there_is_no_table(tmp_path: Path) -> None:
    assert evaluate_copies(tmp_path / "ced_open.jsonl.gz", seed=0) is None
    assert evaluate_copies(written(tmp_path, [TEXT, TEXT + "！"]), seed=0) is None


def test_the_command_prints_it_for_a_folder_that_holds_the_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("text", "events"):
        (tmp_path / name).mkdir()
    (tmp_path / "text" / "shop.csv").write_bytes(LABELS.read_bytes())
    path = written(tmp_path / "events", [invented(n) for n in range(60)])
    main(["evaluate", "--data", str(tmp_path), "--seed", "3"])
    tables = [table.strip() for table in capsys.readouterr().out.split("\n\n")]
    assert f"近似重复\n{evaluate_copies(path, seed=3)}" in tables
