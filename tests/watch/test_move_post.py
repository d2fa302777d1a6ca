"""Moving a post to another event, taking it out, saying that it is none of ours."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed
from guanlan.watch import folding, jobs, journal
from guanlan.watch.actions import keep_watch
from guanlan.watch.corrections import actions
from guanlan.watch.counting import counted, rows_of
from guanlan.watch.models import Correction, Event, JournalEntry, Reading, Watch

LEAK = "观澜商城把会员的手机号、收货地址和身份证照片卖给了骗子集团，第{}次收到勒索短信"


@pytest.fixture
def two(watch: Watch, bring: Any) -> tuple[Event, Event]:
    """An event of refunds, and one of a leak."""
    bring(40, start=NOW - timedelta(hours=2))
    bring.send(
        [
            {
                "id": f"leak{number}",
                "platform": "微博",
                "text": "退款，" + LEAK.format(number),
                "published_at": (NOW - timedelta(minutes=50 - number)).isoformat(),
            }
            for number in range(20)
        ]
    )
    refund, leak = Event.objects.exclude(state="MERGED").order_by("pk")
    return refund, leak


@pytest.fixture
def reading(two: tuple[Event, Event]) -> Reading:
    return two[1].readings.order_by("pk")[3]


def move(reading: Reading, into: Event | None, person: Any) -> None:
    actions.move_post(reading=reading, into=into, person=person, now=NOW)


def sizes(*events: Event) -> list[tuple[int, int]]:
    """Each event's posts as the engine counts them, and as they are stored."""
    for event in events:
        event.refresh_from_db()
    return [(event.posts, event.readings.count()) for event in events]


def test_the_worker_moves_it_and_both_events_are_counted_anew(
    two: tuple[Event, Event], reading: Reading, cast: Cast, bring: Any
) -> None:
    refund, leak = two
    move(reading, refund, cast.wang)
    assert sizes(refund, leak) == [(40, 40), (20, 20)]
    assert Reading.objects.get(pk=reading.pk).leaving

    bring.work()

    assert sizes(refund, leak) == [(41, 41), (19, 19)]
    assert not Reading.objects.get(pk=reading.pk).leaving


def test_a_replay_ends_in_the_same(
    two: tuple[Event, Event], reading: Reading, cast: Cast, bring: Any, stream: Stream
) -> None:
    refund, leak = two
    move(reading, refund, cast.wang)
    actions.drop_post(reading=refund.readings.order_by("pk")[5], person=cast.wang, now=NOW)
    bring.work()
    sizes(refund, leak)

    jobs._held.clear()
    analyser, _number = folding.restored(stream)
    for event in two:
        assert dict(analyser.event(event.code).measures) == event.measures


def test_taken_out_it_belongs_to_none_and_can_come_back(
    two: tuple[Event, Event], reading: Reading, cast: Cast, bring: Any
) -> None:
    refund, leak = two
    move(reading, None, cast.wang)
    bring.work()
    assert sizes(refund, leak) == [(40, 40), (19, 19)]
    reading.refresh_from_db()
    assert reading.event is None

    move(reading, leak, cast.wang)
    bring.work()
    assert sizes(leak) == [(20, 20)]
    kinds = Correction.objects.order_by("pk").values_list("kind", "before", "after")
    assert list(kinds) == [("SPLIT", leak.key, ""), ("MOVED", "", leak.key)]


def test_an_event_may_lose_its_last_post(
    two: tuple[Event, Event], cast: Cast, bring: Any, sign_in: Callable[..., Client]
) -> None:
    leak = two[1]
    for reading in list(leak.readings.all()):
        move(reading, None, cast.wang)
    bring.work()

    assert sizes(leak) == [(0, 0)]
    page = sign_in(cast.wang).get(reverse("event", args=[leak.key])).content.decode()
    assert "这个事件还没有帖文" in page


class TestNotOurs:
    def test_it_leaves_the_events_of_every_watch_and_counts_nowhere(
        self, two: tuple[Event, Event], cast: Cast, stream: Stream, bring: Any
    ) -> None:
        keep_watch(
            stream=stream, unit=cast.wang.unit, name="泄露", query="骗子集团", person=cast.wang, now=NOW
        )
        lines = [
            {
                "id": f"more{number}",
                "platform": "微博",
                "text": "退款，" + LEAK.format(100 + number),
                "published_at": (NOW - timedelta(minutes=5)).isoformat(),
            }
            for number in range(5)
        ]
        bring.send(lines)
        watched = Event.objects.get(watch__name="泄露")
        before = watched.posts
        reading = Reading.objects.get(post__external_id="more2")

        actions.drop_post(reading=reading, person=cast.wang, now=NOW)
        bring.work()

        reading.refresh_from_db()
        watched.refresh_from_db()
        assert (reading.event, reading.not_ours) == (None, True)
        assert watched.posts == before - 1
        assert sizes(two[1])[0][0] == 24
        rows = rows_of(two[1])
        found = counted(two[1], rows, now=max(row.at for row in rows))
        assert found["growth_7d"].value == two[1].measures["growth_7d"]

    def test_it_is_said_once(self, reading: Reading, cast: Cast) -> None:
        actions.drop_post(reading=reading, person=cast.wang, now=NOW)
        with pytest.raises(actions.WrongEvent, match="没有再记一次"):
            actions.drop_post(reading=reading, person=cast.li, now=NOW)
        row = Entry.objects.latest("number")
        assert (row.verb, row.subject, row.facts) == (
            "watch.drop_post",
            reading.post.key,
            {"before": reading.event.key},
        )

    def test_put_into_an_event_after_all_it_is_ours_again(
        self, two: tuple[Event, Event], reading: Reading, cast: Cast, bring: Any
    ) -> None:
        actions.drop_post(reading=reading, person=cast.wang, now=NOW)
        bring.work()
        reading.refresh_from_db()
        move(reading, two[1], cast.wang)
        bring.work()

        reading.refresh_from_db()
        assert (reading.event, reading.not_ours) == (two[1], False)


class TestRefusals:
    def test_a_reader_may_do_none_of_it(self, two: tuple[Event, Event], reading: Reading, cast: Cast) -> None:
        entries = JournalEntry.objects.count()
        for into in (two[0], None):
            with pytest.raises(NotAllowed):
                move(reading, into, cast.zhao)
        with pytest.raises(NotAllowed):
            actions.drop_post(reading=reading, person=cast.zhao, now=NOW)
        assert JournalEntry.objects.count() == entries

    def test_the_event_that_it_is_in(self, reading: Reading, cast: Cast) -> None:
        with pytest.raises(actions.WrongEvent, match="只能移到同一监测方案"):
            move(reading, reading.event, cast.wang)

    def test_an_event_that_was_merged_away(
        self, two: tuple[Event, Event], reading: Reading, cast: Cast
    ) -> None:
        Event.objects.filter(pk=two[0].pk).update(state="MERGED")
        with pytest.raises(actions.WrongEvent):
            move(reading, two[0], cast.wang)

    def test_an_event_of_another_watch(
        self, two: tuple[Event, Event], reading: Reading, cast: Cast, stream: Stream
    ) -> None:
        other = keep_watch(
            stream=stream, unit=cast.wang.unit, name="别的", query="快递", person=cast.wang, now=NOW
        )
        Event.objects.filter(pk=two[0].pk).update(watch=other)
        with pytest.raises(actions.WrongEvent):
            move(reading, two[0], cast.wang)

    def test_none_to_leave(self, reading: Reading, cast: Cast, bring: Any) -> None:
        move(reading, None, cast.wang)
        bring.work()
        with pytest.raises(actions.WrongEvent, match="不用拆出"):
            move(reading, None, cast.wang)


def test_it_writes_one_audit_row(two: tuple[Event, Event], reading: Reading, cast: Cast) -> None:
    move(reading, two[0], cast.wang)
    row = Entry.objects.latest("number")
    assert (row.verb, row.actor, row.subject) == ("watch.move_post", cast.wang.key, reading.post.key)
    assert row.facts == {"before": two[1].key, "after": two[0].key}


def test_an_entry_that_names_what_is_gone_does_not_stop_the_worker(
    two: tuple[Event, Event], reading: Reading, stream: Stream, bring: Any
) -> None:
    named = {"platform": reading.post.platform, "id": reading.post.external_id}
    change = {"kind": "move", "watch": "退款", "event": "999-dead", **named}
    journal.append(stream, kind="CHANGE", at=NOW, change=change)
    journal.append(stream, kind="CHANGE", at=NOW, change={"kind": "drop", "platform": "无", "id": "x"})

    bring.work()

    assert not JournalEntry.objects.filter(applied_at=None).exists()
    assert sizes(*two) == [(40, 40), (20, 20)]


def test_the_page_moves_splits_and_drops(
    two: tuple[Event, Event], cast: Cast, bring: Any, sign_in: Callable[..., Client]
) -> None:
    refund, leak = two
    browser = sign_in(cast.wang)
    one, other, third = leak.readings.order_by("pk")[:3]
    page = browser.get(reverse("post-correct", args=[one.post.key])).content.decode()
    assert refund.name in page

    browser.post(reverse("post-move", args=[one.post.key]), {"event": refund.key})
    browser.post(reverse("post-split", args=[other.post.key]))
    browser.post(reverse("post-drop", args=[third.post.key]))
    assert browser.get(reverse("event", args=[leak.key])).content.decode().count("正在移出") == 3
    bring.work()

    assert sizes(refund, leak) == [(41, 41), (17, 17)]
    page = browser.get(reverse("post-correct", args=[third.post.key])).content.decode()
    assert "这条帖文已判为与我无关" in page
    unchosen = browser.post(reverse("post-move", args=[one.post.key]), {"event": refund.key})
    assert "移到" in unchosen.content.decode()
    assert Correction.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_at_once_say_it_once(
    two: tuple[Event, Event], reading: Reading, cast: Cast, at_once: AtOnce
) -> None:
    drop = lambda: actions.drop_post(reading=reading, person=cast.wang, now=NOW)  # noqa: E731
    assert at_once(drop) == ["WrongEvent", "done"]
    assert Correction.objects.count() == 1
