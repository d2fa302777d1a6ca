"""预警: issued, adjusted and lifted before anybody activates the plan; it ends with the response."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.audit.queries import breaks
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed
from guanlan.incidents import jobs
from guanlan.incidents.actions import adjust_warning, issue_warning, lift_warning
from guanlan.incidents.actions.warning import AlreadyWarned, NoLongerStands, NothingChanged, ReviewBackwards
from guanlan.incidents.levels import NoReason, UnknownLevel
from guanlan.incidents.models import EarlyWarning, Task
from guanlan.incidents.opening import AlreadyActive, EventClosed
from guanlan.notify.models import Message
from guanlan.people.models import Person
from guanlan.watch.models import Event
from incident_scene import activate, publish, raise_event

Browser = Callable[..., Client]
LATER = NOW + timedelta(hours=4)
WORDS = "退款投诉在涨，客服备好话术，媒体组盯住热搜"


@pytest.fixture
def event(cast: Cast, stream: Stream) -> Event:
    publish(cast)
    return raise_event(cast, stream)


def issue(event: Event, person: Person, **changed: Any) -> EarlyWarning:
    given = {"event": event, "level": "III", "words": WORDS, "review_at": LATER, "person": person, "now": NOW}
    return issue_warning(**(given | changed))


@pytest.fixture
def warning(event: Event, cast: Cast) -> EarlyWarning:
    return issue(event, cast.wang)


def titles(person: Person) -> list[str]:
    return list(Message.objects.filter(person=person).order_by("pk").values_list("title", flat=True))


class TestIssue:
    def test_every_group_is_told_and_nothing_begins(self, warning: EarlyWarning, cast: Cast) -> None:
        for person in (cast.li, cast.wang, cast.liu, cast.chen, cast.zhou):
            assert titles(person) == ["Ⅲ级预警：退款三天未到账，请各组待命"]
        assert not Task.objects.exists()

    def test_audit_row(self, warning: EarlyWarning, cast: Cast) -> None:
        entry = Entry.objects.get(verb="incidents.issue_warning")
        assert (entry.actor, entry.subject) == (cast.wang.key, warning.event.key)
        assert entry.facts == {"warning": warning.key, "level": "III"}
        assert list(breaks()) == []

    def test_refuses_whoever_may_not(self, event: Event, cast: Cast) -> None:
        with pytest.raises(NotAllowed, match="领导、指挥、监测"):
            issue(event, cast.liu)

    def test_refuses_what_is_missing_or_wrong(self, event: Event, cast: Cast) -> None:
        for changed, error in (
            ({"words": " "}, NoReason),
            ({"level": "V"}, UnknownLevel),
            ({"review_at": NOW}, ReviewBackwards),
        ):
            with pytest.raises(error):
                issue(event, cast.wang, **changed)
        assert not EarlyWarning.objects.exists()
        assert not Message.objects.exists()

    def test_refuses_a_second_one(self, warning: EarlyWarning, cast: Cast) -> None:
        with pytest.raises(AlreadyWarned):
            issue(warning.event, cast.wang)

    @pytest.mark.django_db(transaction=True)
    def test_two_at_once_issue_one(self, event: Event, cast: Cast, at_once: AtOnce) -> None:
        assert at_once(lambda: issue(event, cast.wang)) == ["AlreadyWarned", "done"]

    def test_refuses_during_a_response_and_after_a_false_alarm(self, event: Event, cast: Cast) -> None:
        activate(event, cast.li)
        with pytest.raises(AlreadyActive):
            issue(event, cast.wang)
        Event.objects.update(state=Event.State.DISMISSED)
        with pytest.raises(EventClosed):
            issue(event, cast.wang)


class TestAdjust:
    def test_the_next_one_follows_and_the_groups_hear(self, warning: EarlyWarning, cast: Cast) -> None:
        following = adjust_warning(
            warning=warning,
            level="II",
            words=WORDS,
            review_at=LATER,
            person=cast.li,
            now=NOW + timedelta(hours=1),
        )

        warning.refresh_from_db()
        assert (warning.ending, warning.closed_by, following.follows) == ("ADJUSTED", cast.li, warning)
        assert titles(cast.liu)[-1] == "预警调整为Ⅱ级：退款三天未到账"

    def test_refuses_one_that_changes_nothing(self, warning: EarlyWarning, cast: Cast) -> None:
        with pytest.raises(NothingChanged):
            adjust_warning(
                warning=warning, level="III", words=WORDS, review_at=LATER, person=cast.li, now=NOW
            )

    def test_refuses_one_that_was_lifted(self, warning: EarlyWarning, cast: Cast) -> None:
        lift_warning(warning=warning, reason="已回落", person=cast.wang, now=NOW)
        with pytest.raises(NoLongerStands, match="这条预警已解除，没有改动。"):
            adjust_warning(warning=warning, level="II", words=WORDS, review_at=LATER, person=cast.li, now=NOW)


class TestLift:
    def test_ends_and_is_told_with_its_reason(self, warning: EarlyWarning, cast: Cast) -> None:
        lift_warning(warning=warning, reason="已回落", person=cast.wang, now=NOW + timedelta(hours=2))

        warning.refresh_from_db()
        assert (warning.ending, warning.reason, warning.remind_at) == ("LIFTED", "已回落", None)
        message = Message.objects.filter(person=cast.liu).latest("pk")
        assert (message.title, message.body) == ("Ⅲ级预警已解除：退款三天未到账", "已回落")

    def test_wants_a_reason_and_the_right(self, warning: EarlyWarning, cast: Cast) -> None:
        with pytest.raises(NoReason):
            lift_warning(warning=warning, reason=" ", person=cast.wang, now=NOW)
        with pytest.raises(NotAllowed):
            lift_warning(warning=warning, reason="回落", person=cast.chen, now=NOW)

    def test_a_response_ends_it(self, warning: EarlyWarning, cast: Cast) -> None:
        activate(warning.event, cast.li)

        warning.refresh_from_db()
        assert (warning.ending, warning.closed_at, warning.closed_by) == ("RESPONSE", NOW, cast.li)


class TestReview:
    def run(self, at: datetime) -> bool:
        return jobs.remind_next_warning(lambda _stream: at)

    def test_whoever_watches_is_reminded_once(self, warning: EarlyWarning, cast: Cast) -> None:
        assert not self.run(LATER - timedelta(minutes=1))
        assert self.run(LATER)
        assert not self.run(LATER + timedelta(days=1))
        assert titles(cast.wang)[-1] == "预警到了复核时间，请调整或解除：退款三天未到账"
        assert len(titles(cast.liu)) == 1

    def test_nobody_is_reminded_of_a_lifted_one(self, warning: EarlyWarning, cast: Cast) -> None:
        lift_warning(warning=warning, reason="已回落", person=cast.wang, now=NOW)
        assert not self.run(LATER)

    def test_nor_of_one_that_a_response_took_up(self, warning: EarlyWarning, cast: Cast) -> None:
        activate(warning.event, cast.li)
        assert not self.run(LATER)


class TestPages:
    def test_from_the_event_to_the_warning(self, event: Event, cast: Cast, sign_in: Browser) -> None:
        browser = sign_in(cast.wang)
        address = reverse("issue-warning", args=[event.key])
        assert address in browser.get(reverse("event", args=[event.key])).content.decode()

        answer = browser.post(address, {"level": "III", "words": WORDS, "review_at": "2026-11-24T18:05"})

        warning = EarlyWarning.objects.get()
        assert answer["Location"] == reverse("warning", args=[warning.key])
        shown = strip_tags(browser.get(answer["Location"]).content.decode())
        assert "退款三天未到账：Ⅲ级预警中，请各组待命" in shown
        assert "Ⅲ级预警中" in browser.get(reverse("event", args=[event.key])).content.decode()

    def test_opening_it_counts_as_reading(self, warning: EarlyWarning, cast: Cast, sign_in: Browser) -> None:
        sign_in(cast.liu).get(reverse("warning", args=[warning.key]))

        read = Message.objects.filter(read_at__isnull=False)
        assert [message.person for message in read] == [cast.liu]
        shown = strip_tags(sign_in(cast.wang).get(reverse("warning", args=[warning.key])).content.decode())
        assert shown.count("未读") == 3  # the command, the press, the counsel

    def test_adjusts_and_lifts(self, warning: EarlyWarning, cast: Cast, sign_in: Browser) -> None:
        browser = sign_in(cast.wang)
        browser.post(
            reverse("warning", args=[warning.key]),
            {"level": "II", "words": WORDS, "review_at": "2026-11-24T20:00"},
        )
        following = EarlyWarning.objects.get(closed_at=None)
        assert following.follows == warning

        answer = browser.post(reverse("warning-lift", args=[following.key]), {"reason": ""})
        assert answer.status_code == 422
        browser.post(reverse("warning-lift", args=[following.key]), {"reason": "已回落"})
        assert not EarlyWarning.objects.filter(closed_at=None).exists()

    def test_others_may_only_look(self, event: Event, cast: Cast, sign_in: Browser) -> None:
        browser = sign_in(cast.liu)
        address = reverse("issue-warning", args=[event.key])
        assert "您可以看，不能发" in browser.get(address).content.decode()
        given = {"level": "III", "words": WORDS, "review_at": "2026-11-24T18:05"}
        assert browser.post(address, given).status_code == 403
