"""A plan runs out: told of in time, once a step; and loud afterwards, while it still runs."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.notify.models import Message
from guanlan.plan.actions import publish_version
from guanlan.plan.jobs import remind_of_next_expiry
from guanlan.plan.life.actions import remind_of_expiry
from guanlan.plan.models import PlanVersion
from guanlan.reports.actions import submit_flash
from guanlan.watch.models import Event
from incident_scene import activate, raise_event
from plan.versions import drafted, signed, text_of

Browser = Callable[..., Client]
# Published on 20 November 2026 for three years.
END = date(2029, 11, 20)


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch, hands: dict[str, datetime]) -> Callable[[date], datetime]:
    """Move every clock to noon in Shanghai of a day."""
    monkeypatch.setattr("guanlan.plan.jobs.now_for", lambda _stream: hands["now"])

    def moved(day: date) -> datetime:
        hands["now"] = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
        return hands["now"]

    return moved


def days_before(days: int) -> date:
    return END - timedelta(days=days)


class TestReminders:
    def test_each_of_the_plans_days_is_told_once(
        self, plan: PlanVersion, stream: Stream, on: Callable[[date], datetime]
    ) -> None:
        told = []
        for days in (181, 180, 179, 91, 90, 30, 7, 6, 1, 0, -1):
            on(days_before(days))
            if remind_of_next_expiry():
                told.append(days)
            assert remind_of_next_expiry() is False

        assert told == [180, 90, 30, 7, 0]

    def test_those_who_manage_the_plan_hear_of_it(
        self, plan: PlanVersion, cast: Cast, stream: Stream, on: Callable[[date], datetime]
    ) -> None:
        on(days_before(30))
        remind_of_next_expiry()

        told = Message.objects.order_by("person__name")
        assert {message.person for message in told} == {cast.li, cast.wu}
        assert {message.link for message in told} == {reverse("plan")}
        assert told[0].title == "预案还有 30 天到期：客服舆情应急预案（五组制） 1.0，2029-11-20 到期"
        assert told[0].urgency == Message.Urgency.NORMAL
        entry = Entry.objects.filter(kind="plan").latest("number")
        assert (entry.verb, entry.actor, entry.facts["days"]) == ("plan.remind_of_expiry", "system", 30)

    def test_from_its_last_day_on_it_is_urgent(
        self, plan: PlanVersion, stream: Stream, on: Callable[[date], datetime]
    ) -> None:
        on(END)
        remind_of_next_expiry()

        message = Message.objects.first()
        assert message is not None
        assert (message.title, message.urgency) == ("预案已于 2029-11-20 到期，仍按它执行。", "URGENT")

    def test_after_a_long_rest_only_the_nearest_is_told(
        self, plan: PlanVersion, stream: Stream, on: Callable[[date], datetime]
    ) -> None:
        on(days_before(12))
        remind_of_next_expiry()

        assert PlanVersion.objects.get().reminded_days == 30
        assert Message.objects.filter(title__contains="还有 12 天到期").count() == 2

    def test_nothing_is_told_where_the_next_version_begins_in_time(
        self, plan: PlanVersion, cast: Cast, stream: Stream, on: Callable[[date], datetime]
    ) -> None:
        at = on(days_before(200))
        following = signed(cast, drafted(cast, "2.0"))
        publish_version(version=following, effective_on=END, person=cast.li, now=at)
        told = Message.objects.count()

        on(days_before(30))

        assert remind_of_next_expiry() is False
        assert Message.objects.count() == told


class TestLoud:
    def test_the_plans_page_says_it_and_it_still_holds(
        self, plan: PlanVersion, cast: Cast, sign_in: Browser, hands: dict[str, datetime]
    ) -> None:
        browser = sign_in(cast.zhao)
        hands["now"] = datetime(2029, 11, 19, 15, 59, tzinfo=UTC)  # a minute before midnight in Shanghai
        assert "仍按它执行" not in text_of(browser.get(reverse("plan")))

        hands["now"] = datetime(2029, 11, 19, 16, 0, tzinfo=UTC)

        page = text_of(browser.get(reverse("plan")))
        assert "预案已于 2029-11-20 到期，仍按它执行。请评估后发布新版本。" in page
        assert "1.0 版已到期" in page
        assert PlanVersion.objects.get().state == "IN_FORCE"

    def test_war_room_and_report_say_it(
        self, plan: PlanVersion, cast: Cast, stream: Stream, sign_in: Browser, hands: dict[str, datetime]
    ) -> None:
        event = raise_event(cast, stream)
        Event.objects.update(
            state="CONFIRMED", confirmed_level="II", confirmed_at=NOW, confirmed_by=cast.wang
        )
        incident = activate(event, cast.li)
        sentence = "预案已于 2026-11-20 到期，仍按它执行。"
        room = reverse("incident", args=[incident.key])
        before = submit_flash(event=event, person=cast.wang, now=NOW)
        assert sentence not in text_of(sign_in(cast.li).get(room))
        assert sentence not in str(before.frozen)

        PlanVersion.objects.update(expires_date=date(2026, 11, 20))

        assert sentence in text_of(sign_in(cast.li).get(room))
        after = submit_flash(event=event, person=cast.wang, now=NOW)
        assert sentence in str(after.frozen)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_it_once(
    plan: PlanVersion, stream: Stream, cast: Cast, at_once: AtOnce
) -> None:
    at = datetime(2029, 10, 21, 4, tzinfo=UTC)

    at_once(lambda: remind_of_expiry(version=plan, days=30, stream=stream, now=at))

    assert Entry.objects.filter(verb="plan.remind_of_expiry").count() == 1
    assert Message.objects.count() == 2
