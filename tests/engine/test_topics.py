"""Topics: terms by hand, nearest against a slow oracle, window, merging, restoring."""

import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from guanlan.engine import topics as module
from guanlan.engine.lexicon import Lexicon
from guanlan.engine.postings import ALONE, COMMON, PRIOR_TOPICS, weight_of
from guanlan.engine.terms import KINDS, MOST_TERMS, collect, readable, words
from guanlan.engine.topics import Topics

MINUTE = 60_000_000

REFUND = "观澜商城退款拖了半个月客服一直说再等等"
LEAK = "听说有会员的手机号和地址被人拿去卖了是不是真的"
PRAISE = "物流小哥冒雨送货上门还帮忙搬到五楼必须表扬"


LEXICON = Lexicon.load()


def terms_of(text: str, watch: int = 0) -> np.ndarray:
    codes = np.array([ord(character) for character in text], np.uint32)
    out = np.empty(MOST_TERMS, np.uint64)
    return out[: collect(codes, 0, codes.size, watch, KINDS, LEXICON.cutter, out)].copy()


def spelled(text: str) -> set[str]:
    return {readable(int(term), LEXICON) for term in terms_of(text)}


def test_terms_are_words_and_what_everybody_says_is_none():
    assert spelled("退款到账") == {"退款", "到账"}
    assert spelled("我们的退款真的没有到账") == {"退款", "到账"}


def test_neighbours_that_are_no_words_make_a_term_together():
    assert spelled("观澜") == {"观澜"}
    assert "澜" not in LEXICON.words or "观澜" not in LEXICON.words


def test_terms_stop_at_punctuation_and_count_once():
    assert spelled("退款，退款!") == {"退款"}
    assert spelled("观，澜") == set()


def test_latin_words_figures_and_other_scripts():
    assert spelled("app退款 12315 299 x immigration") == {"app", "退款", "12315", "immigrat"}
    (hashed,) = terms_of("привет").tolist()
    assert readable(hashed, LEXICON) == ""
    assert terms_of("приват").tolist() != [hashed]


def test_an_emoticon_in_brackets_is_no_term():
    assert spelled("退款[捂脸]") == {"退款"}


def test_long_text_is_told_by_its_opening():
    text = "".join(chr(0x4E00 + 5 * i) for i in range(1000))
    found = terms_of(text)
    assert MOST_TERMS - 30 < found.size <= MOST_TERMS
    assert not {readable(int(term), LEXICON) for term in found} & spelled(text[-300:])


def test_terms_of_another_watch_are_other_terms():
    assert not set(terms_of(REFUND, 0).tolist()) & set(terms_of(REFUND, 7).tolist())


def term(written: str) -> int:
    """Return the number of a word of the list, or of two characters that are no word."""
    if written in LEXICON.words:
        return LEXICON.words.index(written) + 1
    return ord(written[0]) << 32 | ord(written[1]) << 16


def test_words_grow_over_overlaps_and_do_not_repeat():
    posts = {"观澜": 10, "澜商": 10, "退款": 9, "款式": 9, "商惘": 10, "城惘": 2}
    terms, scores = [term(written) for written in posts], (90, 88, 60, 55, 50, 40)
    assert words(terms, scores, list(posts.values()), LEXICON) == ("观澜商惘", "退款", "款式", "城惘")


def test_words_of_equal_score_come_in_the_order_of_writing():
    assert words([term("退款"), term("到账")], (9, 9), (3, 3), LEXICON) == ("到账", "退款")


@pytest.mark.parametrize(("topics", "spread"), [(8, 1), (100, 1), (100, 7), (1000, 600), (5, 5)])
def test_weight_is_the_logarithm_to_a_sixteenth_of_a_bit(topics, spread):
    exact = 16 * math.log2(topics / spread) - COMMON
    assert weight_of(topics, spread) == pytest.approx(max(exact, 0), abs=2.5)


class Oracle:
    """The same method, slowly: dictionaries, and no posting list."""

    def __init__(self):
        self.documents = []
        self.weights, self.fresh = {}, weight_of(PRIOR_TOPICS, 1)

    def nearest(self, terms):
        centroids = {}
        for number, document in self.documents:
            centroids.setdefault(number, Counter()).update(document)
        weigh = lambda term: self.weights.get(term, self.fresh)  # noqa: E731
        own = sum(weigh(term) ** 2 for term in terms)
        best = (None, 0.0)
        for number in sorted(centroids):
            centroid = centroids[number]
            dot = sum(weigh(term) ** 2 * centroid[term] for term in terms)
            norm = sum((weigh(term) * n) ** 2 for term, n in centroid.items())
            cosine = dot / math.sqrt(own * norm) if dot else 0.0
            shared = [term for term in terms if centroid[term] and weigh(term)]
            if len(shared) == 1 and cosine < ALONE:
                continue
            if cosine > best[1]:
                best = (number, cosine)
        return best

    def merge(self, gone, into):
        self.documents = [(into if number == gone else number, terms) for number, terms in self.documents]

    def settle(self):
        spread = Counter()
        numbers = {number for number, _document in self.documents}
        for number in numbers:
            spread.update({term for n, document in self.documents if n == number for term in document})
        live = len(numbers) + PRIOR_TOPICS
        self.weights = {term: weight_of(live, n) for term, n in spread.items()}
        self.fresh = weight_of(live, 1)


def test_nearest_is_what_the_slow_oracle_finds():
    phrases = [
        "退款一直不到账",
        "客服电话打不通",
        "会员信息泄露",
        "物流很慢",
        "包装破了",
        "商城道歉声明",
        "发票开错",
    ]
    texts = [a + b for a in phrases for b in phrases if a != b]
    topics, oracle = Topics(), Oracle()
    for i, text in enumerate(texts):
        terms = terms_of(text)
        number, cosine = topics.nearest(terms)
        expected, exact = oracle.nearest(terms.tolist())
        assert (number, cosine) == (expected, pytest.approx(exact, rel=1e-12))
        number = number if number is not None and cosine > 0.5 else i
        topics.add(number, terms, i * MINUTE)
        oracle.documents.append((number, terms.tolist()))
        if i % 20 == 19:
            merges = topics.settle(i * MINUTE)
            oracle.settle()
            for merge in merges:
                oracle.merge(merge.from_number, merge.into_number)


def test_a_tie_goes_to_the_lowest_number():
    topics = Topics()
    for number in (5, 3, 9):
        topics.add(number, terms_of(REFUND), 0)
    assert topics.nearest(terms_of(REFUND))[0] == 3


def test_a_watch_does_not_see_the_topics_of_another():
    topics = Topics()
    topics.add(1, terms_of(REFUND, 0), 0)
    assert topics.nearest(terms_of(REFUND, 1)) == (None, 0.0)


def test_old_documents_leave_after_the_window():
    topics = Topics(window_us=60 * MINUTE)
    topics.add(1, terms_of(REFUND), 0)
    topics.settle(60 * MINUTE)
    assert topics.nearest(terms_of(REFUND))[0] == 1
    topics.settle(60 * MINUTE + 1)
    assert topics.nearest(terms_of(REFUND)) == (None, 0.0)


def test_the_window_holds_so_many_documents_and_no_more():
    topics = Topics(documents=3)
    for number, text in enumerate([REFUND, LEAK, PRAISE, "完全无关的另外一件事情"]):
        topics.add(number, terms_of(text), number)
    assert topics.nearest(terms_of(REFUND)) == (None, 0.0)
    assert topics.nearest(terms_of(LEAK))[0] == 1


def test_a_term_in_very_many_topics_leads_to_none():
    topics = Topics()
    for number in range(100):
        topics.add(number, terms_of("退款" + chr(0x5200 + 2 * number) + chr(0x5E00 + 2 * number)), number)
    topics.settle(MINUTE)
    assert topics.nearest(terms_of("退款")) == (None, 0.0)


def test_one_word_in_common_is_no_matter():
    topics = Topics()
    topics.add(1, terms_of("退款，到账，客服，银行卡，工单，短信"), 0)
    assert topics.nearest(terms_of("退款，快递小哥，冰箱，暴雨，六楼，保温杯")) == (None, 0.0)
    assert topics.nearest(terms_of("退款，到账，冰箱，暴雨，六楼，保温杯"))[0] == 1
    assert topics.nearest(terms_of("退款"))[0] == 1  # all it says


def test_two_topics_that_speak_alike_become_the_earlier():
    topics = Topics()
    for at in range(2):
        topics.add(4, terms_of(REFUND), at)
        topics.add(2, terms_of(REFUND + "短信"), at)
        topics.add(7, terms_of(LEAK), at)
        topics.add(8, terms_of(PRAISE), at)
    assert topics.settle(MINUTE) == [module.Merge(4, 2)]
    assert topics.nearest(terms_of(REFUND))[0] == 2


def alike() -> Topics:
    """2 and 4 speak alike, 7 and 8 do not."""
    topics = Topics()
    for at in range(2):
        for number, text in ((4, REFUND), (2, REFUND + "短信"), (7, LEAK), (8, PRAISE)):
            topics.add(number, terms_of(text), at)
    return topics


def test_two_that_a_person_parted_stay_two():
    topics = alike()
    topics.part(4, 2)
    assert topics.settle(MINUTE) == []


def test_and_after_going_on_from_a_snapshot():
    topics = alike()
    topics.part(4, 2)
    assert Topics.restore(topics.snapshot()).settle(MINUTE) == []


def test_what_was_parted_from_one_is_parted_from_what_it_becomes():
    topics = alike()
    topics.part(4, 7)
    assert topics.settle(MINUTE) == [module.Merge(4, 2)]
    assert topics.snapshot()["apart"] == [(2, 7)]


def test_a_person_may_put_together_again_what_was_parted():
    topics = alike()
    topics.part(4, 2)
    topics.merge(4, 2)
    assert topics.snapshot()["apart"] == []


def test_a_person_may_merge_what_says_nothing_alike():
    topics = Topics()
    topics.add(1, terms_of(REFUND), 0)
    topics.add(2, terms_of(LEAK), 0)
    topics.merge(1, 2)
    assert topics.nearest(terms_of(REFUND))[0] == 2


def test_growing_tables_and_restoring_change_nothing():
    texts = [
        (REFUND, LEAK, PRAISE)[i * i % 3] + chr(0x4E00 + i // 9) * 2 + chr(0x5200 + i) for i in range(600)
    ]
    plain, restored = Topics(documents=200), Topics(documents=200)
    found: list[list[tuple[int | None, float]]] = [[], []]
    for i, text in enumerate(texts):
        terms = terms_of(text)
        for topics, told in ((plain, found[0]), (restored, found[1])):
            told.append(topics.nearest(terms))
            number, cosine = told[-1]
            topics.add(number if number is not None and cosine > 0.4 else i, terms, i * MINUTE)
            if i % 10 == 0:
                topics.settle(i * MINUTE)
        if i % 97 == 0:
            restored = Topics.restore(restored.snapshot())
    assert found[0] == found[1]
    assert len({number for number, _cosine in found[0]}) > 2


def test_terms_come_sorted_and_distinct():
    found = terms_of(REFUND * 3).tolist()
    assert all(a < b for a, b in pairwise(found))
