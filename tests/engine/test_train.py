"""Learning from a small shop's own labels, what is never learnt from, and the figures' formulas."""

import gzip
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from guanlan.cli import main
from guanlan.engine.corpus import BadCorpus, Labelled, agreed, gather, read
from guanlan.engine.emoticons import marked_reposts
from guanlan.engine.evaluate import calibration_error, evaluate, exams
from guanlan.engine.evaluate_heads import macro_f1
from guanlan.engine.learning import grams
from guanlan.engine.lexicon import Lexicon
from guanlan.engine.shingles import near
from guanlan.engine.stance import logits
from guanlan.engine.text import normalise
from guanlan.engine.train import calibrate, domain_weights, fit, source_weights, train, working_point

LABELS = Path(__file__).parent / "labels"


@pytest.fixture(scope="module")
def learnt():
    return train(LABELS, seed=1)


@pytest.mark.parametrize(
    ("word", "place"), [("太坑", 0), ("骗人", 0), ("差评", 0), ("点赞", 2), ("满意", 2), ("很喜欢", 2)]
)
def test_a_word_of_one_class_gets_its_sign(learnt, word: str, place: int) -> None:
    scores = logits(normalise(pa.nulls(1, pa.string()), pa.array([word])), learnt)[0]
    assert scores[place] > scores[2 - place]


def test_the_same_seed_is_the_same_model(learnt) -> None:
    assert train(LABELS, seed=1).fingerprint == learnt.fingerprint
    assert train(LABELS, seed=2).fingerprint != learnt.fingerprint
    assert learnt.origin == {"shop": 54, "seed": 1}


def test_a_table_is_printed_for_a_shops_own_labels() -> None:
    table = evaluate(LABELS, seed=1)
    (row,) = table.rows
    assert row.texts == 11
    assert str(table).count("\n") == 2
    assert f"| shop | 11 | {row.two_way:.3f} |" in str(table)


def labelled(text: str, stance: int, source: str = "a", *, held: bool = False) -> Labelled:
    return Labelled(source, source, text, stance, held)


def test_test_rows_and_near_copies_of_exams_are_never_learnt_from() -> None:
    rows = [labelled(f"第{n}条帖子说的都是不同的事情{n * n}", n % 3) for n in range(30)]
    exam = "客服说三天之内处理到现在也没有一点消息"
    rows += [
        labelled(exam, 0, "exam"),
        labelled("转：" + exam, 0),
        labelled("官方通报全文在此请看", 1, held=True),
    ]
    rows += [labelled("官方通报全文在此请看！", 1)]
    corpus = gather(rows)
    model = fit(corpus, grams(corpus.texts), corpus.sources == "exam", seed=0)
    assert model.origin == {"a": 30, "seed": 0}


def test_near_copies_share_half_of_their_runs_of_eight() -> None:
    original = "一二三四五六七八九十甲乙丙丁戊己"
    texts = [
        original,
        original[:12],
        original[4:] + "子丑寅卯",
        "子丑寅卯辰巳午未" + original[:8],
        "一二三",
        "一二三",
    ]
    corpus = gather([labelled(text, place % 3, str(place)) for place, text in enumerate(texts)])
    marked = near(corpus.shingles, corpus.texts.starts, np.array([1, 0, 0, 0, 1, 0], bool))
    assert marked.tolist() == [True, True, True, False, True, True]


def test_neutral_gives_way_and_contradictions_fall_out() -> None:
    rows = [labelled("甲", 1), labelled("甲", 0), labelled("乙", 0), labelled("乙", 2), labelled("丙", 1)]
    assert [(row.text, row.stance) for row in agreed(rows)] == [("甲", 0), ("丙", 1)]


def test_a_known_set_is_read_with_its_labels_and_domains(tmp_path: Path) -> None:
    (tmp_path / "shopping.csv").write_text("text,label,cat\n好用,1,手机\n坏了,0,平板\n", "utf-8")
    (tmp_path / "cold.csv").write_text("text,label,split\n无关的话,1,train\n", "utf-8")
    with gzip.open(tmp_path / "smp2020_virus.csv.gz", "wt", encoding="utf-8") as written:
        written.write("text,label,split\n今天在家,neutral,test\n惊了,surprise,train\n")
    corpus = read(tmp_path)
    found = zip(corpus.domains.tolist(), corpus.stances.tolist(), corpus.held.tolist(), strict=True)
    assert list(found) == [
        ("shopping/手机", 2, False),
        ("shopping/平板", 0, False),
        ("smp2020_virus", 1, True),
    ]


def test_reposts_are_labelled_by_their_emoticons(tmp_path: Path) -> None:
    texts = [
        "又被坑了，真行[怒]//@某人:好极了[赞]",
        "看看再说[围观]",
        "又哭又笑的[泪][哈哈]",
        "终于等到了[鼓掌][心]",
        "[怒]",
    ]
    path = tmp_path / "reposts.jsonl.gz"
    with gzip.open(path, "wb") as written:
        written.write(orjson.dumps({"reposts": [[0, "u", "m", "p", text] for text in texts]}) + b"\n")
    assert list(marked_reposts(path)) == [("又被坑了，真行", 0), ("终于等到了", 2)]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("own.csv", "内容,标签\n好,正面\n".encode(), "表头没有 text 和 label"),
        ("own.csv", "text,label\n好,正面\n坏,不好说\n".encode(), "第 3 行的 label“不好说”不认识"),
        ("own.csv", "text,label\n好,正面\n".encode("gb18030"), "不是 UTF-8"),
        ("own.csv", b"", "表头没有 text 和 label"),
        ("own.csv", "text,label\n好,正面\n坏,负面\n".encode(), "没有一条“neutral”"),
        ("own.csv.gz", b"\x1f\x8b broken", "不是完整的 gzip"),
        ("notes.txt", b"x", "没有 CSV 文件"),
    ],
)
def test_an_odd_folder_is_refused_in_a_sentence(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadCorpus, match=sentence):
        read(tmp_path)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadCorpus, match="没有文件夹"):
        read(tmp_path / "none")


def test_each_source_is_left_out_whole() -> None:
    corpus = gather([labelled(f"话{n}", n % 3, "ab"[n % 2]) for n in range(12)])
    assert [(name, exam.sum()) for name, exam in exams(corpus)] == [("a", 6), ("b", 6)]


def test_weights_even_out_domains_and_sources() -> None:
    domains = np.array(["x"] * 16 + ["y"] * 4)
    worth = domain_weights(domains, np.zeros(20, np.int8))
    assert worth[:16].sum() == pytest.approx(2 * worth[16:].sum())
    doubled = domain_weights(np.array(["x"] * 8), np.array([0] * 4 + [1] * 4))
    assert doubled[4:].sum() == pytest.approx(2 * doubled[:4].sum())
    assert source_weights(domains)[:16].sum() == pytest.approx(0.5)


def test_macro_f1_is_scikit_learns() -> None:
    random = np.random.default_rng(3)
    truth, said = random.integers(0, 3, 500), random.integers(0, 3, 500)
    assert macro_f1(truth, said, 3) == pytest.approx(f1_score(truth, said, average="macro"))


def test_the_calibration_error_by_hand() -> None:
    # Bin 12 of 15: mean 0.82, half right; bin 9: 0.6, all right.
    confidence = np.array([0.81, 0.83, 0.62, 0.62])
    right = np.array([True, False, True, True])
    assert calibration_error(confidence, right) == pytest.approx(0.5 * 0.32 + 0.5 * 0.38)


def test_calibration_finds_the_slope_of_logistic_regression() -> None:
    random = np.random.default_rng(5)
    positive = random.random(3000) < 0.4
    leads = 4 * (random.normal(size=3000) + np.where(positive, 1.0, -1.0))
    oracle = LogisticRegression(C=1e9, fit_intercept=False).fit(leads[:, None], positive).coef_[0, 0]
    assert calibrate(leads, positive, np.full(3000, 1 / 3000)) == pytest.approx(oracle, rel=1e-2)


def test_the_slope_stays_finite_where_all_is_right() -> None:
    positive = np.arange(20) % 2 == 0
    assert 1 < calibrate(np.where(positive, 1.0, -1.0), positive, np.full(20, 0.05)) < 20


def test_at_the_working_point_few_neutral_texts_are_called_negative() -> None:
    corpus = gather([labelled(f"话{n}", 1 if n < 200 else 2 * (n % 2)) for n in range(210)])
    scores = np.zeros((210, 3))
    scores[:200, 0] = np.linspace(-3, 3, 200)
    point = working_point(scores, corpus, np.ones(210, bool))
    chance = 1000 * np.exp(scores[:200, 0]) / (np.exp(scores[:200, 0]) + 2)
    assert (chance >= point).sum() == 30  # 15 % of 200


def test_a_plain_logistic_regression_learns_no_more_from_the_shop(learnt) -> None:
    corpus = read(LABELS)
    known = grams(corpus.texts)
    dense = np.zeros((54, 1 << 18), np.float32)
    for text in range(54):
        rows = known.rows[known.ends[text] : known.ends[text + 1]]
        dense[text, rows] = 1 / np.sqrt(len(rows))
    oracle = LogisticRegression(C=10).fit(dense, corpus.stances).score(dense, corpus.stances)
    assert np.mean(logits(corpus.texts, learnt).argmax(axis=1) == corpus.stances) >= oracle - 0.02


@pytest.mark.parametrize(
    "command", [["train", "--out", "model"], ["train", "--lexicon", "--out", "m"], ["evaluate"]]
)
def test_a_folder_that_teaches_nothing_is_one_sentence_on_the_command_line(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command, "--data", str(tmp_path)])
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"文件夹“{tmp_path}”里没有 CSV 文件，请放入含 text、label 两列的表。\n"


def test_the_words_of_a_folder_are_learnt_from_the_command_line(tmp_path: Path) -> None:
    main(["train", "--lexicon", "--data", str(LABELS), "--out", str(tmp_path / "words")])
    assert "退" in Lexicon.load(tmp_path / "words").words
