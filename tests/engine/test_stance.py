"""The head's arithmetic against a naive reading of it, its bytes at any batch size, its words."""

import csv
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from guanlan.engine import heads
from guanlan.engine.heads import because, exponential, judge, scores
from guanlan.engine.model import CLASSES, Head, Line, Model
from guanlan.engine.ngrams import SEED, extend, row_of, squeeze
from guanlan.engine.stance import is_negative, logits, stance, stance_of
from guanlan.engine.text import Texts, normalise

OBVIOUS = list(csv.DictReader((Path(__file__).parent / "obvious.csv").open(encoding="utf-8")))


def read(*texts: str) -> Texts:
    return normalise(pa.nulls(len(texts), pa.string()), pa.array(texts, pa.string()))


def row(gram: str, bits: int) -> int:
    state = SEED
    for character in gram:
        state = extend(state, np.uint32(ord(character)))
    return int(row_of(state, bits))


def taught(words: dict[str, tuple[int, int, int]], bits: int = 16) -> Model:
    """A model that knows only the given n-grams."""
    table = np.zeros((1 << bits, 3), np.int8)
    for gram, weights in words.items():
        table[row(gram, bits)] = weights
    return Model(table, (Head("stance", CLASSES, 0, 0.05, (0.0, 0.0, 0.0), 600),), {})


def test_the_score_is_the_formula() -> None:
    model = taught({"坏": (60, 0, -40), "坏了": (20, -10, 0)})
    texts = read("坏了坏了")
    body = [chr(code) for code in texts.codes]
    grams = {"".join(body[at : at + n]) for n in (1, 2, 3) for at in range(len(body) - n + 1)}
    rows = {row(gram, 16) for gram in grams}
    expected = [0.05 * total / math.sqrt(len(rows)) for total in (80, -10, -40)]
    assert logits(texts, model)[0].tolist() == pytest.approx(expected, rel=1e-12)


def test_probabilities_are_the_softmax_to_the_nearest_per_mille() -> None:
    found = np.array([[1.5, -0.5, 0.25], [0.0, 0.0, 0.0], [-9.0, 14.0, 3.0], [0.0, -80.0, 0.0]])
    powers = [[Fraction(math.exp(score)) for score in line] for line in found]
    for line, shares in zip(powers, heads.chances(found).tolist(), strict=True):
        assert sum(shares) == 1000
        for share, power in zip(shares, line, strict=True):
            assert abs(share - 1000 * power / sum(line)) <= 1


def test_the_exponential_agrees_with_the_library() -> None:
    for x in np.linspace(-39.9, 0.0, 401):
        assert exponential(x) == pytest.approx(math.exp(x), rel=1e-11)
    assert exponential(-50.0) == 0.0


def test_any_batch_size_gives_the_same_bytes() -> None:
    model = Model.load()
    texts = [line["text"] for line in OBVIOUS] * 3 + ["", "哈" * 5000, "😀", "a"]
    whole = stance(read(*texts), model).tobytes()
    for size in (1, 7):
        parts = [stance(read(*texts[at : at + size]), model) for at in range(0, len(texts), size)]
        assert np.concatenate(parts).tobytes() == whole


def test_probabilities_sum_to_a_thousand_and_none_is_below_zero() -> None:
    shares = stance(read(*(line["text"] for line in OBVIOUS), "", "?"), Model.load())
    assert shares.dtype == np.int32
    assert shares.sum(axis=1).tolist() == [1000] * (len(OBVIOUS) + 2)
    assert shares.min() >= 0


@pytest.mark.parametrize("line", OBVIOUS, ids=lambda line: line["text"][:8])
def test_the_model_that_ships_reads_an_obvious_sentence(line: dict[str, str]) -> None:
    shares = stance(read(line["text"]), Model.load())
    assert CLASSES[int(shares[0].argmax())] == line["label"]
    assert is_negative(shares, Model.load()).tolist() == [line["label"] == "negative"]


def test_an_empty_batch_is_an_empty_answer() -> None:
    assert stance(read(), Model.load()).shape == (0, 3)


def test_the_words_that_decided_are_named_strongest_first() -> None:
    model = taught({"退款": (90, 0, 0), "坑": (40, 0, 0), "好": (0, 0, 30)})
    words = because(read("今天申请退款，好坑"), 0, model)
    assert [word for word, _weight in words] == ["退款", "坑"]
    assert words[0][1] > words[1][1] > 0


def test_words_of_one_post_do_not_leak_into_another() -> None:
    model = taught({"坑": (90, 0, 0), "赞": (0, 0, 90)})
    texts = read("真坑", "点赞", "嗯")
    assert because(texts, 0, model)[0][0] == "坑"
    assert because(texts, 1, model)[0][0] == "赞"
    assert because(texts, 2, model) == []


def test_words_end_at_marks_and_spaces() -> None:
    model = taught({"坏,": (90, 0, 0), ",烂": (90, 0, 0), "坏": (50, 0, 0), "烂": (30, 0, 0)})
    assert [word for word, _weight in because(read("又坏，烂 得很"), 0, model)] == ["坏", "烂"]


def test_the_parts_of_the_words_make_up_the_lead() -> None:
    model = taught({"差": (80, 0, 0), "评": (60, 0, 0)})
    texts = read("差评")
    low, middle, high = logits(texts, model)[0]
    assert sum(weight for _word, weight in because(texts, 0, model)) == pytest.approx(
        1000 * (low - (middle + high) / 2), abs=2
    )


def test_a_long_run_counts_as_three() -> None:
    codes = np.array([ord(character) for character in "啊啊啊啊啊哦哦"], np.uint32)
    kept, places = np.empty(7, np.uint32), np.empty(7, np.int64)
    assert squeeze(codes, 0, 7, kept, places) == 5
    assert "".join(map(chr, kept[:5])) == "啊啊啊哦哦"
    assert places[:5].tolist() == [0, 1, 2, 5, 6]


def test_a_long_text_of_the_hardest_words_is_summed_whole() -> None:
    """3,000 different characters, every row at an end of what 8 bits hold: far beyond 16 bits in all."""
    table = np.zeros((1 << 16, 3), np.int8)
    table[:] = (-128, 127, 1)
    model = Model(table, (Head("stance", CLASSES, 0, 1.0, (0.0, 0.0, 0.0), 600),), {})
    texts = read("".join(chr(0x4E00 + number) for number in range(3000)))
    body = [chr(code) for code in texts.codes]
    grams = len({row("".join(body[at : at + n]), 16) for n in (1, 2, 3) for at in range(len(body) - n + 1)})
    expected = [weight * grams / math.sqrt(grams) for weight in (-128, 127, 1)]
    assert grams > 1 << 12
    assert logits(texts, model)[0].tolist() == pytest.approx(expected, rel=1e-12)


def test_a_table_wider_than_one_line_of_the_cache_is_read_whole() -> None:
    """70 heads of one column each: three blocks of columns."""
    table = np.zeros((1 << 16, 70), np.int8)
    table[row("坏", 16)] = np.arange(-35, 35)
    parts = tuple(Head(str(column), ("only",), column, 1.0, (0.5,), 0) for column in range(70))
    found = scores(read("坏"), Model(table, parts, {}))
    grams = len({row(gram, 16) for gram in ("\x1f", "\x1f坏", "坏")})
    assert found[0].tolist() == pytest.approx([0.5 + n / math.sqrt(grams) for n in range(-35, 35)])


def two_heads() -> Model:
    """A stance that knows 坏 and a mood that knows 哭, side by side in one table."""
    table = np.zeros((1 << 16, 5), np.int8)
    table[row("坏", 16)] = (60, 0, -40, 0, 0)
    table[row("哭", 16)] = (0, 0, 0, -20, 90)
    stance_head = Head("stance", CLASSES, 0, 0.05, (0.0, 0.0, 0.0), 600)
    return Model(table, (stance_head, Head("mood", ("good", "bad"), 3, 0.1, (0.5, 0.0), 500)), {})


def test_each_head_reads_its_own_columns_with_its_own_scale() -> None:
    found = scores(read("坏", "哭"), two_heads())
    reach = 1 / math.sqrt(len({row(gram, 16) for gram in ("\x1f", "坏", "\x1f坏")}))
    expected = [[3.0 * reach, 0, -2.0 * reach, 0.5, 0], [0, 0, 0, 0.5 - 2.0 * reach, 9.0 * reach]]
    assert found.tolist() == [pytest.approx(line) for line in expected]
    judged = judge(read("坏", "哭"), two_heads())
    assert {name: shares.sum(axis=1).tolist() for name, shares in judged.items()} == {
        "stance": [1000, 1000],
        "mood": [1000, 1000],
    }
    assert judged["mood"][1, 1] > 990


def test_each_head_names_its_own_words() -> None:
    texts = read("又坏又哭")
    assert [word for word, _weight in because(texts, 0, two_heads())] == ["坏"]
    assert [word for word, _weight in because(texts, 0, two_heads(), head="mood")] == ["哭"]
    assert because(texts, 0, two_heads(), head="none") == []


def test_what_corrections_taught_of_a_platform_moves_its_posts_only() -> None:
    model = two_heads().corrected({"黑猫": Line(2.0, (1.0, 0.0, -1.0), 600)})
    texts = read("坏", "坏")
    low, middle, high = logits(texts, model)[0].tolist()
    powers = [math.exp(score) for score in (2 * low + 1, 2 * middle, 2 * high - 1)]
    judged = judge(texts, model, ["微博", "黑猫"])["stance"].tolist()
    assert judged[0] == judge(texts, two_heads())["stance"].tolist()[0]
    assert judged[1] == pytest.approx([1000 * power / sum(powers) for power in powers], abs=1)


def test_a_platform_put_right_has_its_own_working_point() -> None:
    model = two_heads().corrected({"黑猫": Line(1.0, (0.0, 0.0, 0.0), 300)})  # the model's own is 600
    chances = np.array([[599, 401, 0], [600, 400, 0], [299, 0, 701], [300, 0, 700]])
    assert is_negative(chances, model, ["微博", "微博", "黑猫", "黑猫"]).tolist() == [
        False,
        True,
        False,
        True,
    ]
    assert is_negative(chances, model).tolist() == [False, True, False, False]


@pytest.mark.parametrize(
    ("shares", "called"),
    [
        ((300, 650, 50), "negative"),
        ((299, 400, 301), "neutral"),
        ((200, 400, 400), "neutral"),
        ((1, 2, 997), "positive"),
    ],
)
def test_a_post_below_the_working_point_is_the_likelier_of_the_others(shares, called) -> None:
    assert stance_of(dict(zip(CLASSES, shares, strict=True)), 300) == called
