"""Where a message is about something, the page of that says who could not be told, and why."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.incidents.models import Task
from guanlan.notify.jobs import deliver_next_message, look_at_next_chain
from guanlan.notify.models import Message
from guanlan.notify.queries import troubles
from guanlan.reports.actions import submit_flash
from guanlan.reports.models import Report
from guanlan.watch.models import Event
from incident_scene import activate, publish, raise_event, read_posts, task_of
from notify import doubles as faults
from notify.doubles import Doubles
from notify.scene import K, channel_of, reach

SignIn = Callable[..., Client]


@pytest.fixture
def event(cast: Cast, stream: Stream) -> Event:
    publish(cast)
    return raise_event(cast, stream)


@pytest.fixture
def task(cast: Cast, event: Event, vendors: Doubles) -> Task:
    """刘洋's task, of which the group's bot refuses to tell: it was thrown out of the group."""
    reach(cast.liu, channel_of(cast, K.WECOM, vendors.wecom.replace("a-key", "gone")))
    return task_of(activate(event, cast.li), "duty.contact")


@pytest.fixture
def report(cast: Cast, event: Event, vendors: Doubles) -> Report:
    """A flash report to 李敏, whose gateway answers nothing."""
    vendors.fault = lambda _number, _text: faults.DROPPED
    reach(cast.li, channel_of(cast, K.WEBHOOK, vendors.gateway, name="短信"))
    read_posts(event, count=4, negative=3, at=NOW - timedelta(minutes=90))
    confirmed = {"state": "CONFIRMED", "confirmed_level": "II", "confirmed_at": NOW}
    Event.objects.filter(pk=event.pk).update(confirmed_by=cast.wang, **confirmed)
    event.refresh_from_db()
    return submit_flash(event=event, person=cast.wang, now=NOW)


def run() -> None:
    while look_at_next_chain() or deliver_next_message():
        pass


class TestTask:
    def test_names_who_was_not_told_and_the_vendors_sentence(
        self, cast: Cast, task: Task, sign_in: SignIn
    ) -> None:
        assert "没通知到" not in sign_in(cast.wang).get(reverse("task", args=[task.key])).content.decode()
        run()

        page = sign_in(cast.wang).get(reverse("task", args=[task.key])).content.decode()

        assert "没通知到" in page
        assert "没有人收到。值班群：对方没有收：invalid webhook url（93000）" in page

    def test_is_silent_once_the_person_has_come_by_whatever_way(
        self, cast: Cast, task: Task, sign_in: SignIn
    ) -> None:
        run()
        address = reverse("task", args=[task.key])

        page = sign_in(cast.liu).get(address).content.decode()

        assert "没通知到" not in page
        assert not Message.objects.filter(cause=f"task:{task.key}", person=cast.liu, read_at=None).exists()
        reads = Entry.objects.filter(verb="notify.mark_read")
        sign_in(cast.liu).get(address)
        assert [entry.actor for entry in reads] == [cast.liu.key]

    def test_somebody_elses_visit_reads_nothing(self, cast: Cast, task: Task, sign_in: SignIn) -> None:
        run()

        sign_in(cast.wang).get(reverse("task", args=[task.key]))

        assert [trouble.person for trouble in troubles(f"task:{task.key}")] == [cast.liu]


class TestReceipt:
    def test_says_why_the_reader_may_not_know(self, cast: Cast, report: Report, sign_in: SignIn) -> None:
        run()

        page = sign_in(cast.wang).get(reverse("report", args=[report.key])).content.decode()

        assert "没通知到：" in page
        assert "短信：127.0.0.1 没有答完就断了，对方收没收到不知道" in page

    def test_opening_the_report_is_hearing_of_it_but_no_receipt(
        self, cast: Cast, report: Report, sign_in: SignIn
    ) -> None:
        run()

        page = sign_in(cast.li).get(reverse("report", args=[report.key])).content.decode()

        assert "没通知到" not in page
        assert report.receipts.get().read_at is None
