"""A report from its event to the last receipt, and out as a file."""

import io
import json
from collections.abc import Callable
from datetime import timedelta

import docx
import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from conftest import NOW, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed
from guanlan.incidents.actions import stand_down
from guanlan.incidents.models import Incident
from guanlan.notify.models import Message
from guanlan.people.actions import place
from guanlan.people.models import Membership
from guanlan.reports import actions, jobs
from guanlan.reports.models import Receipt, Rendering, Report
from guanlan.watch.models import Event, Signal
from incident_scene import activate, finish, publish, raise_event, read_posts, task_of

LATE = NOW + timedelta(minutes=31)  # the test plan's clock for reporting at II is 30 minutes
BROWSER = Callable[..., Client]


@pytest.fixture
def event(cast: Cast, stream: Stream) -> Event:
    publish(cast)
    event = raise_event(cast, stream)
    read_posts(event, count=4, negative=3, at=NOW - timedelta(minutes=90))
    Signal.objects.create(
        stream=stream, kind="LEVEL", at=NOW - timedelta(minutes=10), event=event, level="II"
    )
    Event.objects.filter(pk=event.pk).update(
        state="CONFIRMED", confirmed_level="II", confirmed_at=NOW, confirmed_by=cast.wang
    )
    event.refresh_from_db()
    return event


@pytest.fixture
def report(event: Event, cast: Cast) -> Report:
    return actions.submit_flash(event=event, person=cast.wang, now=NOW)


@pytest.fixture
def incident(event: Event, cast: Cast) -> Incident:
    return activate(event, cast.li)


@pytest.fixture
def ended(incident: Incident, cast: Cast) -> Incident:
    for duty, person in (("duty.contact", cast.liu), ("duty.answer", cast.chen)):
        finish(task_of(incident, duty), person)
    stand_down(incident=incident, reason="平息", override="数据不足", person=cast.li, now=NOW)
    incident.refresh_from_db()
    return incident


def words(report: Report) -> str:
    return json.dumps(report.frozen, ensure_ascii=False)


class TestSubmitFlash:
    def test_says_what_was_measured_and_points_to_the_posts(self, report: Report) -> None:
        lead = report.frozen["blocks"][0]["text"]

        # 4 posts in the last 2 hours, 3 of them negative: 75 %. Few are numbered, many are a roll.
        assert [run["words"] for run in lead[1:3]] == ["；2 小时内 4 条", "，负面 3 条（75%）"]
        assert (lead[0]["posts"], lead[1]["rolls"], lead[2]["posts"]) == ([1], ["recent"], [1, 2, 3])
        assert len(report.frozen["sources"]) == 4

    def test_says_how_fast_it_went_and_what_is_unknown(self, report: Report) -> None:
        figures = next(block["items"] for block in report.frozen["blocks"] if block["kind"] == "figures")

        # First post 180 minutes ago, signal 10 minutes ago, report now; nothing released or ended.
        assert [figure["value"] for figure in figures] == ["2 时 50 分", "10 分", "未知", "未知"]

    def test_says_what_is_asked_and_until_when(self, report: Report) -> None:
        # The test plan's clock for reporting at II is 30 minutes; it is 14:05.
        assert (
            report.frozen["blocks"][1]["text"][0]["words"]
            == "请 14:35 前签收，并决定：启动Ⅱ级响应，或先观察。"
        )
        assert report.frozen["number"] == "第 1 期　2026-11-20 14:05"

    @pytest.mark.parametrize(("kind", "words"), [("REAL", ""), ("DEMO", "演示"), ("DRILL", "演练")])
    def test_of_a_drill_or_demo_it_says_so_on_every_page(
        self, event: Event, cast: Cast, kind: str, words: str
    ) -> None:
        Stream.objects.update(kind=kind)

        assert actions.submit_flash(event=event, person=cast.wang, now=NOW).frozen["watermark"] == words

    def test_asks_the_command_to_read_within_the_plans_clock(self, report: Report, cast: Cast) -> None:
        receipt = Receipt.objects.get()

        assert (receipt.person, receipt.read_by) == (cast.li, NOW + timedelta(minutes=30))
        message = Message.objects.get(person=cast.li, title__startswith="请签收")
        assert message.link == reverse("report", args=[report.key])
        assert Entry.objects.filter(verb="reports.submit_flash", subject=report.key).count() == 1

    def test_counts_the_reports_of_an_event(self, report: Report, event: Event, cast: Cast) -> None:
        again = actions.submit_flash(event=event, person=cast.wang, now=NOW)

        assert (report.number, again.number) == (1, 2)

    @pytest.mark.parametrize("state", ["OPEN", "DISMISSED"])
    def test_refuses_what_nobody_confirmed(self, event: Event, cast: Cast, state: str) -> None:
        Event.objects.filter(pk=event.pk).update(state=state)

        with pytest.raises(actions.NotConfirmed):
            actions.submit_flash(event=event, person=cast.wang, now=NOW)
        assert not Report.objects.exists()

    def test_only_monitors_submit(self, event: Event, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            actions.submit_flash(event=event, person=cast.chen, now=NOW)

    def test_stands_on_the_incidents_story(self, incident: Incident, event: Event, cast: Cast) -> None:
        report = actions.submit_flash(event=event, person=cast.wang, now=NOW)

        assert report.incident == incident
        assert incident.timeline.filter(sentence="上报快报第 1 期，送 1 人").exists()
        assert "请 14:35 前签收；Ⅱ级响应已启动，有新指令请在指挥室下达。" in words(report)
        assert "启动Ⅱ级响应" in words(report)

    def test_of_a_restricted_incident_only_those_let_in_hear(self, event: Event, cast: Cast) -> None:
        group = cast.groups["command"]
        place(person=cast.zhao, group=group, role=Membership.Role.MEMBER, actor="system", now=NOW)
        activate(event, cast.li, restricted=True)

        report = actions.submit_flash(event=event, person=cast.wang, now=NOW)

        assert [receipt.person for receipt in report.receipts.all()] == [cast.li]
        assert not Report.visible_to(cast.zhao).exists()


class TestReceipts:
    def test_is_read_once(self, report: Report, cast: Cast) -> None:
        for minutes in (1, 2):
            actions.read_report(report=report, person=cast.li, now=NOW + timedelta(minutes=minutes))

        assert Receipt.objects.get().read_at == NOW + timedelta(minutes=1)
        assert Entry.objects.filter(verb="reports.read_report").count() == 1

    def test_whoever_did_not_get_it_cannot_acknowledge(self, report: Report, cast: Cast) -> None:
        with pytest.raises(actions.NotYours):
            actions.read_report(report=report, person=cast.liu, now=NOW)

    def test_who_does_not_read_is_reminded_once_and_named(self, report: Report, cast: Cast) -> None:
        assert not jobs.chase_next_receipt(lambda _stream: NOW + timedelta(minutes=30))
        assert jobs.chase_next_receipt(lambda _stream: LATE)
        assert not jobs.chase_next_receipt(lambda _stream: LATE)

        assert Message.objects.filter(person=cast.li, title__startswith="还没有签收").count() == 1
        assert Message.objects.filter(person=cast.wang, title__startswith="李敏还没有签收").count() == 1

    def test_who_has_read_is_left_alone(self, report: Report, cast: Cast) -> None:
        actions.read_report(report=report, person=cast.li, now=NOW)

        assert not jobs.chase_next_receipt(lambda _stream: LATE)


class TestClosing:
    def test_sums_up_and_opens_the_way_to_archiving(self, ended: Incident, cast: Cast) -> None:
        report = actions.write_closing(incident=ended, person=cast.li, now=NOW)
        assert "客服应对组" in words(report)
        assert "没有登记过发布" in words(report)

        count = actions.distribute(report=report, persons=[cast.liu, cast.chen], person=cast.li, now=NOW)

        ended.refresh_from_db()
        assert (count, ended.closing_report) == (2, report.sha256)
        with pytest.raises(actions.NobodyToTell):
            actions.distribute(report=report, persons=[cast.liu], person=cast.li, now=NOW)

    def test_waits_for_the_end(self, incident: Incident, cast: Cast) -> None:
        with pytest.raises(actions.NotStoodDown):
            actions.write_closing(incident=incident, person=cast.li, now=NOW)

    def test_is_not_everybodys(self, ended: Incident, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            actions.write_closing(incident=ended, person=cast.liu, now=NOW)


class TestFiles:
    def made(self, report: Report, form: str, cast: Cast) -> Rendering:
        asked = actions.ask_rendering(report=report, format=form, person=cast.li, now=NOW)
        assert jobs.render_next_report(lambda _stream: NOW)
        asked.refresh_from_db()
        assert asked.failure == ""
        return asked

    def test_each_format_carries_the_headline(self, report: Report, cast: Cast) -> None:
        content = {
            form: bytes(self.made(report, form, cast).content or b"") for form in ("HTML", "PDF", "DOCX")
        }

        assert "退款三天未到账" in content["HTML"].decode()
        pages = PdfReader(io.BytesIO(content["PDF"])).pages
        assert "退款三天未到账" in "".join(page.extract_text() for page in pages)
        cells = docx.Document(io.BytesIO(content["DOCX"])).tables[0].rows[0].cells
        assert "退款三天未到账" in "".join(cell.text for cell in cells)

    def test_what_was_altered_is_not_rendered(self, report: Report, cast: Cast) -> None:
        Report.objects.filter(pk=report.pk).update(frozen=report.frozen | {"title": "别的"})
        asked = actions.ask_rendering(report=report, format="HTML", person=cast.li, now=NOW)

        assert jobs.render_next_report(lambda _stream: NOW)
        assert not jobs.render_next_report(lambda _stream: NOW)

        asked.refresh_from_db()
        assert "与校验码不符" in asked.failure
        assert asked.content is None


class TestPages:
    def test_the_list_says_what_waits(self, report: Report, sign_in: BROWSER, cast: Cast) -> None:
        assert "1 份报告等您签收" in sign_in(cast.li).get(reverse("reports")).content.decode()

    def test_a_report_is_also_one_message_for_a_group(
        self, report: Report, sign_in: BROWSER, cast: Cast
    ) -> None:
        page = sign_in(cast.li).get(reverse("report", args=[report.key])).content.decode()
        message = page.partition('<pre id="group-message" class="how">')[2].partition("</pre>")[0]
        assert message.startswith(f"【观澜商城舆情快报】Ⅱ级 {report.event.name}\n")
        assert message.endswith(f"/reports/{report.key}/")

    def test_a_report_for_a_closed_circle_is_no_message_for_a_group(
        self, event: Event, sign_in: BROWSER, cast: Cast
    ) -> None:
        activate(event, cast.li, restricted=True)
        report = actions.submit_flash(event=event, person=cast.wang, now=NOW)
        page = sign_in(cast.li).get(reverse("report", args=[report.key])).content.decode()
        assert "限定知悉范围的报告不发到群里。" in page
        assert "group-message" not in page

    def test_looking_is_not_reading(self, report: Report, sign_in: BROWSER, cast: Cast) -> None:
        browser = sign_in(cast.li)

        page = browser.get(reverse("report", args=[report.key])).content.decode()
        assert "1 人中 1 人未签收" in page
        said = [
            "Ⅱ级",
            "2 小时内 4 条",
            "请 14:35 前签收，并决定：启动Ⅱ级响应，或先观察。",
            "发现用时",
            "平台与立场",
        ]
        places = [page.index(words, page.index("<h1>")) for words in said]
        assert places == sorted(places)
        assert 'href="#post-1"' in page
        assert "2 时 50 分" in page
        assert Receipt.objects.get().read_at is None

        browser.post(reverse("report-read", args=[report.key]))
        assert Receipt.objects.get().read_at == NOW

    def test_the_event_offers_to_report(self, event: Event, sign_in: BROWSER, cast: Cast) -> None:
        browser, address = sign_in(cast.wang), reverse("report-submit", args=[event.key])
        assert "报指挥部 1 人" in browser.get(reverse("event", args=[event.key])).content.decode()

        answer = browser.post(address)

        assert answer.headers["Location"] == reverse("report", args=[Report.objects.get().key])
        assert sign_in(cast.chen).post(address).status_code == 403

    def test_the_command_closes_and_distributes(self, ended: Incident, sign_in: BROWSER, cast: Cast) -> None:
        browser = sign_in(cast.li)
        browser.post(reverse("report-close", args=[ended.key]))
        address = reverse("report-distribute", args=[Report.objects.get().key])
        page = browser.get(address).content.decode()
        assert f'value="{cast.chen.key}"' in page
        assert browser.post(address, {"persons": ["nobody"]}).status_code == 422

        browser.post(address, {"persons": [cast.liu.key]})

        assert Receipt.objects.get().person == cast.liu

    def test_a_file_is_asked_for_and_downloaded(self, report: Report, sign_in: BROWSER, cast: Cast) -> None:
        browser, address = sign_in(cast.li), reverse("report-files", args=[report.key])
        asked = browser.post(address, {"format": "HTML"}, headers={"HX-Request": "true"})
        assert "正在生成 HTML" in asked.content.decode()
        jobs.render_next_report(lambda _stream: NOW)
        assert "下载 HTML" in browser.get(address).content.decode()

        answer = browser.get(reverse("report-file", args=[Rendering.objects.get().key]))

        assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
        assert "退款三天未到账" in answer.content.decode()
