"""Each channel against its vendor's contract: what is taken, and what is made of every refusal."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.notify.actions import reset_access
from guanlan.notify.jobs import deliver_next_message
from guanlan.notify.models import Delivery, Message
from guanlan.notify.sealing import Access
from notify import doubles as faults
from notify.doubles import Doubles, doubles
from notify.scene import K, channel_of, only, reach, told

State = Delivery.State
BOTS = [(K.WECOM, "wecom"), (K.DINGTALK, "dingtalk"), (K.FEISHU, "feishu")]
EVERY = [*BOTS, (K.WEBHOOK, "gateway")]
each = pytest.mark.parametrize(("kind", "vendor"), EVERY)


def send(cast: Cast, stream: Stream, kind: str, address: str, **given: str) -> tuple[Message, Delivery]:
    reach(cast.liu, channel_of(cast, kind, address))
    message = told(stream, cast.liu, **given)
    assert deliver_next_message()
    return message, only(message)


@each
def test_takes_the_title_the_person_and_the_link(
    cast: Cast, stream: Stream, vendors: Doubles, kind: str, vendor: str
) -> None:
    message, delivery = send(cast, stream, kind, getattr(vendors, vendor), urgency="URGENT")

    assert (delivery.state, delivery.outcome[-3:]) == (State.SENT, "已收下")
    (text,) = vendors.texts()
    assert text.startswith("【观澜】紧急：请接手：联系客户")
    assert "刘洋" in text
    assert text.endswith(f"http://127.0.0.1:8000/messages/{message.key}/")


def test_says_what_kind_of_message_it_is(cast: Cast, stream: Stream, vendors: Doubles) -> None:
    """A body built for one kind under the name of another is taken for an empty one by the vendor."""
    for kind, vendor in BOTS:
        reach(cast.liu, channel_of(cast, kind, getattr(vendors, vendor)))
        told(stream, cast.liu, cause=vendor)
        assert deliver_next_message()

    wecom, dingtalk, feishu = (said["body"] for said in vendors.taken)
    assert (wecom["msgtype"], wecom["text"]["mentioned_mobile_list"]) == ("text", ["13800000000"])
    assert (dingtalk["msgtype"], dingtalk["at"]["atMobiles"]) == ("markdown", ["13800000000"])
    assert "@13800000000" in dingtalk["markdown"]["text"]
    assert (feishu["msg_type"], list(feishu["content"])) == ("post", ["post"])


@pytest.mark.parametrize(
    ("kind", "address", "secret", "sentence"),
    [
        (K.WECOM, "/cgi-bin/webhook/send?key=gone", "", "重新复制地址"),
        (K.DINGTALK, "/robot/send?access_token=gone", "", "重新复制地址"),
        (K.DINGTALK, "/robot/send?access_token=a-token", "another", "加签密钥与渠道里的一致"),
        (K.FEISHU, "/open-apis/bot/v2/hook/a-hook", "another", "核对签名密钥"),
        (K.WEBHOOK, "/sms", "another", "wrong signature"),
    ],
)
def test_a_refusal_in_an_answer_of_200_is_a_failure_that_says_what_to_set_right(
    cast: Cast, stream: Stream, vendors: Doubles, kind: str, address: str, secret: str, sentence: str
) -> None:
    channel = channel_of(cast, kind, f"http://127.0.0.1:{vendors.port}{address}", secret or faults.SECRET)
    reach(cast.liu, channel)
    message = told(stream, cast.liu)

    assert deliver_next_message()

    assert only(message).state == State.FAILED
    assert sentence in only(message).outcome
    assert vendors.taken == []
    assert not deliver_next_message()


@pytest.mark.parametrize(("kind", "vendor"), [(K.DINGTALK, "dingtalk"), (K.FEISHU, "feishu")])
def test_the_word_that_a_bot_asks_for_is_named(
    cast: Cast, stream: Stream, vendors: Doubles, monkeypatch: pytest.MonkeyPatch, kind: str, vendor: str
) -> None:
    monkeypatch.setattr(faults, "KEYWORD", "告警")

    _message, delivery = send(cast, stream, kind, getattr(vendors, vendor))

    assert delivery.state == State.FAILED
    assert "关键词" in delivery.outcome
    assert "“观澜”" in delivery.outcome


@pytest.mark.parametrize(("kind", "vendor"), [(K.DINGTALK, "dingtalk"), (K.FEISHU, "feishu")])
def test_a_signature_of_an_hour_ago_is_refused_and_told(
    cast: Cast, stream: Stream, vendors: Doubles, kind: str, vendor: str
) -> None:
    vendors.clock = lambda: (NOW + timedelta(hours=2)).timestamp()

    _message, delivery = send(cast, stream, kind, getattr(vendors, vendor))

    assert delivery.state == State.FAILED
    assert "timestamp" in delivery.outcome


@pytest.mark.parametrize(("kind", "vendor"), BOTS)
def test_too_fast_for_the_vendor_waits_as_long_as_it_wants(
    cast: Cast,
    stream: Stream,
    vendors: Doubles,
    later: Callable[[timedelta], None],
    kind: str,
    vendor: str,
) -> None:
    vendors.per_minute = 0
    message, delivery = send(cast, stream, kind, getattr(vendors, vendor))

    assert delivery.state == State.WAITING
    vendors.per_minute = 20
    later(timedelta(seconds=59))
    assert not deliver_next_message()
    later(timedelta(minutes=10))
    assert deliver_next_message()
    assert only(message).state == State.SENT


@each
def test_a_dead_server_is_tried_again_because_nothing_was_sent(
    cast: Cast, stream: Stream, vendors: Doubles, kind: str, vendor: str
) -> None:
    with doubles() as gone:
        address = getattr(gone, vendor)

    _message, delivery = send(cast, stream, kind, address)

    assert (delivery.state, delivery.may_repeat) == (State.WAITING, False)
    assert "连不上" in delivery.outcome


@each
@pytest.mark.parametrize("fault", [faults.DROPPED, faults.TAKEN_AND_DROPPED, faults.FAILED])
def test_an_answer_that_never_came_leaves_it_open(
    cast: Cast, stream: Stream, vendors: Doubles, kind: str, vendor: str, fault: str
) -> None:
    vendors.fault = lambda _number, _text: fault

    message, delivery = send(cast, stream, kind, getattr(vendors, vendor))

    assert delivery.state == State.UNKNOWN
    assert only(message) == delivery
    assert not deliver_next_message()


@pytest.mark.parametrize(("kind", "vendor", "limit"), [(K.WECOM, "wecom", 2048), (K.WEBHOOK, "gateway", 900)])
def test_a_long_text_is_cut_and_keeps_its_link(
    cast: Cast, stream: Stream, vendors: Doubles, kind: str, vendor: str, limit: int
) -> None:
    message, delivery = send(cast, stream, kind, getattr(vendors, vendor), body="退款😀" * 3000)

    assert delivery.state == State.SENT
    (text,) = vendors.texts()
    assert limit - 12 <= len(text.encode()) <= limit
    assert "…（太长，余下的点开看）" in text
    assert text.endswith(f"/messages/{message.key}/")


@pytest.mark.parametrize(
    ("kind", "vendor", "together"), [(K.WECOM, "wecom", 8), (K.DINGTALK, "dingtalk", 20)]
)
def test_the_last_call_of_a_minute_is_a_digest(
    cast: Cast,
    stream: Stream,
    vendors: Doubles,
    later: Callable[[timedelta], None],
    kind: str,
    vendor: str,
    together: int,
) -> None:
    reach(cast.liu, channel_of(cast, kind, getattr(vendors, vendor)))
    messages = [told(stream, cast.liu, cause=f"task:{number}") for number in range(19 + together + 1)]

    while deliver_next_message():
        pass

    assert len(vendors.taken) == 20
    digest = vendors.texts()[-1]
    assert digest.startswith(f"【观澜】{together} 条消息")
    assert [message.key in digest for message in messages] == [False] * 19 + [True] * together + [False]
    waiting = Delivery.objects.get(state=State.WAITING)
    assert waiting.message == messages[-1]
    later(timedelta(seconds=61))
    assert deliver_next_message()
    assert len(vendors.taken) == 21


def test_the_inner_network_is_refused_and_the_remedy_named(
    cast: Cast, stream: Stream, vendors: Doubles, settings: Any
) -> None:
    settings.CHANNEL_NETWORKS = []

    _message, delivery = send(cast, stream, K.WEBHOOK, vendors.gateway)

    assert delivery.state == State.FAILED
    assert "CHANNEL_NETWORKS" in delivery.outcome
    assert vendors.calls == 0


def test_a_person_without_a_number_is_named(cast: Cast, stream: Stream, vendors: Doubles) -> None:
    cast.liu.phone = ""
    cast.liu.save()

    _message, delivery = send(cast, stream, K.WEBHOOK, vendors.gateway)

    assert (delivery.state, delivery.outcome) == (State.FAILED, "刘洋没有手机号，请在人员页补上。")


def test_a_gateway_hears_the_same_key_in_every_round(cast: Cast, stream: Stream, vendors: Doubles) -> None:
    vendors.fault = lambda number, _text: faults.TAKEN_AND_DROPPED if number == 1 else None
    reach(cast.liu, channel_of(cast, K.WEBHOOK, vendors.gateway))
    told(stream, cast.liu, urgency="URGENT")
    assert deliver_next_message()
    assert deliver_next_message()

    first, second = (said["body"] for said in vendors.taken)
    assert (first["may_repeat"], second["may_repeat"]) == (False, True)
    assert vendors.keys[0] == vendors.keys[1] != ""


def test_what_another_secret_key_sealed_is_a_sentence(
    cast: Cast, stream: Stream, vendors: Doubles, settings: Any
) -> None:
    channel = channel_of(cast, K.WECOM, vendors.wecom)
    assert "a-key" not in channel.sealed
    settings.SECRET_KEY = "another"
    reach(cast.liu, channel)
    message = told(stream, cast.liu)

    assert deliver_next_message()
    assert "SECRET_KEY" in only(message).outcome

    reset_access(channel=channel, access=Access(vendors.wecom), person=cast.wu, now=NOW)
    again = told(stream, cast.liu, cause="task:y")
    assert deliver_next_message()
    assert only(again).state == State.SENT
