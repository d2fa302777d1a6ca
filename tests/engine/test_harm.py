"""Harm is told of by the words that say it; what undoes them, and whose word it is."""

from pathlib import Path

import pyarrow as pa
import pytest

from engine.invented import MALL, TABLE, analyser, batch, post
from guanlan.engine.evaluate_harm import evaluate
from guanlan.engine.harm import FLAGS, signs
from guanlan.engine.ledger import Ledger
from guanlan.engine.severity import Criterion, Table
from guanlan.engine.text import normalise

HERE = Path(__file__).parent
SICK = "观澜商城买的卤味，我和同事吃完上吐下泻，医生说是食物中毒"
BURNT = "在观澜商城买的电热毯漏电，我爸的手臂被烫伤，还在住院"
GRADED = Table(TABLE.levels, (Criterion("harm", "危害", "harm_people", (("II", 5), ("III", 2), ("IV", 1))),))


def flags(text: str, title: str | None = None, year: int = 2026) -> list[tuple]:
    texts = normalise(pa.array([title], pa.string()), pa.array([text]))
    return [tuple(sign) for sign in signs().find(texts, [year]).get(0, ())]


def test_the_written_sentences_are_told_apart():
    exam, apart = (evaluate(HERE / name, signs()) for name in ("harm.csv", "harm_apart.csv"))
    found, sentences = (exam.whole.found + apart.whole.found, exam.whole.sentences + apart.whole.sentences)
    assert sentences + exam.traps + apart.traps > 600
    assert exam.traps + apart.traps >= 300
    assert found / sentences >= 0.95
    assert (exam.set_off + apart.set_off) / (exam.traps + apart.traps) <= 0.03
    for row in exam.rows:
        assert min(row.recall, row.precision) >= 0.9, row.flag


def test_sentences_that_were_kept_apart_hold_too():
    """On their first run: recall .923, precision .947, 2 traps of 86; then the table was mended."""
    apart = evaluate(HERE / "harm_apart.csv", signs())
    assert apart.whole.recall >= 0.9
    assert apart.whole.precision >= 0.9
    assert apart.set_off / apart.traps <= 0.03


def test_the_exam_counts_by_hand(tmp_path: Path):
    exam = tmp_path / "exam.csv"
    exam.write_text(
        "text,flags\n孩子摔成骨折了,injury minors\n电梯坠落一人身亡,injury\n手机又死机了,\n被骗了三千,\n"
    )
    rows = {row.flag: row for row in evaluate(exam, signs()).rows}
    assert (rows["injury"].sentences, rows["injury"].found, rows["injury"].told) == (2, 1, 1)
    assert (rows["death"].found, rows["death"].told, rows["death"].precision) == (0, 1, 0.0)
    table = evaluate(exam, signs())
    assert (table.whole.sentences, table.whole.found, table.whole.told) == (3, 2, 4)
    assert (table.traps, table.set_off) == (2, 1)
    assert "陷阱 2 句，误触 1 句" in str(table)


def test_a_sign_says_the_words_and_where_they_were_written():
    assert flags("昨晚 看 https://a.cn/b 有人被燙傷了") == [("injury", "被烫伤", "text", 22)]
    assert flags("看标题", title="吃完食物中毒") == [("food_safety", "食物中毒", "title", 2)]


@pytest.mark.parametrize(
    "text",
    [
        "转//@路人：被烫伤了还在住院",  # another's words
        "本次演练模拟三人受伤",
        "顾客食物中毒一事系谣言",
        "没有人受伤",
        "如果有人受伤请拨打电话",
        "2015年这里有人受伤",
        "五年前这里有人受伤",
        "钱包受伤",
    ],
)
def test_what_undoes_the_words(text: str):
    assert flags("今天店里有人受伤") != []
    assert flags(text) == []


def test_a_year_is_old_by_the_year_of_the_post():
    assert flags("2023年这里有人受伤", year=2023) == flags("2023年这里有人受伤", year=2024) != []
    assert flags("2023年这里有人受伤", year=2025) == []


def test_a_minor_beside_harm_is_a_flag_of_its_own():
    assert {flag for flag, *_ in flags("女儿的手被门夹成骨折")} == {"injury", "minors"}
    assert flags("女儿很喜欢这个书包") == []


def test_every_flag_of_the_table_is_known():
    assert signs().flags == FLAGS


def voices(*posts: dict) -> dict:
    """Feed posts to one event; return its measures of harm and its flags."""
    run = analyser(GRADED)
    run.feed(batch(list(posts)))
    run.feed(batch([post(999, 10, "别的事")]))
    (event,) = run.events()
    return {
        "level": event.level,
        "people": event.measures["harm_people"],
        "harms": event.harms,
        "carriers": [key for _platform, key in run.carriers(event.event)["harm:food_safety"]],
    }


def own(number: int) -> str:
    """The same matter in other words, five times."""
    return (
        SICK,
        "昨晚吃了观澜商城的卤味，半夜上吐下泻，今天请了病假",
        "卤味是观澜商城买的，全家食物中毒，孩子爷爷还在医院挂水",
        "上吐下泻一整夜，就因为观澜商城这份卤味，商家电话打不通",
        "观澜商城卤味害人，室友四个都食物中毒，宿舍阿姨叫的车",
    )[number]


def test_two_voices_lift_the_level_and_one_does_not():
    once = voices(post(1, 0, own(1), author="a"), post(2, 1, own(2), author="a"))
    assert (once["people"], once["level"]) == (1, "IV")
    twice = voices(post(1, 0, own(1), author="a"), post(2, 1, own(2), author="b"))
    assert (twice["people"], twice["level"], twice["harms"]) == (2, "III", {"food_safety": 2})
    assert twice["carriers"] == ["p1", "p2"]


def test_authors_that_nobody_knows_are_one_voice():
    assert voices(*(post(i, i, own(i)) for i in range(5)))["people"] == 1


def test_a_copy_is_no_voice_of_its_own():
    told = voices(post(1, 0, own(1), author="a"), post(2, 1, own(1), author="b"))
    assert (told["people"], told["carriers"]) == (1, ["p1"])


def test_our_own_statement_sets_nothing_off():
    run = analyser(GRADED)
    results = run.feed(
        batch([post(1, 0, own(1), author=MALL.own_accounts[0]), post(2, 1, own(2), author="b")])
    )
    assert [bool(row.harms) for row in results.posts] == [False, True]
    (event,) = run.events()
    assert event.measures["harm_people"] == 1


def test_a_post_that_no_watch_took_is_read_all_the_same():
    (row,) = analyser().feed(batch([post(1, 0, BURNT.replace("观澜商城", "别家"))])).posts
    assert row.watches == ()
    assert next(sign.flag for sign in row.harms) == "injury"


def test_the_state_of_before_knows_no_harm_and_is_restored():
    ledger = Ledger()
    ledger.append("p1", {"author": 7})
    state = ledger.snapshot()
    del state["arrays"]["harms"]
    assert Ledger.restore(state)["harms"][0] == 0
