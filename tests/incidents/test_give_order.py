"""交办: the command orders a group to do something beyond the plan; and what lay on the table is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from conftest import NOW, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed
from guanlan.incidents.actions import accept_task, give_order
from guanlan.incidents.levels import NoReason
from guanlan.incidents.models import Decision, Incident, Task, TimelineEntry
from guanlan.incidents.offering import NothingToDo, NotResponding, Order
from guanlan.notify.models import Message
from guanlan.people.models import Group
from guanlan.watch.models import Event
from incident_scene import activate, publish, raise_event

Browser = Callable[..., Client]
DUE = NOW + timedelta(hours=3)
WORDS = "清点全部未到账退款，报总数"


@pytest.fixture
def event(cast: Cast, stream: Stream) -> Event:
    publish(cast)
    return raise_event(cast, stream)


@pytest.fixture
def incident(event: Event, cast: Cast) -> Incident:
    return activate(event, cast.li)


def order(incident: Incident, cast: Cast, **changed: Any) -> Decision:
    given = {
        "incident": incident,
        "words": WORDS,
        "order": Order(cast.groups["service"], DUE),
        "person": cast.li,
        "now": NOW,
    }
    return give_order(**(given | changed))


class TestGiveOrder:
    def test_becomes_a_task_of_the_group(self, incident: Incident, cast: Cast) -> None:
        decision = order(incident, cast)

        task = decision.task
        assert task is not None
        assert (task.group, task.title, task.due_at) == (cast.groups["service"], WORDS, DUE)
        assert task.accept_by == NOW + timedelta(minutes=30)
        assert task.what_to_do == f"李敏 14:05 交办：{WORDS}"
        assert (decision.kind, decision.incident, decision.person) == ("ORDER", incident, cast.li)

    def test_who_answers_for_the_group_is_told(self, incident: Incident, cast: Cast) -> None:
        Message.objects.all().delete()
        decision = order(incident, cast)

        message = Message.objects.get()
        assert message.person == cast.liu
        assert decision.task is not None
        assert message.link == reverse("task", args=[decision.task.key])

    def test_is_on_the_timeline_with_its_audit_row(self, incident: Incident, cast: Cast) -> None:
        order(incident, cast)

        entry = Entry.objects.get(verb="incidents.give_order")
        line = TimelineEntry.objects.get(audit_number=entry.number)
        assert line.sentence == f"交办客服应对组，17:05 前办完：{WORDS}"

    def test_an_order_with_an_hour_less_than_half_is_accepted_by_then(
        self, incident: Incident, cast: Cast
    ) -> None:
        soon = NOW + timedelta(minutes=10)
        decision = order(incident, cast, order=Order(cast.groups["media"], soon))
        assert decision.task is not None
        assert decision.task.accept_by == soon

    def test_two_orders_of_the_same_words_are_two(self, incident: Incident, cast: Cast) -> None:
        order(incident, cast)
        order(incident, cast)
        assert Task.objects.filter(title=WORDS).count() == 2

    @pytest.mark.parametrize("behind", [timedelta(0), timedelta(hours=-1)])
    def test_refuses_a_time_that_is_over(self, incident: Incident, cast: Cast, behind: timedelta) -> None:
        with pytest.raises(NothingToDo):
            order(incident, cast, order=Order(cast.groups["service"], NOW + behind))
        assert not Decision.objects.filter(kind="ORDER").exists()

    def test_refuses_without_words(self, incident: Incident, cast: Cast) -> None:
        with pytest.raises(NoReason):
            order(incident, cast, words="  ")

    def test_refuses_whoever_may_not_decide(self, incident: Incident, cast: Cast) -> None:
        with pytest.raises(NotAllowed, match="领导、指挥"):
            order(incident, cast, person=cast.wang)

    def test_refuses_once_the_response_has_ended(self, incident: Incident, cast: Cast) -> None:
        Incident.objects.update(state=Incident.State.STOOD_DOWN)
        with pytest.raises(NotResponding, match="现在是“已解除”，不能交办"):
            order(incident, cast)


class TestPages:
    def test_orders_and_shows_the_receipt(self, incident: Incident, cast: Cast, sign_in: Browser) -> None:
        browser = sign_in(cast.li)
        address = reverse("incident-order", args=[incident.key])
        assert address in browser.get(reverse("incident", args=[incident.key])).content.decode()

        answer = browser.post(
            address,
            {
                "words": WORDS,
                "group": Group.objects.get(code="service").key,
                "due_at": "2026-11-24T17:05",
                "consulted": "周宁",
            },
        )

        assert answer["Location"] == reverse("incident", args=[incident.key])
        decision = Decision.objects.get(kind="ORDER")
        assert decision.consulted == "周宁"
        assert decision.task is not None
        accept_task(task=decision.task, person=cast.liu, now=NOW + timedelta(minutes=4))
        shown = strip_tags(browser.get(address).content.decode())
        assert "刘洋 14:09 签收" in shown

    def test_only_the_plans_groups_are_offered(
        self, incident: Incident, cast: Cast, sign_in: Browser
    ) -> None:
        shown = sign_in(cast.li).get(reverse("incident-order", args=[incident.key])).content.decode()
        assert cast.groups["legal"].key in shown
        assert cast.groups["audit"].key not in shown
        assert cast.groups["administration"].key not in shown

    def test_others_may_only_look(self, incident: Incident, cast: Cast, sign_in: Browser) -> None:
        browser = sign_in(cast.wang)
        address = reverse("incident-order", args=[incident.key])
        assert "您可以看，不能下" in browser.get(address).content.decode()
        given = {"words": WORDS, "group": cast.groups["service"].key, "due_at": "2026-11-24T17:05"}
        assert browser.post(address, given).status_code == 403
        assert not Decision.objects.filter(kind="ORDER").exists()

    def test_a_time_that_is_over_keeps_what_was_typed(
        self, incident: Incident, cast: Cast, sign_in: Browser
    ) -> None:
        given = {"words": WORDS, "group": cast.groups["service"].key, "due_at": "2020-01-01T10:00"}
        answer = sign_in(cast.li).post(reverse("incident-order", args=[incident.key]), given)
        assert answer.status_code == 422
        assert WORDS in answer.content.decode()


class TestWhatWasWeighed:
    def test_options_as_shown_premises_and_who_was_asked_are_kept(
        self, event: Event, cast: Cast, sign_in: Browser
    ) -> None:
        browser = sign_in(cast.li)
        browser.post(
            reverse("decide", args=[event.key]),
            {
                "choice": "II",
                "reason": "影响扩大",
                "assumptions": "支付通道今晚恢复",
                "consulted": "周宁、财务部",
            },
        )

        decision = Decision.objects.get()
        assert (decision.assumptions, decision.consulted) == ("支付通道今晚恢复", "周宁、财务部")
        # The event is proposed as II: that comes first, watching second, then the plan's other levels.
        assert [
            (one["letter"], one["title"], one["recommended"], one["chosen"]) for one in decision.options
        ] == [
            ("A", "启动Ⅱ级响应", True, True),
            ("B", "暂不启动，继续观察", False, False),
            ("C", "启动Ⅰ级响应", False, False),
            ("D", "启动Ⅲ级响应", False, False),
        ]
        assert decision.options[0]["consequences"][0] == "派 3 项任务：监测组 1、客服应对组 1、媒体沟通组 1"
        incident = decision.incident
        assert incident is not None
        room = browser.get(reverse("incident", args=[incident.key])).content.decode()
        assert "支付通道今晚恢复" in room
        assert "周宁、财务部" in room

    def test_watching_keeps_them_too(self, event: Event, cast: Cast, sign_in: Browser) -> None:
        sign_in(cast.li).post(
            reverse("decide", args=[event.key]),
            {
                "choice": "observe",
                "reason": "先看",
                "review_at": "2026-11-24T18:00",
                "assumptions": "没有媒体跟进",
            },
        )
        decision = Decision.objects.get()
        assert decision.assumptions == "没有媒体跟进"
        assert [one["chosen"] for one in decision.options] == [False, True, False, False]
