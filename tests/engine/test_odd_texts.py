"""Texts that nobody expects: read without a crash, with a stated result, within bounds."""

import time

import pytest

from engine.invented import MALL, analyser, batch, model, post
from guanlan.engine.pipeline import Analyser
from guanlan.engine.posts import BadBatch
from guanlan.engine.query import Watch

LONG = 100_000
WATCH = Watch("退款", "退款 OR 投诉 OR شكوى OR refund")


def read(*texts: str | None, title: str | None = None):
    """Read the texts by an engine of their own; return its results, one a text."""
    rows = [post(n, n, text, title=title, author=f"a{n}") for n, text in enumerate(texts)]
    return analyser(watches=(WATCH, MALL)).feed(batch(rows)).posts


@pytest.mark.parametrize("text", ["", None])
def test_a_post_that_says_nothing_is_refused_whole(text: str | None):
    with pytest.raises(BadBatch, match="第 1 条帖文既没有正文也没有标题"):
        read(text)


ODD = {
    "blank": "   \n\t  ",
    "emoji": "😡😡😡🤬👎🏻👨‍👩‍👧",
    "marks": "！！！？？？。。。",
    "invisible": "\u200b\u200c\u200d\ufeff\u2060",
    "control": "\x00\x01\x1d\x1e\x1f\x7f",
    "combining": "é̀́̂̃" * 50,
    "private": "\ue000\uf8ff\U0010ffff\ufffe",
    "address": "https://a.example/refund",
    "brackets": "⟦⟧[[[]]]【】",
}


@pytest.mark.parametrize("kind", ODD)
def test_what_holds_no_words_hits_nothing_and_is_of_no_harm(kind: str):
    (row,) = read(ODD[kind])
    assert (row.watches, row.hits, row.event, row.harms) == ((), (), None, ())
    assert sum(row.stance.values()) == 1000


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("要求退款 please refund شكوى 返金", 2),  # many languages: each is read
        ("شكوى على المتجر 退款", 16),  # right to left: the place counts in the order of the letters
        ("\u202e退款\u202c", 1),
        ("退\u200b\u200b款\u200b不\u200b到", 0),
        ("\u200b" * 500 + "退款", 500),
        ("😡退款😡", 1),
        ("要求𝐭𝐮𝐢款", 2),
        ("我要退欵", 2),
        ("第１２３次要退　款", 6),
    ],
)
def test_a_word_is_found_where_it_was_written(text: str, at: int):
    (row,) = read(text)
    assert (text[at] in "退𝐭", row.watches) == (True, ("退款",))
    assert ("退款", at) in {(hit.term, hit.at) for hit in row.hits}


def test_traditional_text_is_read_as_simplified():
    traditional, simplified = read("客服態度惡劣，投訴無門，有人被燙傷", "客服态度恶劣，投诉无门，有人被烫伤")
    assert traditional.watches == simplified.watches == ("退款",)
    assert traditional.stance == simplified.stance
    assert traditional.harms == simplified.harms != ()


@pytest.mark.parametrize(
    "text",
    [
        "退款" * (LONG // 2),
        "退 款。" * (LONG // 4),
        "有人受伤，" * (LONG // 5),
        "😡" * LONG,
        "a" * LONG,
        "\u200b" * LONG,
    ],
)
def test_a_hundred_thousand_characters_are_read_within_seconds(text: str):
    read("热身")
    began = time.process_time()
    (row,) = read(text)
    assert time.process_time() - began < 5
    assert row.watches == (("退款",) if "退" in text else ())
    assert bool(row.harms) == ("受伤" in text)


def test_a_word_at_the_very_end_of_a_long_text_is_found():
    (row,) = read("好" * LONG + "tui款")
    assert [(hit.term, hit.at) for hit in row.hits] == [("退款", LONG)]


def test_odd_texts_change_nothing_for_their_neighbours():
    sound = "我要退款，客服不理"
    (alone,) = read(sound)
    beside = read(*ODD.values(), sound)[-1]
    assert (beside.hits, beside.stance, beside.harms) == (alone.hits, alone.stance, alone.harms)


def test_odd_texts_survive_a_snapshot():
    run = analyser(watches=(WATCH,))
    run.feed(batch([post(n, n, text) for n, text in enumerate(ODD.values())]))
    again = Analyser.restore(run.snapshot(), model())
    rows = [post(100, 20, "退 款")]
    assert [row.hits for row in again.feed(batch(rows)).posts] == [
        row.hits for row in run.feed(batch(rows)).posts
    ]


def test_a_title_alone_is_enough():
    (row,) = read(None, title="退/款")
    assert [(hit.term, hit.field, hit.at) for hit in row.hits] == [("退款", "title", 0)]
