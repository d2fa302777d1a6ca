"""A cause without an outcome is found, alarmed when it stays, and done once where that is safe."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from conftest import NOW, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.incidents.models import Task
from guanlan.notify.actions import mark_read
from guanlan.notify.jobs import deliver_next_message, look_at_next_chain
from guanlan.notify.models import Channel, Delivery, Message, Unheard
from guanlan.people.models import Membership
from guanlan.reports.models import Receipt, Report
from guanlan.selfcheck.jobs import check_all, mend_next
from guanlan.selfcheck.mending import MENDS
from guanlan.selfcheck.models import LastCheck, LooseEnd
from guanlan.watch.jobs import tell_next_signal
from guanlan.watch.models import Event, Signal
from incident_scene import activate, publish, raise_event, task_of
from notify.doubles import Doubles
from notify.scene import K, channel_of, reach, told

MINUTE = timedelta(minutes=1)
State = Delivery.State


def check(at: datetime) -> None:
    assert check_all(lambda _stream: at, lambda: at)


def mend(at: datetime) -> None:
    while mend_next(lambda _stream: at):
        pass


def twice(at: datetime) -> list[LooseEnd]:
    """Check at a time and a minute later; return what stayed, and mend it."""
    check(at)
    check(at + MINUTE)
    found = list(LooseEnd.objects.exclude(alarmed_at=None).order_by("pk"))
    mend(at + MINUTE)
    return found


def after(at: datetime) -> int:
    """Check once more and return how much has no outcome still."""
    check(at + 2 * MINUTE)
    return LooseEnd.objects.filter(closed_at=None).count()


@pytest.fixture
def event(cast: Cast, stream: Stream) -> Event:
    publish(cast)
    return raise_event(cast, stream)


@pytest.fixture
def signal(event: Event) -> Signal:
    """A signal that a dead stage has left at 14:05."""
    return Signal.objects.create(stream=event.stream, kind=Signal.Kind.LEVEL, at=NOW, event=event, level="II")


@pytest.fixture
def task(event: Event, cast: Cast) -> Task:
    """Accept by 14:15."""
    task = task_of(activate(event, cast.li), "duty.contact")
    Task.objects.exclude(pk=task.pk).update(state=Task.State.WAIVED, closed_at=NOW, closed_by=cast.li)
    # Nobody has a channel; what was told of the other tasks is read.
    Message.objects.update(read_at=NOW)
    return task


@pytest.fixture
def receipt(event: Event, cast: Cast, stream: Stream) -> Receipt:
    """A flash report that 李 was to read by 14:35."""
    report = Report.objects.create(
        stream=stream,
        kind=Report.Kind.FLASH,
        event=event,
        title="快报",
        frozen={},
        sha256="0" * 64,
        written_at=NOW,
        written_by=cast.wang,
        submitted_at=NOW,
    )
    return Receipt.objects.create(
        stream=stream, report=report, person=cast.li, sent_at=NOW, read_by=NOW + 30 * MINUTE
    )


class TestSignals:
    def test_one_nobody_was_told_of(self, signal: Signal, cast: Cast) -> None:
        at = NOW + 3 * MINUTE

        [end] = twice(at)

        assert (end.kind, end.subject, end.why) == ("SIGNAL", signal.key, "信号没有告知任何人")
        told_of = Message.objects.filter(cause=f"signal:{signal.key}")
        assert [message.person for message in told_of] == [cast.wang]
        assert after(at) == 0
        assert not tell_next_signal()
        assert told_of.count() == 1

    def test_not_within_the_time_a_stage_may_take(self, signal: Signal) -> None:
        assert twice(NOW + MINUTE) == []

    def test_one_that_was_told_meanwhile_raises_no_alarm(self, signal: Signal) -> None:
        check(NOW + 3 * MINUTE)
        assert LooseEnd.objects.get().alarmed_at is None
        Signal.objects.update(told_at=NOW + 3 * MINUTE)
        check(NOW + 4 * MINUTE)

        assert LooseEnd.objects.get().closed_at == NOW + 4 * MINUTE
        assert not Message.objects.filter(cause__startswith="selfcheck:").exists()

    def test_one_for_which_there_was_nobody_to_tell(self, signal: Signal, cast: Cast) -> None:
        Membership.objects.filter(group=cast.groups["monitoring"]).update(ended_at=NOW)
        tell_next_signal()

        [end] = twice(NOW + 3 * MINUTE)

        assert end.why == "信号来了，监测组没有人可以告知"
        assert (end.mend, after(NOW + 3 * MINUTE)) == ("", 1)

    def test_one_that_nobody_confirmed_and_the_command_did_not_hear_of(
        self, signal: Signal, event: Event, cast: Cast
    ) -> None:
        Signal.objects.update(told_at=NOW)
        Event.objects.update(confirm_by=NOW + 15 * MINUTE)
        assert twice(NOW + 16 * MINUTE) == []

        [end] = twice(NOW + 19 * MINUTE)

        assert end.why == "到时无人确认，没有报指挥部"
        escalated = Message.objects.get(cause=f"signal:{signal.key}")
        assert (escalated.person, escalated.title[:4]) == (cast.li, "未核实：")
        assert after(NOW + 19 * MINUTE) == 0


class TestTasks:
    def test_one_past_its_time_that_no_reminder_went_out_for(self, task: Task, cast: Cast) -> None:
        assert twice(NOW + 11 * MINUTE) == []

        [end] = twice(NOW + 15 * MINUTE)

        assert (end.kind, end.subject) == ("TASK", task.key)
        assert end.why == "客服应对组的任务该催没催"
        task.refresh_from_db()
        assert task.told_step >= 1
        assert Message.objects.filter(cause=f"task:{task.key}", once__contains="OFFERED-1").count() == 1

    def test_one_that_will_never_be_looked_at(self, task: Task) -> None:
        Task.objects.filter(pk=task.pk).update(next_look_at=None)

        [end] = twice(NOW + MINUTE)

        assert end.why == "客服应对组的任务没有排上催办"
        # It is called to mind, and looked at again when its time to accept is over.
        task.refresh_from_db()
        assert (task.told_step, task.next_look_at) == (0, task.accept_by)
        assert after(NOW + MINUTE) == 0

    def test_one_of_a_group_without_anybody(self, task: Task, cast: Cast) -> None:
        Message.objects.filter(cause=f"task:{task.key}").delete()
        Task.objects.filter(pk=task.pk).update(told_step=3, next_look_at=None)

        [end] = twice(NOW + 30 * MINUTE)

        assert (end.why, end.mend) == ("客服应对组的任务超时，没有人可以告知", "")


class TestReports:
    def test_one_that_was_not_read_and_not_asked_for(self, receipt: Receipt, cast: Cast) -> None:
        assert twice(NOW + 31 * MINUTE) == []

        [end] = twice(NOW + 34 * MINUTE)

        assert (end.kind, end.subject, end.why) == ("REPORT", receipt.key, "李敏没有签收，该催没催")
        chased = Message.objects.filter(cause=f"report:{receipt.report.key}")
        assert {message.person for message in chased} == {cast.li, cast.wang}
        assert after(NOW + 34 * MINUTE) == 0

    def test_one_that_was_sent_to_nobody(self, receipt: Receipt) -> None:
        Receipt.objects.all().delete()

        [end] = twice(NOW + 3 * MINUTE)

        assert (end.subject, end.why) == (receipt.report.key, "报告报送了，没有收件人")


class TestMessages:
    @pytest.fixture
    def channel(self, cast: Cast, vendors: Doubles) -> Channel:
        channel = channel_of(cast, K.WEBHOOK, vendors.gateway, name="短信")
        reach(cast.wang, channel)
        return channel

    def test_those_that_wait_too_long_are_told_by_channel(
        self, cast: Cast, stream: Stream, channel: Channel
    ) -> None:
        for number in range(3):
            told(stream, cast.wang, cause=f"task:{number}", urgency="URGENT")
        assert twice(NOW + 3 * MINUTE) == []

        [end] = twice(NOW + 6 * MINUTE)

        assert (end.kind, end.subject) == ("MESSAGE", channel.key)
        assert end.why == "渠道“短信”积压 3 条，发不出去"
        told(stream, cast.wang, cause="task:3", urgency="URGENT")
        Message.objects.update(created_at=NOW)
        Delivery.objects.update(next_at=NOW)
        check(NOW + 9 * MINUTE)
        # The fifth is the alarm to 王芳.
        assert LooseEnd.objects.get().why == "渠道“短信”积压 5 条，发不出去"

    def test_one_whose_worker_died_while_sending(self, cast: Cast, stream: Stream, channel: Channel) -> None:
        message = told(stream, cast.wang)
        message.deliveries.update(state=State.SENDING, lease_until=NOW + MINUTE)
        assert twice(NOW + MINUTE) == []

        [end] = twice(NOW + 4 * MINUTE)

        row = message.deliveries.get()
        assert (end.subject, end.why) == (row.key, "发送到一半程序停了，没有人接着办")
        assert row.state == State.UNKNOWN
        assert after(NOW + 4 * MINUTE) == 0

    def test_one_that_failed_and_that_nobody_settles(
        self, cast: Cast, stream: Stream, channel: Channel, vendors: Doubles
    ) -> None:
        message = told(stream, cast.wang)
        message.deliveries.update(state=State.UNKNOWN)
        Message.objects.update(look_at=None)
        assert twice(NOW + 58 * MINUTE) == []

        [end] = twice(NOW + 61 * MINUTE)
        assert (end.subject, end.why) == (message.key, "发给王芳的没有发成，没有人处理")

        Delivery.objects.filter(message=message).update(settled_at=NOW)
        assert after(NOW + 61 * MINUTE) == 0

    def test_an_urgent_one_to_somebody_without_a_channel_calls_who_stands_in(
        self, cast: Cast, stream: Stream, channel: Channel, later: Callable[[timedelta], None]
    ) -> None:
        message = told(stream, cast.liu, urgency="URGENT")
        at = NOW + 6 * MINUTE

        [end] = twice(at)
        assert end.why == "刘洋没有渠道，1 条紧急消息只在站内，没有打开"
        later(7 * MINUTE)
        while look_at_next_chain() or deliver_next_message():
            pass

        assert Unheard.objects.get(message=message).told == 1
        assert Message.objects.filter(cause=f"unheard:{cast.liu.key}").get().person == cast.li
        check(at + 2 * MINUTE)
        assert not LooseEnd.objects.filter(subject=cast.liu.key, closed_at=None).exists()

    def test_while_there_is_no_channel_at_all_that_is_said_once(self, cast: Cast, stream: Stream) -> None:
        for person in (cast.liu, cast.wang):
            told(stream, person, urgency="URGENT")

        [end] = twice(NOW + 6 * MINUTE)

        assert (end.subject, end.why) == ("channels", "还没有渠道：2 条紧急消息只在站内，没有人打开")
        for minute in range(8, 12):
            check(NOW + minute * MINUTE)
        assert Entry.objects.filter(verb="selfcheck.alarm").count() == 1
        for message in Message.objects.filter(cause="task:x"):
            mark_read(message=message, person=message.person, now=NOW)
        assert after(NOW + 12 * MINUTE) == 0

    def test_an_alarm_nobody_reads_raises_no_other(self, signal: Signal) -> None:
        twice(NOW + 3 * MINUTE)
        Message.objects.exclude(cause__startswith="selfcheck:").update(read_at=NOW)

        for minute in range(6, 60):
            check(NOW + minute * MINUTE)

        assert LooseEnd.objects.filter(closed_at=None).count() == 0


class TestAlarm:
    def test_tells_the_administrator_and_the_watch_once(
        self, signal: Signal, receipt: Receipt, cast: Cast
    ) -> None:
        at = NOW + 40 * MINUTE
        twice(at)
        for minute in range(2, 6):
            check(at + minute * MINUTE)

        alarms = Message.objects.filter(cause__startswith="selfcheck:")
        assert {message.person for message in alarms} == {cast.wu, cast.wang}
        assert {message.title for message in alarms} == {"自查：2 件事没有下文，请看运行状态"}
        assert alarms[0].body.splitlines() == ["信号没有告知任何人", "李敏没有签收，该催没催"]
        entry = Entry.objects.get(verb="selfcheck.alarm")
        assert entry.facts == {"count": 2, "told": [cast.wu.key, cast.wang.key]}
        assert Entry.objects.filter(verb="selfcheck.mend").count() == 2

    def test_one_that_cannot_be_mended_holds_up_no_other(
        self, signal: Signal, receipt: Receipt, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delitem(MENDS, "TELL")
        at = NOW + 40 * MINUTE
        check(at)
        check(at + MINUTE)
        with pytest.raises(KeyError):
            mend_next(lambda _stream: at + MINUTE)
        mend(at + MINUTE)
        check(at + 2 * MINUTE)

        [left] = LooseEnd.objects.filter(closed_at=None)
        assert (left.subject, left.mended_at) == (signal.key, None)
        assert left.tried_at is not None


class TestOnceAMinute:
    def test_among_all_workers(self, stream: Stream) -> None:
        check(NOW)
        assert not check_all(lambda _stream: NOW, lambda: NOW + timedelta(seconds=59))
        check(NOW + MINUTE)

        assert LastCheck.objects.get().done_at == NOW + MINUTE

    def test_goes_on_when_the_machines_clock_was_set_back(self, stream: Stream) -> None:
        check(NOW)
        check(NOW - timedelta(hours=1))

        assert LastCheck.objects.get().done_at == NOW - timedelta(hours=1)

    def test_a_paused_stream_waits(self, signal: Signal) -> None:
        Stream.objects.update(paused=True, clock_set_at=NOW, clock_from=NOW)
        twice(NOW + 3 * MINUTE)

        assert not LooseEnd.objects.exists()
