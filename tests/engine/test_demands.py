"""A demand is made, not merely named: told with its words, and not where it was met or waived."""

from pathlib import Path

import pyarrow as pa
import pytest

from engine.invented import MALL, analyser, batch, post
from guanlan.engine.demands import FLAGS, signs
from guanlan.engine.evaluate_harm import evaluate
from guanlan.engine.text import normalise

EXAM = Path(__file__).parent / "demands.csv"


def demands(text: str) -> list[tuple[str, int]]:
    texts = normalise(pa.nulls(1, pa.string()), pa.array([text]))
    return [(sign.flag, sign.at) for sign in signs().find(texts, [2026]).get(0, ())]


def test_the_written_sentences_are_told_apart():
    table = evaluate(EXAM, signs())
    assert table.traps >= 60
    assert table.whole.recall >= 0.95
    assert table.whole.precision >= 0.95
    assert table.set_off / table.traps <= 0.03
    for row in table.rows:
        assert row.sentences >= 4, row.flag


def test_every_flag_of_the_table_is_known():
    assert signs().flags == FLAGS


@pytest.mark.parametrize(
    ("made", "named"),
    [
        ("什么时候退款", "已经退款了"),
        ("你们必须道歉", "客服道歉了"),
        ("要求赔偿", "没要求赔偿"),
        ("为什么还不下架", "该商品已下架"),
        ("请严惩", "涉事员工已被处罚"),
        ("应该马上召回", "品牌方宣布召回"),
        ("请正面回应", "官方回应了"),
        ("要求换货", "换货速度很快"),
    ],
)
def test_made_and_merely_named(made: str, named: str):
    assert len(demands(made)) == 1
    assert demands(named) == []


def test_several_demands_of_one_post_each_with_its_place():
    text = "我要求退款，还必须道歉"
    assert demands(text) == [("refund", text.index("退款")), ("apology", text.index("道歉"))]


def test_the_company_demands_nothing_of_itself():
    ours, theirs = (
        analyser()
        .feed(
            batch(
                [
                    post(1, 0, "观澜商城：请您尽快告知退款账号", author=MALL.own_accounts[0]),
                    post(2, 1, "观澜商城请尽快退款", author="b"),
                ]
            )
        )
        .posts
    )
    assert ours.demands == ()
    assert [sign.flag for sign in theirs.demands] == ["refund"]
