"""Other systems are told of incidents: what, signed, until they take it; on screen, and by whom."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed
from guanlan.incidents.actions import archive, change_level
from guanlan.incidents.jobs import remind_next_overdue
from guanlan.incidents.models import Incident, Task
from guanlan.notify.models import Message
from guanlan.reports.actions import submit_flash
from guanlan.subscriptions import actions
from guanlan.subscriptions.jobs import make_next_push, write_next_pushes
from guanlan.subscriptions.models import Push, Subscription, Topic
from guanlan.watch.models import Event, Signal
from incident_scene import activate, publish, raise_event, task_of
from subscriptions_double import Receiver, receiver

SignIn = Callable[..., Client]
MINUTE = timedelta(minutes=1)
State = Push.State


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[datetime]:
    settings.CHANNEL_NETWORKS = ["127.0.0.1/32"]
    shown = [NOW]
    monkeypatch.setattr("guanlan.subscriptions.jobs.real_now", lambda: shown[0])
    return shown


@pytest.fixture
def other(clock: list[datetime]) -> Iterator[Receiver]:
    with receiver(lambda: clock[0].timestamp()) as served:
        yield served


@pytest.fixture
def subscription(cast: Cast, other: Receiver) -> Subscription:
    return subscribe(cast, other)


@pytest.fixture
def event(cast: Cast, stream: Stream) -> Event:
    publish(cast)
    return raise_event(cast, stream)


def subscribe(cast: Cast, other: Receiver, *topics: str) -> Subscription:
    added, other.secret = actions.add_subscription(
        name="工单系统", address=other.address, topics=topics or Topic.values, person=cast.wu, now=NOW
    )
    return added


def run() -> None:
    while write_next_pushes() or make_next_push():
        pass


def trial(subscription: Subscription, stream: Stream, cast: Cast) -> Push:
    return actions.try_subscription(subscription=subscription, stream=stream, person=cast.wu, now=NOW)


class TestWhatIsTold:
    def test_an_incident_opened_and_its_level_changed(
        self, subscription: Subscription, other: Receiver, event: Event, cast: Cast
    ) -> None:
        incident = activate(event, cast.li)
        change_level(incident=incident, level="I", reason="扩大", person=cast.li, now=NOW + MINUTE)
        run()

        opened, changed = other.taken
        assert opened["type"] == "incident.opened"
        assert opened["timestamp"] == "2026-11-20T06:05:00+00:00"
        told = opened["data"]["incident"]
        assert (told["number"], told["key"], told["name"]) == (
            incident.number,
            incident.key,
            "退款三天未到账",
        )
        assert told["link"].endswith(reverse("incident", args=[incident.key]))
        assert changed["type"] == "incident.level_changed"
        assert (changed["data"]["previous_level"], changed["data"]["incident"]["level"]) == ("II", "I")
        assert other.refused == []

    def test_a_task_overdue_once_though_it_goes_up_the_ladder(
        self, subscription: Subscription, other: Receiver, event: Event, cast: Cast
    ) -> None:
        task = task_of(activate(event, cast.li), "duty.contact")
        Task.objects.exclude(pk=task.pk).update(state=Task.State.WAIVED, closed_at=NOW, closed_by=cast.li)
        for minutes in (10, 15, 20):
            remind_next_overdue(lambda _stream, minutes=minutes: NOW + minutes * MINUTE)
        run()

        [late] = [said for said in other.taken if said["type"] == "task.overdue"]
        assert late["data"]["task"]["title"] == "逐一联系客户"
        assert late["data"]["task"]["accept_by"] == "2026-11-20T06:15:00+00:00"
        assert late["data"]["task"]["accepted"] is False

    def test_a_flash_report(
        self, subscription: Subscription, other: Receiver, event: Event, cast: Cast
    ) -> None:
        Signal.objects.create(stream=event.stream, kind="LEVEL", at=NOW, event=event, level="II")
        Event.objects.update(
            state="CONFIRMED", confirmed_level="II", confirmed_at=NOW, confirmed_by=cast.wang
        )
        report = submit_flash(event=event, person=cast.wang, now=NOW)
        run()

        [said] = other.taken
        assert (said["type"], said["data"]["incident"]) == ("report.submitted", None)
        assert (said["data"]["report"]["key"], said["data"]["report"]["sha256"]) == (
            report.key,
            report.sha256,
        )

    def test_an_incident_closed(
        self, subscription: Subscription, other: Receiver, event: Event, cast: Cast
    ) -> None:
        incident = activate(event, cast.li)
        Task.objects.update(state=Task.State.WAIVED, closed_at=NOW, closed_by=cast.li)
        Incident.objects.update(state="STOOD_DOWN", closing_report="0" * 64)
        archive(incident=incident, person=cast.li, now=NOW)
        run()

        assert [said["type"] for said in other.taken] == ["incident.opened", "incident.closed"]

    def test_of_a_restricted_incident_only_number_and_level(
        self, subscription: Subscription, other: Receiver, event: Event, cast: Cast
    ) -> None:
        incident = activate(event, cast.li, restricted=True)
        change_level(incident=incident, level="I", reason="扩大", person=cast.li, now=NOW)
        remind_next_overdue(lambda _stream: NOW + 60 * MINUTE)
        run()

        opened, changed, late = (said["data"] for said in other.taken)
        assert opened == {"incident": {"number": incident.number, "level": "I"}}
        assert changed == {"incident": {"number": incident.number, "level": "I"}, "previous_level": "II"}
        assert late == {"incident": {"number": incident.number, "level": "I"}}
        bodies = "".join(Push.objects.values_list("body", flat=True))
        assert "退款" not in bodies
        assert "客户" not in bodies

    def test_only_what_was_chosen_and_only_from_then_on(
        self, other: Receiver, event: Event, cast: Cast
    ) -> None:
        incident = activate(event, cast.li)
        change_level(incident=incident, level="I", reason="扩大", person=cast.li, now=NOW)
        subscribe(cast, other, Topic.LEVEL)
        run()
        assert other.taken == []
        change_level(incident=incident, level="II", reason="回落", person=cast.li, now=NOW)
        remind_next_overdue(lambda _stream: NOW + 60 * MINUTE)
        run()

        assert [said["type"] for said in other.taken] == ["incident.level_changed"]
        assert other.taken[0]["data"]["incident"]["level"] == "II"

    def test_nothing_of_a_drill(
        self, subscription: Subscription, other: Receiver, event: Event, cast: Cast
    ) -> None:
        drill = Stream.objects.create(kind=Stream.Kind.DRILL, name="演练")
        Event.objects.update(stream=drill)
        event.refresh_from_db()
        activate(event, cast.li)
        run()

        assert (other.ids, Push.objects.count()) == ([], 0)


class TestUntilItIsTaken:
    def test_again_under_the_same_id_with_the_time_of_the_attempt(
        self,
        subscription: Subscription,
        other: Receiver,
        clock: list[datetime],
        stream: Stream,
        cast: Cast,
    ) -> None:
        push = trial(subscription, stream, cast)
        other.answers = [500, 0, 429]
        waits = []
        for _try in range(4):
            run()
            push.refresh_from_db()
            waits.append((push.next_at - clock[0]).total_seconds())
            clock[0] = push.next_at

        assert waits == [12, 60, 300, 0]
        assert other.ids == [push.key] * 4
        assert other.refused == []
        assert [said["type"] for said in other.taken] == ["test"]
        assert (push.state, push.outcome) == (State.SENT, "对方已收下，HTTP 200。")

    def test_when_it_never_is_the_administrator_is_told_and_may_push_again(
        self,
        subscription: Subscription,
        other: Receiver,
        clock: list[datetime],
        stream: Stream,
        cast: Cast,
        sign_in: SignIn,
    ) -> None:
        push = trial(subscription, stream, cast)
        other.answers = [503] * 8
        for _try in range(8):
            run()
            push.refresh_from_db()
            clock[0] = max(clock[0], push.next_at)
        assert (push.state, push.attempts) == (State.FAILED, 8)
        assert clock[0] - NOW < timedelta(hours=18)
        [message] = Message.objects.filter(cause=f"subscription:{subscription.key}")
        assert (message.person, message.title) == (cast.wu, "推送“工单系统”没有成，请看对方系统")

        sign_in(cast.wu).post(reverse("push-again", args=[push.key]))
        run()

        push.refresh_from_db()
        assert (push.state, other.ids) == (State.SENT, [push.key] * 9)
        with pytest.raises(actions.NotFailed):
            actions.push_again(push=push, person=cast.wu, now=NOW)

    @pytest.mark.parametrize("status", [400, 404, 410])
    def test_not_again_when_it_is_refused(
        self, subscription: Subscription, other: Receiver, stream: Stream, cast: Cast, status: int
    ) -> None:
        push = trial(subscription, stream, cast)
        other.answers = [status]
        run()

        push.refresh_from_db()
        assert (push.state, push.attempts) == (State.FAILED, 1)
        assert f"HTTP {status}" in push.outcome

    def test_a_receiver_with_another_secret_refuses(
        self, subscription: Subscription, other: Receiver, stream: Stream, cast: Cast
    ) -> None:
        other.secret = "whsec_" + "A" * 44
        trial(subscription, stream, cast)
        run()

        assert (other.refused, other.taken) == (["wrong signature"], [])

    def test_a_receiver_whose_clock_is_far_off_refuses(
        self, subscription: Subscription, other: Receiver, stream: Stream, cast: Cast
    ) -> None:
        other.clock = lambda: (NOW + 6 * MINUTE).timestamp()
        trial(subscription, stream, cast)
        run()

        assert other.refused == ["too old"]

    def test_a_call_whose_worker_died_is_made_again(
        self,
        subscription: Subscription,
        other: Receiver,
        clock: list[datetime],
        stream: Stream,
        cast: Cast,
    ) -> None:
        push = trial(subscription, stream, cast)
        Push.objects.update(state=State.SENDING, attempts=1, lease_until=NOW + MINUTE)
        run()
        assert other.ids == []
        clock[0] = NOW + 2 * MINUTE
        run()

        assert other.ids == [push.key]

    def test_not_once_it_is_closed(
        self, subscription: Subscription, other: Receiver, stream: Stream, cast: Cast, event: Event
    ) -> None:
        trial(subscription, stream, cast)
        actions.close_subscription(subscription=subscription, person=cast.wu, now=NOW)
        activate(event, cast.li)
        run()

        assert (other.ids, Push.objects.count()) == ([], 1)
        with pytest.raises(actions.ClosedAlready):
            trial(subscription, stream, cast)

    @pytest.mark.django_db(transaction=True)
    def test_two_workers_write_and_make_it_once(
        self, subscription: Subscription, other: Receiver, event: Event, cast: Cast, at_once: AtOnce
    ) -> None:
        activate(event, cast.li)
        assert at_once(write_next_pushes) == ["done", "done"]
        assert at_once(make_next_push) == ["done", "done"]

        assert (Push.objects.count(), len(other.ids)) == (1, 1)


class TestOnScreen:
    def test_the_secret_is_shown_once_and_the_address_never_again(
        self, cast: Cast, stream: Stream, other: Receiver, sign_in: SignIn
    ) -> None:
        browser = sign_in(cast.wu)
        form = {"name": "工单系统", "address": other.address, "topics": ["incident.opened", "task.overdue"]}

        page = browser.post(reverse("subscriptions"), form).content.decode()

        added = Subscription.objects.get()
        assert "只显示这一次" in page
        assert "whsec_" in page
        listed = browser.get(reverse("subscriptions")).content.decode()
        assert "启动应急事件、任务超时" in listed
        assert "whsec_" not in listed + added.sealed
        assert "/hooks/guanlan" not in page + listed + added.sealed
        entry = Entry.objects.get(verb="subscriptions.add")
        assert (entry.actor, entry.subject) == (cast.wu.key, added.key)
        assert entry.facts == {"topics": ["incident.opened", "task.overdue"]}

    def test_a_trial_and_the_last_answers(
        self, subscription: Subscription, other: Receiver, sign_in: SignIn, cast: Cast
    ) -> None:
        browser = sign_in(cast.wu)
        other.answers = [503]
        browser.post(reverse("subscription-try", args=[subscription.key]))
        run()
        page = browser.get(reverse("subscription", args=[subscription.key])).content.decode()

        assert "试推" in page
        assert "对方回答 HTTP 503。" in page
        assert "对方回答 HTTP 503。" in browser.get(reverse("subscriptions")).content.decode()
        browser.post(reverse("subscription-close", args=[subscription.key]))
        assert "停用" in browser.get(reverse("subscriptions")).content.decode()

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ({"address": "tickets.example"}, "要以 https:// 开头"),
            ({"address": "https://[::1"}, "要以 https:// 开头"),
            ({"topics": []}, "请至少选一件要推送的事"),
        ],
    )
    def test_refuses_what_cannot_work(
        self, cast: Cast, stream: Stream, sign_in: SignIn, given: dict[str, object], sentence: str
    ) -> None:
        form = {"name": "工单", "address": "https://tickets.example/", "topics": ["task.overdue"]} | given

        answer = sign_in(cast.wu).post(reverse("subscriptions"), form)

        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert not Subscription.objects.exists()

    def test_only_an_administrator(
        self, subscription: Subscription, stream: Stream, sign_in: SignIn, cast: Cast
    ) -> None:
        push = trial(subscription, stream, cast)
        browser = sign_in(cast.li)
        for name, key in (
            ("subscriptions", None),
            ("subscription", subscription.key),
        ):
            assert browser.get(reverse(name, args=[key] if key else [])).status_code == 403
        for name, key in (
            ("subscription-try", subscription.key),
            ("subscription-close", subscription.key),
            ("push-again", push.key),
        ):
            assert browser.post(reverse(name, args=[key])).status_code == 403
        with pytest.raises(NotAllowed):
            actions.add_subscription(
                name="x", address="https://a.example/", topics=Topic.values, person=cast.li, now=NOW
            )
        assert Subscription.objects.get().closed_at is None

    def test_no_trial_leaves_a_drill(self, subscription: Subscription, cast: Cast) -> None:
        drill = Stream.objects.create(kind=Stream.Kind.DRILL, name="演练")

        with pytest.raises(actions.NothingLeaves):
            trial(subscription, drill, cast)
