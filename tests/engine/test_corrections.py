"""What a person put right counts from then on: stance, copies, posts that are none of ours."""

from datetime import timedelta

import pytest

from engine.invented import LEAK, MALL, REFUND, START, analyser, batch, model, post
from guanlan.engine.pipeline import Analyser
from guanlan.engine.query import Watch
from guanlan.engine.results import BackgroundCounts, EventView, PostDropped, PostMoved, StanceCorrected

OTHER = Watch("快递", "快递")
# Of one matter, no two alike enough to be copies.
REFUNDS = (
    "观澜商城退款拖了半个月，客服只会说再等等，气死",
    "在观澜商城退的鞋，钱一分没有回到卡里，气死",
    "打了九个电话也没人管退款，观澜商城真是气死人",
    "说好三天的退款今天第八天，观澜商城骗子，气死我了",
    "气死！观澜商城把退款退到一张早就注销的卡上",
    "观澜商城的退款页面一直转圈，提交不了，要气死了",
)


def against(first: int, count: int, **values) -> list[dict]:
    return [post(first + i, first + i, REFUNDS[i], **values) for i in range(count)]


def only_event(run: Analyser) -> EventView:
    (event,) = run.events()
    return event


def corrected(run: Analyser, name: str, *, negative: bool) -> None:
    run.apply(StanceCorrected("微博", name, negative))


class TestStance:
    def test_a_post_that_is_not_negative_counts_as_negative_nowhere(self) -> None:
        run = analyser()
        run.feed(batch([*against(0, 3), post(10, 10, REFUNDS[3], likes=9_000)]))
        before = only_event(run).measures

        corrected(run, "p10", negative=False)

        after = only_event(run).measures
        assert (before["negative_24h"], after["negative_24h"]) == (4, 3)
        assert (before["negative_permille"], after["negative_permille"]) == (1000, 750)
        assert (before["top_interactions"], after["top_interactions"]) == (9_000, None)
        assert (before["posts"], after["posts"]) == (4, 4)

    def test_growth_stands_on_what_people_said(self) -> None:
        run = analyser()
        hours = 28 * 24
        run.apply(
            BackgroundCounts(
                MALL.name, START - timedelta(hours=hours), (2,) * hours, (1, *[0] * 11) * (hours // 12)
            )
        )
        run.feed(batch(against(0, 6)))
        before = only_event(run).measures["growth_7d"]

        corrected(run, "p0", negative=False)
        corrected(run, "p1", negative=False)

        # Two negative posts a day before: each post fewer in the last day is 50 % of that less.
        assert only_event(run).measures["growth_7d"] == before - 100
        corrected(run, "p0", negative=True)
        assert only_event(run).measures["growth_7d"] == before - 50

    def test_copies_follow_before_and_after_but_for_one_that_was_judged_itself(self) -> None:
        run = analyser()
        run.feed(batch([post(0, 0, REFUND, author="甲"), *(post(i, i, REFUND) for i in (1, 2))]))
        corrected(run, "p2", negative=True)

        corrected(run, "p0", negative=False)
        run.feed(batch([post(3, 3, REFUND)]))

        assert [row[1] for row in run.carriers(only_event(run).event)["negative_permille"]] == ["p2"]

    def test_a_level_falls_with_it(self) -> None:
        run = analyser()
        run.feed(batch(against(0, 5)))
        assert [s.level for s in run.advance(START + timedelta(minutes=10)).signals] == ["IV"]

        corrected(run, "p0", negative=False)

        assert [s.level for s in run.advance(START + timedelta(hours=2)).signals] == [None]

    def test_a_post_that_no_watch_took_is_named(self) -> None:
        with pytest.raises(KeyError):
            corrected(analyser(), "p0", negative=False)


class TestPostDropped:
    def test_it_leaves_the_events_of_all_watches(self) -> None:
        run = analyser(watches=(MALL, OTHER))
        run.feed(batch([post(0, 0, "快递也没有，" + REFUNDS[5]), *against(1, 2)]))
        assert sorted(event.posts for event in run.events()) == [1, 3]

        results = run.apply(PostDropped("微博", "p0"))

        assert {(move.id, move.watch, move.event) for move in results.moved} == {
            ("p0", MALL.name, None),
            ("p0", OTHER.name, None),
        }
        assert sorted(event.posts for event in run.events()) == [0, 2]
        assert min(event.first_at for event in run.events() if event.posts) == START + timedelta(minutes=1)

    def test_it_does_not_grow_anything_until_it_is_put_into_an_event_again(self) -> None:
        run = analyser()
        hours = 28 * 24
        run.apply(BackgroundCounts(MALL.name, START - timedelta(hours=hours), (2,) * hours, (0,) * hours))
        run.feed(batch(against(0, 6)))
        event = only_event(run)

        for _twice in range(2):
            run.apply(PostDropped("微博", "p5"))
        # At least one negative post a day is taken as usual.
        assert (event.measures["growth_7d"], only_event(run).measures["growth_7d"]) == (500, 400)

        run.apply(PostMoved("微博", "p5", MALL.name, event.event))
        assert only_event(run).measures == event.measures


def test_a_post_of_long_ago_is_found_too() -> None:
    run = analyser()
    run.feed(batch(against(0, 3)))
    for day in range(9, 14):
        at = day * 24 * 60
        run.feed(batch([post(1_000 * day + i, at + i / 10, f"无关的话{day}{i}") for i in range(900)]))

    corrected(run, "p1", negative=False)

    assert len(run.carriers(only_event(run).event)["negative_permille"]) == 2


def test_going_on_from_a_snapshot_tells_the_same() -> None:
    def run(*, restored: bool) -> list[EventView]:
        going = analyser()
        going.feed(
            batch(
                [*against(0, 4), post(9, 4, REFUND, author="甲"), *(post(20 + i, 20, LEAK) for i in range(4))]
            )
        )
        corrected(going, "p9", negative=False)
        going.apply(PostDropped("微博", "p21"))
        if restored:
            going = Analyser.restore(going.snapshot(), model())
        corrected(going, "p9", negative=True)
        going.apply(PostMoved("微博", "p21", MALL.name, going.events()[0].event))
        going.feed(batch([post(30, 40, REFUND), post(31, 41, REFUND)]))
        return going.events()

    assert run(restored=True) == run(restored=False)
