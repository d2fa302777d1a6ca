"""Lateness goes up step by step: on duty, lead, command; once each, on the stream's own clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from conftest import NOW, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.incidents.actions import accept_task, hand_over_task, waive_task
from guanlan.incidents.jobs import remind_next_overdue
from guanlan.incidents.ladder import next_to_hear
from guanlan.incidents.models import Incident, Task, TimelineEntry
from guanlan.notify.models import Message
from guanlan.people import actions as people
from guanlan.people.models import Membership, Person
from incident_scene import activate, publish, raise_event, task_of


@pytest.fixture
def incident(cast: Cast, stream: Stream) -> Incident:
    publish(cast)
    return activate(raise_event(cast, stream), cast.li)


@pytest.fixture
def task(incident: Incident, cast: Cast) -> Task:
    """The only task left: accept by 14:15, due by 18:05; 孙悦 on duty with 马俊 as deputy."""
    for key in ("duty.collect", "duty.answer"):
        waive_task(task=task_of(incident, key), reason="无关", person=cast.li, now=NOW)
    Message.objects.all().delete()
    TimelineEntry.objects.all().delete()
    return task_of(incident, "duty.contact")


@pytest.fixture
def on_duty(cast: Cast) -> tuple[Person, Person]:
    persons = [
        people.add_person(username=username, name=name, unit=cast.li.unit, actor="system", now=NOW)
        for username, name in (("sun", "孙悦"), ("ma", "马俊"))
    ]
    for person in persons:
        people.place(
            person=person,
            group=cast.groups["service"],
            role=Membership.Role.MEMBER,
            actor="system",
            now=NOW,
        )
    people.plan_shift(
        group=cast.groups["service"],
        person=persons[0],
        deputy=persons[1],
        starts_at=NOW,
        ends_at=NOW + timedelta(hours=8),
        actor="system",
        now=NOW,
    )
    return persons[0], persons[1]


def at(minutes: float) -> Callable[[Stream], datetime]:
    return lambda _stream: NOW + timedelta(minutes=minutes)


def told() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("person__name", flat=True))


class TestRemindNextOverdue:
    def test_says_nothing_before_the_time_to_accept_is_over(self, task: Task) -> None:
        assert not remind_next_overdue(at(9.99))
        assert told() == []

    def test_reminds_those_on_duty_then_the_lead_then_the_command(
        self, task: Task, on_duty: tuple[Person, Person]
    ) -> None:
        assert remind_next_overdue(at(10))
        assert told() == ["孙悦", "马俊"]
        assert not remind_next_overdue(at(14.9))

        assert remind_next_overdue(at(15))
        assert told()[2:] == ["刘洋"]
        assert not remind_next_overdue(at(19.9))

        assert remind_next_overdue(at(20))
        assert told()[3:] == ["李敏"]
        assert not remind_next_overdue(at(239))

    def test_tells_lead_and_command_again_when_nobody_took_it_until_it_is_due(
        self, task: Task, cast: Cast
    ) -> None:
        for minutes in (10, 15, 20):
            remind_next_overdue(at(minutes))
        before = len(told())

        assert remind_next_overdue(at(240))

        assert told()[before:] == ["刘洋", "李敏"]
        assert not remind_next_overdue(at(100_000))

    def test_reminds_the_whole_group_when_nobody_is_on_duty(self, task: Task, cast: Cast) -> None:
        remind_next_overdue(at(10))

        assert told() == ["刘洋"]

    def test_an_accepted_task_begins_anew_with_its_owner_at_due(
        self, task: Task, cast: Cast, on_duty: tuple[Person, Person]
    ) -> None:
        remind_next_overdue(at(10))
        accept_task(task=task, person=on_duty[1], now=NOW + timedelta(minutes=11))
        before = len(told())

        # Of the 229 minutes that are left, a quarter before it is due.
        assert not remind_next_overdue(at(182.7))
        for minutes in (182.8, 240, 245, 250):
            assert remind_next_overdue(at(minutes))
        assert told()[before:] == ["马俊", "马俊", "刘洋", "李敏"]
        assert not remind_next_overdue(at(100_000))

    def test_a_task_handed_to_somebody_reminds_them_first(
        self, task: Task, cast: Cast, on_duty: tuple[Person, Person]
    ) -> None:
        hand_over_task(task=task, to=on_duty[1], remark="", person=cast.liu, now=NOW)
        Message.objects.all().delete()

        remind_next_overdue(at(10))

        assert told() == ["马俊", "孙悦"]

    def test_after_an_outage_every_step_follows_once_in_order(
        self, task: Task, on_duty: tuple[Person, Person]
    ) -> None:
        rounds = 0
        while remind_next_overdue(at(120)):
            rounds += 1

        assert rounds == 3
        assert told() == ["孙悦", "马俊", "刘洋", "李敏"]

    def test_links_to_the_very_task_and_says_how_late(
        self, task: Task, on_duty: tuple[Person, Person]
    ) -> None:
        remind_next_overdue(at(12))

        message = Message.objects.first()
        assert message is not None
        assert (message.title, message.link) == ("未接手，超 2 分：逐一联系客户", f"/tasks/{task.key}/")

    def test_stands_on_the_timeline_with_its_audit_number(
        self, task: Task, on_duty: tuple[Person, Person]
    ) -> None:
        remind_next_overdue(at(10))

        line = TimelineEntry.objects.get()
        assert line.sentence == "未接手：逐一联系客户，已告知孙悦、马俊"
        entry = Entry.objects.get(number=line.audit_number)
        assert (entry.verb, entry.actor) == ("incidents.remind_overdue", "system")

    def test_a_paused_stream_waits(self, task: Task, stream: Stream) -> None:
        Stream.objects.update(paused=True)

        assert not remind_next_overdue(at(60))

    def test_a_closed_task_is_left_alone(self, task: Task, cast: Cast) -> None:
        waive_task(task=task, reason="无关", person=cast.li, now=NOW)

        assert not remind_next_overdue(at(100_000))

    def test_each_stream_runs_on_its_own_clock(self, task: Task, cast: Cast, stream: Stream) -> None:
        drill = Stream.objects.create(kind=Stream.Kind.DRILL, name="演练")
        activate(raise_event(cast, drill, "e9"), cast.li)

        assert not remind_next_overdue(lambda _stream: NOW)
        assert remind_next_overdue(lambda known: NOW + timedelta(minutes=10 if known == drill else 0))
        assert Message.objects.latest("pk").stream == drill

    def test_somebody_elses_claim_is_respected(
        self, task: Task, on_duty: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stale = Task.objects.get(pk=task.pk)
        remind_next_overdue(at(10))
        monkeypatch.setattr("guanlan.incidents.jobs._first_waiting", lambda _stream, _now: stale)

        assert remind_next_overdue(at(10))

        assert told() == ["孙悦", "马俊"]
        assert TimelineEntry.objects.count() == 1


def test_says_to_whom_a_task_goes_next(task: Task, cast: Cast, on_duty: tuple[Person, Person]) -> None:
    assert next_to_hear(task, NOW) == (NOW + timedelta(minutes=15), [cast.liu])

    for minutes in (10, 15):
        remind_next_overdue(at(minutes))
    task.refresh_from_db()
    assert next_to_hear(task, NOW) == (NOW + timedelta(minutes=20), [cast.li])
