"""A call about a task stands on the timeline and counts as reading for whoever was reached."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed
from guanlan.incidents.actions import accept_task, record_task_call
from guanlan.incidents.models import Task, TimelineEntry
from guanlan.incidents.recipients import to_call
from guanlan.notify.actions import NotYetCalled
from guanlan.notify.models import Call, Message
from guanlan.people import actions as people
from guanlan.people.models import Person
from incident_scene import activate, publish, raise_event, task_of

Browser = Callable[[Person], Client]


@pytest.fixture
def task(cast: Cast, stream: Stream) -> Task:
    publish(cast)
    return task_of(activate(raise_event(cast, stream), cast.li), "duty.contact")


def ring(task: Task, cast: Cast, caller: Person | None = None, called: Person | None = None) -> Call:
    return record_task_call(
        task=task,
        called=called or cast.liu,
        reached=True,
        words="十分钟内接手",
        at=NOW + timedelta(minutes=9),
        caller=caller or cast.wang,
        now=NOW + timedelta(minutes=10),
    )


def test_stands_on_the_timeline_and_reads_the_tasks_messages(task: Task, cast: Cast) -> None:
    ring(task, cast)

    line = TimelineEntry.objects.latest("pk")
    assert line.sentence == "14:14 为“逐一联系客户”打电话给刘洋，接通：十分钟内接手"
    assert Entry.objects.get(number=line.audit_number).verb == "incidents.record_call"
    assert Message.objects.get(person=cast.liu).read_at == NOW + timedelta(minutes=9)


def test_a_refused_call_leaves_nothing(task: Task, cast: Cast) -> None:
    before = (Entry.objects.count(), TimelineEntry.objects.count())
    with pytest.raises(NotYetCalled):
        record_task_call(
            task=task,
            called=cast.liu,
            reached=True,
            words="",
            at=NOW + timedelta(minutes=1),
            caller=cast.wang,
            now=NOW,
        )

    assert (Entry.objects.count(), TimelineEntry.objects.count()) == before


def test_nobody_outside_a_restricted_incident_is_called_about_it(cast: Cast, stream: Stream) -> None:
    publish(cast)
    incident = activate(raise_event(cast, stream), cast.li, restricted=True)
    task = task_of(incident, "duty.contact")

    with pytest.raises(NotAllowed, match="吴凡不在这个应急事件的知悉范围"):
        ring(task, cast, called=cast.wu)
    with pytest.raises(NotAllowed, match="周宁不在"):
        ring(task, cast, caller=cast.zhou)


def test_names_whom_to_call(task: Task, cast: Cast) -> None:
    sun = people.add_person(username="sun", name="孙悦", unit=cast.li.unit, actor="system", now=NOW)
    people.place(person=sun, group=cast.groups["service"], role="MEMBER", actor="system", now=NOW)
    people.plan_shift(
        group=cast.groups["service"],
        person=sun,
        deputy=None,
        starts_at=NOW,
        ends_at=NOW + timedelta(hours=8),
        actor="system",
        now=NOW,
    )

    assert to_call(task, at=NOW) == [sun, cast.liu]
    assert to_call(accept_task(task=task, person=cast.liu, now=NOW), at=NOW) == [cast.liu]
    Task.objects.filter(pk=task.pk).update(
        state=Task.State.CHECKING, checked_by="lead", owner=sun, submitted_at=NOW, check_by=NOW
    )
    task.refresh_from_db()
    assert to_call(task, at=NOW) == [sun, cast.liu]


def test_the_page_of_the_task_leads_to_it(task: Task, cast: Cast, sign_in: Browser) -> None:
    Person.objects.filter(pk=cast.liu.pk).update(phone="13800000002")
    browser, address = sign_in(cast.wang), reverse("task-call", args=[task.key, cast.liu.key])
    shown = browser.get(reverse("task", args=[task.key])).content.decode()
    assert address in shown
    assert 'href="tel:13800000002"' in shown
    assert "为了“逐一联系客户”" in browser.get(address).content.decode()

    answer = browser.post(address, {"reached": "yes", "at": "2026-11-20T14:05", "words": "在办"}, follow=True)

    assert "打电话给刘洋，接通：在办" in answer.content.decode()
    assert Call.objects.get().cause == f"task:{task.key}"


def test_the_page_of_a_restricted_task_is_not_found_outside(
    cast: Cast, stream: Stream, sign_in: Browser
) -> None:
    publish(cast)
    incident = activate(raise_event(cast, stream), cast.li, restricted=True)
    task = task_of(incident, "duty.contact")

    answer = sign_in(cast.zhou).get(reverse("task-call", args=[task.key, cast.liu.key]))

    assert answer.status_code == 404
