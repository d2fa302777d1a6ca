"""A task is accepted by its group, done by its owner with evidence, handed over, or waived."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from conftest import NOW, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed, Refused
from guanlan.evidence.actions import keep_file
from guanlan.incidents.actions import accept_task, complete_task, hand_over_task, waive_task
from guanlan.incidents.actions.tasks import NoProof, NotYourTask
from guanlan.incidents.levels import NoReason
from guanlan.incidents.models import Incident, Task, TaskProof, TimelineEntry
from guanlan.incidents.states import TASK_MOVES
from guanlan.incidents.stepping import WrongState
from guanlan.notify.models import Message
from guanlan.people import actions as people
from guanlan.people.models import Membership, Person
from incident_scene import activate, publish, raise_event, read_posts, task_of


@pytest.fixture
def incident(cast: Cast, stream: Stream) -> Incident:
    publish(cast)
    return activate(raise_event(cast, stream), cast.li)


@pytest.fixture
def task(incident: Incident) -> Task:
    """The customer service group's mandatory task: accept by 14:15, due by 18:05, evidence wanted."""
    return task_of(incident, "duty.contact")


@pytest.fixture
def sun(cast: Cast) -> Person:
    """A further member of customer service."""
    person = people.add_person(username="sun", name="孙悦", unit=cast.li.unit, actor="system", now=NOW)
    people.place(
        person=person,
        group=cast.groups["service"],
        role=Membership.Role.MEMBER,
        actor="system",
        now=NOW,
    )
    return person


def last_line() -> str:
    return TimelineEntry.objects.latest("pk").sentence


class TestAcceptTask:
    def test_makes_it_the_persons_and_starts_the_due_clock(self, task: Task, cast: Cast) -> None:
        at = NOW + timedelta(minutes=4)

        task = accept_task(task=task, person=cast.liu, now=at)

        assert (task.state, task.owner, task.accepted_at) == (Task.State.ACCEPTED, cast.liu, at)
        assert task.next_look_at == NOW + timedelta(minutes=181)
        assert last_line() == "接手“逐一联系客户”"

    def test_says_how_late_it_was(self, task: Task, cast: Cast) -> None:
        accept_task(task=task, person=cast.liu, now=NOW + timedelta(minutes=13))

        assert last_line() == "接手“逐一联系客户”，迟 3 分"

    def test_refuses_somebody_outside_the_group(self, task: Task, cast: Cast) -> None:
        with pytest.raises(NotYourTask, match="这是客服应对组的任务，您不在组里。请刘洋接手。"):
            accept_task(task=task, person=cast.wang, now=NOW)

    def test_refuses_what_a_colleague_has_taken(self, task: Task, cast: Cast, sun: Person) -> None:
        accept_task(task=task, person=sun, now=NOW)

        with pytest.raises(WrongState, match="“办理中”（孙悦）"):
            accept_task(task=task, person=cast.liu, now=NOW)

    def test_writes_one_audit_row_shown_on_the_timeline(self, task: Task, cast: Cast) -> None:
        accept_task(task=task, person=cast.liu, now=NOW)

        entry = Entry.objects.latest("number")
        assert (entry.verb, entry.actor, entry.subject) == ("incidents.accept_task", cast.liu.key, task.key)
        assert TimelineEntry.objects.latest("pk").audit_number == entry.number


class TestCompleteTask:
    def test_needs_the_evidence_that_the_plan_wants(self, task: Task, cast: Cast) -> None:
        accept_task(task=task, person=cast.liu, now=NOW)

        with pytest.raises(NoProof, match="还缺凭证：这项任务要“联系记录”"):
            complete_task(task=task, words=" ", person=cast.liu, now=NOW)

        task.refresh_from_db()
        assert task.state == Task.State.ACCEPTED

    def test_closes_with_words_as_proof(self, task: Task, cast: Cast) -> None:
        accept_task(task=task, person=cast.liu, now=NOW)

        task = complete_task(task=task, words="47 位都已联系", person=cast.liu, now=NOW)

        assert (task.state, task.closed_by, task.closed_at) == (Task.State.DONE, cast.liu, NOW)
        assert (task.result, task.next_look_at) == ("47 位都已联系", None)
        assert TaskProof.objects.get().words == "47 位都已联系"
        assert last_line() == "办结“逐一联系客户”：47 位都已联系"

    def test_closes_with_a_kept_file_as_proof(self, task: Task, cast: Cast, stream: Stream) -> None:
        accept_task(task=task, person=cast.liu, now=NOW)
        upload = ContentFile(b"abc", name="名单.xlsx")
        file = keep_file(stream=stream, upload=upload, person=cast.liu, now=NOW)

        complete_task(task=task, words="", file=file, person=cast.liu, now=NOW)

        assert TaskProof.objects.get().file == file
        assert Entry.objects.latest("number").facts["file"] == file.sha256

    def test_closes_with_a_post_as_proof(self, task: Task, cast: Cast) -> None:
        [reading] = read_posts(task.incident.event, count=1, negative=0, at=NOW)
        accept_task(task=task, person=cast.liu, now=NOW)

        complete_task(task=task, words="", post=reading.post, person=cast.liu, now=NOW)

        assert TaskProof.objects.get().post == reading.post

    def test_a_task_without_wanted_evidence_needs_none(self, incident: Incident, cast: Cast) -> None:
        task = accept_task(task=task_of(incident, "duty.collect"), person=cast.wang, now=NOW)

        assert complete_task(task=task, words="", person=cast.wang, now=NOW).state == Task.State.DONE
        assert not TaskProof.objects.exists()

    def test_refuses_what_nobody_has_accepted(self, task: Task, cast: Cast) -> None:
        with pytest.raises(WrongState, match="还没有人接手"):
            complete_task(task=task, words="已办", person=cast.liu, now=NOW)

    def test_refuses_another_than_the_owner(self, task: Task, cast: Cast, sun: Person) -> None:
        accept_task(task=task, person=cast.liu, now=NOW)

        with pytest.raises(NotYourTask, match="请刘洋办结"):
            complete_task(task=task, words="已办", person=sun, now=NOW)

    def test_refuses_doing_it_twice(self, task: Task, cast: Cast) -> None:
        accept_task(task=task, person=cast.liu, now=NOW)
        complete_task(task=task, words="已办", person=cast.liu, now=NOW)

        with pytest.raises(WrongState, match="已办结"):
            complete_task(task=task, words="又办", person=cast.liu, now=NOW)

        assert TaskProof.objects.count() == 1


class TestHandOverTask:
    def test_gives_it_to_a_colleague_and_tells_them(self, task: Task, cast: Cast, sun: Person) -> None:
        accept_task(task=task, person=cast.liu, now=NOW)

        task = hand_over_task(task=task, to=sun, remark="我去开会", person=cast.liu, now=NOW)

        assert (task.owner, task.state) == (sun, Task.State.ACCEPTED)
        message = Message.objects.get(person=sun)
        assert message.title == "刘洋转给您：逐一联系客户，18:05 前"
        assert message.link == f"/tasks/{task.key}/"
        assert last_line() == "“逐一联系客户”转给孙悦：我去开会"
        assert Entry.objects.filter(verb="incidents.hand_over_task").count() == 1

    def test_an_offered_task_still_has_to_be_accepted(self, task: Task, cast: Cast, sun: Person) -> None:
        task = hand_over_task(task=task, to=sun, remark="", person=cast.liu, now=NOW)

        assert (task.state, task.owner) == (Task.State.OFFERED, sun)
        assert accept_task(task=task, person=sun, now=NOW).owner == sun

    def test_there_and_back_tells_each_time(self, task: Task, cast: Cast, sun: Person) -> None:
        for to, by in ((sun, cast.liu), (cast.liu, sun), (sun, cast.liu)):
            task = hand_over_task(task=task, to=to, remark="", person=by, now=NOW)

        assert Message.objects.filter(person=sun).count() == 2

    def test_refuses_a_receiver_outside_the_group(self, task: Task, cast: Cast) -> None:
        with pytest.raises(NotYourTask, match="不能转给王芳：不在客服应对组"):
            hand_over_task(task=task, to=cast.wang, remark="", person=cast.liu, now=NOW)

    def test_refuses_a_stranger(self, task: Task, cast: Cast, sun: Person) -> None:
        with pytest.raises(NotYourTask, match="请客服应对组转交"):
            hand_over_task(task=task, to=sun, remark="", person=cast.wang, now=NOW)

    def test_a_mere_member_cannot_take_a_colleagues_task_away(
        self, task: Task, cast: Cast, sun: Person
    ) -> None:
        accept_task(task=task, person=cast.liu, now=NOW)

        with pytest.raises(NotYourTask):
            hand_over_task(task=task, to=sun, remark="", person=sun, now=NOW)

    def test_refuses_a_closed_task(self, task: Task, cast: Cast, sun: Person) -> None:
        waive_task(task=task, reason="无未到账客户", person=cast.li, now=NOW)

        with pytest.raises(Refused):
            hand_over_task(task=task, to=sun, remark="", person=cast.li, now=NOW)


class TestWaiveTask:
    def test_closes_it_with_the_reason(self, task: Task, cast: Cast) -> None:
        task = waive_task(task=task, reason="无未到账客户", person=cast.li, now=NOW)

        assert (task.state, task.result) == (Task.State.WAIVED, "无未到账客户")
        assert last_line() == "免办“逐一联系客户”：无未到账客户"
        assert Entry.objects.latest("number").verb == "incidents.waive_task"

    def test_refuses_the_group_itself(self, task: Task, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            waive_task(task=task, reason="来不及", person=cast.liu, now=NOW)

    def test_refuses_without_a_reason(self, task: Task, cast: Cast) -> None:
        with pytest.raises(NoReason):
            waive_task(task=task, reason="", person=cast.li, now=NOW)

    def test_refuses_what_is_done(self, task: Task, cast: Cast) -> None:
        accept_task(task=task, person=cast.liu, now=NOW)
        complete_task(task=task, words="已办", person=cast.liu, now=NOW)

        with pytest.raises(WrongState):
            waive_task(task=task, reason="不必", person=cast.li, now=NOW)


def test_nothing_leads_out_of_a_closed_task() -> None:
    assert {state for state, _event in TASK_MOVES}.isdisjoint({Task.State.DONE, Task.State.WAIVED})


@pytest.mark.django_db(transaction=True)
def test_two_who_accept_at_once_leave_one_owner(task: Task, cast: Cast, sun: Person) -> None:
    verdicts: list[str] = []
    together = threading.Barrier(2)

    def press(person: Person) -> None:
        together.wait()
        try:
            accept_task(task=task, person=person, now=NOW)
            verdicts.append("accepted")
        except Refused as refused:
            verdicts.append(type(refused).__name__)
        finally:
            connection.close()

    hands = [threading.Thread(target=press, args=(person,)) for person in (cast.liu, sun)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()

    assert sorted(verdicts) == ["WrongState", "accepted"]
    assert Entry.objects.filter(verb="incidents.accept_task").count() == 1
