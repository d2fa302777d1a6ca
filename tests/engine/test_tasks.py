"""What the other heads learn from: which rows, which labels, and what is kept for tests."""

import csv
import hashlib
from importlib import resources
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from guanlan.engine.evaluate_heads import confusion, evaluate_heads, exam_of, f1
from guanlan.engine.heads import MILLE, judge
from guanlan.engine.learning import balanced, quantised
from guanlan.engine.model import STANCE, Model
from guanlan.engine.opinions import opinions
from guanlan.engine.stance import is_negative
from guanlan.engine.tasks import CATEGORIES, HEADS, Example, gather, once, tasks
from guanlan.engine.text import normalise
from guanlan.engine.train_heads import fit_head, sure_point, temperature, unseen_scores, working_point

PLAIN = ["今天天气不错出门走走", "午饭吃了面条味道还行", "周末打算去图书馆看书", "新买的书包颜色很好看"]
RUDE = ["你这种蠢货也配说话", "滚远点你个废物东西", "满嘴喷粪的蠢货闭嘴", "废物一个快滚别丢人"]


def abuse_rows() -> list[Example]:
    """240 texts, half of them rude, no two alike."""
    rows = []
    for n in range(240):
        words = (RUDE, PLAIN)[n % 2]
        rows.append(Example("cold", f"{words[n // 2 % 4]}{n * n}第{n}回", n % 2, "train"))
    return rows


def test_a_text_that_a_test_and_another_set_hold_is_in_neither() -> None:
    rows = [Example("a", "甲", 0), Example("a", "乙", 0), Example("a", "乙", 1)]
    rows += [Example("a", "甲", 0, "test"), Example("a", "丙", 1, "test")]
    assert once(iter(rows)) == [Example("a", "乙", 0), Example("a", "丙", 1, "test")]


def test_nothing_is_learnt_from_test_rows_or_their_near_copies() -> None:
    exam = "客服说三天之内处理到现在也没有一点消息"
    rows = [
        Example("a", exam, 0, "test"),
        Example("a", "转：" + exam, 0),
        Example("a", "毫不相干的另一句话", 1),
    ]
    task = gather("abuse", rows)
    assert task.apart_from(np.zeros(3, bool)).tolist() == [False, False, True]


def test_open_sets_are_read_by_the_list_of_what_their_labels_mean(tmp_path: Path) -> None:
    def write(name: str, rows: list[tuple[str, ...]]) -> None:
        with (tmp_path / name).open("w", encoding="utf-8", newline="") as written:
            csv.writer(written).writerows(rows)

    write("cold.csv", [("text", "label", "split"), ("你滚", "1", "train"), ("你好", "0", "dev")])
    write("spam_mail.csv", [("text", "label"), ("发票代开", "1"), ("开会通知", "0")])
    write("waimai.csv", [("text", "label"), ("送得快", "1"), ("送得慢", "0")])
    found = {task.name: task for task in tasks(tmp_path)}
    assert set(found) == {"abuse", "advertisement"}
    assert found["abuse"].labels.tolist() == [0, 1]
    assert found["abuse"].splits.tolist() == ["train", "dev"]
    assert found["advertisement"].sources.tolist() == ["spam_mail", "spam_mail", "waimai", "waimai"]
    assert found["advertisement"].labels.tolist() == [0, 1, 1, 1]


def test_complaints_are_found_by_their_hash_and_never_by_their_words() -> None:
    bundle = resources.files("guanlan.engine") / "bundle"
    rows = list(csv.DictReader((bundle / "complaints.csv").read_text("utf-8").splitlines()))
    assert len(rows) >= 3000
    assert {row["label"] for row in rows} == set(CATEGORIES)
    assert all(len(row["text_sha256_16"]) == 16 for row in rows)
    assert set(rows[0]) == {"source", "text_sha256_16", "label", "second_label"}
    invented = list(csv.DictReader((bundle / "invented_complaints.csv").read_text("utf-8").splitlines()))
    digests = {row["text_sha256_16"] for row in rows}
    assert not digests & {hashlib.sha256(row["text"].encode()).hexdigest()[:16] for row in invented}
    assert {row["label"] for row in invented} == set(CATEGORIES)


def test_a_head_learns_what_it_is_taught_and_the_same_seed_gives_the_same() -> None:
    task = gather("abuse", abuse_rows())
    exam = exam_of(task)
    assert exam.sum() == 24
    assert exam[-24:].all()
    learnt = fit_head(task, exam, 0, seed=3)
    again = fit_head(task, exam, 0, seed=3)
    assert (learnt.head, learnt.table.tobytes()) == (again.head, again.table.tobytes())
    assert fit_head(task, exam, 0, seed=4).table.tobytes() != learnt.table.tobytes()
    said = unseen_scores(task, np.ones(240, bool), 3).argmax(axis=1)
    assert f1(task.labels, said, 2) == [1.0, 1.0]


def test_f1_is_scikit_learns_and_the_confusion_table_counts() -> None:
    random = np.random.default_rng(3)
    truth, said = random.integers(0, 2, 300), random.integers(0, 2, 300)
    assert f1(truth, said, 2) == pytest.approx(f1_score(truth, said, average=None).tolist())
    table = confusion(gather("abuse", abuse_rows()), np.array([0, 0, 1]), np.array([0, 1, 1]))
    assert table.splitlines()[2:] == ["| abusive | 1 | 1 |", "| plain | 0 | 1 |"]


def test_the_temperature_is_the_slope_of_logistic_regression() -> None:
    random = np.random.default_rng(7)
    labels = (random.random(2000) < 0.5).astype(np.int64)
    lead = 3 * (random.normal(size=2000) + np.where(labels == 1, 1.0, -1.0))
    scores = np.stack([np.zeros(2000), lead], axis=1)
    oracle = LogisticRegression(C=1e9, fit_intercept=False).fit(lead[:, None], labels).coef_[0, 0]
    assert temperature(scores, labels, np.ones(2000)) == pytest.approx(oracle, rel=1e-2)


def test_at_the_working_point_two_in_a_hundred_plain_texts_are_called_so() -> None:
    lead = np.linspace(-2, 4, 1000)
    scores = np.stack([lead, np.zeros(1000)], axis=1)
    point = working_point(scores, np.ones(1000, np.int64))
    assert 18 <= (1000 / (1 + np.exp(-lead)) >= point).sum() <= 20


def test_a_category_is_said_where_enough_are_right() -> None:
    # The surest 60 are right, of the other 40 every second: 51 of 60, 68 of 80 are 85 %.
    lead = np.linspace(5, 0.1, 100)
    scores = np.stack([lead, np.zeros(100)], axis=1)
    labels = np.array([0] * 60 + [0, 1] * 20)
    point = sure_point(scores, labels)
    said = 1000 / (1 + np.exp(-lead)) >= point
    # 60 of the surest 60 are right, then every second: 74 of 87 are 85 %, of no more.
    assert 85 <= said.sum() <= 87
    assert sure_point(scores, 1 - labels) == 1000


def test_classes_weigh_the_same_at_one_and_by_the_root_at_one_half() -> None:
    labels = np.array([0] * 16 + [1] * 4)
    domains = np.full(20, "x")
    even = balanced(domains, labels, 1.0)
    assert even[:16].sum() == pytest.approx(even[16:].sum())
    rooted = balanced(domains, labels, 0.5)
    assert rooted[:16].sum() == pytest.approx(2 * rooted[16:].sum())
    assert rooted.mean() == pytest.approx(1)


def test_the_faintest_weights_are_dropped() -> None:
    table, step = quantised(np.array([[1.27, 0.01, -0.02, 0.0, -0.64]]))
    assert step == pytest.approx(0.01)
    assert table.tolist() == [[127, 0, -2, 0, -64]]


def test_a_folder_without_open_sets_has_no_tables() -> None:
    assert list(evaluate_heads(Path(__file__).parent / "labels", seed=0)) == []


def test_the_model_that_ships_answers_every_head() -> None:
    model = Model.load()
    assert [head.name for head in model.heads] == [STANCE, *HEADS]
    words = [
        "快递三天没动静，盒子压烂了，差评，太慢了，垃圾物流",
        "气死我了，这帮骗子不要脸，愤怒！",
        "开心，今天收到礼物太高兴了",
        "",
    ]
    judged = judge(normalise(pa.nulls(4, pa.string()), pa.array(words)), model)
    assert all((shares.sum(axis=1) == MILLE).all() for shares in judged.values())
    seen = opinions(judged, model, is_negative(judged[STANCE], model))
    assert seen.category[0] == "LOGISTICS"
    assert [max(felt, key=felt.__getitem__) for felt in seen.emotion[1:3]] == ["angry", "happy"]
    assert seen.category[2] is None  # it complains of nothing
    assert seen.advertisement == [False] * 4
