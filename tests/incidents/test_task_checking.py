"""What the plan has checked is done only when another accepts it; else it goes back with words."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.errors import Refused
from guanlan.incidents.actions import (
    accept_task,
    change_level,
    complete_task,
    hand_over_task,
    pass_task,
    return_task,
    waive_task,
)
from guanlan.incidents.actions.checking import NoTimeLeft, NotYourCheck
from guanlan.incidents.conditions import conditions
from guanlan.incidents.jobs import remind_next_overdue
from guanlan.incidents.level_clocks import level_clocks
from guanlan.incidents.levels import NoReason
from guanlan.incidents.models import Incident, Task, TimelineEntry
from guanlan.incidents.queries import my_open_tasks
from guanlan.incidents.stepping import WrongState
from guanlan.notify.models import Message
from guanlan.people import actions as people
from guanlan.people.models import Membership, Person
from incident_scene import DUTIES, activate, publish, raise_event, task_of

LATER = NOW + timedelta(minutes=30)
Browser = Callable[[Person], Client]


@pytest.fixture
def incident(cast: Cast, stream: Stream) -> Incident:
    """An incident under a plan by which the lead checks contact with customers, the command the answer."""
    checked = {"duty.contact": "lead", "duty.answer": "command"}
    publish(
        cast,
        duties=[
            duty | ({"checked_by": checked[duty["key"]]} if duty["key"] in checked else {}) for duty in DUTIES
        ],
    )
    return activate(raise_event(cast, stream), cast.li)


@pytest.fixture
def sun(cast: Cast) -> Person:
    person = people.add_person(username="sun", name="孙悦", unit=cast.li.unit, actor="system", now=NOW)
    people.place(
        person=person, group=cast.groups["service"], role=Membership.Role.MEMBER, actor="system", now=NOW
    )
    return person


@pytest.fixture
def task(incident: Incident, sun: Person) -> Task:
    """Accepted by 孙悦, a member of the service group; 刘洋 leads it; due by 18:05."""
    return accept_task(task=task_of(incident, "duty.contact"), person=sun, now=NOW)


@pytest.fixture
def submitted(task: Task, sun: Person) -> Task:
    return complete_task(task=task, words="47 位都已联系", person=sun, now=LATER)


def last_line() -> str:
    return TimelineEntry.objects.latest("pk").sentence


class TestSubmit:
    def test_waits_for_the_lead_with_as_long_as_the_group_had_but_15_minutes_at_least(
        self, submitted: Task
    ) -> None:
        assert (submitted.state, submitted.submitted_at, submitted.closed_at) == ("CHECKING", LATER, None)
        assert submitted.check_by == LATER + timedelta(minutes=15)
        assert last_line() == "办完“逐一联系客户”，交验收：47 位都已联系"
        assert Entry.objects.filter(verb="incidents.submit_task", subject=submitted.key).count() == 1

    def test_asks_the_lead_to_check(self, submitted: Task, cast: Cast) -> None:
        message = Message.objects.latest("pk")

        assert (message.person, message.title) == (cast.liu, "请验收：逐一联系客户，14:50 前")
        assert message.link == f"/tasks/{submitted.key}/"

    def test_a_lead_who_did_it_leaves_it_to_the_command(self, incident: Incident, cast: Cast) -> None:
        task = accept_task(task=task_of(incident, "duty.contact"), person=cast.liu, now=NOW)
        complete_task(task=task, words="都已联系", person=cast.liu, now=NOW)

        assert Message.objects.latest("pk").person == cast.li

    def test_a_deputy_stands_in_for_a_lead_who_did_it(
        self, incident: Incident, cast: Cast, sun: Person
    ) -> None:
        people.place(
            person=sun, group=cast.groups["service"], role=Membership.Role.DEPUTY, actor="system", now=NOW
        )
        task = accept_task(task=task_of(incident, "duty.contact"), person=cast.liu, now=NOW)
        complete_task(task=task, words="都已联系", person=cast.liu, now=NOW)

        assert Message.objects.latest("pk").person == sun

    def test_moves_from_the_doers_list_to_the_checkers(
        self, submitted: Task, cast: Cast, sun: Person
    ) -> None:
        assert submitted not in my_open_tasks(sun, submitted.stream_id, at=LATER)
        assert submitted in my_open_tasks(cast.liu, submitted.stream_id, at=LATER)

    def test_a_rise_of_the_level_leaves_its_clock_alone(self, submitted: Task, cast: Cast) -> None:
        change_level(incident=submitted.incident, level="I", reason="全国媒体", person=cast.li, now=LATER)

        submitted.refresh_from_db()
        assert submitted.due_at == NOW + timedelta(hours=4)

    def test_nobody_hands_over_what_was_submitted(self, submitted: Task, cast: Cast, sun: Person) -> None:
        with pytest.raises(Refused):
            hand_over_task(task=submitted, to=cast.liu, remark="", person=sun, now=LATER)


class TestPassTask:
    def test_closes_the_task_in_the_name_of_who_did_it(
        self, submitted: Task, cast: Cast, sun: Person
    ) -> None:
        at = LATER + timedelta(minutes=5)
        task = pass_task(task=submitted, person=cast.liu, now=at)

        assert (task.state, task.closed_at, task.closed_by, task.checker) == ("DONE", at, sun, cast.liu)
        assert task.finished_at == LATER
        assert last_line() == "验收通过“逐一联系客户”（孙悦办理）"
        entry = Entry.objects.latest("number")
        assert (entry.verb, entry.actor) == ("incidents.pass_task", cast.liu.key)

    def test_refuses_whoever_did_it(self, incident: Incident, cast: Cast) -> None:
        task = accept_task(task=task_of(incident, "duty.contact"), person=cast.liu, now=NOW)
        complete_task(task=task, words="都已联系", person=cast.liu, now=NOW)

        with pytest.raises(NotYourCheck, match="这项任务是您办的，不能自己验收。请李敏验收。"):
            pass_task(task=task, person=cast.liu, now=NOW)

    def test_refuses_a_member_of_the_command_who_did_it(self, incident: Incident, cast: Cast) -> None:
        people.place(person=cast.li, group=cast.groups["service"], role="MEMBER", actor="system", now=NOW)
        task = accept_task(task=task_of(incident, "duty.contact"), person=cast.li, now=NOW)
        complete_task(task=task, words="都已联系", person=cast.li, now=NOW)

        with pytest.raises(NotYourCheck, match="不能自己验收。请刘洋验收。"):
            pass_task(task=task, person=cast.li, now=NOW)

    def test_refuses_everybody_else(self, submitted: Task, cast: Cast) -> None:
        with pytest.raises(NotYourCheck, match="验收由组长负责。请刘洋验收。"):
            pass_task(task=submitted, person=cast.chen, now=LATER)

    def test_the_command_may_check_in_the_leads_place(self, submitted: Task, cast: Cast) -> None:
        assert pass_task(task=submitted, person=cast.li, now=LATER).checker == cast.li

    def test_what_the_command_checks_no_lead_may(self, incident: Incident, cast: Cast) -> None:
        task = accept_task(task=task_of(incident, "duty.answer"), person=cast.chen, now=NOW)
        complete_task(task=task, words="已发", person=cast.chen, now=NOW)

        with pytest.raises(NotYourCheck, match="验收由指挥部负责。请李敏验收。"):
            pass_task(task=task, person=cast.liu, now=NOW)

    def test_refuses_what_was_not_submitted(self, task: Task, cast: Cast) -> None:
        with pytest.raises(WrongState, match="现在是“办理中”，不等验收"):
            pass_task(task=task, person=cast.liu, now=NOW)

    def test_a_clock_of_the_level_is_kept_when_it_was_submitted(self, incident: Incident, cast: Cast) -> None:
        task = accept_task(task=task_of(incident, "duty.answer"), person=cast.chen, now=NOW)
        complete_task(task=task, words="已发", person=cast.chen, now=LATER)
        [before] = [clock for clock in level_clocks(incident) if clock.words == "首次对外回应"]
        pass_task(task=task, person=cast.li, now=NOW + timedelta(hours=9))
        [after] = [clock for clock in level_clocks(incident) if clock.words == "首次对外回应"]

        assert (before.done_at, after.done_at, after.kept) == (None, LATER, True)


class TestReturnTask:
    def test_goes_back_with_words_and_another_due_time(
        self, submitted: Task, cast: Cast, sun: Person
    ) -> None:
        again = LATER + timedelta(hours=1)
        task = return_task(task=submitted, words="缺 3 位的记录", due_at=again, person=cast.liu, now=LATER)

        assert (task.state, task.due_at, task.sent_back) == ("RETURNED", again, "缺 3 位的记录")
        assert (task.submitted_at, task.check_by) == (None, None)
        assert last_line() == "退回“逐一联系客户”，15:35 前重办：缺 3 位的记录"
        message = Message.objects.latest("pk")
        assert (message.person, message.title) == (sun, "退回重办：逐一联系客户，15:35 前")
        facts = Entry.objects.get(verb="incidents.return_task").facts
        assert facts["was_due"] == (NOW + timedelta(hours=4)).isoformat()

    def test_is_done_again_and_checked_again(self, submitted: Task, cast: Cast, sun: Person) -> None:
        again = LATER + timedelta(hours=1)
        return_task(task=submitted, words="缺 3 位的记录", due_at=again, person=cast.liu, now=LATER)
        complete_task(task=submitted, words="补齐 50 位", person=sun, now=again)

        assert pass_task(task=submitted, person=cast.liu, now=again).result == "补齐 50 位"
        assert Message.objects.filter(person=cast.liu, title__startswith="请验收").count() == 2

    def test_due_before_it_had_to_be_accepted_brings_that_forward(
        self, incident: Incident, cast: Cast, sun: Person
    ) -> None:
        task = accept_task(task=task_of(incident, "duty.contact"), person=sun, now=NOW)
        complete_task(task=task, words="已联系", person=sun, now=NOW)
        soon = NOW + timedelta(minutes=2)

        assert return_task(task=task, words="再来", due_at=soon, person=cast.liu, now=NOW).accept_by == soon

    def test_refuses_without_words(self, submitted: Task, cast: Cast) -> None:
        with pytest.raises(NoReason):
            return_task(
                task=submitted, words=" ", due_at=LATER + timedelta(hours=1), person=cast.liu, now=LATER
            )

    def test_refuses_a_due_time_that_is_over(self, submitted: Task, cast: Cast) -> None:
        with pytest.raises(NoTimeLeft, match="新的完成时间要晚于现在（14:35），请改正。"):
            return_task(task=submitted, words="缺", due_at=LATER, person=cast.liu, now=LATER)

    def test_refuses_whoever_did_it(self, submitted: Task, sun: Person) -> None:
        with pytest.raises(NotYourCheck):
            return_task(task=submitted, words="缺", due_at=LATER + timedelta(hours=1), person=sun, now=LATER)


class TestWhatIsCheckedCounts:
    def test_standing_down_waits_for_the_check(self, submitted: Task, cast: Cast) -> None:
        waive_task(
            task=task_of(submitted.incident, "duty.answer"), reason="已发过", person=cast.li, now=LATER
        )
        before = conditions(submitted.incident, now=LATER)[0]
        pass_task(task=submitted, person=cast.liu, now=LATER)
        after = conditions(submitted.incident, now=LATER)[0]

        assert (before.state, before.figures) == ("open", "1 / 2 项，未办：逐一联系客户")
        assert (after.state, after.figures) == ("met", "2 / 2 项")

    @pytest.mark.parametrize(
        "changes",
        [
            {"state": "DONE", "closed_at": LATER},
            {"state": "CHECKING", "check_by": LATER},
            {"state": "RETURNED"},
            {"state": "OFFERED"},
            {"checker": "owner"},
        ],
    )
    def test_the_database_holds_no_state_that_is_not_whole(
        self, task: Task, changes: dict[str, object]
    ) -> None:
        if changes.get("checker"):
            changes = {"checker": task.owner}
        with pytest.raises(IntegrityError), transaction.atomic():
            Task.objects.filter(pk=task.pk).update(**changes)


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


class TestWaive:
    def test_tells_whoever_has_it_in_hand(self, task: Task, cast: Cast, sun: Person) -> None:
        waive_task(task=task, reason="客户已撤诉", person=cast.li, now=LATER)

        message = Message.objects.latest("pk")
        assert (message.person, message.title) == (sun, "已免办，不用再办：逐一联系客户")

    def test_what_was_submitted_may_still_be_excused(self, submitted: Task, cast: Cast) -> None:
        task = waive_task(task=submitted, reason="客户已撤诉", person=cast.li, now=LATER)

        assert (task.state, task.check_by) == ("WAIVED", None)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_pass_at_once_one_wins(submitted: Task, cast: Cast, at_once: AtOnce) -> None:
    assert at_once(lambda: pass_task(task=submitted, person=cast.liu, now=LATER)) == ["WrongState", "done"]


@pytest.mark.django_db(transaction=True)
def test_of_accepting_and_waiving_at_once_one_wins(incident: Incident, cast: Cast, sun: Person) -> None:
    offered = task_of(incident, "duty.contact")
    assert one_wins(
        lambda: accept_task(task=offered, person=sun, now=NOW),
        lambda: waive_task(task=offered, reason="不用了", person=cast.li, now=NOW),
    )
    assert Entry.objects.filter(verb__in=("incidents.accept_task", "incidents.waive_task")).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_passing_and_waiving_at_once_one_wins(submitted: Task, cast: Cast) -> None:
    assert one_wins(
        lambda: pass_task(task=submitted, person=cast.liu, now=LATER),
        lambda: waive_task(task=submitted, reason="不用了", person=cast.li, now=LATER),
    )


def one_wins(*steps: Callable[[], Task]) -> bool:
    """Take both steps at the same moment; say whether one was done and the other got a sentence."""
    verdicts: list[str] = []
    together = threading.Barrier(len(steps))

    def press(step: Callable[[], Task]) -> None:
        together.wait()
        try:
            step()
            verdicts.append("")
        except Refused as refused:
            verdicts.append(refused.sentence)
        finally:
            connection.close()

    hands = [threading.Thread(target=press, args=(step,)) for step in steps]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    return sorted(bool(verdict) for verdict in verdicts) == [False, True]
