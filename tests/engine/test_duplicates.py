"""Near copies, against exact sets of 3-grams worked out here."""

import pyarrow as pa
import pytest

from guanlan.engine.duplicates import Duplicates
from guanlan.engine.text import normalise

HOUR = 3_600_000_000


def words(seed, size=60):
    """A text of `size` Chinese characters, decided by `seed` alone."""
    return "".join(chr(0x4E00 + (seed * 7919 + at * at * 31 + at * seed * 13) % 6000) for at in range(size))


def feed(texts, times=None, sizes=(1000,), state=None, ids=None):
    """Original of each post; ids are p0, p1, ...; batches of the given sizes in turn."""
    state = state or Duplicates()
    ids = ids or [f"p{row}" for row in range(len(texts))]
    times = times or [row * 1000 for row in range(len(texts))]
    out, at, turn = [], 0, 0
    while at < len(texts):
        part = slice(at, at + sizes[turn % len(sizes)])
        titles = pa.nulls(len(texts[part]), pa.string())
        out += state.feed(normalise(titles, pa.array(texts[part], pa.string())), ids[part], times[part])
        at, turn = part.stop, turn + 1
    return out


A, B = words(1), words(2)


@pytest.mark.parametrize(
    "edited",
    [
        A,
        A[:36],
        "转发:" + A + words(3, 30),
        A[30:] + A[:30],
        A + " http://t.cn/x @某人",
        "，".join(A[at : at + 5] for at in range(0, 60, 5)),
        "转发微博//@甲:" + A,
        "哈哈//@乙:好//@甲:" + A,
    ],
)
def test_an_edited_copy_names_its_original(edited):
    assert feed([A, B, edited]) == [None, None, "p0"]


@pytest.mark.parametrize(
    "other",
    [B, A[:15] + B[:45], words(5, 20) + "//@甲:" + A],
    ids=["another text", "a quarter shared", "own words before a chain"],
)
def test_a_text_of_its_own_is_no_copy(other):
    assert feed([A, other]) == [None, None]


def test_short_texts_must_agree_almost_wholly():
    comment = words(7, 15)
    assert feed([comment, comment[:8] + words(8, 7), comment[:11], comment + "！"]) == [
        None,
        None,
        None,
        "p0",
    ]
    assert feed(["太差了退钱", "太差了退钱"]) == [None, None]
    assert feed([A, A[:11]]) == [None, None]


def test_a_sentence_taken_out_whole_quotes() -> None:
    sentence = A[20:33]
    longer = words(4, 9) + sentence + words(6, 9)
    assert feed([longer, sentence]) == [None, "p0"]
    assert feed([longer, sentence[:10] + words(8, 3)]) == [None, None]


def test_of_a_middling_text_letters_may_be_replaced_but_not_moved() -> None:
    text, spare = words(21, 36), words(22, 36)
    fewer = "".join(spare[at] if at % 5 == 4 else text[at] for at in range(36))
    assert shared(text, fewer) == pytest.approx(0.43, abs=0.02)
    assert feed([text, fewer]) == [None, "p0"]
    parts = [fewer[at : at + 5] for at in range(0, 36, 5)]
    moved = "".join(parts[::-1])
    assert shared(text, moved) >= 0.3
    assert feed([text, moved]) == [None, None]


def shared(one: str, other: str) -> float:
    """The share of the smaller text's 3-grams that stands in the other."""
    left, right = ({text[at : at + 3] for at in range(len(text) - 2)} for text in (one, other))
    return len(left & right) / min(len(left), len(right))


def test_emoticons_in_brackets_are_no_words():
    faces = "[捂脸]" * 9
    assert feed([faces, faces, A[:20] + faces, B[:20] + faces]) == [None] * 4


def test_comments_that_share_a_phrase_are_not_copies():
    shared = words(11, 14)
    assert feed([words(12, 16) + shared, shared + words(13, 16)]) == [None, None]


def test_the_original_is_the_earliest_and_copies_do_not_chain():
    half = A[:30] + B[:30]
    assert feed([A, B, half, half[15:45] + words(9, 30)], times=[5, 3, 9, 11])[2:] == ["p1", None]


def test_an_original_is_forgotten_after_72_hours():
    assert feed([A, B, A, B], times=[0, 0, 72 * HOUR, 72 * HOUR + 1]) == [None, None, "p0", None]


def test_a_post_seen_again_is_no_copy_of_itself():
    assert feed([A, A, A], ids=["a", "a", "b"]) == [None, None, "a"]


STREAM = [words(row % 37, 20 + row % 50) + words(row, 5 + row % 9) for row in range(400)]


@pytest.mark.parametrize("sizes", [(1,), (7,), (3, 50)])
def test_batches_of_any_size_give_the_same(sizes):
    whole = feed(STREAM)
    assert feed(STREAM, sizes=sizes) == whole
    assert 100 < sum(original is not None for original in whole) < 400


def test_a_restored_state_goes_on_the_same():
    first = Duplicates()
    feed(STREAM[:200], state=first)
    second = Duplicates.restore(first.snapshot())
    ids = [f"q{row}" for row in range(200)]
    went_on = feed(STREAM[200:], state=first, ids=ids)
    assert feed(STREAM[200:], state=second, ids=ids) == went_on
    assert any(original and original.startswith("p") for original in went_on)
