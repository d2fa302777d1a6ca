"""Watches against a naive evaluator that knows nothing of scans, anchors or numba."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanlan.engine.posts import SCHEMA
from guanlan.engine.query import Hit, QueryError, Watch, compile_watches
from guanlan.engine.text import normalise

# None of them a word that is found in disguise: tests/engine/test_evasions.py has those.
WORDS = ("换", "修", "换修", "不换修", "保养", "养换", "a b", "ab")
LETTERS = st.text(st.sampled_from("换修保养不ab "), max_size=14)
COLUMNS = {
    "author": ("甲", "乙"),
    "platform": ("微博", "抖音"),
    "region": ("广东", "广东 深圳"),
    "media": ("news", "video"),
}


def batch(rows):
    blank = dict.fromkeys(SCHEMA.names)
    blank.update(id="1", platform="微博", published_at=datetime(2026, 1, 1, tzinfo=UTC))
    return pa.RecordBatch.from_pylist([blank | row for row in rows], schema=SCHEMA)


def match(watches, rows):
    posts = batch(rows)
    return compile_watches(watches).match(normalise(posts.column("title"), posts.column("text")), posts)


def taken(query, rows):
    return [hit.post for hit in match([Watch("w", query)], rows)]


def term(words, field=None):
    return ("term", words, field)


LEAVES = st.one_of(
    st.builds(term, st.sampled_from(WORDS), st.sampled_from((None, None, "title"))),
    st.sampled_from([term(word, field) for field, words in COLUMNS.items() for word in words]),
    st.tuples(st.just("near"), st.sampled_from(WORDS), st.sampled_from(WORDS), st.integers(1, 4)),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(("and", "or")), st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.tuples(st.just("not"), inner),
    ),
    max_leaves=6,
)
POSTS = st.fixed_dictionaries(
    {
        "title": st.one_of(st.none(), LETTERS),
        "text": LETTERS,
        "author": st.one_of(st.none(), st.sampled_from(COLUMNS["author"])),
        "platform": st.sampled_from(COLUMNS["platform"]),
        "region": st.one_of(st.none(), st.sampled_from(COLUMNS["region"])),
        "media_type": st.one_of(st.none(), st.sampled_from(COLUMNS["media"])),
    }
)


def written(tree):
    """The tree as a person would type it."""
    kind = tree[0]
    if kind == "term":
        return (f"{tree[2]}:" if tree[2] else "") + f'"{tree[1]}"'
    if kind == "near":
        return f'("{tree[1]}" NEAR/{tree[3]} "{tree[2]}")'
    if kind == "not":
        return f"NOT ({written(tree[1])})"
    return "(" + {"and": " ", "or": " OR "}[kind].join(written(part) for part in tree[1]) + ")"


def positive(tree):
    if tree[0] == "and":
        return any(positive(part) for part in tree[1])
    if tree[0] == "or":
        return all(positive(part) for part in tree[1])
    return tree[0] != "not"


def near(field, left, right, distance):
    starts = [(i, j) for i in range(len(field)) for j in range(len(field))]
    return any(
        field.startswith(left, i)
        and field.startswith(right, j)
        and (0 <= j - i - len(left) <= distance or (j < i and 0 <= i - j - len(right) <= distance))
        for i, j in starts
    )


def holds(tree, post):
    title, words = post["title"] or "", post["text"]
    if tree[0] == "and":
        return all(holds(part, post) for part in tree[1])
    if tree[0] == "or":
        return any(holds(part, post) for part in tree[1])
    if tree[0] == "not":
        return not holds(tree[1], post)
    if tree[0] == "near":
        return any(near(field, *tree[1:]) for field in (title, words))
    if tree[2] is None:
        return tree[1] in title or tree[1] in words
    if tree[2] == "region":
        return tree[1] in (post["region"] or "")
    return (
        tree[1] in title
        if tree[2] == "title"
        else tree[1] == post["media_type" if tree[2] == "media" else tree[2]]
    )


@settings(max_examples=400, deadline=None)
@given(st.lists(TREES.filter(positive), min_size=1, max_size=4), st.lists(POSTS, min_size=1, max_size=6))
def test_watches_take_what_the_naive_evaluator_takes(trees, rows):
    hits = match([Watch(str(number), written(tree)) for number, tree in enumerate(trees)], rows)
    expected = {
        (row, str(n)) for row, post in enumerate(rows) for n, tree in enumerate(trees) if holds(tree, post)
    }
    assert {(hit.post, hit.watch) for hit in hits} == expected
    for hit in hits:
        if hit.field in ("title", "text"):
            assert rows[hit.post][hit.field].startswith(hit.term, hit.at)


def test_a_hit_names_terms_and_places_in_the_original():
    hits = match(
        [Watch("退费", "退款 且（投诉 或 維權）")],
        [{"title": "㎡ 關於", "text": "五㎡ 我要 @商城维权 退 退款"}],
    )
    assert hits == [Hit(0, "退费", "退款", "text", 14), Hit(0, "退费", "維權", "text", 9)]


@pytest.mark.parametrize(
    ("query", "column"),
    [
        ("", 1),
        ("  ", 1),
        ('退款 "投诉', 4),
        ("“退款", 1),
        ("退 NEAR/0 款", 3),
        ("退 NEAR 款", 3),
        ("退 NEAR/x 款", 3),
        ("非 招聘", 1),
        ("退款 OR NOT 招聘", 1),
        ("NOT (NOT a)", 1),
        ("site:a", 1),
        ("(退款", 1),
        ("退款)", 3),
        ("退款 AND", 7),
        ("OR 退款", 1),
        ("title:", 1),
        ("media:radio", 1),
        ('a ""', 3),
        ("a NEAR/2 b NEAR/2 c", 12),
        ("a NEAR/2 (b c)", 3),
        ("(" * 200 + "a", 101),
        ("a NEAR/99999999999 b", 3),
    ],
)
def test_a_bad_query_names_its_column(query, column):
    with pytest.raises(QueryError) as refused:
        compile_watches([Watch("w", query)])
    assert refused.value.column == column
    assert f"第 {column} 列" in refused.value.message


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("\uff21\uff22", [0]),
        ("title：退款", [1]),
        ("退款 NOT 投诉", [1]),
        ("「投诉 退」", [0]),
        ("platform:抖音", [1]),
        ("退 NEAR/1 ab", [0]),
    ],
)
def test_what_people_type(query, expected):
    rows = [{"text": "投诉 退款 ab 款退ab"}, {"title": "退款", "text": "x", "platform": "抖音"}]
    assert sorted(set(taken(query, rows))) == expected


def test_media_restricts_a_watch():
    rows = [{"text": "退款", "media_type": kind} for kind in ("news", "video", None)]
    assert [hit.post for hit in match([Watch("w", "退款", media=("video",))], rows)] == [1]


def test_ten_thousand_terms_find_exactly_their_posts():
    rows = [{"text": f"第{number:05d}号投诉"} for number in range(0, 9999, 500)]
    watches = [
        Watch(str(start), " OR ".join(f"第{n:05d}号" for n in range(start, 10_000, 2))) for start in (0, 1)
    ]
    found = match(watches, rows)
    assert [(hit.post, hit.watch, hit.term) for hit in found] == [
        (post, "0", f"第{post * 500:05d}号") for post in range(20)
    ]


def test_a_term_of_one_character_is_not_found_in_another_with_the_same_last_bits():
    other = chr(ord("赔") - (1 << 12))
    assert [hit.at for hit in match([Watch("w", "赔")], [{"text": f"{other}钱，赔{other}"}])] == [3]
