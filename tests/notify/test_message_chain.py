"""A person's channels in order; and who is told when none of them reached anybody."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from conftest import NOW, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.notify.actions import mark_read, send_again
from guanlan.notify.jobs import deliver_next_message, look_at_next_chain
from guanlan.notify.models import Channel, Delivery, Message, Unheard
from guanlan.people.actions import place, plan_shift
from guanlan.people.models import Membership
from notify.doubles import Doubles
from notify.scene import K, channel_of, reach, told

State = Delivery.State
Later = Callable[[timedelta], None]


def run() -> None:
    while look_at_next_chain() or deliver_next_message():
        pass


@pytest.fixture
def two(cast: Cast, vendors: Doubles) -> tuple[Channel, Channel]:
    first = channel_of(cast, K.WECOM, vendors.wecom, name="值班群")
    second = channel_of(cast, K.WEBHOOK, vendors.gateway, name="短信")
    reach(cast.wang, first, second)
    return first, second


class TestNextChannel:
    def test_when_one_fails_for_good(
        self, cast: Cast, stream: Stream, vendors: Doubles, two: tuple[Channel, Channel]
    ) -> None:
        reach(cast.wang, channel_of(cast, K.WECOM, f"{vendors.wecom}".replace("a-key", "gone")), two[1])

        message = told(stream, cast.wang, urgency="URGENT")
        run()

        assert [row.state for row in message.deliveries.order_by("pk")] == [State.FAILED, State.SENT]
        assert [said["path"] for said in vendors.taken] == ["/sms"]
        assert Entry.objects.filter(verb="notify.go_on").get().facts == {"channel": two[1].key}

    @pytest.mark.parametrize(("urgency", "minutes"), [("URGENT", 5), ("NORMAL", 60)])
    def test_when_nobody_reads_it_in_time(
        self,
        cast: Cast,
        stream: Stream,
        vendors: Doubles,
        two: tuple[Channel, Channel],
        later: Later,
        urgency: str,
        minutes: int,
    ) -> None:
        told(stream, cast.wang, urgency=urgency)
        run()
        later(timedelta(minutes=minutes, seconds=-1))
        run()
        assert len(vendors.taken) == 1
        later(timedelta(seconds=1))
        run()

        assert [said["path"] for said in vendors.taken] == ["/cgi-bin/webhook/send", "/sms"]

    def test_not_once_it_is_read(
        self, cast: Cast, stream: Stream, vendors: Doubles, two: tuple[Channel, Channel], later: Later
    ) -> None:
        message = told(stream, cast.wang, urgency="URGENT")
        run()
        mark_read(message=message, person=cast.wang, now=NOW)
        later(timedelta(hours=2))
        run()

        assert len(vendors.taken) == 1
        assert not Unheard.objects.exists()


class TestUnheard:
    def test_the_deputy_and_the_next_head_are_told_without_what_it_says(
        self, cast: Cast, stream: Stream, vendors: Doubles, two: tuple[Channel, Channel], later: Later
    ) -> None:
        monitoring = cast.groups["monitoring"]
        for person in (cast.liu, cast.chen):
            place(person=person, group=monitoring, role="DEPUTY", actor="system", now=NOW)
        Membership.objects.filter(person=cast.liu, group=monitoring).update(role="MEMBER")
        plan_shift(
            group=monitoring,
            person=cast.wang,
            deputy=cast.liu,
            starts_at=NOW - timedelta(hours=1),
            ends_at=NOW + timedelta(hours=7),
            actor="system",
            now=NOW,
        )
        message = told(stream, cast.wang, urgency="URGENT", title="机密任务")
        for _look in range(2):
            run()
            later(timedelta(minutes=5))
        run()

        row = Unheard.objects.get(message=message)
        called = Message.objects.filter(cause=f"unheard:{cast.wang.key}")
        assert row.told == 2
        assert {one.person for one in called} == {cast.liu, cast.chen}
        assert {one.title for one in called} == {"联系不上王芳：有消息没有人收到，请打电话"}
        assert all(cast.wang.phone in one.body and "机密" not in one.body for one in called)
        assert Entry.objects.filter(verb="notify.call_stand_ins").count() == 1

    def test_with_no_stand_in_the_command_is_told_then_the_administrator_then_it_ends(
        self, cast: Cast, stream: Stream, vendors: Doubles, two: tuple[Channel, Channel], later: Later
    ) -> None:
        for person in (cast.li, cast.wu):
            reach(person, two[0])
        told(stream, cast.wang, urgency="URGENT")
        for _minute in range(30):
            run()
            later(timedelta(minutes=1))

        called = Message.objects.filter(cause=f"unheard:{cast.wang.key}").order_by("pk")
        assert [one.person for one in called] == [cast.li, cast.wu]
        assert list(Unheard.objects.order_by("pk").values_list("told", flat=True)) == [1, 1, 0]

    def test_many_messages_to_one_person_call_the_stand_in_once(
        self, cast: Cast, stream: Stream, vendors: Doubles, two: tuple[Channel, Channel], later: Later
    ) -> None:
        for number in range(5):
            told(stream, cast.wang, urgency="URGENT", cause=f"task:{number}")
        for _look in range(3):
            run()
            later(timedelta(minutes=5))

        assert Unheard.objects.count() == 5
        assert Message.objects.filter(cause=f"unheard:{cast.wang.key}", person=cast.li).count() == 1

    def test_a_normal_one_that_was_sent_may_stay_unread(
        self, cast: Cast, stream: Stream, vendors: Doubles, two: tuple[Channel, Channel], later: Later
    ) -> None:
        told(stream, cast.wang)
        for _look in range(5):
            run()
            later(timedelta(hours=1))

        assert not Unheard.objects.exists()

    def test_a_normal_one_that_no_channel_took_is_told(
        self, cast: Cast, stream: Stream, vendors: Doubles
    ) -> None:
        reach(cast.wang, channel_of(cast, K.WECOM, vendors.wecom.replace("a-key", "gone")))

        message = told(stream, cast.wang)
        run()

        assert Unheard.objects.get().message == message

    def test_a_round_sent_after_that_which_fails_too_stops_no_worker(
        self, cast: Cast, stream: Stream, vendors: Doubles
    ) -> None:
        reach(cast.wang, channel_of(cast, K.WECOM, vendors.wecom.replace("a-key", "gone")))
        message = told(stream, cast.wang, urgency="URGENT")
        run()
        send_again(delivery=message.deliveries.get(), person=cast.wu, now=NOW)

        run()

        assert Unheard.objects.filter(message=message).count() == 1
        message.refresh_from_db()
        assert message.look_at is None

    def test_whoever_has_no_channel_reads_in_the_house_and_nobody_is_called(
        self, cast: Cast, stream: Stream, later: Later
    ) -> None:
        told(stream, cast.wang, urgency="URGENT")
        later(timedelta(hours=2))
        run()

        assert not Unheard.objects.exists()
