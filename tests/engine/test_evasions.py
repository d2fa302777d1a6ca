"""The commonest complaint words in disguise are found where they stand; ordinary words are not."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from guanlan.engine.posts import SCHEMA
from guanlan.engine.query import Watch, compile_watches
from guanlan.engine.text import normalise

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def hits(query: str, *texts: str) -> list[list[tuple[str, int]]]:
    """Return, for each text, (term, place) of what the query took it for."""
    rows = [
        {"id": str(n), "platform": "w", "text": text, "published_at": NOW} for n, text in enumerate(texts)
    ]
    posts = pa.RecordBatch.from_pylist(rows, schema=SCHEMA)
    read = normalise(posts.column("title"), posts.column("text"))
    found = compile_watches([Watch("w", query)]).match(read, posts)
    return [[(hit.term, hit.at) for hit in found if hit.post == n] for n in range(len(texts))]


DISGUISED = {
    "退款": (
        "tui款",
        "退kuan",
        "TUIKUAN",
        "退 款",
        "退/款",
        "退.款",
        "退*款",
        "退\uff0e款",
        "t.k",
        "腿款",
    ),
    "投诉": ("投su", "tou诉", "㨤诉", "投-诉", "投訴", "投\u200b诉", "ｔｏｕ诉", "𝐭𝐨𝐮诉"),
    "客服": ("客fu", "ke服", "kefu", "客.服", "k.f", "客月艮"),
    "骗": ("馬扁", "马扁", "pian"),
    "假货": ("jia货", "假huo", "假·货", "贾货"),
    "维权": ("维quan", "wei权", "惟权", "维_权"),
    "赔偿": ("pei偿", "陪偿", "赔~偿", "賠償"),
    "质量": ("zhi量", "质liang", "质+量"),
    "售后": ("shou后", "售hou", "售|后", "售後"),
    "快递": ("kuai递", "快di", "快 递", "快\ufeff递"),
    "发货": ("fa货", "发huo", "发/货", "發貨"),
    "欺诈": ("qi诈", "欺zha", "期诈", "欺 诈"),
    "虚假": ("xu假", "虚jia", "虚=假"),
    "曝光": ("bao光", "暴光", "爆光", "曝guang"),
    "垃圾": ("la圾", "垃ji", "laji", "辣鸡", "拉圾"),
    "差评": ("cha评", "差ping", "差.评", "chaping"),
    "举报": ("ju报", "举bao", "举..报", "舉報"),
    "泄露": ("xie露", "泄lu", "泄 露"),
    "中毒": ("zhong毒", "中du", "中#毒"),
    "受伤": ("shou伤", "受shang", "受\u00ad伤", "受 伤"),
}


@pytest.mark.parametrize("word", DISGUISED)
def test_a_word_is_found_in_disguise_at_its_own_place(word: str):
    before = "我上周买的东西要"
    texts = [f"{before}{written}，等了三天" for written in DISGUISED[word]]
    for text, found in zip(texts, hits(word, *texts), strict=True):
        assert found == [(word, len(before))], text


ORDINARY = {
    "退款": ("要退，款式太多", "后退 款款而来", "不退/款式多样", "attk在用", "t.km"),
    "投诉": ("tousuper", "再投 诉讼费"),
    "客服": ("顾客 服务员", "请客 服了", "来客 服装", "kefuX"),
    "骗": ("pianist", "xpian", "一片人海"),
    "假货": ("放假 货物", "请假.货车"),
    "维权": ("思维 权力",),
    "质量": ("品质 量大", "气质-量身"),
    "售后": ("已出售 后来", "零售/后台"),
    "快递": ("凉快 递给", "很快 递交"),
    "发货": ("头发 货架", "出发/货车"),
    "差评": ("时差 评委", "误差/评价"),
    "举报": ("选举 报名", "列举/报告"),
    "垃圾": ("香辣鸡翅", "麻辣鸡块"),
    "中毒": ("其中 毒药", "心中/毒品"),
    "受伤": ("享受 伤心", "接受/伤感"),
    "泄露": ("排泄 露天",),
    "虚假": ("谦虚 假期",),
    "曝光": ("曝 光线",),
}


@pytest.mark.parametrize("word", ORDINARY)
def test_ordinary_words_are_not_taken_for_it(word: str):
    assert hits(word, *ORDINARY[word]) == [[]] * len(ORDINARY[word])


def test_the_rest_of_a_longer_term_stands_as_typed():
    assert hits("全额退款", "要求全额tui款", "要求退 款", "全额 退款") == [[("全额退款", 2)], [], []]
    assert hits('"退款到账"', "退.款到账了吗", "退.款没到账") == [[("退款到账", 0)], []]


def test_disguise_counts_in_near_and_not():
    assert hits("tui款 NEAR/5 客服", "tui款找客服") == [[("tui款", 0), ("客服", 5)]]
    assert hits("退款 NEAR/3 客服", "tui款，ke服", "tui款，你们家的ke服") == [
        [("退款", 0), ("客服", 5)],
        [],
    ]
    assert hits("快递 NOT 投诉", "快di坏了", "快di坏了，tou诉") == [[("快递", 0)], []]


def test_plain_and_disguised_places_come_in_their_order():
    assert hits("退款 NEAR/2 慢", "退款我等了很久，tui款慢") == [[("退款", 8), ("慢", 12)]]
    assert hits("退款", "tui款，退款") == [[("退款", 0)]]


def test_a_spelling_may_be_a_term_of_its_own_as_well():
    assert hits("辣鸡", "真辣鸡", "真垃圾") == [[("辣鸡", 1)], []]
    assert hits("垃圾 OR 辣鸡", "真辣鸡") == [[("垃圾", 1), ("辣鸡", 1)]]


def test_words_that_no_term_asks_for_are_not_sought():
    assert hits("苹果", "tui款", "苹guo") == [[], []]


def test_a_disguise_takes_its_place_among_what_is_written_plainly():
    """Plain before and after it, in its own post and in its neighbours'; the same place is told once."""
    texts = ("退款，投诉", "投诉了，tui款不成，又投su，还是退款", "无关", "投诉 退款")
    assert hits("投诉 OR 退款", *texts) == [
        [("投诉", 3), ("退款", 0)],
        [("投诉", 0), ("退款", 4)],
        [],
        [("投诉", 0), ("退款", 3)],
    ]
    assert hits("投su OR 投诉", "先投su再投诉") == [[("投su", 1), ("投诉", 1)]]
