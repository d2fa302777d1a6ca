"""Sending: claimed once, tried again, and honest after a crash; mail among the channels."""

import smtplib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from conftest import NOW, AtOnce, Cast
from guanlan.clocks.models import Stream
from guanlan.notify.actions import tell
from guanlan.notify.channels.answers import Answer
from guanlan.notify.jobs import deliver_next_message
from guanlan.notify.models import Channel, Delivery
from guanlan.notify.sending import call_out, claim
from notify import doubles as faults
from notify.doubles import Doubles
from notify.scene import K, channel_of, only, reach, told

State = Delivery.State
Later = Callable[[timedelta], None]


@pytest.fixture
def waiting(cast: Cast, stream: Stream, settings: Any, later: Later) -> Delivery:
    settings.EMAIL_HOST_CONFIGURED = True
    cast.liu.email = "liu@example.com"
    cast.liu.save()
    return only(told(stream, cast.liu))


@pytest.fixture
def server_says(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    def say(failure: Exception) -> None:
        def refuse(*_args: object, **_kwargs: object) -> None:
            raise failure

        monkeypatch.setattr("guanlan.notify.channels.mail.send_mail", refuse)

    return say


class TestMail:
    def test_is_the_way_of_whoever_chose_none(self, waiting: Delivery) -> None:
        assert deliver_next_message()

        waiting.refresh_from_db()
        assert waiting.state == State.SENT
        assert (mail.outbox[0].subject, mail.outbox[0].to) == (
            "【观澜】请接手：联系客户",
            ["liu@example.com"],
        )
        assert mail.outbox[0].body.endswith(f"http://127.0.0.1:8000/messages/{waiting.message.key}/")
        assert Channel.objects.get().kind == K.MAIL

    def test_tries_again_later_and_gives_up_after_five(
        self, waiting: Delivery, later: Later, server_says: Callable[[Exception], None]
    ) -> None:
        server_says(ConnectionRefusedError("gone"))
        for _attempt in range(5):
            assert deliver_next_message()
            assert not deliver_next_message()
            later(timedelta(hours=1))

        waiting.refresh_from_db()
        assert (waiting.state, waiting.attempts) == (State.FAILED, 5)
        assert "gone" in waiting.outcome
        assert not deliver_next_message()

    @pytest.mark.parametrize(
        ("failure", "state"),
        [
            (smtplib.SMTPServerDisconnected("cut"), State.UNKNOWN),
            (TimeoutError("slow"), State.UNKNOWN),
            (smtplib.SMTPRecipientsRefused({"liu@example.com": (550, b"no such user")}), State.FAILED),
            (smtplib.SMTPDataError(554, b"spam"), State.FAILED),
            (smtplib.SMTPDataError(451, b"busy"), State.WAITING),
        ],
    )
    def test_tells_refused_from_lost(
        self,
        waiting: Delivery,
        server_says: Callable[[Exception], None],
        failure: Exception,
        state: str,
    ) -> None:
        server_says(failure)

        assert deliver_next_message()

        waiting.refresh_from_db()
        assert waiting.state == state

    def test_an_address_removed_meanwhile_is_a_failure_not_a_success(
        self, waiting: Delivery, cast: Cast
    ) -> None:
        cast.liu.email = ""
        cast.liu.save()

        assert deliver_next_message()

        waiting.refresh_from_db()
        assert (waiting.state, waiting.outcome) == (State.FAILED, "刘洋没有邮箱，请在人员页补上。")


class TestClaim:
    def test_nothing_leaves_a_drill(self, cast: Cast, vendors: Doubles) -> None:
        drill = Stream.objects.create(kind=Stream.Kind.DRILL, name="演练")
        reach(cast.liu, channel_of(cast, K.WECOM, vendors.wecom))

        assert tell(stream=drill, person=cast.liu, title="请接手", link="/", cause="task:x", now=NOW)

        assert not Delivery.objects.exists()

    def test_the_key_is_made_of_cause_step_person_channel_and_round(
        self, cast: Cast, stream: Stream, vendors: Doubles
    ) -> None:
        channel = channel_of(cast, K.WECOM, vendors.wecom)
        reach(cast.liu, channel)

        delivery = only(told(stream, cast.liu, step="late"))

        assert delivery.once == f"task:x|late|{cast.liu.key}|{channel.key}|1"

    def test_urgent_ones_go_first(self, cast: Cast, stream: Stream, vendors: Doubles) -> None:
        reach(cast.liu, channel_of(cast, K.WECOM, vendors.wecom))
        told(stream, cast.liu, cause="task:1")
        told(stream, cast.liu, cause="task:2", urgency="URGENT", title="快")

        assert deliver_next_message()

        assert "快" in vendors.texts()[0]

    @pytest.mark.django_db(transaction=True)
    def test_two_workers_never_hold_one_row(
        self, cast: Cast, stream: Stream, vendors: Doubles, at_once: AtOnce
    ) -> None:
        reach(cast.liu, channel_of(cast, K.WECOM, vendors.wecom))
        told(stream, cast.liu)
        held: list[int] = []

        at_once(lambda: held.extend(row.pk for row in claim(now=NOW)))

        assert held == [Delivery.objects.get().pk]


class TestCrash:
    def held(self, stream: Stream, cast: Cast, vendors: Doubles, urgency: str) -> Delivery:
        """A row whose worker was killed while it sent."""
        reach(cast.liu, channel_of(cast, K.WECOM, vendors.wecom))
        told(stream, cast.liu, urgency=urgency)
        (row,) = claim(now=NOW)
        return row

    def test_an_urgent_one_goes_out_again_and_says_that_it_may_be_a_repeat(
        self, cast: Cast, stream: Stream, vendors: Doubles, later: Later
    ) -> None:
        first = self.held(stream, cast, vendors, "URGENT")
        assert not deliver_next_message()
        later(timedelta(minutes=2))

        assert deliver_next_message()
        assert deliver_next_message()

        first.refresh_from_db()
        second = Delivery.objects.get(round=2)
        assert (first.state, second.state) == (State.UNKNOWN, State.SENT)
        assert first.settled_at is not None
        assert vendors.texts()[0].startswith("【观澜】紧急·可能重复：")

    def test_another_one_waits_for_a_person(
        self, cast: Cast, stream: Stream, vendors: Doubles, later: Later
    ) -> None:
        first = self.held(stream, cast, vendors, "NORMAL")
        later(timedelta(minutes=2))

        assert deliver_next_message()
        assert not deliver_next_message()

        first.refresh_from_db()
        assert (first.state, first.settled_at) == (State.UNKNOWN, None)
        assert vendors.taken == []

    def test_a_worker_that_comes_back_late_changes_nothing(
        self, cast: Cast, stream: Stream, vendors: Doubles, later: Later, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        reach(cast.liu, channel_of(cast, K.WECOM, vendors.wecom))
        told(stream, cast.liu, urgency="URGENT")

        def slow(*args: Any, **kwargs: Any) -> Answer:
            answer = call_out(*args, **kwargs)
            Delivery.objects.update(state=State.UNKNOWN)
            return answer

        monkeypatch.setattr("guanlan.notify.jobs.call_out", slow)

        assert deliver_next_message()

        assert Delivery.objects.get().state == State.UNKNOWN

    def test_after_three_rounds_of_unknown_fate_it_goes_another_way(
        self, cast: Cast, stream: Stream, vendors: Doubles, later: Later
    ) -> None:
        reach(cast.liu, channel_of(cast, K.WECOM, vendors.wecom))
        message = told(stream, cast.liu, urgency="URGENT")
        vendors.fault = lambda _number, _text: faults.DROPPED

        while deliver_next_message():
            pass

        rounds = [(row.round, row.state, row.may_repeat) for row in message.deliveries.order_by("round")]
        assert rounds == [
            (1, State.UNKNOWN, False),
            (2, State.UNKNOWN, True),
            (3, State.UNKNOWN, True),
        ]
        message.refresh_from_db()
        assert message.look_at == NOW
