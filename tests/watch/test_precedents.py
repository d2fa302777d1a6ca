"""Holding an event against an earlier one; what was called false, by month and watch."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.errors import BadInput, NotAllowed
from guanlan.incidents.models import Incident
from guanlan.watch.actions import confirm_level, dismiss_event
from guanlan.watch.alerts.actions import settle_alarm
from guanlan.watch.grouping import actions, queries
from guanlan.watch.models import Alarm, AlertRule, Event, Precedent
from incident_scene import activate, publish, raise_event


@pytest.fixture
def event(cast: Cast, stream: Stream) -> Event:
    publish(cast)
    event = raise_event(cast, stream)
    event.terms = ["退款", "到账", "客服"]
    event.save()
    return event


def earlier_event(cast: Cast, stream: Stream, code: str, *terms: str, days: int = 60) -> Event:
    event = raise_event(cast, stream, code=code, name=f"旧事{code}")
    event.first_at, event.terms = NOW - timedelta(days=days), list(terms)
    event.state, event.confirmed_level = Event.State.CONFIRMED, "II"
    event.save()
    return event


@pytest.fixture
def old(cast: Cast, stream: Stream, event: Event) -> Event:
    return earlier_event(cast, stream, "old", "退款", "到账")


def link(event: Event, earlier: Event, cast: Cast, note: str = "也是通道故障") -> Precedent:
    return actions.link_precedent(event=event, earlier=earlier, note=note, person=cast.wang, now=NOW)


class TestLinkPrecedent:
    def test_it_is_named_with_what_is_alike(self, event: Event, old: Event, cast: Cast) -> None:
        kept = link(event, old, cast)
        assert queries.precedents(event, cast.li) == [kept]
        row = Entry.objects.latest("number")
        assert (row.verb, row.subject, row.facts) == (
            "watch.link_precedent",
            event.key,
            {"earlier": old.key},
        )

    def test_once_and_again_after_it_was_taken_down(self, event: Event, old: Event, cast: Cast) -> None:
        kept = link(event, old, cast)
        with pytest.raises(actions.NoPrecedent, match="已经是先例"):
            link(event, old, cast)
        actions.unlink_precedent(precedent=kept, person=cast.li, now=NOW)
        assert queries.precedents(event, cast.li) == []
        with pytest.raises(actions.NoPrecedent, match="已经撤下"):
            actions.unlink_precedent(precedent=kept, person=cast.li, now=NOW)
        link(event, old, cast)

    def test_only_an_earlier_event_that_stands(
        self, event: Event, old: Event, cast: Cast, stream: Stream
    ) -> None:
        gone = earlier_event(cast, stream, "gone")
        gone.state = Event.State.MERGED
        for wrong in (event, gone):
            with pytest.raises(actions.NoPrecedent, match="更早开始"):
                link(event, wrong, cast)
        with pytest.raises(actions.NoPrecedent, match="更早开始"):
            link(old, event, cast)

    def test_not_without_a_note_nor_by_the_wrong_person(
        self, event: Event, old: Event, cast: Cast, sign_in: Callable[..., Client]
    ) -> None:
        with pytest.raises(BadInput, match="哪里相似"):
            link(event, old, cast, note=" ")
        with pytest.raises(NotAllowed):
            actions.link_precedent(event=event, earlier=old, note="x", person=cast.chen, now=NOW)
        assert sign_in(cast.chen).get(reverse("event-precedent", args=[event.key])).status_code == 403

    @pytest.mark.django_db(transaction=True)
    def test_two_at_once_name_it_once(self, event: Event, old: Event, cast: Cast, at_once: AtOnce) -> None:
        assert at_once(lambda: link(event, old, cast)) == ["NoPrecedent", "done"]

    def test_those_most_alike_are_offered_first(
        self, event: Event, old: Event, cast: Cast, stream: Stream
    ) -> None:
        none = earlier_event(cast, stream, "none", "快递")
        one = earlier_event(cast, stream, "one", "客服")
        Event.objects.filter(pk=earlier_event(cast, stream, "false", "退款").pk).update(state="DISMISSED")
        offered = queries.alike(event, cast.wang)
        assert offered == [(old, ["退款", "到账"]), (one, ["客服"]), (none, [])]
        link(event, old, cast)
        assert [other for other, _words in queries.alike(event, cast.wang)] == [one, none]

    def test_the_pages_name_it_lead_to_its_closed_incident_and_take_it_down(
        self, event: Event, old: Event, cast: Cast, sign_in: Callable[..., Client]
    ) -> None:
        incident = activate(old, cast.li)
        Incident.objects.filter(pk=incident.pk).update(state="ARCHIVED", stood_down_at=NOW, closed_at=NOW)
        browser, address = sign_in(cast.wang), reverse("event-precedent", args=[event.key])
        assert "退款、到账" in browser.get(address).content.decode()
        assert browser.post(address, {"earlier": old.key}).status_code == 422
        browser.post(address, {"earlier": old.key, "note": "也是通道故障"})
        page = browser.get(reverse("event", args=[event.key])).content.decode()
        assert "也是通道故障" in page
        assert incident.number in page

        browser.post(reverse("precedent-drop", args=[Precedent.objects.get().key]))
        page = browser.get(reverse("event", args=[event.key])).content.decode()
        assert "也是通道故障" not in page


class TestFalseAlarms:
    def test_they_are_counted_by_month_and_watch_with_their_reasons(
        self, event: Event, cast: Cast, stream: Stream, sign_in: Callable[..., Client]
    ) -> None:
        # 1 December in Shanghai, still November in UTC.
        december = datetime(2026, 11, 30, 16, 30, tzinfo=UTC)
        other, third = raise_event(cast, stream, code="e2", name="转发抽奖"), raise_event(cast, stream, "e3")
        for one, reason, at in (
            (event, "是培训演练的帖子", NOW),
            (other, "抽奖活动", december),
            (third, "看错了", NOW),
        ):
            dismiss_event(event=one, reason=reason, person=cast.wang, now=at)
        confirm_level(event=third, level="II", levels=("I", "II", "III"), person=cast.wang, now=NOW)
        rule = AlertRule.objects.create(
            stream=stream,
            watch=event.watch,
            kind="SURGE",
            cooldown_hours=4,
            created_at=NOW,
            created_by=cast.wang,
            looked_at=NOW,
        )
        alarm = Alarm.objects.create(
            stream=stream,
            rule=rule,
            at=NOW,
            window_from=NOW,
            window_until=NOW,
            value=40,
            threshold=30,
            tell_from=NOW,
        )
        settle_alarm(alarm=alarm, false=True, reason="促销咨询", person=cast.li, now=NOW)

        months = queries.false_alarms(cast.wang, stream)

        assert [(one.month.month, one.events, one.alarms) for one in months] == [(12, 1, 0), (11, 1, 1)]
        page = sign_in(cast.zhao).get(reverse("false-alarms")).content.decode()
        for words in ("一共判过 3 次误报", "是培训演练的帖子", "抽奖活动", "促销咨询", "2026年12月"):
            assert words in page, words
        assert "看错了" not in page
