"""日报: out by itself at its hour, also about nothing; late once after an outage; set by the company."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.errors import BadInput, NotAllowed
from guanlan.incidents.models import Incident
from guanlan.intake.models import Batch, Source
from guanlan.notify.models import Message
from guanlan.people.models import Person
from guanlan.reports import actions, jobs
from guanlan.reports.models import DailySchedule, Receipt, Report
from guanlan.watch.actions import confirm_level, dismiss_event
from guanlan.watch.models import Signal, Watch
from incident_scene import activate, publish, raise_event, read_posts

Browser = Callable[[Person], Client]
# NOW is Friday 20 November, 14:05 in Shanghai; the next daily report is due at 8:30 on Saturday.
DUE = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def work(at: datetime) -> bool:
    return jobs.issue_next_daily(lambda _stream: at)


def words(report: Report) -> str:
    return json.dumps(report.frozen, ensure_ascii=False)


def lead(report: Report) -> str:
    return str(report.frozen["blocks"][0]["text"][0]["words"])


@pytest.fixture
def watched(cast: Cast, stream: Stream) -> Watch:
    watch: Watch = Watch.objects.create(
        stream=stream, unit=cast.li.unit, name="退款", query="退款", created_at=NOW
    )
    return watch


class TestIssuing:
    def test_it_goes_out_at_half_past_eight_and_not_before(self, watched: Watch, cast: Cast) -> None:
        assert not work(DUE - SECOND)
        assert work(DUE)
        assert not work(DUE + SECOND)

        report = Report.objects.get()
        assert (report.kind, str(report.day), report.written_by) == ("DAILY", "2026-11-21", None)
        assert Receipt.objects.get().person == cast.li  # the only one in the command
        assert Entry.objects.filter(verb="reports.issue_daily", actor="system").count() == 1

    def test_where_nothing_happened_it_says_so_and_what_was_watched(
        self, watched: Watch, stream: Stream, cast: Cast
    ) -> None:
        unit, since = cast.li.unit, DUE - timedelta(hours=5)
        for name, silent in (("黑猫投诉", None), ("微博", since)):
            Source.objects.create(stream=stream, unit=unit, kind="FEED", name=name, silent_since=silent)
        source = Source.objects.get(name="黑猫投诉")
        for number, (taken, history) in enumerate([(7, False), (5, False), (900, True)]):
            Batch.objects.create(
                stream=stream, source=source, number=number, received_at=since, taken=taken, history=history
            )
        work(DUE)

        report = Report.objects.get()
        assert report.title == "11月21日舆情日报（零报告）"
        # 7 and 5; imported history was not read that day.
        assert lead(report) == (
            "零报告：11月20日 14:05 至 08:30 读入 12 条帖文，没有事件达到等级，没有等级变化，没有启动响应。"
        )
        assert "监测 2 个来源，1 个正常。" in words(report)
        assert "微博自 03:30 起静默" in words(report)

    def test_an_unwatched_stream_has_none(self, stream: Stream, cast: Cast) -> None:
        assert not work(DUE)

    def test_nor_has_a_day_before_anybody_watched(self, watched: Watch) -> None:
        # 8:30 on Friday lies before the first watch, which was made at 14:05.
        assert not work(NOW + timedelta(hours=1))

    def test_what_happened_stands_in_it(self, watched: Watch, stream: Stream, cast: Cast) -> None:
        publish(cast)
        event, other = raise_event(cast, stream), raise_event(cast, stream, "e2", "旧闻")
        read_posts(event, count=4, negative=3, at=NOW + timedelta(hours=1))
        for one in (event, other):
            Signal.objects.create(
                stream=stream, kind="LEVEL", at=NOW + timedelta(minutes=5), event=one, level="II"
            )
        at = NOW + timedelta(minutes=9)
        confirm_level(
            event=event, level="II", levels=("I", "II", "III"), reason="属实", person=cast.wang, now=at
        )
        dismiss_event(event=other, reason="去年的事", person=cast.wang, now=at)
        activate(event, cast.li)
        work(DUE)

        report = Report.objects.get()
        assert lead(report).endswith("2 个事件达到等级，1 个判为误报；1 个应急事件响应中。")
        said = words(report)
        assert "旧闻：去年的事（王芳）" in said
        assert "退款三天未到账：王芳定为Ⅱ级，属实" in said
        rolls = {roll["code"]: len(roll["keys"]) for roll in report.frozen["rolls"]}
        assert rolls[f"event-{event.key}"] == 4
        assert rolls[f"watch-{watched.key}-negative"] == 3

    def test_nothing_of_a_closed_circle_stands_in_it(
        self, watched: Watch, stream: Stream, cast: Cast
    ) -> None:
        publish(cast)
        event = raise_event(cast, stream)
        activate(event, cast.li, restricted=True)
        Incident.objects.update(name="不可外传的名字")
        work(DUE)

        assert "不可外传的名字" not in words(Report.objects.get())
        assert "限定知悉范围的应急事件一律不列入日报。" in words(Report.objects.get())

    def test_two_workers_issue_it_once(self, watched: Watch, cast: Cast) -> None:
        first = actions.issue_daily(stream=watched.stream, now=DUE)
        assert first is not None
        assert actions.issue_daily(stream=watched.stream, now=DUE) is None

    @pytest.mark.parametrize("field", ["closed_at", "paused"])
    def test_a_closed_or_paused_stream_waits(self, watched: Watch, field: str) -> None:
        Stream.objects.update(**{field: NOW if field == "closed_at" else True})
        assert not work(DUE)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_issue_it_once(watched: Watch, at_once: AtOnce) -> None:
    at_once(lambda: work(DUE))
    assert Report.objects.count() == 1
    assert Receipt.objects.count() == 1


class TestOutage:
    def test_a_missed_hour_is_made_up_for_once_and_told(self, watched: Watch) -> None:
        late = DUE + timedelta(hours=1, minutes=42)
        assert work(late)
        assert not work(late + timedelta(minutes=1))
        assert "本期应于 08:30 发出，系统当时没有运行，10:12 补出，迟了 1 时 42 分。" in words(
            Report.objects.get()
        )

    def test_whole_days_missed_are_named_in_the_next(self, watched: Watch) -> None:
        work(DUE)
        assert work(DUE + timedelta(days=3))
        assert not work(DUE + timedelta(days=3, minutes=1))

        latest = Report.objects.first()
        assert latest is not None
        assert (Report.objects.count(), latest.number) == (2, 2)
        assert "11-22、11-23 没有出日报，一并计入本期。" in words(latest)
        assert lead(latest).startswith("零报告：11月21日 08:30 至 08:30 ")  # all that the first left over

    def test_in_time_nothing_is_said_of_lateness(self, watched: Watch) -> None:
        work(DUE + timedelta(minutes=10))
        assert "补出" not in words(Report.objects.get())


class TestReading:
    def test_who_does_not_read_it_is_asked_again_quietly(self, watched: Watch, cast: Cast) -> None:
        work(DUE)
        assert not jobs.chase_next_receipt(lambda _stream: DUE + timedelta(hours=4))
        assert jobs.chase_next_receipt(lambda _stream: DUE + timedelta(hours=4, minutes=1))

        told = Message.objects.filter(person=cast.li).order_by("pk").values_list("title", "urgency")
        assert [(title[:5], urgency) for title, urgency in told] == [
            ("请签收：1", "NORMAL"),
            ("还没有签收"[:5], "NORMAL"),
        ]

    def test_the_page_and_the_message_for_a_group(
        self, watched: Watch, cast: Cast, sign_in: Browser, hands: dict[str, datetime]
    ) -> None:
        work(DUE)
        hands["now"] = DUE
        report, browser = Report.objects.get(), sign_in(cast.li)

        page = browser.get(reverse("report", args=[report.key])).content.decode()
        assert "零报告：" in page
        message = page.partition('<pre id="group-message" class="how">')[2].partition("</pre>")[0]
        assert message.startswith("【观澜商城舆情日报】11月21日舆情日报（零报告）\n零报告：")
        assert "系统" in browser.get(reverse("reports")).content.decode()
        answer = browser.post(reverse("report-read", args=[report.key]))
        assert answer.status_code == 302
        assert Receipt.objects.get().read_at == DUE
        assert browser.get(reverse("report-distribute", args=[report.key])).status_code == 200

    def test_it_comes_as_a_file(self, watched: Watch, cast: Cast) -> None:
        work(DUE)
        for form in ("HTML", "DOCX", "PDF"):
            asked = actions.ask_rendering(report=Report.objects.get(), format=form, person=cast.li, now=DUE)
            assert jobs.render_next_report(lambda _stream: DUE)
            asked.refresh_from_db()
            assert (asked.failure, bool(asked.content)) == ("", True)


class TestSchedule:
    def set(self, cast: Cast, person: Person, now: datetime = NOW) -> DailySchedule:
        groups = [cast.groups["media"]]
        return actions.set_schedule(
            sent_at=time(18), groups=groups, persons=[cast.li, cast.chen], person=person, now=now
        )

    def test_it_holds_from_the_next_one(self, watched: Watch, cast: Cast) -> None:
        self.set(cast, cast.wu)
        six = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)

        assert not work(six - SECOND)
        assert work(six)
        # The media group is 陈 alone, who is named once more by hand.
        assert {one.person for one in Receipt.objects.all()} == {cast.li, cast.chen}
        assert not work(DUE)
        entry = Entry.objects.get(verb="reports.set_schedule")
        assert (entry.actor, entry.facts["sent_at"]) == (cast.wu.key, 1800)

    def test_an_hour_that_has_passed_today_is_not_made_up_for(self, watched: Watch, cast: Cast) -> None:
        actions.set_schedule(sent_at=time(14), groups=[], persons=[cast.li], person=cast.wu, now=NOW)
        Watch.objects.update(created_at=NOW - timedelta(days=2))
        assert not work(NOW + timedelta(minutes=1))

    def test_without_anybody_to_get_it_it_is_refused(self, cast: Cast) -> None:
        with pytest.raises(BadInput, match="没有收件人"):
            actions.set_schedule(sent_at=time(9), groups=[], persons=[], person=cast.wu, now=NOW)
        assert not DailySchedule.objects.exists()

    def test_only_administrators_and_the_command_set_it(self, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            self.set(cast, cast.wang)

    def test_the_page(self, watched: Watch, cast: Cast, sign_in: Browser) -> None:
        address = reverse("report-settings")
        page = sign_in(cast.wang).get(address).content.decode()
        assert "日报每天 08:30 自动出，发给 1 人，" in page
        assert "管理员和指挥可以改。" in page

        browser = sign_in(cast.wu)
        ticked = f'value="{cast.groups["command"].key}" checked'
        assert ticked in re.sub(r' id="[^"]*"', "", browser.get(address).content.decode())
        given = {"sent_at": "07:45", "groups": [cast.groups["media"].key], "persons": [cast.li.key]}
        assert browser.post(address, given).status_code == 302
        page = browser.get(address).content.decode()
        assert "日报每天 07:45 自动出，发给 2 人，" in page
        assert "11月21日 07:45" in page

        answer = browser.post(address, {"sent_at": "07:45"})
        assert answer.status_code == 422
        assert "请至少选一个组或一个人。" in answer.content.decode()
        assert sign_in(cast.wang).post(address, given).status_code == 403
