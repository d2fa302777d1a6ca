"""Near copies against a slow oracle that holds every pair's 3-grams side by side."""

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from guanlan.engine.duplicates import Duplicates
from guanlan.engine.text import Texts, normalise

FIRST = "双十一在观澜商城退了一双鞋，页面显示退款成功，银行卡里三天都没有收到一分钱"
OTHER = "周末带孩子去江边放风筝，天很蓝，风也正好，回来路上买了两串糖葫芦"
NEWS = "江城今日起调整三条公交线路的首末班时间，市民出行前请留意站牌上的通知"


def batch(*words: str) -> Texts:
    return normalise(pa.array([None] * len(words), pa.string()), pa.array(words, pa.string()))


def feed(*words: str, sizes: int = 1000, hours: list[int] | None = None) -> list[str | None]:
    known, found = Duplicates(), []
    names = [str(place) for place in range(len(words))]
    times = np.array(hours or [0] * len(words), np.int64) * 3_600_000_000
    cuts = [*range(0, len(words), sizes), len(words)]
    for begin, end in pairwise(cuts):
        found += known.feed(batch(*words[begin:end]), names[begin:end], times[begin:end])
    return found


class TestFeed:
    def test_a_copy_is_named_by_the_first_of_its_line(self) -> None:
        assert feed(FIRST, OTHER, FIRST, "转：" + FIRST) == [None, None, "0", "0"]

    @pytest.mark.parametrize(
        "edited",
        [
            "大家注意了！" + FIRST,
            FIRST[:24],
            FIRST[10:],
            FIRST.replace("三天", "五天").replace("一双鞋", "两件衣服"),
            FIRST + "，" + OTHER,
            FIRST.replace("双", "雙").replace("银", "銀"),
        ],
    )
    def test_edits_are_copies(self, edited: str) -> None:
        assert feed(FIRST, NEWS, edited)[2] == "0"

    def test_other_matters_are_not(self) -> None:
        assert feed(FIRST, OTHER, NEWS, "观澜商城的退款页面打不开，客服电话也没人接") == [None] * 4

    def test_short_posts_are_copies_of_nothing(self) -> None:
        assert feed("太差了", "太差了", "退款呢") == [None, None, None]

    def test_a_repost_without_words_copies_what_it_quotes(self) -> None:
        assert feed(FIRST, f"转发//@阿青:{FIRST}")[1] == "0"

    def test_a_repost_with_words_of_its_own_is_judged_by_them(self) -> None:
        own = "我也是，打了四次电话都说系统维护，最后一次直接挂断，真的无话可说"
        assert feed(FIRST, f"{own}//@阿青:{FIRST}")[1] is None

    def test_what_is_older_than_three_days_is_forgotten(self) -> None:
        assert feed(FIRST, FIRST, FIRST, hours=[0, 71, 73 + 71]) == [None, "0", None]

    def test_masked_addresses_make_no_copies(self) -> None:
        link = "https://example.com/a/very/long/address/that/fills/the/post"
        assert feed(f"看这个 {link}", f"瞧一瞧 {link}") == [None, None]


def shingled(words: str) -> set[str]:
    kept = "".join(letter for letter in words if letter.isalnum())
    return {kept[at : at + 3] for at in range(len(kept) - 2)}


def test_agrees_with_the_slow_oracle_on_clear_cases() -> None:
    generator = np.random.default_rng(11)
    letters = list(
        "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
    )
    posts = ["".join(generator.choice(letters, 40)) for _ in range(60)]
    for place in range(60):
        source = posts[int(generator.integers(60))]
        keep = int(generator.integers(15, 40))
        posts.append(source[:keep] if place % 2 else "".join(generator.choice(letters, 40)))

    found = feed(*posts)

    for place, said in enumerate(found):
        shares = [
            len(shingled(posts[place]) & shingled(before))
            / min(len(shingled(posts[place])), len(shingled(before)))
            for before in posts[:place]
        ]
        best = max(shares, default=0.0)
        if best > 0.9:
            assert said is not None, (place, best)
        if best < 0.2:
            assert said is None, (place, best)


def test_batches_of_any_size_and_a_snapshot_give_the_same() -> None:
    words = [FIRST, OTHER, FIRST[:20], NEWS, "转：" + NEWS, OTHER + "真好", FIRST] * 3
    whole = feed(*words)

    assert feed(*words, sizes=1) == feed(*words, sizes=7) == whole
    first, names = Duplicates(), [str(place) for place in range(len(words))]
    zeros = np.zeros(len(words), np.int64)
    begun = first.feed(batch(*words[:9]), names[:9], zeros[:9])
    second = Duplicates.restore(first.snapshot())
    assert begun + second.feed(batch(*words[9:]), names[9:], zeros[9:]) == whole
