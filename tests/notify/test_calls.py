"""A call is on record with both of them, and whoever was reached has read what it was about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed
from guanlan.notify.actions import CalledOneself, NotYetCalled, record_call
from guanlan.notify.models import Call, Delivery, Message
from guanlan.people.models import Person
from notify.scene import K, channel_of, only, reach, told

Browser = Callable[[Person], Client]
AT = NOW + timedelta(minutes=8)
LATER = NOW + timedelta(minutes=10)


def ring(cast: Cast, stream: Stream, **changes: Any) -> Call:
    given: dict[str, Any] = {
        "stream": stream,
        "called": cast.liu,
        "reached": True,
        "words": "马上去办",
        "at": AT,
        "caller": cast.wang,
        "now": LATER,
        "cause": "task:x",
    }
    return record_call(**given | changes)


def test_who_was_reached_has_read_what_was_sent_of_that_cause(cast: Cast, stream: Stream) -> None:
    about, other, anothers = (
        told(stream, cast.liu),
        told(stream, cast.liu, cause="task:y"),
        told(stream, cast.li),
    )

    call = ring(cast, stream)

    assert (call.caller, call.called, call.at, call.words) == (cast.wang, cast.liu, AT, "马上去办")
    assert list(
        Message.objects.filter(pk__in=[about.pk, other.pk, anothers.pk])
        .order_by("pk")
        .values_list("read_at", flat=True)
    ) == [AT, None, None]


def test_a_call_that_nobody_answered_reads_nothing(cast: Cast, stream: Stream) -> None:
    told(stream, cast.liu)

    ring(cast, stream, reached=False)

    assert Message.objects.get().read_at is None


def test_a_call_before_the_message_does_not_read_it(cast: Cast, stream: Stream) -> None:
    told(stream, cast.liu)

    ring(cast, stream, at=NOW - timedelta(minutes=1))

    assert Message.objects.get().read_at is None


def test_writes_one_audit_row_without_the_words(cast: Cast, stream: Stream) -> None:
    told(stream, cast.liu)
    before = Entry.objects.count()

    call = ring(cast, stream)

    entry = Entry.objects.latest("number")
    assert Entry.objects.count() == before + 1
    assert (entry.verb, entry.actor, entry.subject) == ("notify.record_call", cast.wang.key, call.key)
    assert entry.facts == {"called": cast.liu.key, "reached": True, "cause": "task:x", "read": 1}


def test_refuses_a_call_that_lies_ahead(cast: Cast, stream: Stream) -> None:
    with pytest.raises(NotYetCalled, match="不能晚于现在"):
        ring(cast, stream, at=LATER + timedelta(minutes=1))


def test_refuses_a_call_to_oneself(cast: Cast, stream: Stream) -> None:
    with pytest.raises(CalledOneself):
        ring(cast, stream, called=cast.wang)


def test_refuses_who_may_only_read(cast: Cast, stream: Stream) -> None:
    with pytest.raises(NotAllowed):
        ring(cast, stream, caller=cast.zhao)

    assert not Call.objects.exists()


def test_only_the_two_see_what_was_said(cast: Cast, stream: Stream) -> None:
    ring(cast, stream)

    seen = {person.name: Call.visible_to(person).exists() for person in (cast.wang, cast.liu, cast.li)}
    assert seen == {"王芳": True, "刘洋": True, "李敏": False}


class TestPage:
    @pytest.fixture
    def now_later(self, hands: dict[str, datetime]) -> None:
        hands["now"] = LATER

    def test_the_address_book_leads_to_it(
        self, cast: Cast, stream: Stream, sign_in: Browser, now_later: None
    ) -> None:
        Person.objects.filter(pk=cast.liu.pk).update(phone="13800000002")
        browser, address = sign_in(cast.wang), reverse("call", args=[cast.liu.key])
        assert address in browser.get(reverse("person", args=[cast.liu.key])).content.decode()
        assert 'href="tel:13800000002"' in browser.get(address).content.decode()

        answer = browser.post(
            address, {"reached": "no", "at": "2026-11-20T14:10", "words": "占线"}, follow=True
        )

        assert "已记下这次通话" in answer.content.decode()
        call = Call.objects.get()
        assert (call.reached, call.at, call.cause) == (False, NOW + timedelta(minutes=5), "")
        assert "占线" in browser.get(address).content.decode()

    def test_asks_whether_somebody_was_reached(self, cast: Cast, stream: Stream, sign_in: Browser) -> None:
        answer = sign_in(cast.wang).post(
            reverse("call", args=[cast.liu.key]), {"reached": "", "at": "2026-11-20T14:00"}
        )

        assert answer.status_code == 422
        assert not Call.objects.exists()

    def test_says_why_there_is_nothing_to_fill_in(self, cast: Cast, stream: Stream, sign_in: Browser) -> None:
        shown = sign_in(cast.zhao).get(reverse("call", args=[cast.liu.key])).content.decode()

        assert "这次通话不由您记" in shown
        assert "没有登记号码" in shown

    def test_makes_up_for_what_was_not_delivered(
        self, cast: Cast, stream: Stream, sign_in: Browser, now_later: None
    ) -> None:
        reach(cast.liu, channel_of(cast, K.WECOM, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x"))
        message = told(stream, cast.liu)
        delivery = only(message)
        Delivery.objects.update(state=Delivery.State.FAILED)
        browser = sign_in(cast.wang)
        address = f"{reverse('call', args=[cast.liu.key])}?delivery={delivery.key}"
        assert address in browser.get(reverse("deliveries")).content.decode()
        assert "联系客户" not in browser.get(address).content.decode()

        browser.post(address, {"reached": "yes", "at": "2026-11-20T14:10", "words": ""})

        message.refresh_from_db()
        assert message.read_at == NOW + timedelta(minutes=5)

    def test_who_does_not_settle_deliveries_reads_none_by_it(
        self, cast: Cast, stream: Stream, sign_in: Browser
    ) -> None:
        reach(cast.liu, channel_of(cast, K.WECOM, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x"))
        delivery = only(told(stream, cast.liu))

        answer = sign_in(cast.chen).post(
            f"{reverse('call', args=[cast.liu.key])}?delivery={delivery.key}",
            {"reached": "yes", "at": "2026-11-20T14:05"},
        )

        assert answer.status_code == 403
        assert Message.objects.get().read_at is None
