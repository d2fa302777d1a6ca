"""Sending mail: claimed once, tried again, and honest after a crash."""

import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.notify.actions import tell
from guanlan.notify.jobs import deliver_next_message
from guanlan.notify.models import Delivery

State = Delivery.State


@pytest.fixture
def waiting(cast: Cast, stream: Stream, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Delivery:
    settings.EMAIL_HOST_CONFIGURED = True
    monkeypatch.setattr("guanlan.notify.jobs.real_now", lambda: NOW)
    cast.liu.email = "liu@example.com"
    cast.liu.save()
    tell(stream=stream, person=cast.liu, title="请接手", link="/tasks/x/", cause="task:x", now=NOW)
    return Delivery.objects.get()


def test_sends_the_title_and_the_link(waiting: Delivery) -> None:
    assert deliver_next_message()

    waiting.refresh_from_db()
    assert waiting.state == State.SENT
    assert (mail.outbox[0].subject, mail.outbox[0].to) == ("请接手", ["liu@example.com"])
    assert mail.outbox[0].body.endswith("http://127.0.0.1:8000/tasks/x/")


def test_tries_again_later_and_gives_up_after_five(
    waiting: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr("guanlan.notify.jobs.send_mail", refuse)
    for attempt in range(5):
        monkeypatch.setattr("guanlan.notify.jobs.real_now", lambda a=attempt: NOW + timedelta(hours=a))
        assert deliver_next_message()

    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts, waiting.outcome) == (State.FAILED, 5, "gone")
    assert not deliver_next_message()


def test_a_crash_while_sending_is_called_unknown_and_not_repeated(
    waiting: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    Delivery.objects.update(state=State.SENDING)
    monkeypatch.setattr("guanlan.notify.jobs.real_now", lambda: NOW + timedelta(minutes=3))

    assert not deliver_next_message()

    waiting.refresh_from_db()
    assert waiting.state == State.UNKNOWN
    assert mail.outbox == []


def test_nothing_leaves_a_drill(cast: Cast, settings: Any) -> None:
    settings.EMAIL_HOST_CONFIGURED = True
    drill = Stream.objects.create(kind=Stream.Kind.DRILL, name="演练")
    cast.liu.email = "liu@example.com"

    tell(stream=drill, person=cast.liu, title="请接手", link="/", cause="task:x", now=NOW)

    assert not Delivery.objects.exists()


def test_an_address_removed_meanwhile_is_a_failure_not_a_success(waiting: Delivery, cast: Cast) -> None:
    cast.liu.email = ""
    cast.liu.save()

    assert deliver_next_message()

    waiting.refresh_from_db()
    assert waiting.state == State.WAITING
    assert "没有邮箱" in waiting.outcome
