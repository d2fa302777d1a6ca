"""续报: by the level's cadence; the monitor's words beside the figures, or computed and marked as such."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.errors import BadInput, NotAllowed
from guanlan.incidents.actions import change_level, stand_down
from guanlan.incidents.models import Incident
from guanlan.notify.models import Message
from guanlan.people.models import Person
from guanlan.reports import actions, jobs
from guanlan.reports.cadence import next_turn
from guanlan.reports.models import Receipt, Report
from guanlan.watch.models import Event
from incident_scene import activate, finish, level, plan_content, publish, raise_event, read_posts, task_of

Browser = Callable[[Person], Client]
# The test plan's cadence is 240 minutes; here it is 60 at level I and none at III.
EVERY = {"I": 60, "II": 240, "III": None}
DUE = NOW + timedelta(minutes=240)
SECOND = timedelta(seconds=1)


def levels() -> list[dict[str, Any]]:
    made = plan_content()["levels"]
    for one in made:
        one["cadence"] = {"key": f"cadence.{one['key']}", "minutes": EVERY[one["key"]]}
    return list(made)


@pytest.fixture
def event(cast: Cast, stream: Stream) -> Event:
    assert level("II", "重大", "orange", 2, 120)["cadence"]["minutes"] == 240
    publish(cast, levels=levels())
    event = raise_event(cast, stream)
    read_posts(event, count=4, negative=3, at=NOW - timedelta(minutes=90))
    Event.objects.update(state="CONFIRMED", confirmed_level="II", confirmed_at=NOW, confirmed_by=cast.wang)
    event.refresh_from_db()
    return event


@pytest.fixture
def incident(event: Event, cast: Cast) -> Incident:
    return activate(event, cast.li)


def submit(incident: Incident, person: Person, now: datetime = NOW, progress: str = "银行已加急") -> Report:
    return actions.submit_follow_up(
        incident=incident, progress=progress, next_step="刘洋 18:00 前回访", person=person, now=now
    )


def work(at: datetime) -> bool:
    return jobs.follow_up_next(lambda _stream: at)


def due(incident: Incident) -> datetime | None:
    incident.refresh_from_db()
    turn = next_turn(incident)
    return turn.due if turn else None


def words(report: Report) -> str:
    return json.dumps(report.frozen, ensure_ascii=False)


def table(report: Report) -> dict[str, list[str]]:
    found = next(block for block in report.frozen["blocks"] if block["kind"] == "table")
    return {row[0][0]["words"]: [cell[0]["words"] for cell in row[1:]] for row in found["rows"]}


class TestClock:
    def test_it_runs_from_the_activation_and_anew_from_each_report(
        self, incident: Incident, cast: Cast
    ) -> None:
        assert due(incident) == DUE
        submit(incident, cast.wang, NOW + timedelta(minutes=30))
        assert due(incident) == DUE + timedelta(minutes=30)

    def test_a_flash_report_is_one_too(self, incident: Incident, event: Event, cast: Cast) -> None:
        actions.submit_flash(event=event, person=cast.wang, now=NOW + timedelta(minutes=10))
        assert due(incident) == DUE + timedelta(minutes=10)

    def test_a_graver_level_has_its_own_cadence(self, incident: Incident, cast: Cast) -> None:
        # Half an hour in, 60 minutes are still ahead of the change; three hours in, they begin with it.
        for minutes, expected in ((30, 60), (180, 240)):
            at = NOW + timedelta(minutes=minutes)
            change_level(incident=incident, level="I", reason="扩大", person=cast.li, now=at)
            assert due(incident) == NOW + timedelta(minutes=expected)
            incident.level_changes.filter(at=at).delete()
            Incident.objects.update(level="II")

    def test_a_level_without_a_cadence_has_no_clock(self, incident: Incident, cast: Cast) -> None:
        change_level(
            incident=incident, level="III", reason="回落", person=cast.li, now=NOW + timedelta(minutes=5)
        )
        assert due(incident) is None
        assert not work(NOW + timedelta(days=2))

    def test_nor_has_a_response_that_ended(self, incident: Incident, cast: Cast) -> None:
        for duty, person in (("duty.contact", cast.liu), ("duty.answer", cast.chen)):
            finish(task_of(incident, duty), person)
        stand_down(incident=incident, reason="平息", override="数据不足", person=cast.li, now=NOW)
        assert due(incident) is None
        with pytest.raises(actions.NotActive, match="不用再写续报"):
            submit(Incident.objects.get(), cast.wang)


class TestSubmitting:
    def test_the_command_gets_the_monitors_words_and_what_changed(
        self, incident: Incident, event: Event, cast: Cast
    ) -> None:
        actions.submit_flash(event=event, person=cast.wang, now=NOW)
        later = NOW + timedelta(hours=3)
        read_posts(event, count=5, negative=4, at=NOW + timedelta(hours=2))
        finish(task_of(incident, "duty.contact"), cast.liu, NOW + timedelta(hours=1))
        report = submit(incident, cast.wang, later)

        lead = report.frozen["blocks"][0]["text"]
        assert "".join(run["words"] for run in lead) == (
            "14:05 以来新增 5 条帖文，其中负面 4 条；办结 1 项任务，发布 0 份声明。"
        )
        assert (lead[1]["rolls"], lead[2]["rolls"]) == (["since"], ["since-negative"])
        # 4 posts and then 9; 3 negative and then 7; within two hours of the reports, 4 and 5.
        rows = table(report)
        assert rows["帖文"] == ["4", "9", "+5"]
        assert rows["负面帖文"] == ["3", "7", "+4"]
        assert rows["近 2 小时新帖"] == ["4", "5", "+1"]
        assert rows["办结任务"] == ["0", "1", "+1"]
        assert "客服应对组办结“逐一联系客户”" in words(report)
        assert "银行已加急" in words(report)
        assert "未经监测人员补充" not in words(report)
        assert "上一期：快报第 1 期" in words(report)

        receipt = Receipt.objects.get(report=report)
        assert (receipt.person, receipt.read_by) == (cast.li, later + timedelta(minutes=30))
        assert incident.timeline.filter(sentence="续报第 1 期，送 1 人", person=cast.wang).exists()
        assert Entry.objects.filter(verb="reports.submit_follow_up", subject=report.key).count() == 1

    def test_without_a_report_before_it_then_is_unknown(self, incident: Incident, cast: Cast) -> None:
        assert table(submit(incident, cast.wang))["帖文"] == ["未知", "4", "未知"]

    @pytest.mark.parametrize(("progress", "sentence"), [("  ", "“进展”没有写"), ("长" * 301, "写了 301 字")])
    def test_it_wants_a_sentence_or_two(
        self, incident: Incident, cast: Cast, progress: str, sentence: str
    ) -> None:
        with pytest.raises(BadInput, match=sentence):
            submit(incident, cast.wang, progress=progress)
        assert not Report.objects.exists()

    def test_only_monitors_write_it(self, incident: Incident, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            submit(incident, cast.li)

    def test_a_monitor_outside_a_closed_circle_does_not(self, event: Event, cast: Cast) -> None:
        closed = activate(event, cast.li, restricted=True)
        closed.accesses.filter(person=cast.wang).delete()
        with pytest.raises(actions.NotActive, match="知悉范围"):
            submit(closed, cast.wang)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_sent(incident: Incident, cast: Cast, at_once: AtOnce) -> None:
    # Both counted the same posts; or the second began after the first had ended, and goes on from it.
    outcomes = at_once(lambda: submit(incident, cast.wang))
    assert Report.objects.count() == outcomes.count("done")
    assert set(outcomes) <= {"done", "Overtaken"}
    assert sorted(Report.objects.values_list("number", flat=True)) == list(
        range(1, len(Report.objects.all()) + 1)
    )


class TestByItself:
    def test_the_monitor_is_reminded_once_before_it_is_due(self, incident: Incident, cast: Cast) -> None:
        assert not work(DUE - timedelta(minutes=15) - SECOND)
        assert work(DUE - timedelta(minutes=15))
        assert not work(DUE - SECOND)

        message = Message.objects.get(title__startswith="18:05 前写续报")
        assert (message.person, message.link) == (cast.wang, reverse("follow-up", args=[incident.key]))

    def test_when_it_is_due_and_nobody_wrote_the_computed_one_goes_out(
        self, incident: Incident, cast: Cast
    ) -> None:
        assert work(DUE)
        assert not work(DUE + SECOND)

        report = Report.objects.get()
        assert report.written_by is None
        assert report.frozen["blocks"][1]["text"][0]["words"] == "系统自动汇总，未经监测人员补充。"
        assert Receipt.objects.get(report=report).person == cast.li
        assert Entry.objects.filter(verb="reports.issue_follow_up", actor="system").count() == 1
        assert due(incident) == DUE + timedelta(minutes=240)

    def test_after_an_outage_there_is_one_and_it_says_how_late(self, incident: Incident) -> None:
        late = DUE + timedelta(hours=9)
        assert work(late)
        assert not work(late + SECOND)
        assert "本期应于 18:05 发出，迟了 9 时 0 分。" in words(Report.objects.get()).replace("11月20日 ", "")

    def test_whoever_writes_in_time_is_left_alone(self, incident: Incident, cast: Cast) -> None:
        submit(incident, cast.wang, DUE - timedelta(minutes=20))
        assert not work(DUE)

    def test_who_may_not_see_a_closed_circle_is_not_reminded(self, event: Event, cast: Cast) -> None:
        closed = activate(event, cast.li, restricted=True)
        closed.accesses.filter(person=cast.wang).delete()
        assert not work(DUE - timedelta(minutes=1))
        assert not Message.objects.filter(title__contains="写续报").exists()
        assert work(DUE)
        assert Report.objects.get().incident == closed


class TestPages:
    def test_the_incident_shows_the_clock(
        self, incident: Incident, cast: Cast, sign_in: Browser, hands: dict[str, datetime]
    ) -> None:
        room, write = reverse("incident", args=[incident.key]), reverse("follow-up", args=[incident.key])
        page = sign_in(cast.wang).get(room).content.decode()
        assert "下一期续报" in page
        assert "18:05" in page[page.index("下一期续报") :]
        assert f'href="{write}"' in page
        assert f'href="{write}"' not in sign_in(cast.liu).get(room).content.decode()

        assert "写续报：" not in sign_in(cast.wang).get(reverse("home")).content.decode()
        hands["now"] = DUE - timedelta(minutes=10)
        assert "写续报：退款三天未到账" in sign_in(cast.wang).get(reverse("home")).content.decode()

    def test_the_monitor_writes_beside_the_figures(
        self, incident: Incident, cast: Cast, sign_in: Browser
    ) -> None:
        address, browser = reverse("follow-up", args=[incident.key]), sign_in(cast.wang)
        page = browser.get(address).content.decode()
        assert "发续报给指挥部 1 人" in page
        assert "与上一期相比" in page

        answer = browser.post(address, {"progress": "银行已加急", "next_step": ""})
        assert answer.status_code == 422
        assert "“下一步”没有写" in answer.content.decode()
        assert "银行已加急" in answer.content.decode()

        answer = browser.post(address, {"progress": "银行已加急", "next_step": "回访"})
        report = Report.objects.get()
        assert answer.headers["Location"] == reverse("report", args=[report.key])
        shown = browser.get(answer.headers["Location"]).content.decode()
        assert "监测人员补充" in shown
        message = shown.partition('<pre id="group-message" class="how">')[2]
        assert message.startswith("【观澜商城舆情续报】Ⅱ级 退款三天未到账\n14:05 以来")

    def test_others_are_told_who_writes_it(self, incident: Incident, cast: Cast, sign_in: Browser) -> None:
        address, browser = reverse("follow-up", args=[incident.key]), sign_in(cast.liu)
        assert "续报由监测组写。" in browser.get(address).content.decode()
        answer = browser.post(address, {"progress": "甲", "next_step": "乙"})
        assert (answer.status_code, Report.objects.count()) == (403, 0)
