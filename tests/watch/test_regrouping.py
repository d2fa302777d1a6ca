"""Merging two events by hand, splitting one, taking a merge back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.errors import BadInput, NotAllowed
from guanlan.watch import folding, jobs
from guanlan.watch.actions import confirm_level, keep_watch
from guanlan.watch.grouping import actions
from guanlan.watch.models import Event, JournalEntry, Reading, Regrouping, Watch

LEAK = "观澜商城把会员的手机号、收货地址和身份证照片卖给了骗子集团，第{}次收到勒索短信"
Two = tuple[Event, Event]


@pytest.fixture
def two(watch: Watch, bring: Any) -> Two:
    """An event of refunds, and one of a leak."""
    bring(20, start=NOW - timedelta(hours=2))
    leak(bring, range(12))
    refund, leaked = Event.objects.exclude(state="MERGED").order_by("pk")
    return refund, leaked


def leak(bring: Any, numbers: range) -> None:
    lines = [
        {
            "id": f"leak{number}",
            "platform": "微博",
            "text": "退款，" + LEAK.format(number),
            "published_at": (NOW - timedelta(minutes=50 - number)).isoformat(),
        }
        for number in numbers
    ]
    bring.send(lines)


def merge(gone: Event, into: Event, person: Any) -> Regrouping:
    return actions.merge_events(gone=gone, into=into, reason="同一件事", person=person, now=NOW)


def fresh(*events: Event) -> list[tuple[str, int, int]]:
    """Each event's state, its posts as the engine counts them, and as they are stored."""
    for event in events:
        event.refresh_from_db()
    return [(event.state, event.posts, event.readings.count()) for event in events]


class TestMergeEvents:
    def test_the_worker_puts_one_into_the_other_and_the_pointer_stays(
        self, two: Two, cast: Cast, bring: Any
    ) -> None:
        refund, leaked = two
        asked = merge(leaked, refund, cast.wang)
        assert fresh(refund, leaked) == [("OPEN", 20, 20), ("OPEN", 12, 12)]

        bring.work()

        assert fresh(refund, leaked)[0] == ("OPEN", 32, 32)
        assert (leaked.state, leaked.merged_into) == ("MERGED", refund)
        asked.refresh_from_db()
        assert (asked.state, len(asked.posts), asked.was) == ("DONE", 12, "OPEN")

    def test_a_replay_ends_in_the_same(self, two: Two, cast: Cast, bring: Any, stream: Stream) -> None:
        refund, leaked = two
        merge(leaked, refund, cast.wang)
        bring.work()
        fresh(refund)
        jobs._held.clear()
        analyser, _number = folding.restored(stream)
        assert dict(analyser.event(refund.code).measures) == refund.measures

    def test_what_people_worked_on_is_not_merged_away(self, two: Two, cast: Cast) -> None:
        refund, leaked = two
        confirm_level(
            event=leaked,
            level="III",
            levels=("I", "II", "III", "IV"),
            reason="核实",
            person=cast.wang,
            now=NOW,
        )
        with pytest.raises(actions.CannotMerge, match="已经确认或启动响应，不能并走"):
            merge(leaked, refund, cast.wang)
        merge(refund, leaked, cast.wang)

    @pytest.mark.parametrize(
        ("columns", "sentence"),
        [
            ({"state": "MERGED"}, "已经并入别的事件"),
            ({"under_incident": True}, "都在由指挥部处理"),
        ],
    )
    def test_not_into_every_event(self, two: Two, cast: Cast, columns: dict[str, Any], sentence: str) -> None:
        Event.objects.filter(pk__in=[event.pk for event in two]).update(**columns)
        with pytest.raises(actions.CannotMerge, match=sentence):
            merge(two[1], two[0], cast.wang)
        assert not Regrouping.objects.exists()

    def test_not_into_itself_nor_into_another_watch(self, two: Two, cast: Cast, stream: Stream) -> None:
        with pytest.raises(actions.CannotMerge, match="同一监测方案"):
            merge(two[0], two[0], cast.wang)
        other = keep_watch(
            stream=stream, unit=cast.wang.unit, name="别的", query="快递", person=cast.wang, now=NOW
        )
        Event.objects.filter(pk=two[0].pk).update(watch=other)
        with pytest.raises(actions.CannotMerge, match="同一监测方案"):
            merge(two[1], two[0], cast.wang)

    def test_not_without_a_reason_nor_by_a_reader(self, two: Two, cast: Cast) -> None:
        with pytest.raises(BadInput, match="请写明理由"):
            actions.merge_events(gone=two[1], into=two[0], reason=" ", person=cast.wang, now=NOW)
        with pytest.raises(NotAllowed):
            merge(two[1], two[0], cast.zhao)

    def test_one_audit_row(self, two: Two, cast: Cast) -> None:
        asked = merge(two[1], two[0], cast.wang)
        row = Entry.objects.latest("number")
        assert (row.verb, row.actor, row.subject) == ("watch.merge_events", cast.wang.key, two[0].key)
        assert row.facts == {"regrouping": asked.key, "other": two[1].key}

    def test_one_that_names_what_is_gone_by_then_is_told_as_failed(
        self, two: Two, cast: Cast, bring: Any
    ) -> None:
        asked = merge(two[1], two[0], cast.wang)
        entry = JournalEntry.objects.get(change__kind="merge")
        entry.change["gone"] = "999-dead"
        entry.save()

        bring.work()

        asked.refresh_from_db()
        assert asked.state == "FAILED"
        assert fresh(*two) == [("OPEN", 20, 20), ("OPEN", 12, 12)]


@pytest.mark.django_db(transaction=True)
def test_two_that_merge_at_once_ask_once(two: Two, cast: Cast, at_once: AtOnce) -> None:
    assert at_once(lambda: merge(two[1], two[0], cast.wang)) == ["AskedAlready", "done"]
    assert JournalEntry.objects.filter(change__kind="merge").count() == 1


class TestSplitEvent:
    def split(self, event: Event, posts: list[int], cast: Cast) -> Regrouping:
        return actions.split_event(event=event, posts=posts, reason="另一件事", person=cast.wang, now=NOW)

    def test_the_chosen_posts_become_an_event_and_their_like_follows(
        self, two: Two, cast: Cast, bring: Any
    ) -> None:
        refund = two[0]
        chosen = list(refund.readings.order_by("pk").values_list("pk", flat=True)[:5])
        asked = self.split(refund, chosen, cast)
        bring.work()

        asked.refresh_from_db()
        founded = asked.other
        assert founded is not None
        assert asked.state == "DONE"
        assert fresh(refund, founded) == [("OPEN", 15, 15), ("OPEN", 5, 5)]
        assert list(founded.readings.order_by("pk").values_list("pk", flat=True)) == chosen
        assert founded.watch == refund.watch

    def test_something_and_not_everything(self, two: Two, cast: Cast) -> None:
        refund, leaked = two
        with pytest.raises(actions.CannotSplit, match="没有选中这个事件的帖文"):
            self.split(refund, list(leaked.readings.values_list("pk", flat=True)), cast)
        with pytest.raises(actions.CannotSplit, match="不能把全部帖文都拆出去"):
            self.split(leaked, list(leaked.readings.values_list("pk", flat=True)), cast)
        Event.objects.filter(pk=refund.pk).update(state="MERGED")
        with pytest.raises(actions.CannotSplit, match="已并入别的事件"):
            self.split(refund, list(refund.readings.values_list("pk", flat=True)[:1]), cast)

    def test_a_reader_may_not(self, two: Two, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            actions.split_event(event=two[0], posts=[1], reason="x", person=cast.zhao, now=NOW)


class TestUndoMerge:
    @pytest.fixture
    def merged(self, two: Two, cast: Cast, bring: Any) -> Regrouping:
        asked = merge(two[1], two[0], cast.wang)
        bring.work()
        asked.refresh_from_db()
        return asked

    def undo(self, merged: Regrouping, cast: Cast) -> Regrouping:
        return actions.undo_merge(merge=merged, reason="不是一件事", person=cast.wang, now=NOW)

    def test_the_old_event_stands_again_with_its_posts(
        self, merged: Regrouping, two: Two, cast: Cast, bring: Any
    ) -> None:
        refund, leaked = two
        self.undo(merged, cast)
        bring.work()

        assert fresh(refund, leaked) == [("OPEN", 20, 20), ("OPEN", 12, 12)]
        assert leaked.merged_into is None
        assert Event.objects.exclude(state="MERGED").count() == 2
        assert set(leaked.readings.values_list("post_id", flat=True)) == set(merged.posts)

        leak(bring, range(20, 24))
        assert fresh(refund, leaked) == [("OPEN", 20, 20), ("OPEN", 16, 16)]

    def test_a_replay_ends_in_the_same(
        self, merged: Regrouping, two: Two, cast: Cast, bring: Any, stream: Stream
    ) -> None:
        self.undo(merged, cast)
        bring.work()
        fresh(*two)
        jobs._held.clear()
        analyser, _number = folding.restored(stream)
        for event in two:
            assert dict(analyser.event(event.code).measures) == event.measures

    def test_once(self, merged: Regrouping, cast: Cast, bring: Any) -> None:
        self.undo(merged, cast)
        bring.work()
        with pytest.raises(actions.AskedAlready, match="已经撤销过"):
            self.undo(merged, cast)

    def test_not_when_its_posts_have_gone_elsewhere(self, merged: Regrouping, cast: Cast) -> None:
        Reading.objects.filter(post__in=merged.posts).update(event=None)
        with pytest.raises(actions.CannotSplit):
            self.undo(merged, cast)


def test_the_pages_merge_split_and_undo(
    two: Two, cast: Cast, bring: Any, sign_in: Callable[..., Client]
) -> None:
    refund, leaked = two
    browser = sign_in(cast.wang)
    page = browser.get(reverse("event", args=[leaked.key])).content.decode()
    assert "并入另一事件" in page

    merging = reverse("event-merge", args=[leaked.key])
    assert refund.name in browser.get(merging).content.decode()
    assert browser.post(merging, {"event": refund.key}).status_code == 422
    browser.post(merging, {"event": refund.key, "reason": "同一批客户"})
    bring.work()
    page = browser.get(reverse("event", args=[refund.key])).content.decode()
    assert f"把“{leaked.name}”并入这里" in page
    assert "同一批客户" in page

    splitting = reverse("event-split", args=[refund.key])
    found = browser.get(splitting, {"word": "身份证"}).content.decode()
    assert found.count('name="posts"') == 12
    assert browser.post(splitting, {"reason": "另一件事"}).status_code == 422

    undoing = reverse("merge-undo", args=[Regrouping.objects.get().key])
    assert "12 条帖文" in browser.get(undoing).content.decode()
    browser.post(undoing, {"reason": "查了不是"})
    bring.work()
    assert fresh(refund, leaked)[1] == ("OPEN", 12, 12)
    assert "撤销</a>" not in browser.get(reverse("event", args=[refund.key])).content.decode()

    browser.post(f"{splitting}?word=订单尾号0007", {"whole": "1", "reason": "另一件事"})
    bring.work()
    page = browser.get(reverse("event", args=[refund.key])).content.decode()
    assert "拆出 1 条" in page

    chosen = refund.readings.order_by("pk")[:2]
    browser.post(splitting, {"posts": [reading.pk for reading in chosen], "reason": "另一件事"})
    bring.work()
    page = browser.get(reverse("event", args=[refund.key])).content.decode()
    assert "拆出 2 条" in page

    reader = sign_in(cast.zhao)
    assert reader.get(merging).status_code == 403
    assert reader.get(splitting).status_code == 403
    assert reader.get(undoing).status_code == 403
