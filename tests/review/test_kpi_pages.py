"""The pages of the KPIs, their tables for Excel, and the API: who sees what, and what is said."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from kpi_script import answered, at, confirmed, found, opened, worked

from conftest import NOW, Cast
from guanlan.api.actions import issue_token
from guanlan.clocks.models import Stream
from guanlan.incidents.models import Access, Incident
from guanlan.people.models import Person
from guanlan.review.catalogue import KPIS
from guanlan.watch.models import Event
from incident_scene import activate

SignIn = Callable[[Person], Client]


@pytest.fixture
def incident(cast: Cast, stream: Stream, hands: dict[str, Any]) -> Incident:
    incident = opened(cast, stream)
    hands["now"] = at(600)
    return incident


def words(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[-3000:]
    return str(answer.content.decode())


def table(answer: Any) -> list[list[str]]:
    """Return the cells as Excel takes them, after the mark that tells it the encoding."""
    raw = b"".join(answer.streaming_content)
    assert raw.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))


class TestPeriodPage:
    def test_says_how_the_month_went_and_leads_to_the_cases(
        self, incident: Incident, cast: Cast, sign_in: SignIn
    ) -> None:
        worked(incident, cast)
        answered(incident, cast)
        page = words(sign_in(cast.zhao).get(reverse("kpis")))

        for clause in ("发现 1 起，", "误报 0 起，", "启动 1 起；", "到期的必办任务 2 项，", "按时 1 项；"):
            assert f'<span class="cl">{clause}</span>' in page
        # One progress report is owed since 240, and nothing else.
        assert '<span class="cl">现在还有 1 处超时未办</span>' in page
        assert "2026 年 11 月" in page
        for code in ("lag", "report", "tasks-done", "signature"):
            assert f'{reverse("kpi", args=[code])}?period=2026-11"' in page
        assert "1 时 22 分" in page  # the lag, 82 minutes
        assert "从首帖发布，到系统告知值班或有人先行研判" in page

    def test_an_empty_month_says_so(self, cast: Cast, stream: Stream, sign_in: SignIn) -> None:
        page = words(sign_in(cast.li).get(reverse("kpis") + "?period=2025-Q1"))
        assert "2025 年第 1 季度：" in page
        assert "没有发现事件" in page

    def test_no_such_period_is_a_sentence(self, cast: Cast, stream: Stream, sign_in: SignIn) -> None:
        for name, keys in (("kpis", []), ("kpis-csv", []), ("kpi", ["lag"]), ("kpi-csv", ["lag"])):
            page = words(sign_in(cast.li).get(reverse(name, args=keys) + "?period=%3Cb%3E"), 422)
            assert "没有“&lt;b&gt;”这个期间" in page

    def test_it_stands_in_the_navigation(self, incident: Incident, cast: Cast, sign_in: SignIn) -> None:
        assert f'href="{reverse("kpis")}"' in words(sign_in(cast.liu).get(reverse("incidents")))


class TestCasesPage:
    def test_every_number_of_every_kind_leads_to_its_cases(
        self, incident: Incident, cast: Cast, sign_in: SignIn
    ) -> None:
        worked(incident, cast)
        answered(incident, cast)
        browser = sign_in(cast.zhao)
        page = words(browser.get(reverse("kpis")))
        for code in [*KPIS, "read", "reached-5", "clause~clause.answer", "graded~II~II"]:
            address = reverse("kpi", args=[code])
            shown = words(browser.get(address))
            assert (f'href="{address}?period=' in page) == ("data-href=" in shown), code

    def test_shows_start_stop_and_by_how_much_it_is_late(
        self, incident: Incident, cast: Cast, sign_in: SignIn
    ) -> None:
        worked(incident, cast)
        page = words(sign_in(cast.zhao).get(reverse("kpi", args=["tasks-done"])))

        # Service's task was done at 260 of 240 minutes, media's at 90: by rank the median is 90.
        assert "逐一联系客户" in page
        assert "超时 20 分" in page
        assert 'title="15,600 秒"' in page
        assert reverse("task", args=[incident.tasks.get(duty="duty.contact").key]) in page
        assert page.index("逐一联系客户") < page.index("发布首次回应")

    def test_an_unfinished_case_is_at_least_so_long(
        self, incident: Incident, cast: Cast, sign_in: SignIn
    ) -> None:
        page = words(sign_in(cast.zhao).get(reverse("kpi", args=["tasks-done"])))

        assert "≥ 10 时 0 分" in page
        assert "未完 2 件，按“至少这么久”计入" in page

    def test_an_unknown_code_is_not_found(self, incident: Incident, cast: Cast, sign_in: SignIn) -> None:
        for name in ("kpi", "kpi-csv"):
            assert sign_in(cast.li).get(reverse(name, args=["nothing"])).status_code == 404

    def test_a_name_with_markup_stays_text(self, incident: Incident, cast: Cast, sign_in: SignIn) -> None:
        Event.objects.update(name="<b>x</b>")
        page = words(sign_in(cast.li).get(reverse("kpi", args=["lag"])))
        assert "<b>x</b>" not in page
        assert "&lt;b&gt;x&lt;/b&gt;" in page


class TestExcel:
    def test_the_kpis_of_a_period(self, incident: Incident, cast: Cast, sign_in: SignIn) -> None:
        worked(incident, cast)
        head, *rows = table(sign_in(cast.zhao).get(reverse("kpis-csv")))
        lines = {row[2]: dict(zip(head, row, strict=True)) for row in rows}

        assert len(rows) == len(KPIS)
        done = lines["任务办结"]
        assert (done["件数"], done["中位（秒）"], done["最长（秒）"]) == ("2", "5400", "15600")
        assert (done["按时"], done["超时"], done["免办"]) == ("1", "1", "0")
        assert lines["解除用时"]["中位（秒）"] == "≥41400"  # confirmed −90, now 600
        assert lines["观察复核"]["中位（秒）"] == ""

    def test_the_cases_of_a_number_none_of_them_a_formula(
        self, incident: Incident, cast: Cast, sign_in: SignIn
    ) -> None:
        Event.objects.update(name='=HYPERLINK("http://x")')
        head, row = table(sign_in(cast.zhao).get(reverse("kpi-csv", args=["report"])))
        line = dict(zip(head, row, strict=True))

        assert line["对象"] == '\'=HYPERLINK("http://x")'
        # Told −98, that is 12:27 in Shanghai; read −75.
        assert (line["起点"], line["终点"]) == ("2026-11-20 12:27:00+08:00", "2026-11-20 12:50:00+08:00")
        assert (line["用时（秒）"], line["结果"]) == ("1380", "按时")


class TestIncidentPage:
    def test_says_how_far_it_kept_to_the_plan_and_where_not(
        self, incident: Incident, cast: Cast, sign_in: SignIn
    ) -> None:
        worked(incident, cast)
        browser = sign_in(cast.zhao)
        page = words(browser.get(reverse("incident-kpis", args=[incident.key])))

        assert "预案应做 2 项，按时做到 1 项" in page
        assert "超时办结" in page
        cases = words(browser.get(reverse("incident-kpi", args=[incident.key, "tasks-done"])))
        assert "逐一联系客户" in cases
        assert browser.get(reverse("incident-kpi", args=[incident.key, "nothing"])).status_code == 404

    def test_the_war_room_shows_a_few_of_them(self, incident: Incident, cast: Cast, sign_in: SignIn) -> None:
        page = words(sign_in(cast.li).get(reverse("incident", args=[incident.key])))

        assert reverse("incident-kpis", args=[incident.key]) in page
        assert reverse("incident-kpi", args=[incident.key, "report"]) in page

    def test_counts_only_its_own(
        self, incident: Incident, cast: Cast, stream: Stream, sign_in: SignIn
    ) -> None:
        activate(confirmed(found(cast, stream, code="e2", name="别的事"), cast), cast.li)
        page = words(sign_in(cast.zhao).get(reverse("incident-kpi", args=[incident.key, "lag"])))

        assert "退款三天未到账" in page
        assert "别的事" not in page

    def test_who_is_outside_a_closed_circle_finds_nothing(
        self, incident: Incident, cast: Cast, sign_in: SignIn
    ) -> None:
        Incident.objects.update(restricted=True)
        browser = sign_in(cast.zhao)

        assert browser.get(reverse("incident-kpis", args=[incident.key])).status_code == 404
        assert browser.get(reverse("incident-kpi", args=[incident.key, "lag"])).status_code == 404
        assert "没有发现事件" in words(browser.get(reverse("kpis")))
        assert len(table(browser.get(reverse("kpi-csv", args=["lag"])))) == 1


class TestApi:
    def read(self, cast: Cast, owner: Person, scope: str = "kpis:read", query: str = "") -> Any:
        _token, secret = issue_token(
            name="报表", owner=owner, scopes=(scope,), expires_at=at(90_000), person=cast.wu, now=NOW
        )
        return Client().get(reverse("api:read_kpis") + query, headers={"Authorization": f"Bearer {secret}"})

    def test_gives_what_the_page_shows(self, incident: Incident, cast: Cast) -> None:
        worked(incident, cast)
        answer = self.read(cast, cast.zhao)
        assert answer.status_code == 200
        given = answer.json()
        kpis = {kpi["code"]: kpi for kpi in given["kpis"]}

        assert (given["period"], given["stream"]) == ("2026-11", "REAL")
        assert given["begin"] == "2026-11-01T00:00:00+08:00"
        assert kpis["tasks-done"]["median"] == {"seconds": 5400, "at_least": False}
        assert kpis["tasks-done"]["counts"] == {
            "kept": 1,
            "late": 1,
            "running": 0,
            "untimed": 0,
            "excused": 0,
        }
        assert kpis["stable"]["median"] == {"seconds": 41400, "at_least": True}
        assert kpis["looking-again"]["median"] is None
        assert kpis["lag"]["page"] == "/kpis/lag/?period=2026-11"
        assert given["grading"] == [{"computed": "II", "confirmed": "II", "count": 1}]
        assert {group["name"] for group in given["groups"]} == {"监测组", "客服应对组", "媒体沟通组"}

    def test_refuses_without_the_scope_and_what_is_no_period(self, incident: Incident, cast: Cast) -> None:
        refused = self.read(cast, cast.zhao, scope="events:read")
        assert refused.status_code == 403
        assert refused.json()["detail"] == "这个令牌没有“kpis:read”权限，请管理员另发一个。"
        assert self.read(cast, cast.zhao, query="?period=13").status_code == 422
        assert Client().get(reverse("api:read_kpis")).status_code == 401

    def test_counts_nothing_its_person_may_not_see(
        self, incident: Incident, cast: Cast, stream: Stream
    ) -> None:
        Incident.objects.update(restricted=True)
        Access.objects.create(stream=stream, incident=incident, person=cast.li, at=NOW)

        outside = self.read(cast, cast.zhao).json()
        assert {kpi["n"] for kpi in outside["kpis"]} == {0}
        assert (outside["groups"], outside["grading"]) == ([], [])
        assert {kpi["code"]: kpi["n"] for kpi in self.read(cast, cast.li).json()["kpis"]}["lag"] == 1
