"""A person makes an event of its own of some of an event's posts; it stays one."""

from datetime import timedelta

import pytest

from engine.invented import LEAK, MALL, REFUND, START, analyser, batch, model, post
from guanlan.engine.pipeline import Analyser
from guanlan.engine.results import EventsMerged, EventSplit, EventView, Results, Split

REFUNDS = [REFUND + tail for tail in ("，第一次", "，又一次了", "，还是没有", "，谁管管", "，第五天")]
LEAKS = [LEAK + tail for tail in ("，第一次", "，又一次了", "，还是没有", "，谁管管", "，第五天")]
# Enough in common that topics of them are found to be one.
ALIKE = "观澜商城退款拖了半个月没有到账"


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
    assert event_of(run, 30, 30, LEAK + "，第三十次").event == founded.event
    assert event_of(run, 31, 31, REFUND + "，第三十次").event == old.event


def test_the_engine_never_finds_them_to_be_one_again() -> None:
    def run(*, apart: bool) -> int:
        going = analyser()
        texts = [
            f"{ALIKE}{tail}"
            for tail in ("气死我了", "太差劲了", "真是服了", "等不下去", "快点退钱", "急死人了")
        ]
        going.feed(batch([post(i, i, said) for i, said in enumerate(texts)]))
        if apart:
            split(going, range(3, 6), texts[3:])
        for number in range(40):
            said = f"{ALIKE}，{number}号用户气死，{'快点退钱' if number % 2 else '太差劲了'}"
            going.feed(batch([post(100 + number, 10 + number, said)]))
        going.advance(START + timedelta(hours=3))
        return len(going.events())

    assert run(apart=False) == 1
    assert run(apart=True) == 2


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
