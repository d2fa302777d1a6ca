"""Judging a post: what it is from now on, who may, what stays as it was."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.engine.tasks import CATEGORIES
from guanlan.errors import NotAllowed
from guanlan.reports.actions import submit_flash
from guanlan.reports.models import Report
from guanlan.watch import folding, jobs
from guanlan.watch.actions import confirm_level
from guanlan.watch.categories import CATEGORY_NAMES
from guanlan.watch.corrections import actions
from guanlan.watch.counting import counted, rows_of
from guanlan.watch.models import Assessment, Correction, Event, JournalEntry, Reading, Watch


@pytest.fixture
def event(watch: Watch, bring: Any) -> Event:
    bring(40, start=NOW - timedelta(hours=1))
    return Event.objects.exclude(computed_level="").get()


@pytest.fixture
def reading(event: Event) -> Reading:
    """A negative post that copies nothing and that nothing copies."""
    alone = event.readings.filter(stance="negative", copy_of=None, post__copies=None)
    return alone.order_by("pk").first() or event.readings.filter(stance="negative", copy_of=None)[0]


def judge(reading: Reading, person: Any, stance: str = "neutral", **more: Any) -> Reading:
    given = {"seen": "negative", "now": NOW, **more}
    return actions.judge_post(reading=reading, stance=stance, person=person, **given)


class TestWhatChanges:
    def test_what_the_model_said_stays_beside_what_holds_now(self, reading: Reading, cast: Cast) -> None:
        said = (reading.stance, reading.negative, reading.neutral, reading.positive)

        judge(reading, cast.wang)

        reading.refresh_from_db()
        assert (reading.stance, reading.negative, reading.neutral, reading.positive) == said
        assert (reading.stance_now, reading.category_now) == ("neutral", "")

    def test_one_row_keeps_who_said_what_and_which_model_was_wrong(
        self, reading: Reading, cast: Cast
    ) -> None:
        judge(reading, cast.wang)

        row = Correction.objects.get()
        assert (row.kind, row.before, row.after) == ("STANCE", "negative", "neutral")
        assert (row.post, row.event, row.person, row.at) == (reading.post, reading.event, cast.wang, NOW)
        assert row.fingerprint == folding.model().fingerprint

    def test_saying_the_same_confirms_it(self, reading: Reading, cast: Cast) -> None:
        judge(reading, cast.wang, "negative")

        assert Correction.objects.get().kind == "CONFIRMED"
        reading.refresh_from_db()
        assert reading.stance_now == reading.corrected_stance == "negative"

    def test_a_category_is_kept_beside_the_models(self, reading: Reading, cast: Cast) -> None:
        Reading.objects.filter(pk=reading.pk).update(category="ATTITUDE")
        judge(reading, cast.wang, "negative", category="REFUND")

        reading.refresh_from_db()
        assert (reading.category, reading.category_now) == ("ATTITUDE", "REFUND")
        row = Correction.objects.get(kind="CATEGORY")
        assert (row.before, row.after) == ("ATTITUDE", "REFUND")

    def test_every_category_of_the_engine_has_a_name(self) -> None:
        assert tuple(CATEGORY_NAMES) == CATEGORIES

    def test_copies_follow_and_those_that_come_later(self, reading: Reading, cast: Cast, bring: Any) -> None:
        line = {"platform": "微博", "text": reading.post.text, "published_at": NOW.isoformat()}
        bring.send([line | {"id": "copy1", "author": "转发人"}])
        original = Reading.objects.get(post__external_id="copy1").copy_of.reading
        judge(original, cast.wang)
        bring.send([line | {"id": "copy2", "author": "又一人"}])

        assert {Reading.objects.get(post__external_id=name).stance_now for name in ("copy1", "copy2")} == {
            "neutral"
        }
        bring.work()
        self.agrees(original.event)

    def test_a_copy_that_was_judged_itself_does_not_follow(
        self, reading: Reading, cast: Cast, bring: Any
    ) -> None:
        line = {"platform": "微博", "text": reading.post.text, "published_at": NOW.isoformat()}
        bring.send([line | {"id": "copy1", "author": "转发人"}])
        copy = Reading.objects.get(post__external_id="copy1")
        judge(copy, cast.wang, "negative", seen=copy.stance_now)
        judge(copy.copy_of.reading, cast.wang, "positive")
        bring.work()

        copy.refresh_from_db()
        assert copy.stance_now == "negative"
        self.agrees(copy.event)

    def test_the_event_counts_it_from_now_on(
        self, event: Event, reading: Reading, cast: Cast, bring: Any, hands: dict[str, datetime]
    ) -> None:
        before = event.measures["negative_24h"]
        alike = reading.post.copies.count()

        judge(reading, cast.wang)
        bring.work()

        event.refresh_from_db()
        assert event.measures["negative_24h"] == before - 1 - alike
        self.agrees(event)

    def test_a_worker_that_begins_anew_counts_the_same(
        self, event: Event, reading: Reading, cast: Cast, stream: Stream, bring: Any
    ) -> None:
        judge(reading, cast.wang)
        bring.work()
        event.refresh_from_db()

        jobs._held.clear()
        analyser, number = folding.restored(stream)
        assert dict(analyser.event(event.code).measures) == event.measures
        assert number == JournalEntry.objects.filter(stream=stream).count()

    def agrees(self, event: Event) -> None:
        """The slow form counts what the engine counted."""
        event.refresh_from_db()
        rows = rows_of(event)
        found = counted(event, rows, now=max(row.at for row in rows))
        assert {name: one.value for name, one in found.items()} == event.measures


class TestWhatStays:
    def test_a_frozen_report_a_confirmed_level_and_an_assessment_are_untouched(
        self, event: Event, cast: Cast, bring: Any
    ) -> None:
        confirm_level(
            event=event,
            level=event.computed_level,
            levels=("I", "II", "III", "IV"),
            person=cast.wang,
            now=NOW,
        )
        event.refresh_from_db()
        submit_flash(event=event, person=cast.wang, now=NOW)
        entries = list(Entry.objects.values())

        def decided() -> list[Any]:
            event.refresh_from_db()
            frozen = [dict(row) for row in Report.objects.values()]
            return [frozen, list(Assessment.objects.values()), event.confirmed_level, event.confirmed_at]

        before = decided()
        assert event.confirmed_level
        assert before[0]
        for reading in event.readings.filter(stance="negative", copy_of=None):
            reading.refresh_from_db()
            if reading.stance_now == "negative":
                judge(reading, cast.wang)
        bring.work()

        assert decided() == before
        assert list(Entry.objects.values())[: len(entries)] == entries
        assert event.measures["negative_24h"] == 0


class TestWhoMayNot:
    @pytest.mark.parametrize("name", ["zhao", "liu", "chen"])
    def test_others_than_monitors_and_the_command(self, reading: Reading, cast: Cast, name: str) -> None:
        entries = JournalEntry.objects.count()

        with pytest.raises(NotAllowed):
            judge(reading, getattr(cast, name))

        assert (Correction.objects.count(), JournalEntry.objects.count()) == (0, entries)


class TestWrongStates:
    def test_what_changed_after_the_page_was_read(self, reading: Reading, cast: Cast) -> None:
        judge(reading, cast.wang)
        with pytest.raises(actions.JudgedMeanwhile, match="刚被改为“中性”"):
            judge(reading, cast.li, "positive")

    def test_what_was_judged_so_before(self, reading: Reading, cast: Cast) -> None:
        judge(reading, cast.wang, "negative")
        with pytest.raises(actions.JudgedAlready, match="已由王芳核对为“负面”"):
            judge(reading, cast.li, "negative")

    def test_a_complaint_that_is_not_negative(self, reading: Reading, cast: Cast) -> None:
        with pytest.raises(actions.NoComplaint):
            judge(reading, cast.wang, "neutral", category="REFUND")

    @pytest.mark.parametrize("words", [{"stance": "bad"}, {"stance": "negative", "category": "X"}])
    def test_words_that_do_not_exist(self, reading: Reading, cast: Cast, words: dict[str, str]) -> None:
        with pytest.raises(actions.UnknownWord):
            judge(reading, cast.wang, **words)


def test_it_writes_one_audit_row_without_text(reading: Reading, cast: Cast) -> None:
    judge(reading, cast.wang)

    row = Entry.objects.latest("number")
    assert (row.verb, row.actor, row.subject) == ("watch.judge_post", cast.wang.key, reading.post.key)
    assert row.facts == {"stance": "neutral", "category": ""}


class TestThePages:
    @pytest.fixture
    def ask(self, cast: Cast, sign_in: Callable[..., Client]) -> Callable[..., Client]:
        return sign_in

    def test_one_tap_confirms_and_the_cell_says_who(
        self, reading: Reading, cast: Cast, ask: Callable[..., Client]
    ) -> None:
        browser = ask(cast.wang)
        event = browser.get(reverse("event", args=[reading.event.key])).content.decode()
        assert reverse("post-judge", args=[reading.post.key]) in event

        there = reverse("post-judge", args=[reading.post.key])
        tapped = {"seen": "negative", "stance": "negative"}
        cell = browser.post(there, tapped, headers={"HX-Request": "true"}).content.decode()
        assert re.search(r"王芳.*核对无误", cell, re.S)
        assert "hx-post" not in cell  # nothing is left to confirm

        again = browser.post(there, tapped, headers={"HX-Request": "true"}).content.decode()
        assert "没有再记一次" in re.sub("<[^>]+>", "", again)

    def test_a_corrected_post_is_marked_so(
        self, reading: Reading, cast: Cast, ask: Callable[..., Client]
    ) -> None:
        browser = ask(cast.li)
        form = {"seen": "negative", "stance": "positive", "category": ""}
        answer = browser.post(reverse("post-judge", args=[reading.post.key]), form)
        assert answer.headers["Location"] == reverse("event", args=[reading.event.key])

        page = browser.get(reverse("event", args=[reading.event.key])).content.decode()
        assert re.search(r"人工更正，李敏", page)
        words = browser.get(reverse("post-correct", args=[reading.post.key])).content.decode()
        assert "改立场：负面 → 正面" in words
        feed = browser.get(reverse("feed"), {"stance": "positive"}).content.decode()
        assert reverse("post-correct", args=[reading.post.key]) in feed
        assert "人工更正" in feed

    def test_a_reader_sees_no_button(self, reading: Reading, cast: Cast, ask: Callable[..., Client]) -> None:
        browser = ask(cast.zhao)
        page = browser.get(reverse("post-correct", args=[reading.post.key])).content.decode()
        assert "监测组和指挥部可以更正帖文" in page
        assert '<form method="post" action="/corrections' not in page
        answer = browser.post(
            reverse("post-judge", args=[reading.post.key]), {"seen": "negative", "stance": "neutral"}
        )
        assert answer.status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_at_once_leave_one_judgement(reading: Reading, cast: Cast, at_once: AtOnce) -> None:
    assert at_once(lambda: judge(reading, cast.wang)) == ["JudgedMeanwhile", "done"]
    assert Correction.objects.count() == 1
