"""The assessment sheet: a person's words beside what was computed, version by version."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.errors import BadInput, NotAllowed
from guanlan.reports.actions import submit_flash
from guanlan.watch.actions import confirm_level
from guanlan.watch.assessing import actions
from guanlan.watch.assessing.computed import computed
from guanlan.watch.models import Event, Sheet, Watch

WORDS = {
    "nature": "退款系统故障，不是个别客服的事",
    "scope": "限于双十一退货的客户",
    "consequences": "今晚不垫付，会有媒体跟进",
    "cause": "支付通道对账延迟",
    "demands": "退款到账，解释原因",
}


@pytest.fixture
def event(watch: Watch, bring: Any) -> Event:
    bring(30, start=NOW - timedelta(hours=1), region="上海")
    return Event.objects.exclude(state="MERGED").order_by("pk")[0]


def assess(event: Event, person: Any, **more: Any) -> Sheet:
    kept: dict[str, Any] = {"words": WORDS, "confidence": "MEDIUM", "seen": event.sheets.count()} | more
    return actions.assess_event(event=event, person=person, now=NOW, **kept)


class TestAssessEvent:
    def test_it_keeps_words_who_when_how_sure_and_what_was_computed(self, event: Event, cast: Cast) -> None:
        sheet = assess(event, cast.wang)

        assert {part: getattr(sheet, part) for part in WORDS} == WORDS
        assert (sheet.number, sheet.confidence, sheet.person, sheet.at) == (1, "MEDIUM", cast.wang, NOW)
        assert f"{event.readings.count()} 条帖文，{event.readings.count()} 个账号" in sheet.computed["scope"]
        assert f"平台：黑猫投诉 {event.readings.count()}" in sheet.computed["scope"]
        assert f"地区：上海 {event.readings.count()}" in sheet.computed["scope"]
        assert any(line.startswith("阶段：") for line in sheet.computed["consequences"])
        first = event.readings.order_by("published_at", "pk").first()
        assert first is not None
        assert any(first.post.text[:40] in line for line in sheet.computed["cause"])

    def test_what_was_computed_then_stays_when_more_comes(self, event: Event, cast: Cast, bring: Any) -> None:
        sheet = assess(event, cast.wang)
        kept = sheet.computed["scope"]
        bring(30, start=NOW - timedelta(minutes=20))
        event.refresh_from_db()
        sheet.refresh_from_db()
        assert sheet.computed["scope"] == kept != computed(event, now=NOW)["scope"]

    def test_every_version_stays(self, event: Event, cast: Cast) -> None:
        assess(event, cast.wang)
        assess(event, cast.li, words=WORDS | {"nature": "系统故障"}, confidence="HIGH")
        rows = event.sheets.values_list("number", "nature", "confidence", "person__name")
        assert list(rows) == [
            (2, "系统故障", "HIGH", "李敏"),
            (1, WORDS["nature"], "MEDIUM", "王芳"),
        ]

    def test_nobody_writes_over_what_they_have_not_seen(self, event: Event, cast: Cast) -> None:
        assess(event, cast.li)
        with pytest.raises(actions.WrittenMeanwhile, match="李敏刚写了第 1 版"):
            assess(event, cast.wang, seen=0)
        assert event.sheets.count() == 1

    @pytest.mark.parametrize(
        ("more", "sentence"),
        [
            ({"words": {"nature": "  "}}, "至少写一项"),
            ({"confidence": ""}, "请选把握"),
            ({"confidence": "90"}, "请选把握"),
        ],
    )
    def test_an_empty_one_and_one_without_confidence_are_refused(
        self, event: Event, cast: Cast, more: dict[str, Any], sentence: str
    ) -> None:
        with pytest.raises(BadInput, match=sentence):
            assess(event, cast.wang, **more)

    def test_an_event_that_went_into_another_takes_none(self, event: Event, cast: Cast) -> None:
        Event.objects.filter(pk=event.pk).update(state="MERGED")
        with pytest.raises(actions.EventGone):
            assess(event, cast.wang)

    def test_only_monitors_and_the_command_may(
        self, event: Event, cast: Cast, sign_in: Callable[..., Client]
    ) -> None:
        with pytest.raises(NotAllowed):
            assess(event, cast.chen)
        browser = sign_in(cast.chen)
        assert browser.get(reverse("event-sheet", args=[event.key])).status_code == 403
        assert (
            reverse("event-sheet", args=[event.key])
            not in browser.get(reverse("event", args=[event.key])).content.decode()
        )

    def test_it_writes_one_audit_row_without_the_words(self, event: Event, cast: Cast) -> None:
        assess(event, cast.wang)
        row = Entry.objects.latest("number")
        assert (row.verb, row.actor, row.subject) == ("watch.assess_event", cast.wang.key, event.key)
        assert row.facts == {"version": 1, "confidence": "MEDIUM"}


@pytest.mark.django_db(transaction=True)
def test_two_at_once_leave_one_version(event: Event, cast: Cast, at_once: AtOnce) -> None:
    write = lambda: assess(event, cast.wang, seen=0)  # noqa: E731
    assert at_once(write) == ["WrittenMeanwhile", "done"]
    assert event.sheets.count() == 1


class TestPages:
    def test_it_is_written_changed_and_read_beside_what_was_computed(
        self, event: Event, cast: Cast, sign_in: Callable[..., Client]
    ) -> None:
        browser, address = sign_in(cast.wang), reverse("event-sheet", args=[event.key])
        page = browser.get(address).content.decode()
        assert "系统算的" in page
        assert "地区：上海" in page

        refused = browser.post(address, WORDS | {"seen": 0})
        assert refused.status_code == 422
        assert WORDS["cause"] in refused.content.decode()

        browser.post(address, WORDS | {"seen": 0, "confidence": "LOW"})
        shown = browser.get(reverse("event", args=[event.key])).content.decode()
        assert WORDS["consequences"] in shown
        assert "把握低" in shown

        assert 'name="seen" value="1"' in browser.get(address).content.decode()
        browser.post(address, WORDS | {"seen": 1, "confidence": "HIGH", "nature": "改过的性质"})
        first = event.sheets.get(number=1)
        old = browser.get(reverse("sheet", args=[first.key])).content.decode()
        assert WORDS["nature"] in old
        assert "改过的性质" not in old
        assert "第 2 版" in old

    def test_the_command_reads_it_where_it_decides(
        self, event: Event, cast: Cast, sign_in: Callable[..., Client]
    ) -> None:
        assess(event, cast.wang)
        page = sign_in(cast.li).get(reverse("decide", args=[event.key])).content.decode()
        assert WORDS["consequences"] in page
        assert "把握中" in page


def test_the_flash_report_lays_both_side_by_side(event: Event, cast: Cast) -> None:
    sheet = assess(event, cast.wang)
    confirm_level(
        event=event, level="III", levels=("I", "II", "III", "IV"), reason="核实", person=cast.wang, now=NOW
    )
    event.refresh_from_db()

    report = submit_flash(event=event, person=cast.wang, now=NOW)

    frozen = json.dumps(report.frozen, ensure_ascii=False)
    for words in (*WORDS.values(), sheet.computed["scope"][0], "第 1 版，王芳 14:05，把握中"):
        assert words in frozen, words
