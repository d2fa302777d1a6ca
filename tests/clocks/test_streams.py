"""Streams and their clocks: opened, closed, set, paused; which one a person sees."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import NOW
from guanlan.audit.models import Entry
from guanlan.audit.queries import breaks
from guanlan.clocks import actions, queries
from guanlan.clocks.models import Stream

HOUR = timedelta(hours=1)


@pytest.fixture
def drill(db: None) -> Stream:
    return actions.open_stream(kind=Stream.Kind.DRILL, name="演练", actor="system", now=NOW)


class TestOpenAndClose:
    def test_opening_is_written_down(self, drill: Stream) -> None:
        entry = Entry.objects.get()

        assert (entry.verb, entry.subject, entry.stream) == ("clocks.open_stream", drill.key, drill.pk)

    def test_a_closed_stream_keeps_its_rows_and_is_nobodys_default(self, drill: Stream) -> None:
        actions.close_stream(stream=drill, actor="abc", now=NOW)

        drill.refresh_from_db()
        assert (drill.closed_at, queries.default_stream()) == (NOW, None)
        assert Entry.objects.latest("number").verb == "clocks.close_stream"
        assert list(breaks()) == []

    def test_the_real_stream_never_closes(self, stream: Stream) -> None:
        with pytest.raises(actions.ClockIsReal, match="正式数据流不能关闭"):
            actions.close_stream(stream=stream, actor="abc", now=NOW)

        stream.refresh_from_db()
        assert stream.closed_at is None


class TestSetClock:
    def test_shows_the_time_and_runs_at_the_rate(self, drill: Stream) -> None:
        actions.set_clock(
            stream=drill, shows=NOW - 72 * HOUR, rate=60, paused=False, actor="abc", real_now=NOW
        )

        # One real minute is one hour on the clock.
        assert queries.stream_time(drill, real_now=NOW + timedelta(minutes=1)) == NOW - 71 * HOUR
        assert Entry.objects.latest("number").verb == "clocks.set_clock"

    def test_is_a_change_that_live_pages_see(self, drill: Stream) -> None:
        before = Stream.objects.get(pk=drill.pk).changed_seq
        actions.set_clock(stream=drill, shows=NOW, rate=1, paused=False, actor="abc", real_now=NOW)

        assert Stream.objects.get(pk=drill.pk).changed_seq == before + 1

    def test_the_real_clock_cannot_be_set(self, stream: Stream) -> None:
        with pytest.raises(actions.ClockIsReal, match="不能调整"):
            actions.set_clock(stream=stream, shows=NOW, rate=2, paused=False, actor="abc", real_now=NOW)

        assert not Entry.objects.exists()

    def test_a_paused_clock_stands_where_it_stood(self, drill: Stream) -> None:
        actions.set_clock(stream=drill, shows=NOW, rate=60, paused=False, actor="abc", real_now=NOW)
        actions.pause(stream=drill, actor="abc", real_now=NOW + timedelta(minutes=2))

        for later in (HOUR, 24 * HOUR):
            assert queries.stream_time(drill, real_now=NOW + later) == NOW + 2 * HOUR


class TestStreamTime:
    def test_a_stream_without_a_clock_runs_on_real_time(self) -> None:
        assert queries.stream_time(Stream(), real_now=NOW) == NOW
        assert queries.real_time(Stream(), at=NOW + HOUR, real_now=NOW) == NOW + HOUR

    def test_a_paused_clock_never_reaches_a_deadline(self) -> None:
        paused = Stream(clock_set_at=NOW, clock_from=NOW, paused=True)

        assert queries.real_time(paused, at=NOW + HOUR, real_now=NOW) is None

    @given(
        st.integers(1, 600),
        st.integers(-10_000, 10_000),
        st.integers(0, 10_000),
    )
    def test_the_real_moment_of_a_deadline_is_when_the_clock_shows_it(
        self, rate: int, ahead: int, wait: int
    ) -> None:
        stream = Stream(clock_set_at=NOW, clock_from=NOW + timedelta(minutes=ahead), rate=rate)
        real = NOW + timedelta(seconds=wait)

        at = queries.stream_time(stream, real_now=real)

        assert queries.real_time(stream, at=at, real_now=NOW) == real


class TestDefaultStream:
    def test_the_real_one_comes_before_a_newer_demo(self, stream: Stream) -> None:
        Stream.objects.create(kind=Stream.Kind.DEMO, name="演示")

        assert queries.default_stream() == stream

    def test_without_a_real_one_the_newest_that_is_open(self, db: None) -> None:
        Stream.objects.create(kind=Stream.Kind.DEMO, name="旧")
        newest = Stream.objects.create(kind=Stream.Kind.DEMO, name="新")
        Stream.objects.create(kind=Stream.Kind.DRILL, name="已关", closed_at=NOW)

        assert queries.default_stream() == newest


def test_touching_grows_the_number_by_one(stream: Stream) -> None:
    assert [actions.touch(stream), actions.touch(stream)] == [stream.changed_seq + 1, stream.changed_seq + 2]
