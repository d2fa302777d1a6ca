"""What an event is called: clauses as written, and the one that says most."""

import numpy as np
import pytest
from invented import REFUND, analyser, batch, post

from guanlan.engine.lexicon import Lexicon
from guanlan.engine.naming import clauses, name_of, wants, words_of
from guanlan.engine.terms import KINDS, MOST_TERMS, collect
from guanlan.engine.topics import Told

LEXICON = Lexicon.load()


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        (None, "气死我了，观澜商城App的退款没到账！", ["气死我了", "观澜商城App的退款没到账"]),
        ("退款三天没到账", "客服只会让我等。", ["退款三天没到账", "客服只会让我等"]),
        (None, "转//@爱吃橘子的小禾:观澜商城退款没到账", []),
        (
            None,
            "#观澜商城退款#看看 https://t.example/abc [怒] @观澜商城 退款没到账",
            ["观澜商城退款", "退款没到账"],
        ),
        (None, "好 嗯 😡😡😡😡 12345 ！！", []),
        (None, "很" * 27, []),
        (None, None, []),
    ],
)
def test_clauses_are_a_persons_own_words(title: str | None, text: str | None, expected: list[str]) -> None:
    assert clauses(title, text) == expected


def test_the_first_posts_are_heard_and_some_at_each_doubling() -> None:
    assert [n for n in range(1, 40) if wants(n)] == [*range(1, 7), 8, 9, 10, 16, 17, 18, 32, 33, 34]


def told(**scores: int) -> Told:
    found = []
    for word, score in scores.items():
        codes, out = np.array([ord(c) for c in word], np.uint32), np.empty(MOST_TERMS, np.uint64)
        (term,) = out[: collect(codes, 0, codes.size, 0, KINDS, LEXICON.cutter, out)].tolist()
        found.append((term, score))
    keys, counts = zip(*sorted(found), strict=True)
    return np.array(keys, np.uint64), np.array(counts, np.int64), np.array(counts, np.int64)


def test_the_name_is_the_clause_with_most_of_what_the_posts_say() -> None:
    kept = ["气死我了", "银行卡里一分钱没有", "双十一的退款还没到账", "打不通客服电话"]
    assert name_of(kept, told(退款=90, 到账=80, 客服=30), 0, (), LEXICON) == "双十一的退款还没到账"
    assert name_of(kept, told(客服=90), 0, (), LEXICON) == "打不通客服电话"
    assert name_of([], told(客服=90), 0, (), LEXICON) == ""


def test_of_two_that_say_as_much_the_one_that_names_the_company() -> None:
    kept = ["这次退款又没到账", "观澜商城退款没到账"]
    assert name_of(kept, told(退款=9, 到账=8), 0, ("观澜商城",), LEXICON) == kept[1]


def test_words_come_best_first() -> None:
    assert words_of(told(退款=90, 到账=95, 客服=30), LEXICON) == ("到账", "退款", "客服")


def test_an_event_has_a_name_from_its_first_post_and_keeps_up() -> None:
    run = analyser()
    run.feed(batch([post(0, 0, "收货地址和身份证照片")]))
    run.feed(batch([post(1, 1, REFUND)]))
    assert [event.name for event in run.events()] == ["观澜商城退款拖了半个月"]
    places = ("驿站", "快递柜", "公司前台", "学校门口", "楼下超市", "小区门口", "邮局", "车站")
    run.feed(
        batch(
            [post(2 + i, 2 + i, f"在{place}退的，观澜商城退款怎么还没到账") for i, place in enumerate(places)]
        )
    )
    (event,) = run.events()
    assert event.name == "观澜商城退款怎么还没到账"
    assert event.terms[:2] == ("退款", "到账")
