"""A person makes an event of its own of some of an event's posts; it stays one."""

from datetime import timedelta

import pytest

from engine.invented import LEAK, MALL, REFUND, START, analyser, batch, model, post
from guanlan.engine.pipeline import Analyser
from guanlan.engine.results import EventsMerged, EventSplit, EventView, Results, Split
from guanlan.engine.topics import Topics

REFUNDS = [REFUND + tail for tail in ("，第一次", "，又一次了", "，还是没有", "，谁管管", "，第五天")]
LEAKS = [LEAK + tail for tail in ("，第一次", "，又一次了", "，还是没有", "，谁管管", "，第五天")]


def merged() -> Analyser:
    """Five posts of refunds and five of a leak, made one event by hand."""
    run = analyser()
    run.feed(batch([post(i, i, said) for i, said in enumerate(REFUNDS)]))
    run.feed(batch([post(10 + i, 10 + i, said) for i, said in enumerate(LEAKS)]))
    refund, leak = run.events()
    run.apply(EventsMerged(leak.event, refund.event))
    return run


def split(run: Analyser, numbers: range, texts: list[str]) -> Results:
    (event,) = run.events()
    said = tuple(("微博", f"p{number}", None, text) for number, text in zip(numbers, texts, strict=True))
    return run.apply(EventSplit(event.event, said))


def sizes(run: Analyser) -> list[int]:
    return [event.posts for event in run.events()]


def event_of(run: Analyser, number: int, minute: float, text: str) -> EventView:
    (told,) = run.feed(batch([post(number, minute, text)])).posts
    (key,) = told.events
    assert key is not None
    return run.event(key)


def test_the_posts_stand_in_an_event_of_their_own_with_its_figures() -> None:
    run = merged()
    assert sizes(run) == [10]

    results = split(run, range(10, 15), LEAKS)

    old, founded = run.events()
    assert results.split == [Split(old.event, founded.event)]
    assert sorted(move.id for move in results.moved) == ["p10", "p11", "p12", "p13", "p14"]
    assert {move.event for move in results.moved} == {founded.event}
    assert (old.posts, founded.posts) == (5, 5)
    assert (old.measures["posts"], founded.measures["negative_24h"]) == (5, 5)
    assert (founded.first_at, founded.last_at) == tuple(START + timedelta(minutes=m) for m in (10, 14))
    assert founded.watch == MALL.name
    assert founded.name != old.name


def test_what_is_like_them_follows_and_what_is_like_the_others_does_not() -> None:
    run = merged()
    split(run, range(10, 15), LEAKS)
    old, founded = run.events()
    # No copies: only their words speak for them.
    sold = "骗子集团打来电话，身份证照片、手机号、收货地址都知道，说从观澜商城会员里买的"
    waits = "观澜商城退款还要等等？客服拖了半个月，再说再等"
    assert event_of(run, 30, 30, sold).event == founded.event
    assert event_of(run, 31, 31, waits).event == old.event


def test_who_answers_one_of_them_follows() -> None:
    run = analyser()
    run.feed(batch([post(i, i, said) for i, said in enumerate(REFUNDS)]))
    run.feed(batch([post(10 + i, 10 + i, said) for i, said in enumerate(LEAKS)]))
    run.feed(batch([post(20, 20, "真的吗", parent_id="p10")]))
    refund, leak = run.events()
    run.apply(EventsMerged(leak.event, refund.event))
    split(run, range(10, 15), LEAKS)
    (told,) = run.feed(batch([post(40, 40, "我也是", parent_id="p10")])).posts
    assert told.events == (run.events()[1].event,)


def test_their_topics_are_kept_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    parted: list[tuple[int, int]] = []
    monkeypatch.setattr(Topics, "part", lambda _topics, one, other: parted.append((one, other)))
    run = merged()
    split(run, range(10, 15), LEAKS)
    numbers = tuple(int(event.event.partition("-")[0]) for event in run.events())
    assert parted == [numbers]


def test_a_person_may_put_them_together_again() -> None:
    run = merged()
    split(run, range(10, 15), LEAKS)
    old, founded = run.events()
    run.apply(EventsMerged(founded.event, old.event))
    assert sizes(run) == [10]
    assert event_of(run, 30, 30, LEAK + "，第三十次").event == old.event


@pytest.mark.parametrize("numbers", [range(0), range(20, 23)])
def test_nothing_of_the_event_is_no_split(numbers: range) -> None:
    run = merged()
    with pytest.raises(KeyError):
        split(run, numbers, ["无"] * len(numbers))
    assert sizes(run) == [10]


def test_nor_is_the_whole_of_it() -> None:
    run = analyser()
    run.feed(batch([post(i, i, said) for i, said in enumerate(REFUNDS)]))
    with pytest.raises(KeyError):
        split(run, range(5), REFUNDS)
    assert sizes(run) == [5]


def test_going_on_from_a_snapshot_tells_the_same() -> None:
    def run(*, restored: bool) -> list[EventView]:
        going = merged()
        split(going, range(10, 15), LEAKS)
        if restored:
            going = Analyser.restore(going.snapshot(), model())
        going.feed(batch([post(30, 30, LEAK + "，又"), post(31, 31, REFUND + "，又")]))
        going.advance(START + timedelta(hours=2))
        return going.events()

    assert run(restored=True) == run(restored=False)
