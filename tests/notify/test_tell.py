"""Telling a person once, in the transaction of the cause."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.notify.actions import mark_read, tell
from guanlan.notify.models import Message
from guanlan.people.models import Person


def say(stream: Stream, person: Person, step: str = "") -> Message | None:
    return tell(
        stream=stream, person=person, title="请接手：联系客户", link="/", cause="task:x", step=step, now=NOW
    )


class TestTell:
    def test_writes_one_message_for_a_cause_and_step(self, cast: Cast, stream: Stream) -> None:
        first, second, reminder = say(stream, cast.liu), say(stream, cast.liu), say(stream, cast.liu, "late")

        assert first is not None
        assert second is None
        assert reminder is not None
        assert Message.objects.count() == 2

    def test_tells_two_persons_of_one_cause(self, cast: Cast, stream: Stream) -> None:
        assert say(stream, cast.liu)
        assert say(stream, cast.wang)

    def test_lets_live_pages_know(self, cast: Cast, stream: Stream) -> None:
        say(stream, cast.liu)

        stream.refresh_from_db()
        assert stream.changed_seq == 1

    def test_audit_row_holds_keys_not_words(self, cast: Cast, stream: Stream) -> None:
        say(stream, cast.liu)

        entry = Entry.objects.latest("number")
        assert entry.facts == {"person": cast.liu.key, "cause": "task:x", "step": ""}


class TestMarkRead:
    def test_counts_the_first_opening_only(self, cast: Cast, stream: Stream) -> None:
        message = say(stream, cast.liu)
        assert message is not None

        mark_read(message=message, person=cast.liu, now=NOW)
        mark_read(message=message, person=cast.liu, now=NOW.replace(hour=9))

        message.refresh_from_db()
        assert message.read_at == NOW

    def test_somebody_else_reading_it_is_no_receipt(self, cast: Cast, stream: Stream) -> None:
        message = say(stream, cast.liu)
        assert message is not None

        mark_read(message=message, person=cast.wang, now=NOW)

        message.refresh_from_db()
        assert message.read_at is None


class TestInbox:
    def test_shows_what_waits(self, cast: Cast, stream: Stream, sign_in: Callable[..., Client]) -> None:
        say(stream, cast.liu)

        page = sign_in(cast.liu).get(reverse("inbox")).content.decode()

        assert "1 条消息等您看" in page
        assert "请接手：联系客户" in page

    def test_opens_the_very_page_and_notes_it(
        self, cast: Cast, stream: Stream, sign_in: Callable[..., Client]
    ) -> None:
        message = say(stream, cast.liu)
        assert message is not None

        answer = sign_in(cast.liu).get(reverse("message", args=[message.key]))

        message.refresh_from_db()
        assert (answer.headers["Location"], message.read_at) == ("/", NOW)

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_hides_other_peoples_messages(
        self, cast: Cast, stream: Stream, sign_in: Callable[..., Client], method: str
    ) -> None:
        message = say(stream, cast.liu)
        assert message is not None

        answer = getattr(sign_in(cast.wang), method)(reverse("message", args=[message.key]))

        assert answer.status_code == 404

    def test_answers_304_until_something_changes(
        self, cast: Cast, stream: Stream, sign_in: Callable[..., Client]
    ) -> None:
        browser = sign_in(cast.liu)
        tag = browser.get(reverse("inbox")).headers["ETag"]

        assert browser.get(reverse("inbox"), headers={"If-None-Match": tag}).status_code == 304
        say(stream, cast.liu)
        assert browser.get(reverse("inbox"), headers={"If-None-Match": tag}).status_code == 200
