"""Following up what went wrong: send it again, or let it rest."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed
from guanlan.notify.actions import (
    ChannelClosed,
    SettledAlready,
    close_channel,
    let_rest,
    mark_read,
    send_again,
)
from guanlan.notify.jobs import deliver_next_message, look_at_next_chain
from guanlan.notify.models import Delivery
from notify import doubles as faults
from notify.doubles import Doubles
from notify.scene import K, channel_of, only, reach, told

State = Delivery.State
SignIn = Callable[..., Client]


def wrong(
    cast: Cast, stream: Stream, vendors: Doubles, *, fault: str | None, title: str = "联系客户"
) -> Delivery:
    """A delivery that was lost on the way (`fault`), or that the vendor refused."""
    address = vendors.wecom if fault else vendors.wecom.replace("a-key", "gone")
    reach(cast.liu, channel_of(cast, K.WECOM, address))
    vendors.fault = lambda _number, _text: fault
    message = told(stream, cast.liu, title=title)
    assert deliver_next_message()
    vendors.fault = lambda _number, _text: None
    return only(message)


class TestSendAgain:
    def test_what_may_have_arrived_is_marked(self, cast: Cast, stream: Stream, vendors: Doubles) -> None:
        lost = wrong(cast, stream, vendors, fault=faults.TAKEN_AND_DROPPED)

        again = send_again(delivery=lost, person=cast.wu, now=NOW)
        assert deliver_next_message()

        again.refresh_from_db()
        assert (again.round, again.state) == (2, State.SENT)
        first, second = vendors.texts()
        assert "可能重复" not in first
        assert second.startswith("【观澜】可能重复：")

    def test_what_certainly_failed_is_not(self, cast: Cast, stream: Stream, vendors: Doubles) -> None:
        failed = wrong(cast, stream, vendors, fault=None)

        again = send_again(delivery=failed, person=cast.wang, now=NOW)

        assert (failed.state, again.may_repeat) == (State.FAILED, False)

    def test_a_failure_after_a_loss_is_marked_all_the_same(
        self, cast: Cast, stream: Stream, vendors: Doubles
    ) -> None:
        lost = wrong(cast, stream, vendors, fault=faults.DROPPED)
        second = send_again(delivery=lost, person=cast.wu, now=NOW)
        Delivery.objects.filter(pk=second.pk).update(state=State.FAILED)

        third = send_again(delivery=second, person=cast.wu, now=NOW)

        assert (third.round, third.may_repeat) == (3, True)

    def test_who_may_not(self, cast: Cast, stream: Stream, vendors: Doubles) -> None:
        lost = wrong(cast, stream, vendors, fault=faults.DROPPED)

        with pytest.raises(NotAllowed):
            send_again(delivery=lost, person=cast.liu, now=NOW)
        with pytest.raises(NotAllowed):
            let_rest(delivery=lost, person=cast.zhao, now=NOW)

    def test_not_over_a_closed_channel(self, cast: Cast, stream: Stream, vendors: Doubles) -> None:
        lost = wrong(cast, stream, vendors, fault=faults.DROPPED)
        close_channel(channel=lost.channel, person=cast.wu, now=NOW)

        with pytest.raises(ChannelClosed, match="“值班群”已停用"):
            send_again(delivery=Delivery.objects.get(), person=cast.wu, now=NOW)
        assert Delivery.objects.get().settled_at is None

    def test_not_what_was_sent(self, cast: Cast, stream: Stream, vendors: Doubles) -> None:
        lost = wrong(cast, stream, vendors, fault=faults.DROPPED)
        Delivery.objects.update(state=State.SENT)

        with pytest.raises(SettledAlready):
            send_again(delivery=lost, person=cast.wu, now=NOW)

    @pytest.mark.django_db(transaction=True)
    def test_two_at_once_send_one(
        self, cast: Cast, stream: Stream, vendors: Doubles, at_once: AtOnce
    ) -> None:
        lost = wrong(cast, stream, vendors, fault=faults.DROPPED)

        outcomes = at_once(lambda: send_again(delivery=lost, person=cast.wu, now=NOW))

        assert outcomes == ["SettledAlready", "done"]
        assert Delivery.objects.count() == 2

    def test_audit_rows(self, cast: Cast, stream: Stream, vendors: Doubles) -> None:
        lost = wrong(cast, stream, vendors, fault=faults.DROPPED)
        again = send_again(delivery=lost, person=cast.wu, now=NOW)
        Delivery.objects.filter(pk=again.pk).update(state=State.FAILED)
        let_rest(delivery=again, person=cast.wang, now=NOW)

        rows = Entry.objects.filter(kind="delivery").order_by("number")
        assert [(row.verb, row.actor, row.facts["round"]) for row in rows] == [
            ("notify.send_again", cast.wu.key, 1),
            ("notify.let_rest", cast.wang.key, 2),
        ]


class TestPage:
    def test_shows_what_went_wrong_to_whom_and_not_what_it_says(
        self, cast: Cast, stream: Stream, vendors: Doubles, sign_in: SignIn
    ) -> None:
        wrong(cast, stream, vendors, fault=None, title="机密任务")

        page = sign_in(cast.wang).get(reverse("deliveries")).content.decode()

        assert "1 次发送没有成，等人决定" in page
        assert "刘洋" in page
        assert "invalid webhook url（93000）" in page
        assert "机密" not in page

    def test_names_whom_nobody_reached(
        self, cast: Cast, stream: Stream, vendors: Doubles, sign_in: SignIn
    ) -> None:
        lost = wrong(cast, stream, vendors, fault=None)
        assert look_at_next_chain()

        page = sign_in(cast.wang).get(reverse("deliveries")).content.decode()
        assert "1 条消息没有人收到" in page
        assert "13800000000" in page

        mark_read(message=lost.message, person=cast.liu, now=NOW)
        page = sign_in(cast.wang).get(reverse("deliveries")).content.decode()
        assert "没有人收到" not in page

    def test_the_buttons_settle_it(
        self, cast: Cast, stream: Stream, vendors: Doubles, sign_in: SignIn
    ) -> None:
        lost = wrong(cast, stream, vendors, fault=faults.DROPPED)
        browser = sign_in(cast.wang)

        browser.post(reverse("delivery-again", args=[lost.key]))
        assert Delivery.objects.filter(round=2, may_repeat=True).count() == 1
        Delivery.objects.filter(round=2).update(state=State.FAILED)
        browser.post(reverse("delivery-rest", args=[Delivery.objects.get(round=2).key]))

        assert "都发出去了" in browser.get(reverse("deliveries")).content.decode()

    def test_is_not_for_everybody(self, cast: Cast, sign_in: SignIn) -> None:
        assert sign_in(cast.liu).get(reverse("deliveries")).status_code == 403
