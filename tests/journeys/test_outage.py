"""The worker stands still for six hours, or the clock is set back: each step once, in order, marked late."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.incidents.jobs import remind_next_overdue
from guanlan.incidents.models import Task
from guanlan.notify.jobs import deliver_next_message, look_at_next_chain
from guanlan.notify.models import Channel, Delivery, Message
from guanlan.reports.jobs import chase_next_receipt
from guanlan.reports.models import Receipt, Report
from guanlan.watch.jobs import tell_next_signal
from guanlan.watch.models import Event, Signal
from incident_scene import activate, publish, raise_event, task_of
from notify.doubles import Doubles
from notify.scene import K, channel_of, reach, told

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
Later = Callable[[timedelta], None]
Run = Callable[[datetime], None]


@pytest.fixture
def run(hands: dict[str, datetime], hour: list[datetime], later: Later) -> Run:
    """Return a function that lets every stage here come to rest at a time."""

    def rounds(at: datetime) -> None:
        hands["now"] = hour[0] = at
        while any(
            [
                tell_next_signal(),
                remind_next_overdue(lambda _stream: at),
                chase_next_receipt(lambda _stream: at),
                look_at_next_chain(),
                deliver_next_message(),
            ]
        ):
            pass

    return rounds


@pytest.fixture
def event(cast: Cast, stream: Stream) -> Event:
    """At 14:05 a rise is told to 王芳, who is to confirm by 14:20."""
    publish(cast)
    event = raise_event(cast, stream)
    Signal.objects.create(stream=stream, kind="LEVEL", at=NOW, event=event, level="II")
    Event.objects.update(confirm_by=NOW + 15 * MINUTE)
    return event


@pytest.fixture
def task(event: Event, cast: Cast) -> Task:
    """Accept by 14:15, due by 18:05."""
    task = task_of(activate(event, cast.li), "duty.contact")
    Task.objects.exclude(pk=task.pk).update(
        state=Task.State.WAIVED, closed_at=NOW, closed_by=cast.li, next_look_at=None
    )
    # Under an incident nobody waits for the monitor; here somebody does.
    Signal.objects.update(settled_at=None)
    Event.objects.update(confirm_by=NOW + 15 * MINUTE)
    return task


@pytest.fixture
def receipt(event: Event, cast: Cast) -> Receipt:
    """李敏 is to read by 14:35."""
    report = Report.objects.create(
        stream=event.stream,
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
        stream=event.stream, report=report, person=cast.li, sent_at=NOW, read_by=NOW + 30 * MINUTE
    )


def said(cause: str) -> list[str]:
    """Return what persons were told of a cause, in order."""
    rows = Message.objects.filter(cause=cause).order_by("pk").values_list("person__name", "title")
    return [f"{name} {title}" for name, title in rows]


class TestSixHours:
    def test_each_step_of_a_late_task_once_in_order_marked_late(self, task: Task, run: Run) -> None:
        run(NOW)
        before = said(f"task:{task.key}")
        run(NOW + 6 * HOUR)
        run(NOW + 6 * HOUR + MINUTE)

        assert said(f"task:{task.key}")[len(before) :] == [
            "刘洋 迟发（应于 11月20日 14:15）：未接手，超 5 时 50 分：逐一联系客户",
            "刘洋 迟发（应于 11月20日 14:20）：未接手，超 5 时 50 分：逐一联系客户",
            "李敏 迟发（应于 11月20日 14:25）：未接手，超 5 时 50 分：逐一联系客户",
            "刘洋 迟发（应于 11月20日 18:05）：无人接手已到期，超 2 时 0 分：逐一联系客户",
            "李敏 迟发（应于 11月20日 18:05）：无人接手已到期，超 2 时 0 分：逐一联系客户",
        ]

    def test_in_time_nothing_is_marked(self, task: Task, receipt: Receipt, run: Run) -> None:
        for minute in range(60):
            run(NOW + minute * MINUTE)

        assert len(said(f"task:{task.key}")) == 4
        assert len(said(f"signal:{Signal.objects.get().key}")) == 2
        assert not Message.objects.filter(title__contains="迟发").exists()

    def test_a_rise_and_a_report(self, task: Task, receipt: Receipt, run: Run) -> None:
        run(NOW + 6 * HOUR)
        run(NOW + 6 * HOUR + MINUTE)

        signal = Signal.objects.get()
        first, second = said(f"signal:{signal.key}")
        assert first.startswith("王芳 退款三天未到账：系统算为")
        assert second.startswith("李敏 迟发（应于 11月20日 14:20）：未核实：")
        assert said(f"report:{receipt.report.key}") == [
            "李敏 迟发（应于 11月20日 14:35）：还没有签收，请现在看：快报",
            "王芳 迟发（应于 11月20日 14:35）：李敏还没有签收：快报",
        ]


@pytest.fixture
def two(cast: Cast, vendors: Doubles) -> tuple[Channel, Channel]:
    first = channel_of(cast, K.WECOM, vendors.wecom, name="值班群")
    second = channel_of(cast, K.WEBHOOK, vendors.gateway, name="短信")
    reach(cast.wang, first, second)
    return first, second


class TestMessagesThatWaited:
    def test_go_out_over_the_first_channel_marked_late_before_the_next_has_its_turn(
        self, cast: Cast, stream: Stream, vendors: Doubles, two: tuple[Channel, Channel], run: Run
    ) -> None:
        told(stream, cast.wang, urgency="URGENT")
        back = NOW + 6 * HOUR
        run(back)

        assert [one["path"] for one in vendors.taken] == ["/cgi-bin/webhook/send"]
        assert vendors.texts()[0].startswith("【观澜】紧急·迟发：请接手：联系客户")
        run(back + 5 * MINUTE)
        assert [one["path"] for one in vendors.taken][1:] == ["/sms"]
        assert "迟发" not in vendors.texts()[1]


class TestClockSetBack:
    def test_nothing_fires_twice(
        self,
        cast: Cast,
        task: Task,
        receipt: Receipt,
        vendors: Doubles,
        two: tuple[Channel, Channel],
        run: Run,
    ) -> None:
        for minute in (0, 12, 17, 22, 40):
            run(NOW + minute * MINUTE)
        before = list(Message.objects.order_by("pk").values_list("once", flat=True))
        texts = vendors.texts()
        assert len(before) > 8
        assert len(texts) > 1

        for minute in range(-20, 41, 5):
            run(NOW + minute * MINUTE)

        assert list(Message.objects.order_by("pk").values_list("once", flat=True)) == before
        assert vendors.texts() == texts

    def test_what_waits_goes_out_all_the_same(
        self, cast: Cast, stream: Stream, vendors: Doubles, two: tuple[Channel, Channel], run: Run
    ) -> None:
        stamps = [(NOW + second * timedelta(seconds=1)).timestamp() for second in range(20)]
        Channel.objects.update(calls=stamps, rests_until=NOW + MINUTE)
        message = told(stream, cast.wang)

        run(NOW - HOUR)

        assert message.deliveries.get().state == Delivery.State.SENT
        assert len(vendors.taken) == 1

    def test_a_channel_rests_as_long_as_its_vendor_wants(
        self, cast: Cast, stream: Stream, vendors: Doubles, two: tuple[Channel, Channel], run: Run
    ) -> None:
        Channel.objects.update(rests_until=NOW + 10 * MINUTE)
        told(stream, cast.wang)

        run(NOW)
        assert vendors.taken == []
        run(NOW + 10 * MINUTE)
        assert len(vendors.taken) == 1
