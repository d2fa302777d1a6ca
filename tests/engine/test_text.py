"""Normal form against unicodedata and OpenCC, one post at a time."""

import re
import unicodedata

import numpy as np
import opencc
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanlan.engine import text

SIMPLIFIED = opencc.OpenCC("t2s")
RESERVED = re.compile("[\x1c-\x1f]")
INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff\ufe00-\ufe0f]")


def oracle(words):
    """NFKC, OpenCC t2s, lower case by character; our two differences are applied on purpose."""
    wide = unicodedata.normalize("NFKC", RESERVED.sub(" ", words))
    return "".join(part.lower() for part in SIMPLIFIED.convert(INVISIBLE.sub("", wide)))


def batch(*pairs):
    titles, texts = zip(*pairs, strict=True)
    return text.normalise(pa.array(titles, pa.string()), pa.array(texts, pa.string()))


def body(words):
    return batch((None, words)).string(0)[1:]


ASSIGNED = [
    chr(code)
    for code in range(0x110000)
    if not 0xD800 <= code < 0xE000 and unicodedata.category(chr(code)) not in ("Cn", "Co")
]
HAN = st.text(
    st.sampled_from("乾坤燥隆隨著名後來皇后瞭解望藉口慰甚麼沈深一目了然髮型Ａ１㎡㈱ﷺéE\u0301ﾊﾟ가한,。 \n"),
    max_size=30,
)
ANY = st.text(
    st.characters(exclude_categories=("Cs", "Cn", "Co"), exclude_characters="@\uff20\ufe6b"), max_size=30
)


def test_every_assigned_character_equals_nfkc_and_opencc():
    got = batch(*((None, "甲" + character + "乙") for character in ASSIGNED))
    wrong = [
        hex(ord(character))
        for post, character in enumerate(ASSIGNED)
        if character not in "@\ufe6b\uff20"  # begin a name: masked
        and got.string(post)[2:-1] != oracle(f"甲{character}乙")[1:-1]
        and character not in "\u00ad\u200b"
        and not INVISIBLE.match(character)
    ]
    assert wrong == []


@settings(max_examples=300, deadline=None)
@given(st.one_of(HAN, ANY))
def test_strings_equal_nfkc_and_opencc(words):
    if "http" not in words.lower() and "www." not in words.lower() and not INVISIBLE.search(words):
        assert body(words) == oracle(words)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.one_of(st.none(), HAN), st.one_of(st.none(), HAN, ANY)), min_size=1, max_size=9))
def test_a_post_reads_the_same_alone_and_in_a_batch(pairs):
    together = batch(*pairs)
    for post, pair in enumerate(pairs):
        alone = batch(pair)
        span = slice(together.starts[post], together.starts[post + 1])
        assert together.string(post) == alone.string(0)
        assert together.sources[span].tolist() == alone.sources.tolist()
        assert together.bodies[post] - together.starts[post] == alone.bodies[0]


def test_addresses_and_names_are_masked_at_their_length():
    words = "看HTTPS://t.cn/Ab(c 好 @小明：退钱 //@Bob_1:x a@b.com @ 人"
    masked = words.lower().replace("：", ":")
    for piece, mark in (("https://t.cn/ab(c", "\x1d"), ("@小明", "\x1e"), ("@bob_1", "\x1e")):
        masked = masked.replace(piece, mark * len(piece))
    assert body(words) == masked


def test_names_stay_readable_for_watches():
    got = batch(("", "@观澜商城 退钱 http://a.b/观"))
    assert text.decode(got.named)[1:].startswith("@观澜商城 退钱 \x1d\x1d")
    assert len(got.named) == len(got.codes)


@pytest.mark.parametrize(
    ("title", "words", "character", "expected"),
    [
        ("", "五㎡房", "房", ("text", 2)),
        ("标题", "五㎡房", "题", ("title", 1)),
        (None, "e\u0301a\u200b退", "退", ("text", 4)),
        ("ﷺ好", "x", "好", ("title", 1)),
    ],
)
def test_a_position_leads_back_to_what_was_written(title, words, character, expected):
    got = batch(("别的㎡", "e\u0301"), (title, words))
    position = int(got.starts[1]) + got.string(1).index(character)
    assert got.original_offset(1, position) == expected


def test_a_position_outside_the_post_is_refused():
    got = batch(("a", "b"), ("c", "d"))
    with pytest.raises(IndexError):
        got.original_offset(0, 3)


@given(st.text(max_size=12))
def test_a_term_looks_as_it_does_in_a_text(words):
    found = body(words)
    if not {text.URL, text.NAME} & set(map(ord, found)):
        assert text.normal_form(words) == found


def test_a_part_of_a_batch_reads_as_it_does_in_the_whole():
    """Arrow's arrays may begin inside what they were cut from, and hold words behind a null."""
    words = ["头㎡", None, "e\u0301é", "", "乾燥", "@小明 看https://a.b", "😀ﷺ", "尾"]
    whole = batch(*zip(reversed(words), words, strict=True))
    titles, texts = pa.array(words[::-1], pa.string()), pa.array(words, pa.string())
    for begin in range(len(words)):
        for end in range(begin, len(words) + 1):
            part = text.normalise(titles[begin:end], texts[begin:end])
            assert [part.string(post) for post in range(len(part))] == [
                whole.string(post) for post in range(begin, end)
            ]


def test_words_behind_a_null_are_not_read():
    _valid, begins, data = pa.array(["甲", "乙"], pa.string()).buffers()
    hidden = pa.Array.from_buffers(pa.string(), 2, [pa.py_buffer(b"\x02"), begins, data])
    assert hidden.to_pylist() == [None, "乙"]
    got = text.normalise(hidden, pa.array(["丙", "丁"], pa.string()))
    assert [got.string(0), got.string(1)] == ["\x1f丙", "乙\x1f丁"]


def test_a_text_that_becomes_much_longer_is_read_whole():
    """One character that becomes eighteen, over and over; another that composes, between them."""
    words = "ﷺ" * 3000 + "e\u0301" + "ﷺ" * 100
    assert body(words) == oracle(words)
    assert body("ﷺ" * 3000) == oracle("ﷺ" * 3000)


@pytest.mark.parametrize("broken", [b"\xe8\xa7", b"\xff", b"\x80", b"\xf0\x9f\x98", b"\xc3", b"\xed\xa0\x80"])
def test_what_is_no_utf8_reads_as_unknown_and_harms_no_neighbour(broken):
    data = "观".encode() + broken + "澜".encode()
    begins = [0, 3, 3 + len(broken), 6 + len(broken)]
    texts = pa.Array.from_buffers(
        pa.string(), 3, [None, pa.py_buffer(np.array(begins, np.int32)), pa.py_buffer(data)]
    )
    got = text.normalise(pa.nulls(3, pa.string()), texts)
    assert (got.string(0), got.string(2)) == ("\x1f观", "\x1f澜")
    assert set(got.string(1)[1:]) == {"\ufffd"}
