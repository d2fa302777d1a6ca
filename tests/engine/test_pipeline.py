"""The whole method: the same at any batch size, levels that move only for a reason."""

import random
from dataclasses import replace
from datetime import timedelta

import orjson
import pytest

from engine.invented import (
    LEAK,
    MALL,
    OTHERS,
    PRAISE,
    REFUND,
    START,
    TABLE,
    analyser,
    batch,
    model,
    post,
    stream,
)
from guanlan.engine.model import Line, Model
from guanlan.engine.pipeline import Analyser
from guanlan.engine.posts import BadBatch
from guanlan.engine.query import Watch
from guanlan.engine.results import (
    BackgroundCounts,
    EventsMerged,
    FactStated,
    ModelChanged,
    PostMoved,
    TableChanged,
    WatchesChanged,
)

VARIETY = "的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会"


def told(run: Analyser, posts: list[dict], size: int, restored_at: int | None = None) -> bytes:
    """Feed posts in batches; return everything told, and the events at the end, as bytes."""
    results = []
    for first in range(0, len(posts), size):
        if restored_at is not None and first >= restored_at:
            run, restored_at = Analyser.restore(run.snapshot(), model()), None
        results.append(run.feed(batch(posts[first : first + size])))
    results.append(run.advance(START + timedelta(days=6)))
    lines = [
        [row for result in results for row in getattr(result, part)]
        for part in ("signals", "moved", "merged", "surges")
    ]
    plain = [post._replace(event=None, events=()) for result in results for post in result.posts]
    return orjson.dumps([[list(row) for row in plain], lines, run.events()], default=list)


def events_of_posts(run: Analyser, posts: list[dict], size: int) -> dict[str, str | None]:
    """The event each post ends in: as told with it, or as told later."""
    found: dict[str, str | None] = {}
    gone: dict[str, str] = {}
    for first in range(0, len(posts), size):
        results = run.feed(batch(posts[first : first + size]))
        found |= {row.id: row.event for row in results.posts if not row.seen_before}
        found |= {move.id: move.event for move in results.moved}
        gone |= {merged.gone: merged.into for merged in results.merged}
    return {key: gone.get(event or "", event) for key, event in found.items()}


def test_batches_of_any_size_tell_the_same_bytes():
    posts = stream()
    whole = told(analyser(), posts, 1000)
    assert told(analyser(), posts, 7) == whole
    assert told(analyser(), posts, 1) == whole
    _posts, (signals, moved, _merged, _surges), events = orjson.loads(whole)
    assert len(signals) > 3
    assert moved
    assert len(events) > 3


def test_a_post_ends_in_the_same_event_at_any_batch_size():
    posts = stream()
    found = events_of_posts(analyser(), posts, 1000)
    assert events_of_posts(analyser(), posts, 1) == found
    assert sum(event is not None for event in found.values()) > 100


@pytest.mark.parametrize("place", [1, 333, 700])
def test_going_on_from_a_snapshot_tells_the_same_bytes(place):
    posts = stream()
    assert told(analyser(), posts, 7, restored_at=place) == told(analyser(), posts, 7)


def negative_from(working: int) -> Model:
    (head,) = model().heads
    return replace(model(), heads=(replace(head, working=working),))


def test_a_snapshot_of_another_model_is_refused():
    packed = analyser().snapshot()
    with pytest.raises(ValueError, match="snapshot of model"):
        Analyser.restore(packed, negative_from(700))


def test_a_batch_that_breaks_the_schema_changes_nothing():
    run = analyser()
    before = run.snapshot()
    with pytest.raises(BadBatch):
        run.feed(batch([post(1, 0, "")]))
    assert run.snapshot() == before


def varied(first: int, count: int, text: str = REFUND, **values) -> list[dict]:
    """Posts on one matter, `step` minutes apart from `minute` on, each with words of its own."""
    step, minute = values.pop("step", 1), values.pop("minute", 0)
    return [
        post(first + i, minute + i * step, own(first + i) + text + own(3 * (first + i) + 1), **values)
        for i in range(count)
    ]


def own(number: int) -> str:
    return VARIETY[number % 40] + VARIETY[number * 7 % 39] + "，"


def test_two_matters_are_two_events_and_others_none():
    run = analyser()
    posts = [p for pair in zip(varied(0, 8), varied(100, 8, LEAK), strict=True) for p in pair]
    results = run.feed(batch([*posts, post(999, 60, OTHERS)]))
    assert [row.event is None for row in results.posts] == [False] * 16 + [True]
    assert [event.posts for event in run.events()] == [8, 8]
    assert results.posts[-1].watches == ()


def test_level_rises_at_the_tick_after_the_post_that_crosses_it():
    run = analyser()
    results = run.feed(batch(varied(0, 6)))
    assert [(s.level, s.previous_level, s.at) for s in results.signals] == [
        ("IV", None, START + timedelta(minutes=5))
    ]
    reason = results.signals[0].reasons[0]
    assert (reason.value, reason.threshold, reason.posts) == (5, 5, ("p0", "p1", "p2", "p3", "p4"))


def test_level_falls_only_after_half_an_hour_below():
    run = analyser()
    run.feed(batch(varied(0, 6)))
    day = START + timedelta(days=1)
    assert run.advance(day + timedelta(minutes=29)).signals == []
    signals = run.advance(day + timedelta(hours=2)).signals
    assert [(s.level, s.previous_level) for s in signals] == [(None, "IV")]
    assert signals[0].at == day + timedelta(minutes=60)


def test_a_late_post_counts_but_never_reopens_a_level():
    run = analyser()
    run.feed(batch(varied(0, 6)))
    run.advance(START + timedelta(days=1, hours=2))
    late = varied(50, 6, minute=20 * 60)
    results = run.feed(batch(late))
    results_after = run.advance(START + timedelta(days=1, hours=3))
    assert results.signals == results_after.signals == []
    assert run.events()[0].measures["negative_24h"] == 6


def test_a_late_post_may_raise_an_event_above_its_highest_level():
    run = analyser()
    run.feed(batch(varied(0, 6)))
    run.advance(START + timedelta(days=1, hours=2))
    run.feed(batch(varied(50, 21, minute=20 * 60)))
    signals = run.advance(START + timedelta(days=1, hours=3)).signals
    assert [s.level for s in signals] == ["III"]


def test_a_second_sight_brings_counts_and_a_new_level_but_no_new_post():
    run = analyser()
    run.feed(batch([post(1, 0, REFUND, likes=3)]))
    results = run.feed(batch([post(1, 0, REFUND, likes=900, comments=150), post(1, 0, REFUND, likes=None)]))
    assert [row.seen_before for row in results.posts] == [True, True]
    assert {row.event for row in results.posts} == {run.events()[0].event}
    signals = run.advance(START + timedelta(minutes=1)).signals
    assert [(s.level, s.reasons[1].value) for s in signals] == [("III", 1050)]
    assert run.events()[0].posts == 1


def test_own_accounts_are_neither_negative_nor_reach():
    run = analyser()
    run.feed(batch([post(1, 0, REFUND, author="观澜商城客服", likes=50_000), *varied(2, 2)]))
    measures = run.events()[0].measures
    assert (measures["posts"], measures["negative_24h"], measures["top_interactions"]) == (3, 2, None)


def test_a_copy_goes_where_its_original_is_and_one_by_the_same_author_counts_once():
    run = analyser()
    text = REFUND + "，" + LEAK
    rows = [post(1, 0, text, author="a"), post(2, 1, text, author="b"), post(3, 2, text, author="a")]
    results = run.feed(batch(rows))
    assert [row.duplicate_of for row in results.posts] == [None, "p1", "p1"]
    assert len({row.event for row in results.posts}) == 1
    assert run.events()[0].measures["negative_24h"] == 2


def test_a_comment_has_its_threads_watches_and_event():
    run = analyser()
    results = run.feed(
        batch([post(1, 0, REFUND), post(2, 1, "同感", parent_id="p1"), post(3, 2, "加一", parent_id="p2")])
    )
    assert {(row.watches, row.event) for row in results.posts} == {((MALL.name,), run.events()[0].event)}
    assert {(edge.child, edge.parent, edge.kind) for edge in run.events()[0].path} == {
        ("p2", "p1", "platform"),
        ("p3", "p2", "platform"),
    }


def test_a_lone_comment_founds_nothing_but_a_threads_comments_do():
    run = analyser()
    rows = [
        post(i, i, f"观澜商城{chr(0x5F00 + 3 * i)}{chr(0x6B00 + 5 * i)}", parent_id="gone")  # one term each
        for i in range(1, 60)
    ]
    first = run.feed(batch(rows[:3]))
    assert [row.event for row in first.posts] == [None] * 3
    rest = run.feed(batch(rows[3:]))
    assert {move.id for move in rest.moved} >= {"p1", "p2", "p3"}
    assert [event.posts for event in run.events()] == [59]
    assert run.events()[0].first_at == START + timedelta(minutes=1)


def test_short_posts_found_nothing_alone_and_one_event_together():
    run = analyser()
    words = [f"观澜商城{a}" for a in VARIETY]
    results = run.feed(batch([post(i, i * 60, words[i]) for i in range(6)]))
    assert {row.event for row in results.posts} == {None}
    surge = run.feed(batch([post(100 + i, 1000 + i / 10, words[i]) for i in range(30)]))
    run.feed(batch([post(200, 1004, words[35])]))
    assert len(surge.moved) + 1 >= 30 or run.events()[0].posts >= 30
    assert len(run.events()) == 1
    assert run.events()[0].posts == 31


def test_the_fact_stated_grades_at_once_and_taken_back_falls():
    run = analyser()
    run.feed(batch([post(1, 0, REFUND)]))
    event = run.events()[0].event
    run.apply(FactStated(event, "death_or_injury", ("p1",)))
    signals = run.advance(START + timedelta(minutes=2)).signals
    assert [(s.level, s.reasons[0].posts) for s in signals] == [("I", ("p1",))]
    run.apply(FactStated(event, "death_or_injury", ()))
    assert [s.level for s in run.advance(START + timedelta(hours=2)).signals] == [None]


def test_a_person_merges_events_and_what_comes_next_goes_to_the_one():
    run = analyser()
    run.feed(batch([*varied(0, 3), *varied(100, 3, LEAK, minute=5)]))
    gone, into = (event.event for event in run.events())
    results = run.apply(EventsMerged(gone, into))
    assert [(merged.gone, merged.into) for merged in results.merged] == [(gone, into)]
    after = run.feed(batch(varied(50, 1, minute=20)))
    assert [row.event for row in after.posts] == [into]
    assert [(event.event, event.posts) for event in run.events()] == [(into, 7)]


def test_a_person_moves_a_post():
    run = analyser()
    run.feed(batch([*varied(0, 3), *varied(100, 3, LEAK, minute=5)]))
    one, two = (event.event for event in run.events())
    results = run.apply(PostMoved("微博", "p0", MALL.name, two))
    assert [(move.id, move.event) for move in results.moved] == [("p0", two)]
    assert [event.posts for event in run.events()] == [2, 4]
    run.apply(PostMoved("微博", "p0", MALL.name, None))
    assert [event.posts for event in run.events()] == [2, 3]
    with pytest.raises(KeyError):
        run.apply(PostMoved("微博", "p999", MALL.name, one))


def test_another_table_grades_anew():
    run = analyser(table=None)
    run.feed(batch(varied(0, 6)))
    run.apply(TableChanged(TABLE))
    assert [s.level for s in run.advance(START + timedelta(minutes=10)).signals] == ["IV"]


def test_other_watches_match_from_then_on():
    run = analyser()
    run.apply(WatchesChanged((MALL, Watch("快递", "快递"))))
    results = run.feed(batch([post(1, 0, PRAISE)]))
    assert results.posts[0].watches == (MALL.name, "快递")
    assert len(set(results.posts[0].events)) == 2
    assert [event.watch for event in run.events()] == [MALL.name, "快递"]


def test_another_model_reads_from_then_on():
    run = analyser()
    run.apply(ModelChanged(negative_from(1001)))
    run.feed(batch(varied(0, 3)))
    assert run.events()[0].measures["negative_24h"] == 0


@pytest.mark.parametrize(
    "minutes", [0, 3]
)  # all in one minute go through the compiled loop, apart each alone
def test_a_platform_put_right_is_judged_by_its_own_working_point(minutes):
    # Praise is 18 per mille negative: above the point that 微博 has of its own, below the model's.
    own_point = model().corrected({"微博": Line(1.0, (0.0, 0.0, 0.0), 10)})
    for platform, expected in (("微博", 12), ("抖音", 0)):
        run = Analyser(own_point, (MALL,), TABLE)
        run.feed(batch([post(i, i * minutes, PRAISE + own(i), platform=platform) for i in range(12)]))
        assert [event.measures["negative_24h"] for event in run.events()] == [expected]


def test_background_counts_make_growth_known():
    run = analyser()
    run.feed(batch(varied(0, 6)))
    assert run.events()[0].measures["growth_7d"] is None
    run = analyser()
    hours = 28 * 24
    first = START - timedelta(hours=hours)
    quiet = tuple([1, *[0] * 11] * (hours // 12))
    run.apply(BackgroundCounts(MALL.name, first, tuple([2] * hours), quiet))
    run.feed(batch(varied(0, 6)))
    # Two negative posts a day before; in the last 24 hours six and one or two of the background's.
    day = 6 + sum(quiet[-23:])
    assert run.events()[0].measures["growth_7d"] == (day - 2) * 100 // 2


def test_late_posts_shuffled_in_raise_no_signal_of_their_own():
    ordered = varied(0, 40, step=3)
    order = random.Random(3)
    plain = analyser()
    expected = [s for p in ordered for s in plain.feed(batch([p])).signals]
    late = varied(500, 15, LEAK, minute=-600)
    mixed = list(ordered)
    for row in late:
        mixed.insert(order.randrange(20, len(mixed)), row)
    run = analyser()
    signals = [s for p in mixed for s in run.feed(batch([p])).signals]
    refund = run.events()[0].event
    assert [(s.at, s.level) for s in signals if s.event == refund] == [(s.at, s.level) for s in expected]
    assert sum(event.posts for event in run.events()) == 55
