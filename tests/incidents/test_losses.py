"""The ledger of losses: put down by whom, on which ground; struck and still seen; summed by stretch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.audit.queries import breaks
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed
from guanlan.evidence.models import KeptFile
from guanlan.incidents.actions import record_loss, stand_down, strike_loss, waive_task
from guanlan.incidents.actions.losses import EventMerged, NoGround, NotYet, OddAmount, StruckAlready
from guanlan.incidents.losses import figure_of, totals
from guanlan.incidents.models import Hours, Incident, Loss, TimelineEntry
from guanlan.people.models import Person
from guanlan.reports.actions import write_closing
from guanlan.watch.models import Event
from incident_scene import activate, publish, raise_event, task_of

TODAY = date(2026, 11, 20)
PAID = "财务付款单 2026-118"
SignIn = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        }
    }


@pytest.fixture
def event(cast: Cast, stream: Stream) -> Event:
    publish(cast)
    return raise_event(cast, stream)


@pytest.fixture
def incident(event: Event, cast: Cast) -> Incident:
    return activate(event, cast.li)


def put_down(event: Event, person: Person, amount: str = "1200.50", **more: Any) -> Loss:
    given = {"kind": "COMPENSATION", "day": TODAY, "ground": PAID, "now": NOW} | more
    return record_loss(event=event, amount=Decimal(amount), person=person, **given)


class TestRecordLoss:
    def test_is_kept_with_who_when_and_ground(self, incident: Incident, cast: Cast) -> None:
        loss = put_down(incident.event, cast.liu)

        assert (loss.person, loss.at, loss.ground, loss.incident) == (cast.liu, NOW, PAID, incident)
        assert figure_of(loss) == "赔付 1,200.50 元"

    def test_stands_in_the_record_and_on_the_timeline(self, incident: Incident, cast: Cast) -> None:
        loss = put_down(incident.event, cast.liu)

        entry = Entry.objects.get(verb="incidents.record_loss")
        assert entry.facts == {"loss": loss.key, "kind": "COMPENSATION", "amount": "1200.50"}
        line = TimelineEntry.objects.get(audit_number=entry.number)
        assert line.sentence == f"记损失：赔付 1,200.50 元，2026-11-20；依据：{PAID}"
        assert list(breaks()) == []

    def test_an_event_without_an_incident_has_a_ledger_too(self, event: Event, cast: Cast) -> None:
        assert put_down(event, cast.liu).incident is None
        assert Entry.objects.get(verb="incidents.record_loss").subject == event.key

    @pytest.mark.parametrize("who", ["wang", "chen", "zhao", "wu"])
    def test_others_may_not(self, event: Event, cast: Cast, who: str) -> None:
        with pytest.raises(NotAllowed, match="可以办理的是：指挥、客服、法务、保障"):
            put_down(event, getattr(cast, who))
        assert not Loss.objects.exists()

    @pytest.mark.parametrize("amount", ["0", "-1", "0.001", "10000000000", "NaN", "Infinity"])
    def test_refuses_what_cannot_have_been_lost(self, event: Event, cast: Cast, amount: str) -> None:
        with pytest.raises(OddAmount, match="要大于 0"):
            put_down(event, cast.liu, amount)

    def test_customers_are_whole(self, event: Event, cast: Cast) -> None:
        with pytest.raises(OddAmount, match="按人数填整数"):
            put_down(event, cast.liu, "1.5", kind="CHURN")
        assert put_down(event, cast.liu, "1.5", kind="HOURS").amount == Decimal("1.5")

    def test_refuses_a_day_that_has_not_come_and_no_ground(self, event: Event, cast: Cast) -> None:
        with pytest.raises(NotYet, match="不能晚于今天（2026-11-20）"):
            put_down(event, cast.liu, day=TODAY + timedelta(days=1))
        with pytest.raises(NoGround, match="请写明依据"):
            put_down(event, cast.liu, ground="  ")

    def test_refuses_an_event_that_goes_on_in_another(self, event: Event, cast: Cast) -> None:
        Event.objects.update(state=Event.State.MERGED)
        with pytest.raises(EventMerged, match="已并入另一个事件"):
            put_down(event, cast.liu)

    def test_who_is_outside_a_closed_circle_may_not_and_sees_none(self, event: Event, cast: Cast) -> None:
        activate(event, cast.li, restricted=True, level="III")
        put_down(event, cast.li)
        with pytest.raises(NotAllowed, match="不在知悉范围"):
            put_down(event, cast.zhou)
        assert not Loss.visible_to(cast.zhou).exists()
        assert Loss.visible_to(cast.li).count() == 1

    def test_the_table_holds_no_amount_that_is_none(self, event: Event, cast: Cast) -> None:
        loss = put_down(event, cast.liu)
        with pytest.raises(IntegrityError):
            Loss.objects.filter(pk=loss.pk).update(amount=0)


class TestStrikeLoss:
    def test_it_stays_and_counts_no_more(self, incident: Incident, cast: Cast) -> None:
        loss = put_down(incident.event, cast.liu)
        strike_loss(loss=loss, reason="重复记了", person=cast.li, now=NOW + timedelta(minutes=5))

        loss.refresh_from_db()
        assert (loss.struck_by, loss.struck_reason) == (cast.li, "重复记了")
        assert {total.whole for total in totals(Loss.objects.all(), incident)} == {None}
        entry = Entry.objects.get(verb="incidents.strike_loss")
        assert "理由：重复记了" in TimelineEntry.objects.get(audit_number=entry.number).sentence

    def test_refuses_without_a_reason_twice_and_others(self, event: Event, cast: Cast) -> None:
        loss = put_down(event, cast.liu)
        with pytest.raises(NoGround):
            strike_loss(loss=loss, reason=" ", person=cast.liu, now=NOW)
        with pytest.raises(NotAllowed):
            strike_loss(loss=loss, reason="错", person=cast.wang, now=NOW)
        strike_loss(loss=loss, reason="错", person=cast.liu, now=NOW)
        with pytest.raises(StruckAlready, match="已经作废"):
            strike_loss(loss=loss, reason="错", person=cast.liu, now=NOW)

    @pytest.mark.django_db(transaction=True)
    def test_of_two_at_once_one_strikes_it(self, event: Event, cast: Cast, at_once: AtOnce) -> None:
        loss = put_down(event, cast.liu)
        outcomes = at_once(lambda: strike_loss(loss=loss, reason="错", person=cast.liu, now=NOW))

        assert outcomes == ["StruckAlready", "done"]
        assert Entry.objects.filter(verb="incidents.strike_loss").count() == 1


class TestTotals:
    def test_sums_by_the_day_before_while_and_after(self, incident: Incident, cast: Cast) -> None:
        event = incident.event
        Incident.objects.update(stood_down_at=NOW + timedelta(days=2))
        incident.refresh_from_db()
        later = {"now": NOW + timedelta(days=9)}
        # Activated on the 20th, stood down on the 22nd.
        for day, amount in ((18, "100"), (19, "50"), (20, "7"), (22, "8.25"), (23, "1000")):
            put_down(event, cast.liu, amount, day=date(2026, 11, day), **later)
        put_down(event, cast.liu, "3", kind="CHURN", day=date(2026, 11, 24), **later)
        sums = {
            total.name: (*total.parts, total.whole, total.count)
            for total in totals(event.losses.all(), incident)
        }

        assert sums["赔付（元）"] == (150, Decimal("15.25"), 1000, Decimal("1165.25"), 5)
        # What nobody put down is unknown, and no zero.
        assert sums["流失客户（人）"] == (None, None, 3, 3, 1)
        assert sums["退款（元）"] == (None, None, None, None, 0)

    def test_hours_are_those_that_were_booked(self, incident: Incident, cast: Cast) -> None:
        for minutes, gone in ((90, None), (30, None), (600, NOW)):
            Hours.objects.create(
                stream=incident.stream,
                incident=incident,
                person=cast.liu,
                day=NOW.date(),
                minutes=minutes,
                what="回访",
                at=NOW,
                withdrawn_at=gone,
            )

        sums = {one.name: one for one in totals([], incident, hours=Hours.objects.all())}

        assert sums["投入工时（小时）"].parts == (None, 2, None)
        assert sums["投入工时（小时）"].count == 2

    def test_without_a_response_all_of_it_was_before(self, event: Event, cast: Cast) -> None:
        put_down(event, cast.liu, "9")
        assert totals(Loss.objects.all(), None)[0].parts == (9, None, None)

    def test_the_closing_report_says_them_frozen(self, incident: Incident, cast: Cast) -> None:
        put_down(incident.event, cast.liu, "1200")
        for key in ("duty.contact", "duty.answer"):
            waive_task(task=task_of(incident, key), reason="试", person=cast.li, now=NOW)
        stand_down(incident=incident, reason="平息", override="样本少", person=cast.li, now=NOW)
        incident.refresh_from_db()
        report = write_closing(incident=incident, person=cast.wang, now=NOW)
        put_down(incident.event, cast.liu, "99")

        report.refresh_from_db()
        assert "赔付（元）" in str(report.frozen)
        assert "1,200" in str(report.frozen)
        assert "1,299" not in str(report.frozen)


class TestPages:
    def test_shows_the_sums_and_takes_another_line(
        self, incident: Incident, cast: Cast, sign_in: SignIn
    ) -> None:
        browser, address = sign_in(cast.liu), reverse("losses", args=[incident.event.key])
        assert "还没有记过" in browser.get(address).content.decode()
        file = SimpleUploadedFile("付款单.txt", b"1200", content_type="text/plain")
        body = {"kind": "REFUND", "amount": "1200", "day": "2026-11-19", "ground": PAID, "upload": file}
        assert browser.post(address, body).status_code == 302

        page = browser.get(address).content.decode()
        assert '<span class="cl">退款 1,200 元，</span><span class="cl">流失客户未填，</span>' in page
        assert "付款单.txt" in page
        assert "未填" in page
        assert KeptFile.objects.get().name == "付款单.txt"

    def test_a_refused_line_keeps_what_was_typed_and_leaves_no_file(
        self, incident: Incident, cast: Cast, sign_in: SignIn
    ) -> None:
        file = SimpleUploadedFile("a.txt", b"1", content_type="text/plain")
        body = {"kind": "CHURN", "amount": "1.5", "day": "2026-11-19", "ground": PAID, "upload": file}
        answer = sign_in(cast.liu).post(reverse("losses", args=[incident.event.key]), body)

        assert answer.status_code == 422
        page = answer.content.decode()
        assert "流失客户按人数填整数" in page
        assert PAID in page
        assert not KeptFile.objects.exists()

    def test_others_look_and_read_who_may(self, incident: Incident, cast: Cast, sign_in: SignIn) -> None:
        loss = put_down(incident.event, cast.liu)
        browser = sign_in(cast.zhao)
        page = browser.get(reverse("losses", args=[incident.event.key])).content.decode()
        assert "您可以看，不能记" in page
        assert reverse("loss-strike", args=[loss.key]) not in page
        assert "您可以看，不能作废" in browser.get(reverse("loss-strike", args=[loss.key])).content.decode()
        answer = browser.post(reverse("loss-strike", args=[loss.key]), {"reason": "x"})
        assert answer.status_code == 403

    def test_striking_asks_why(self, incident: Incident, cast: Cast, sign_in: SignIn) -> None:
        loss = put_down(incident.event, cast.liu)
        browser, address = sign_in(cast.liu), reverse("loss-strike", args=[loss.key])
        assert browser.post(address, {"reason": ""}).status_code == 422
        assert browser.post(address, {"reason": "重复"}).status_code == 302

        page = browser.get(reverse("losses", args=[incident.event.key])).content.decode()
        assert "<del>赔付 1,200.50 元</del>" in page
        assert "作废：重复" in page

    def test_who_is_outside_a_closed_circle_finds_no_line(
        self, event: Event, cast: Cast, sign_in: SignIn
    ) -> None:
        activate(event, cast.li, restricted=True, level="III")
        loss = put_down(event, cast.li)
        browser = sign_in(cast.zhou)

        assert PAID not in browser.get(reverse("losses", args=[event.key])).content.decode()
        assert browser.get(reverse("loss-strike", args=[loss.key])).status_code == 404

    def test_event_and_war_room_lead_to_it(self, incident: Incident, cast: Cast, sign_in: SignIn) -> None:
        browser, address = sign_in(cast.liu), reverse("losses", args=[incident.event.key])
        for name, key in (("event", incident.event.key), ("incident", incident.key)):
            assert f'href="{address}"' in browser.get(reverse(name, args=[key])).content.decode(), name
