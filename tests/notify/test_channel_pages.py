"""Channels on screen: added, tried on the real way, closed; and people's orders."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed
from guanlan.notify import actions
from guanlan.notify.jobs import deliver_next_message, look_at_next_chain
from guanlan.notify.models import Channel, Delivery, Message, Unheard, Way
from guanlan.notify.sealing import Access
from notify.doubles import SECRET, Doubles
from notify.scene import K, channel_of, reach, told

SignIn = Callable[..., Client]
Later = Callable[[timedelta], None]


class TestAdd:
    def test_on_screen_and_its_secret_is_shown_nowhere(
        self, cast: Cast, vendors: Doubles, sign_in: SignIn
    ) -> None:
        browser = sign_in(cast.wu)
        form = {"kind": "DINGTALK", "name": "客服值班群", "address": vendors.dingtalk, "secret": SECRET}

        page = browser.post(reverse("channels"), form, follow=True).content.decode()

        channel = Channel.objects.get()
        assert (channel.name, channel.kind) == ("客服值班群", K.DINGTALK)
        shown = page + browser.get(reverse("channels")).content.decode()
        assert "客服值班群，钉钉群机器人" in shown
        assert SECRET not in shown
        assert "a-token" not in shown + channel.sealed
        entry = Entry.objects.get(verb="notify.add_channel")
        assert (entry.actor, entry.subject, entry.facts) == (cast.wu.key, channel.key, {"kind": "DINGTALK"})

    @pytest.mark.parametrize(
        ("kind", "address", "secret", "sentence"),
        [
            ("WECOM", "qyapi.weixin.qq.com", "", "要以 https:// 开头"),
            ("WECOM", "https://[::1", "", "要以 https:// 开头"),
            (
                "WECOM",
                "https://oapi.dingtalk.com/robot/send?access_token=x",
                "",
                "不像企业微信群机器人的地址",
            ),
            ("DINGTALK", "https://oapi.dingtalk.com/robot/send", "", "/robot/send?access_token=…"),
            ("FEISHU", "https://open.feishu.cn/", "", "/open-apis/bot/v2/hook/…"),
            ("WEBHOOK", "https://sms.example.com/", "", "网关要有密钥"),
        ],
    )
    def test_refuses_another_vendors_address(
        self, cast: Cast, sign_in: SignIn, kind: str, address: str, secret: str, sentence: str
    ) -> None:
        form = {"kind": kind, "name": "群", "address": address, "secret": secret}

        answer = sign_in(cast.wu).post(reverse("channels"), form)

        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert not Channel.objects.exists()

    def test_only_an_administrator(self, cast: Cast, vendors: Doubles, sign_in: SignIn) -> None:
        channel = channel_of(cast, K.WECOM, vendors.wecom)

        for name, args in (("channels", []), ("channel", [channel.key])):
            assert sign_in(cast.li).get(reverse(name, args=args)).status_code == 403
        for name in ("channel-try", "channel-close"):
            assert sign_in(cast.li).post(reverse(name, args=[channel.key])).status_code == 403
        with pytest.raises(NotAllowed):
            actions.add_channel(kind=K.WECOM, name="", access=Access(vendors.wecom), person=cast.li, now=NOW)
        with pytest.raises(NotAllowed):
            actions.reset_access(channel=channel, access=Access(vendors.wecom), person=cast.li, now=NOW)

    def test_another_address_keeps_the_orders(
        self, cast: Cast, stream: Stream, vendors: Doubles, sign_in: SignIn
    ) -> None:
        channel = channel_of(cast, K.WECOM, vendors.wecom.replace("a-key", "gone"))
        reach(cast.liu, channel)

        page = sign_in(cast.wu).post(
            reverse("channel", args=[channel.key]), {"address": vendors.wecom}, follow=True
        )
        told(stream, cast.liu)
        assert deliver_next_message()

        assert "地址已换" in page.content.decode()
        assert len(vendors.taken) == 1


class TestTry:
    def test_goes_the_way_of_every_message_and_shows_the_vendors_answer(
        self, cast: Cast, stream: Stream, vendors: Doubles, later: Later, sign_in: SignIn
    ) -> None:
        channel = channel_of(cast, K.WECOM, vendors.wecom.replace("a-key", "gone"))
        browser = sign_in(cast.wu)

        page = browser.post(reverse("channel-try", args=[channel.key]), follow=True).content.decode()
        assert "等后台发送" in page
        assert deliver_next_message()

        page = browser.get(reverse("channel", args=[channel.key])).content.decode()
        assert "invalid webhook url（93000）" in page
        assert "在群里重新复制地址" in page

        later(timedelta(seconds=1))
        actions.reset_access(channel=channel, access=Access(vendors.wecom), person=cast.wu, now=NOW)
        actions.try_channel(channel=channel, stream=stream, person=cast.wu, now=NOW + timedelta(seconds=1))
        assert deliver_next_message()
        fragment = browser.get(reverse("channel", args=[channel.key]), headers={"HX-Request": "true"})
        assert "对方已收下" in fragment.content.decode()
        assert "<html" not in fragment.content.decode()
        (text,) = vendors.texts()
        assert text.startswith("【观澜】通知测试：请点开这一条")

    def test_nobody_is_called_when_a_trial_is_not_read(
        self, cast: Cast, stream: Stream, vendors: Doubles, later: Later
    ) -> None:
        channel = channel_of(cast, K.WECOM, vendors.wecom.replace("a-key", "gone"))
        actions.try_channel(channel=channel, stream=stream, person=cast.wu, now=NOW)
        assert deliver_next_message()
        later(timedelta(hours=2))
        while look_at_next_chain():
            pass

        assert not Unheard.objects.exists()
        assert Message.objects.count() == 1

    def test_nothing_leaves_a_demo(self, cast: Cast, stream: Stream, vendors: Doubles) -> None:
        channel = channel_of(cast, K.WECOM, vendors.wecom)
        demo = Stream.objects.create(kind=Stream.Kind.DEMO, name="演示")

        with pytest.raises(actions.NothingLeaves):
            actions.try_channel(channel=channel, stream=demo, person=cast.wu, now=NOW)
        assert not Delivery.objects.exists()


class TestClose:
    def test_what_waits_goes_on_to_the_next_channel(
        self, cast: Cast, stream: Stream, vendors: Doubles, sign_in: SignIn
    ) -> None:
        first = channel_of(cast, K.WECOM, vendors.wecom)
        reach(cast.liu, first, channel_of(cast, K.WEBHOOK, vendors.gateway, name="短信"))
        message = told(stream, cast.liu)

        sign_in(cast.wu).post(reverse("channel-close", args=[first.key]))
        while deliver_next_message() or look_at_next_chain():
            pass

        states = [(row.channel.name, row.state) for row in message.deliveries.order_by("pk")]
        assert states == [("值班群", "FAILED"), ("短信", "SENT")]
        assert Entry.objects.filter(verb="notify.close_channel", subject=first.key).count() == 1
        with pytest.raises(actions.ClosedAlready):
            actions.close_channel(channel=first, person=cast.wu, now=NOW)
        first.refresh_from_db()
        with pytest.raises(actions.ClosedAlready):
            actions.try_channel(channel=first, stream=stream, person=cast.wu, now=NOW)


class TestWays:
    def test_a_person_sets_their_own(
        self, cast: Cast, stream: Stream, vendors: Doubles, sign_in: SignIn
    ) -> None:
        group = channel_of(cast, K.WECOM, vendors.wecom)
        sms = channel_of(cast, K.WEBHOOK, vendors.gateway, name="短信")
        address = reverse("ways", args=[cast.liu.key])
        browser = sign_in(cast.liu)

        form = {"URGENT-1": sms.key, "URGENT-2": group.key, "NORMAL-1": group.key}
        page = browser.post(address, form, follow=True).content.decode()

        assert "已保存" in page
        ways = Way.objects.filter(person=cast.liu).order_by("-urgency", "place")
        assert [(way.urgency, way.channel) for way in ways] == [
            ("URGENT", sms),
            ("URGENT", group),
            ("NORMAL", group),
        ]
        told(stream, cast.liu, urgency="URGENT")
        assert deliver_next_message()
        assert vendors.taken[0]["path"] == "/sms"
        shown = browser.get(address).content.decode()
        assert f'<option value="{sms.key}" selected>' in shown
        assert "紧急的 5 分钟、普通的 60 分钟" in shown
        entry = Entry.objects.get(verb="notify.set_ways")
        assert entry.facts == {"URGENT": [sms.key, group.key], "NORMAL": [group.key]}

    def test_others_need_an_administrator(self, cast: Cast, vendors: Doubles, sign_in: SignIn) -> None:
        channel = channel_of(cast, K.WECOM, vendors.wecom)
        address = reverse("ways", args=[cast.liu.key])

        assert sign_in(cast.wang).post(address, {"URGENT-1": channel.key}).status_code == 403
        assert sign_in(cast.wu).post(address, {"URGENT-1": channel.key}).status_code == 302
        with pytest.raises(NotAllowed):
            actions.set_ways(person=cast.liu, orders={}, actor=cast.wang, now=NOW)
        assert Way.objects.get().channel == channel
