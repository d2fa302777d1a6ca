"""From stored posts to an event with a level, its reasons and a message to whoever watches."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.notify.models import Message
from guanlan.watch import jobs, leases
from guanlan.watch.models import Event, Hit, JournalEntry, Reading, Signal, Watch

Bring = Any


class TestAnalyse:
    def test_complaints_about_one_matter_become_one_event_with_a_level(
        self, watch: Watch, bring: Bring
    ) -> None:
        bring(60)

        event = Event.objects.exclude(computed_level="").get()
        # The plan: 50 complaints of one kind within 72 hours are level III.
        assert (event.computed_level, event.posts) == ("III", 60)
        assert event.measures["complaints_72h"] == 60
        assert Reading.objects.filter(event=event).count() == 60

    def test_a_hit_names_the_term_and_its_place(self, watch: Watch, bring: Bring) -> None:
        bring(1)

        found = {(hit.term, hit.field, hit.position) for hit in Hit.objects.all()}
        assert ("观澜商城", "text", 0) in found
        assert ("退款", "text", 4) in found

    def test_a_post_that_meets_no_watch_is_read_but_belongs_to_nothing(
        self, watch: Watch, bring: Bring
    ) -> None:
        bring(1, text="今天的晚霞真好看")

        reading = Reading.objects.get()
        assert reading.event is None
        assert reading.negative + reading.neutral + reading.positive == 1000

    def test_the_monitors_are_told_once_of_a_rise_over_several_levels(
        self, watch: Watch, cast: Cast, bring: Bring
    ) -> None:
        bring(60)
        bring.work()

        # Sixty complaints in twenty minutes: past the lines of level IV, then of level III.
        signals = Signal.objects.filter(kind=Signal.Kind.LEVEL).order_by("pk")
        assert [signal.level for signal in signals] == ["IV", "III"]
        assert all(signal.told_at is not None for signal in signals)
        told = Message.objects.get(person=cast.wang)
        assert told.title.endswith("系统算为Ⅲ级，请确认")

    def test_history_starts_no_clock_and_sends_nothing(self, watch: Watch, bring: Bring) -> None:
        bring(60, history=True)

        event = Event.objects.exclude(computed_level="").get()
        assert (event.computed_level, event.confirm_by) == ("III", None)
        assert not Message.objects.exists()

    def test_counts_seen_later_grade_anew(
        self, watch: Watch, bring: Bring, hands: dict[str, datetime]
    ) -> None:
        line: dict[str, object] = {
            "id": "w1",
            "platform": "微博",
            "text": "观澜商城退款三天没到账，客服只会让我等，太差了，骗人",
            "published_at": (NOW - timedelta(minutes=30)).isoformat(),
            "likes": 3,
        }
        bring.send([line])
        assert Event.objects.get().computed_level == ""

        bring.send([line | {"likes": 12_000}])
        hands["now"] = NOW + timedelta(minutes=2)
        bring.work()

        # 10,000 interactions with one negative post are level II.
        assert Event.objects.get().computed_level == "II"


class TestCrash:
    def test_a_worker_that_starts_anew_stores_nothing_twice_and_goes_on_alike(
        self, watch: Watch, bring: Bring
    ) -> None:
        bring(30)
        jobs._held.clear()  # the process died; nothing but the database is left
        bring(30, start=NOW - timedelta(hours=2))

        assert Event.objects.exclude(posts=0).get().posts == 60
        assert Reading.objects.count() == 60

    def test_a_snapshot_and_the_entries_after_it_give_the_same_state(
        self, watch: Watch, bring: Bring, monkeypatch: pytest.MonkeyPatch, stream: Stream
    ) -> None:
        monkeypatch.setattr(jobs, "SNAPSHOT_EVERY", 2)
        bring(30)
        live = jobs._held[stream.pk][1].snapshot()
        jobs._held.clear()

        from guanlan.watch.folding import restored

        analyser, number = restored(stream)

        assert analyser.snapshot() == live
        assert number == JournalEntry.objects.filter(stream=stream).latest("number").number

    def test_a_worker_without_the_lease_stores_nothing(
        self, watch: Watch, bring: Bring, stream: Stream
    ) -> None:
        leases.take(stream, holder="another", real_now=NOW)

        bring(3)

        assert not Reading.objects.exists()

    def test_a_lease_that_ran_out_is_taken_over_with_the_next_fence(self, stream: Stream) -> None:
        first = leases.take(stream, holder="one", real_now=NOW)

        assert leases.take(stream, holder="two", real_now=NOW) is None
        second = leases.take(stream, holder="two", real_now=NOW + timedelta(seconds=61))
        assert (first, second) == (1, 2)
        assert not leases.holds(stream, 1)


class TestJournal:
    def test_numbers_have_no_gap(self, watch: Watch, bring: Bring, stream: Stream) -> None:
        bring(30)

        numbers = list(JournalEntry.objects.filter(stream=stream).values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))
        assert not JournalEntry.objects.filter(applied_at=None).exists()

    def test_another_watch_takes_effect_with_the_next_batch(
        self, watch: Watch, bring: Bring, cast: Cast, stream: Stream
    ) -> None:
        from guanlan.watch.actions import keep_watch

        keep_watch(
            stream=stream,
            unit=cast.wang.unit,
            name="晚霞",
            query="晚霞",
            person=cast.wang,
            now=NOW,
        )
        bring(1, text="今天的晚霞真好看")

        assert Hit.objects.get().watch.name == "晚霞"
