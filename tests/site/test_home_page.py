"""The home page: what waits for whoever looks, the urgent first, and how things stand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.incidents.actions import accept_task, decide_observing, hand_over_task
from guanlan.incidents.models import Incident, Task
from guanlan.people import actions as people
from guanlan.people.models import Membership
from guanlan.site.queries import headline, situation, todos
from incident_scene import activate, publish, raise_event, read_posts, task_of


@pytest.fixture
def incident(cast: Cast, stream: Stream) -> Incident:
    publish(cast)
    return activate(raise_event(cast, stream), cast.li)


def home(browser: Client) -> str:
    answer = browser.get(reverse("home"))
    assert answer.status_code == 200
    return str(answer.content.decode())


class TestHome:
    def test_puts_the_most_urgent_first(
        self, incident: Incident, cast: Cast, sign_in: Callable[..., Client]
    ) -> None:
        contact = task_of(incident, "duty.contact")
        Task.objects.filter(pk=contact.pk).update(accept_by=NOW - timedelta(minutes=5))

        shown = home(sign_in(cast.liu))

        assert "1 项已超时" in shown
        assert "逐一联系客户" in shown
        assert "超 5 分" in shown
        assert reverse("task", args=[contact.key]) in shown

    def test_shows_a_group_only_its_own(self, incident: Incident, cast: Cast, stream: Stream) -> None:
        assert [todo.title for todo in todos(cast.liu, stream.pk, now=NOW)] == ["逐一联系客户"]
        assert [todo.title for todo in todos(cast.zhou, stream.pk, now=NOW)] == []

    def test_says_where_a_task_goes_when_it_is_late(
        self, incident: Incident, cast: Cast, stream: Stream
    ) -> None:
        [todo] = todos(cast.liu, stream.pk, now=NOW)

        assert (todo.deadline, todo.asks, todo.ground) == (NOW + timedelta(minutes=10), "接手", "回应与联系")
        assert todo.afterwards == "14:20 转刘洋"

    def test_a_task_is_its_owners_once_accepted(self, incident: Incident, cast: Cast, stream: Stream) -> None:
        accept_task(task=task_of(incident, "duty.contact"), person=cast.liu, now=NOW)

        [todo] = todos(cast.liu, stream.pk, now=NOW)
        assert (todo.asks, todo.deadline) == ("办结", NOW + timedelta(minutes=240))

    def test_a_task_handed_to_a_colleague_leaves_the_giver(
        self, incident: Incident, cast: Cast, stream: Stream
    ) -> None:
        people.place(
            person=cast.wu,
            group=cast.groups["service"],
            role=Membership.Role.MEMBER,
            actor="system",
            now=NOW,
        )
        task = task_of(incident, "duty.contact")
        hand_over_task(task=task, to=cast.wu, remark="", person=cast.liu, now=NOW)

        assert todos(cast.liu, stream.pk, now=NOW) == []
        assert [todo.title for todo in todos(cast.wu, stream.pk, now=NOW)] == ["逐一联系客户"]

    def test_asks_the_command_to_decide_and_to_look_again(self, cast: Cast, stream: Stream) -> None:
        publish(cast)
        event = raise_event(cast, stream)

        assert [todo.title for todo in todos(cast.li, stream.pk, now=NOW)] == ["决定是否启动：退款三天未到账"]
        review_at = NOW + timedelta(hours=1)
        decide_observing(event=event, reason="先核实", review_at=review_at, person=cast.li, now=NOW)
        [todo] = todos(cast.li, stream.pk, now=NOW)
        assert (todo.title, todo.deadline) == ("复核：退款三天未到账", review_at)
        assert todos(cast.liu, stream.pk, now=NOW) == []

    @pytest.mark.parametrize(
        ("minutes", "sentence"),
        [(0, "1 项等您接手，最近一项 14:15"), (11, "1 项已超时")],
    )
    def test_headline_counts_late_and_offered(
        self, incident: Incident, cast: Cast, stream: Stream, minutes: int, sentence: str
    ) -> None:
        at = NOW + timedelta(minutes=minutes)

        assert headline(todos(cast.liu, stream.pk, now=at), now=at) == sentence

    def test_headline_says_when_nothing_waits(self) -> None:
        assert headline([], now=NOW) == "现在没有等您办的事"

    def test_situation_is_made_from_the_gravest_incident(
        self, incident: Incident, cast: Cast, stream: Stream
    ) -> None:
        raise_event(cast, stream, "e2", "物流爆仓")
        read_posts(incident.event, count=3, negative=1, at=NOW - timedelta(minutes=119))
        read_posts(incident.event, count=2, negative=1, at=NOW - timedelta(minutes=121))

        assert situation(cast.zhao, stream.pk, now=NOW) == (
            "退款三天未到账 Ⅱ级，近 2 小时 3 条，共 1,284 条，负面 78%；另有 1 个事件。"
        )

    def test_situation_without_an_incident(self, cast: Cast, stream: Stream) -> None:
        raise_event(cast, stream)

        assert situation(cast.zhao, stream.pk, now=NOW) == (
            "没有启动中的应急事件；近 24 小时 1 个事件，1 个达到等级。"
        )

    def test_lists_what_falls_due_for_all(
        self, incident: Incident, cast: Cast, sign_in: Callable[..., Client]
    ) -> None:
        shown = home(sign_in(cast.zhao))

        assert "现在没有等您办的事" in shown
        assert "汇总帖文" in shown

    def test_a_restricted_task_shows_nowhere_to_others(
        self, cast: Cast, stream: Stream, sign_in: Callable[..., Client]
    ) -> None:
        publish(cast)
        activate(raise_event(cast, stream), cast.li, restricted=True)

        assert "逐一联系客户" not in home(sign_in(cast.zhao))

    def test_answers_htmx_with_the_content_alone(
        self, incident: Incident, cast: Cast, sign_in: Callable[..., Client]
    ) -> None:
        answer = sign_in(cast.liu).get(reverse("home"), headers={"HX-Request": "true"})

        assert b"<html" not in answer.content
        assert "等您接手" in answer.content.decode()
