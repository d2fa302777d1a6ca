"""What the plan has checked is done only when another accepts it; else it goes back with words."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

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
from guanlan.incidents.level_clocks import level_clocks
from guanlan.incidents.levels import NoReason
from guanlan.incidents.models import Incident, Task, TimelineEntry
from guanlan.incidents.queries import my_open_tasks
from guanlan.incidents.stepping import WrongState
from guanlan.notify.models import Message
from guanlan.people import actions as people
from guanlan.people.models import Membership, Person
from incident_scene import task_of
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
