"""Who is reminded of a task that is checked, and what its pages say and do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.incidents.actions import (
    complete_task,
    return_task,
    waive_task,
)
from guanlan.incidents.jobs import remind_next_overdue
from guanlan.incidents.models import Incident, Task
from guanlan.notify.models import Message
from guanlan.people.models import Person
from incidents.checking_scene import LATER, begun, handed_in, member, taken

Browser = Callable[[Person], Client]


@pytest.fixture
def incident(cast: Cast, stream: Stream) -> Incident:
    return begun(cast, stream)


@pytest.fixture
def sun(cast: Cast) -> Person:
    return member(cast)


@pytest.fixture
def task(incident: Incident, sun: Person) -> Task:
    return taken(incident, sun)


@pytest.fixture
def submitted(task: Task, sun: Person) -> Task:
    return handed_in(task, sun)


class TestReminders:
    @pytest.fixture
    def clock(self, task: Task, cast: Cast) -> Callable[[datetime], bool]:
        others = Task.objects.filter(incident=task.incident).exclude(pk=task.pk)
        for other in others:
            waive_task(task=other, reason="无关", person=cast.li, now=NOW)
        Message.objects.all().delete()
        return lambda at: remind_next_overdue(lambda _stream: at)

    def test_the_owner_is_reminded_when_a_quarter_of_the_time_is_left(
        self, task: Task, sun: Person, clock: Callable[[datetime], bool]
    ) -> None:
        # Accepted at 14:05, due at 18:05: an hour before.
        assert not clock(NOW + timedelta(minutes=179))
        assert clock(NOW + timedelta(minutes=180))
        assert not clock(NOW + timedelta(minutes=239))

        message = Message.objects.get()
        assert (message.person, message.title) == (sun, "快到期，剩 1 时 0 分：逐一联系客户")
        assert clock(NOW + timedelta(minutes=240))
        assert Message.objects.latest("pk").title == "未办结：逐一联系客户"

    def test_after_an_outage_nobody_hears_that_it_will_be_due(
        self, task: Task, clock: Callable[[datetime], bool]
    ) -> None:
        assert clock(NOW + timedelta(minutes=241))

        assert Message.objects.get().title == "未办结，超 1 分：逐一联系客户"

    def test_who_does_not_check_in_time_is_reminded_then_the_command(
        self, task: Task, cast: Cast, sun: Person, clock: Callable[[datetime], bool]
    ) -> None:
        complete_task(task=task, words="已联系", person=sun, now=LATER)
        Message.objects.all().delete()

        assert clock(LATER + timedelta(minutes=15))
        assert clock(LATER + timedelta(minutes=20))
        assert not clock(LATER + timedelta(days=30))
        assert list(Message.objects.order_by("pk").values_list("person__name", "title")) == [
            ("刘洋", "未验收：逐一联系客户"),
            ("李敏", "未验收，超 5 分：逐一联系客户"),
        ]

    def test_what_was_sent_back_twice_is_called_to_mind_twice(
        self, task: Task, cast: Cast, sun: Person, clock: Callable[[datetime], bool]
    ) -> None:
        for hours in (1, 2):
            at = NOW + timedelta(hours=hours)
            complete_task(task=task, words="已联系", person=sun, now=at)
            return_task(task=task, words="缺", due_at=at + timedelta(minutes=40), person=cast.liu, now=at)
            assert clock(at + timedelta(minutes=30))

        assert Message.objects.filter(person=sun, title__startswith="快到期，剩 10 分").count() == 2


class TestPages:
    def test_the_checker_passes_it(self, submitted: Task, cast: Cast, sign_in: Browser) -> None:
        browser = sign_in(cast.liu)
        shown = browser.get(reverse("task", args=[submitted.key])).content.decode()
        assert "验收通过" in shown
        assert reverse("task-return", args=[submitted.key]) in shown
        assert "47 位都已联系" in shown

        answer = browser.post(reverse("task-pass", args=[submitted.key]), follow=True)

        assert "已验收：逐一联系客户" in answer.content.decode()
        submitted.refresh_from_db()
        assert submitted.state == Task.State.DONE

    def test_the_checker_sends_it_back(
        self, submitted: Task, cast: Cast, sun: Person, sign_in: Browser
    ) -> None:
        address = reverse("task-return", args=[submitted.key])
        browser = sign_in(cast.liu)
        assert "退回给孙悦" in browser.get(address).content.decode()
        assert browser.post(address, {"words": ""}).status_code == 422

        browser.post(address, {"words": "缺 3 位的记录", "due_at": "2026-11-20T19:30"})

        shown = sign_in(sun).get(reverse("task", args=[submitted.key])).content.decode()
        assert "缺 3 位的记录" in shown
        assert "19:30 前办结" in shown
        assert "交验收" in shown

    def test_the_doer_reads_who_checks_and_cannot(
        self, submitted: Task, sun: Person, sign_in: Browser
    ) -> None:
        browser = sign_in(sun)
        shown = browser.get(reverse("task", args=[submitted.key])).content.decode()

        assert "已办完，等验收" in shown
        assert "验收通过" not in shown
        refused = browser.post(reverse("task-pass", args=[submitted.key]))
        assert refused.status_code == 403
        assert "不能自己验收" in refused.content.decode()
        assert "不能退回" in browser.get(reverse("task-return", args=[submitted.key])).content.decode()

    def test_the_checkers_home_asks_for_it(self, submitted: Task, cast: Cast, sign_in: Browser) -> None:
        shown = sign_in(cast.liu).get(reverse("home")).content.decode()

        assert "前验收" in shown

    def test_the_room_counts_what_waits_to_be_checked(
        self, submitted: Task, cast: Cast, sign_in: Browser
    ) -> None:
        shown = sign_in(cast.li).get(reverse("incident", args=[submitted.incident.key])).content.decode()

        assert "待验收 1" in shown

    def test_a_stale_waiver_is_not_taken(self, task: Task, cast: Cast, sign_in: Browser) -> None:
        address = reverse("task-waive", args=[task.key])

        refused = sign_in(cast.li).post(address, {"reason": "不用了", "seen": "OFFERED"})

        assert refused.status_code == 409
        for clause in ("刚刚变为“办理中”（孙悦）", "没有免办"):
            assert clause in refused.content.decode()
