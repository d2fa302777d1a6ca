"""Confirming, dismissing and stating facts: who may, what needs a reason, what the page says."""

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
from guanlan.notify.models import Message
from guanlan.plan.models import PlanVersion
from guanlan.watch import actions, jobs
from guanlan.watch.models import Assessment, Event, Signal, Watch
from incident_scene import raise_event

LEVELS = ("I", "II", "III", "IV")


@pytest.fixture
def event(cast: Cast, stream: Stream, plan: PlanVersion) -> Event:
    return raise_event(cast, stream)


def confirm(event: Event, cast: Cast, level: str = "II", **more: Any) -> Assessment:
    given = {"levels": LEVELS, "person": cast.wang, "now": NOW, **more}
    return actions.confirm_level(event=event, level=level, **given)


class TestConfirmLevel:
    def test_keeps_the_confirmed_level_apart_from_the_computed_one(self, event: Event, cast: Cast) -> None:
        confirm(event, cast, "III", reason="影响只在一地")
        Event.objects.update(computed_level="I")

        event.refresh_from_db()
        assert (event.computed_level, event.confirmed_level, event.confirmed_by) == ("I", "III", cast.wang)

    @pytest.mark.parametrize("level", ["III", "I", ""])
    def test_another_level_than_the_computed_one_needs_a_reason(
        self, event: Event, cast: Cast, level: str
    ) -> None:
        with pytest.raises(actions.ReasonMissing):
            confirm(event, cast, level)

    def test_refuses_a_level_the_plan_does_not_know(self, event: Event, cast: Cast) -> None:
        with pytest.raises(actions.UnknownLevel, match="I、II、III、IV"):
            confirm(event, cast, "V", reason="x")

    def test_refuses_a_reader(self, event: Event, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            confirm(event, cast, person=cast.zhao)

    def test_settles_the_signals_and_writes_an_audit_row(self, event: Event, cast: Cast) -> None:
        signal = Signal.objects.create(stream=event.stream, kind="LEVEL", at=NOW, event=event, level="II")

        confirm(event, cast)

        signal.refresh_from_db()
        assert signal.settled_at == NOW
        entry = Entry.objects.latest("number")
        assert (entry.verb, entry.facts) == ("watch.confirm_level", {"level": "II", "computed": "II"})


class TestDismissEvent:
    def test_needs_a_reason_and_keeps_it(self, event: Event, cast: Cast) -> None:
        with pytest.raises(actions.ReasonMissing):
            actions.dismiss_event(event=event, reason=" ", person=cast.wang, now=NOW)
        actions.dismiss_event(event=event, reason="同名小区的事", person=cast.wang, now=NOW)

        event.refresh_from_db()
        assert event.state == Event.State.DISMISSED
        assert Assessment.objects.get().reason == "同名小区的事"

    def test_a_dismissed_event_can_be_confirmed_after_all(self, event: Event, cast: Cast) -> None:
        actions.dismiss_event(event=event, reason="同名小区的事", person=cast.wang, now=NOW)
        confirm(event, cast)

        event.refresh_from_db()
        assert event.state == Event.State.CONFIRMED

    def test_a_merged_event_can_be_neither(self, event: Event, cast: Cast) -> None:
        Event.objects.update(state=Event.State.MERGED)

        with pytest.raises(actions.WrongState):
            confirm(event, cast)


class TestStateFact:
    def test_a_stated_fact_lifts_the_level_at_the_next_tick(
        self, watch: Watch, bring: Any, cast: Cast, hands: dict[str, datetime]
    ) -> None:
        bring(12)
        event = Event.objects.exclude(posts=0).latest("posts")
        actions.state_fact(
            event=event, fact="regulator_named", ground="市场监管局通报", person=cast.wang, now=NOW
        )
        hands["now"] = NOW + timedelta(minutes=2)
        bring.work()

        event.refresh_from_db()
        assert event.computed_level == "I"  # the plan: named by a regulator is level I

    def test_refuses_a_fact_without_ground(self, event: Event, cast: Cast) -> None:
        with pytest.raises(actions.ReasonMissing):
            actions.state_fact(event=event, fact="fraud", ground="", person=cast.wang, now=NOW)


class TestEscalation:
    def test_a_rise_nobody_confirms_goes_to_the_command_once(
        self, watch: Watch, bring: Any, cast: Cast, hands: dict[str, datetime]
    ) -> None:
        bring(60, start=NOW - timedelta(minutes=20))
        assert not Message.objects.filter(person=cast.li).exists()

        hands["now"] = NOW + timedelta(minutes=31)  # level III asks for half an hour
        bring.work()
        jobs.tell_next_signal()

        told = Message.objects.filter(person=cast.li)
        assert ["未核实：" in message.title for message in told] == [True]

    def test_a_confirmed_rise_does_not(
        self, watch: Watch, bring: Any, cast: Cast, hands: dict[str, datetime]
    ) -> None:
        bring(60, start=NOW - timedelta(minutes=20))
        event = Event.objects.exclude(computed_level="").get()
        confirm(event, cast, event.computed_level)

        hands["now"] = NOW + timedelta(minutes=31)
        bring.work()

        assert not Message.objects.filter(person=cast.li).exists()


class TestSourceSignals:
    def test_a_silent_source_is_told_to_the_monitors_once(
        self, watch: Watch, bring: Any, cast: Cast, stream: Stream
    ) -> None:
        from guanlan.intake.models import Source

        source = Source.objects.create(
            stream=stream,
            unit=cast.wang.unit,
            kind="FEED",
            name="抖音评论",
            received_at=NOW - timedelta(hours=3),
            silent_since=NOW - timedelta(hours=2),
        )
        bring.work()
        bring.work()

        assert Signal.objects.get(source=source).kind == Signal.Kind.SILENT
        assert Message.objects.get(person=cast.wang).title.startswith("来源静默：抖音评论")


class TestPages:
    def test_the_event_says_how_bad_and_what_to_do(
        self, watch: Watch, bring: Any, cast: Cast, sign_in: Callable[..., Client]
    ) -> None:
        bring(60)
        event = Event.objects.exclude(computed_level="").get()

        page = sign_in(cast.wang).get(reverse("event", args=[event.key])).content.decode()

        assert "系统算为Ⅲ级" in page
        assert "确认为Ⅲ级" in page
        assert "达III级" in page or "达Ⅲ级" in page
        assert "“退款”第" in page

    def test_one_press_confirms(self, event: Event, cast: Cast, sign_in: Callable[..., Client]) -> None:
        browser = sign_in(cast.wang)
        browser.post(reverse("event-confirm", args=[event.key]), {"level": "II"})

        event.refresh_from_db()
        assert event.confirmed_level == "II"
        assert "王芳已确认" in browser.get(reverse("event", args=[event.key])).content.decode()

    def test_a_reader_sees_it_but_no_buttons(
        self, event: Event, cast: Cast, sign_in: Callable[..., Client]
    ) -> None:
        browser = sign_in(cast.zhao)
        page = browser.get(reverse("event", args=[event.key])).content.decode()

        assert reverse("event-confirm", args=[event.key]) not in page
        for name in ("event-confirm", "event-dismiss", "event-fact"):
            body = {"level": "II", "reason": "x", "fact": "fraud", "ground": "x"}
            assert browser.post(reverse(name, args=[event.key]), body).status_code == 403

    def test_the_feed_and_the_list_show_what_came(
        self, watch: Watch, bring: Any, cast: Cast, sign_in: Callable[..., Client]
    ) -> None:
        bring(3, text="<b>退款</b>没到，观澜商城太差")
        browser = sign_in(cast.zhao)

        feed = browser.get(reverse("feed"), {"stance": "negative"}).content.decode()
        assert "按所选条件共 3 条" in feed
        assert "<b>退款</b>" not in feed
        assert browser.get(reverse("events")).status_code == 200

    def test_live_parts_come_without_the_frame(
        self, event: Event, cast: Cast, sign_in: Callable[..., Client]
    ) -> None:
        for address in (reverse("feed"), reverse("events"), reverse("event", args=[event.key])):
            part = sign_in(cast.zhao).get(address, headers={"HX-Request": "true"}).content.decode()
            assert "<html" not in part
            assert "csrfmiddlewaretoken" not in part or "event-confirm" not in part


class TestWatchPages:
    def test_three_boxes_make_a_watch(
        self, cast: Cast, stream: Stream, plan: PlanVersion, sign_in: Callable[..., Client]
    ) -> None:
        body = {"name": "退款", "brand": "观澜 观澜商城", "matter": "退款", "without": "招聘"}
        answer = sign_in(cast.wang).post(reverse("watch-new"), body)

        assert answer.headers["Location"] == reverse("watches")
        assert Watch.objects.get().query == '("观澜" OR "观澜商城") AND "退款" NOT "招聘"'

    def test_the_live_count_looks_through_stored_posts(
        self, watch: Watch, bring: Any, cast: Cast, sign_in: Callable[..., Client]
    ) -> None:
        bring(5)
        page = sign_in(cast.wang).get(reverse("watch-count"), {"brand": "观澜商城", "matter": "客服"})

        # Three of the first five invented complaints speak of 客服.
        assert "最近 5 条里命中 3 条" in page.content.decode()

    def test_a_query_that_cannot_be_read_is_told_with_its_column(
        self, cast: Cast, stream: Stream, sign_in: Callable[..., Client]
    ) -> None:
        page = sign_in(cast.wang).get(reverse("watch-count"), {"query": '退款 "投诉'}).content.decode()

        assert "第 4" in page

    def test_a_reader_keeps_and_closes_no_watch(
        self, watch: Watch, cast: Cast, sign_in: Callable[..., Client]
    ) -> None:
        browser = sign_in(cast.zhao)

        assert browser.get(reverse("watch-new")).status_code == 403
        assert browser.post(reverse("watch-close", args=[watch.key])).status_code == 403

    def test_a_closed_watch_takes_nothing_more(
        self, watch: Watch, bring: Any, cast: Cast, sign_in: Callable[..., Client]
    ) -> None:
        sign_in(cast.wang).post(reverse("watch-close", args=[watch.key]))
        bring(3)

        assert not watch.hits.exists()
