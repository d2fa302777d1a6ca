"""The impact in a report: the same figures as on the event's page, frozen with their posts and days."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.incidents.models import Incident
from guanlan.intake.models import Volume
from guanlan.intake.reading.volumes import Day
from guanlan.intake.volumes import give_volumes
from guanlan.people.models import Person
from guanlan.plan.models import PlanVersion
from guanlan.reports.actions import submit_flash
from guanlan.reports.gathering import Issue, closing
from guanlan.reports.jobs import rendered
from guanlan.reports.models import Report
from guanlan.watch.actions import state_fact
from guanlan.watch.models import Event
from incident_scene import activate, raise_event, read_posts

Browser = Callable[[Person], Client]
DAY = timedelta(days=1)


@pytest.fixture
def event(cast: Cast, stream: Stream, plan: PlanVersion) -> Event:
    event = raise_event(cast, stream)
    Event.objects.filter(pk=event.pk).update(
        state="CONFIRMED", confirmed_level="II", confirmed_at=NOW, confirmed_by=cast.wang
    )
    event.refresh_from_db()
    for back in range(1, 21):
        read_posts(event, count=10, negative=2, at=event.first_at - back * DAY)
    read_posts(event, count=50, negative=40, at=NOW - timedelta(hours=1))
    give(cast, stream, [Day(NOW.date() - back * DAY, 20, None, 900) for back in range(29)])
    give(cast, stream, [Day(NOW.date(), 60, None, 900)])
    state_fact(event=event, fact="national_hot_list", ground="微博热搜第 9", person=cast.wang, now=NOW)
    return event


def give(cast: Cast, stream: Stream, days: list[Day], **more: Any) -> None:
    given = {"source": "工单系统", "person": cast.liu, "now": NOW} | more
    give_volumes(stream=stream, unit=cast.liu.unit, days=days, **given)


@pytest.fixture
def report(event: Event, cast: Cast) -> Report:
    return submit_flash(event=event, person=cast.wang, now=NOW)


def rows(frozen: dict[str, Any]) -> dict[str, list[Any]]:
    table = next(
        block
        for block in frozen["blocks"]
        if block["kind"] == "table" and block["columns"][0]["head"] == "影响"
    )
    return {row[0][0]["words"]: row for row in table["rows"]}


def rolls(frozen: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {roll["code"]: roll for roll in frozen["rolls"]}


def said(row: list[Any]) -> list[str]:
    return ["".join(run["words"] for run in cell) for cell in row[1:4]]


def test_the_flash_report_says_the_three_parts(report: Report) -> None:
    found = rows(report.frozen)

    assert said(found["形象：负面占比"]) == ["80%，40 / 50 条", "20%", "高于平日，高 60 个百分点（46～70）"]
    assert said(found["业务：投诉"]) == [
        "60\u00a0件，11-20 到 14:05",
        "每天 20\u00a0件",
        "高于平日，至少是平日的 2.3 倍（数未满一天）",
    ]
    assert said(found["业务：退款"]) == ["未知", "未知", "未知：没有人填过这个数"]
    assert said(found["声誉：负面大号"])[2] == "未知：帖文都没有带粉丝数"
    words = str(report.frozen["blocks"])
    assert "比平日，负面占比高 60 个百分点，投诉至少 2.3 倍" in words
    assert "全网热榜：微博热搜第 9（王芳 14:05 登记）" in words


def test_every_figure_has_a_roll_of_just_its_posts_or_days(report: Report) -> None:
    kept = rolls(report.frozen)

    (proof,) = rows(report.frozen)["形象：负面占比"][4]
    assert [len(kept[code]["keys"]) for code in proof["rolls"]] == [40, 50, 40, 200]
    days = kept["impact-complaints-before"]
    assert (days["of"], len(days["keys"])) == ("days", 28)
    assert kept["impact-complaints"]["keys"] == [Volume.objects.get(closed_at=None, day=NOW.date()).key]
    for roll in kept.values():
        text = "".join(f"{key}\n" for key in sorted(roll["keys"]))
        assert hashlib.sha256(text.encode()).hexdigest() == roll["sha256"]


def test_the_roll_of_days_stays_when_a_day_is_corrected(
    report: Report, sign_in: Browser, cast: Cast, stream: Stream
) -> None:
    give(cast, stream, [Day(NOW.date(), 75, None, 900)], now=NOW + timedelta(minutes=1))
    code = "impact-complaints"

    page = sign_in(cast.li).get(reverse("report-roll", args=[report.key, code])).content.decode()

    assert "1 天的数" in page
    assert ">60<" in page
    assert ">75<" not in page
    assert "后来改过" in page
    saved = sign_in(cast.li).get(reverse("report-roll-keys", args=[report.key, code])).content
    assert hashlib.sha256(saved).hexdigest() == rolls(report.frozen)[code]["sha256"]


@pytest.mark.parametrize("form", ["HTML", "DOCX", "PDF"])
def test_every_form_can_be_made(report: Report, form: str) -> None:
    file = rendered(report, form, "李敏 11-20 14:05")

    assert len(file) > 1000
    if form == "HTML":
        assert "高 60 个百分点" in file.decode()


def test_the_closing_report_holds_the_beginning_against_the_end(
    event: Event, cast: Cast, stream: Stream
) -> None:
    incident = activate(event, cast.li)
    later = NOW + 2 * DAY
    Event.objects.filter(pk=event.pk).update(last_at=later)
    read_posts(event, count=20, negative=4, at=later - timedelta(hours=1))
    give(cast, stream, [Day(later.date(), 8, None, 900)], now=later)
    Incident.objects.filter(pk=incident.pk).update(stood_down_at=later)
    incident = Incident.objects.get(pk=incident.pk)

    made = closing(incident, cast.li, later, issue=Issue("abcdefghjkmn", 1))

    told = {block.words: place for place, block in enumerate(made.blocks) if block.kind == "heading"}
    shares = [
        made.blocks[told[words] + 2].rows[0][1][0].words  # type: ignore[union-attr]
        for words in ("影响：启动响应时", "影响：解除以后")
    ]
    assert shares == ["80%，40 / 50 条", "20%，4 / 20 条"]
    codes = {roll.code: len(roll.keys) for roll in made.rolls}
    assert (codes["impact-opened-negative_share"], codes["impact-negative_share"]) == (40, 4)
