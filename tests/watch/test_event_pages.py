"""What the pages of events say: the parts of the list, an event's own time, the lines of a criterion."""

import html
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.engine.severity import grade
from guanlan.notify.models import Message
from guanlan.plan.criteria import table
from guanlan.plan.models import PlanVersion
from guanlan.plan.queries import document
from guanlan.watch import jobs
from guanlan.watch.models import Event, Signal
from guanlan.watch.queries import events
from guanlan.watch.rows import criteria_rows
from incident_scene import raise_event, read_posts


@pytest.fixture
def page_of(cast: Cast, plan: PlanVersion, sign_in: Callable[..., Client]) -> Callable[..., str]:
    browser = sign_in(cast.wang)

    def page(name: str, *keys: str, **query: str) -> str:
        return html.unescape(browser.get(reverse(name, args=keys), query).content.decode())

    return page


class TestTheList:
    @pytest.fixture
    def three(self, cast: Cast, stream: Stream) -> dict[str, Event]:
        grave = raise_event(cast, stream, "e1", "退款三天未到账")
        below = raise_event(cast, stream, "e2", "包装很好看")
        false = raise_event(cast, stream, "e3", "同名小区停电")
        Event.objects.filter(pk=below.pk).update(computed_level="")
        Event.objects.filter(pk=false.pk).update(state=Event.State.DISMISSED)
        return {"grave": grave, "below": below, "false": false}

    @pytest.mark.parametrize(
        ("level", "shown"),
        [("", "grave"), ("II", "grave"), ("below", "below"), ("dismissed", "false"), ("III", None)],
    )
    def test_shows_one_part_at_a_time(
        self, three: dict[str, Event], page_of: Callable[..., str], level: str, shown: str | None
    ) -> None:
        page = page_of("events", level=level)

        assert [name for name, event in three.items() if event.name in page] == [shown] * (shown is not None)

    def test_says_how_many_lie_in_the_other_parts(
        self, three: dict[str, Event], page_of: Callable[..., str]
    ) -> None:
        page = page_of("events")

        assert re.search(r"\?level=below.{0,40}不入级 1 个事件", page)
        assert re.search(r"\?level=dismissed.{0,40}误报 1 个事件", page)

    def test_another_watchs_events_are_left_out(
        self, three: dict[str, Event], page_of: Callable[..., str]
    ) -> None:
        key = three["grave"].watch.key
        assert three["grave"].name in page_of("events", watch=key)
        assert "没有符合所选条件的事件" in page_of("events", watch="another")

    def test_what_waits_for_a_person_stands_above_what_is_graver(
        self, three: dict[str, Event], cast: Cast, stream: Stream, page_of: Callable[..., str]
    ) -> None:
        later = raise_event(cast, stream, "e4", "次要的等人确认")
        Event.objects.filter(pk=later.pk).update(computed_level="III", confirm_by=NOW)
        page = page_of("events")

        assert page.index("次要的等人确认") < page.index("退款三天未到账")
        assert "1 个事件等人确认等级" in page


class TestAnOldEvent:
    @pytest.fixture
    def old(self, cast: Cast, stream: Stream) -> Event:
        event = raise_event(cast, stream)
        at = NOW - timedelta(days=5)
        read_posts(event, count=7, negative=4, at=at)
        Event.objects.filter(pk=event.pk).update(first_at=at, last_at=at)
        return event

    def test_says_that_nothing_new_came_and_when_the_last_one_did(
        self, old: Event, page_of: Callable[..., str]
    ) -> None:
        words = re.sub("<[^>]+>", "", page_of("event", old.key))

        assert "最近 2 小时没有新帖，最近一条 11月15日 14:05" in words
        assert "负面 未知" not in words

    def test_its_chart_shows_its_own_days(self, old: Event, page_of: Callable[..., str]) -> None:
        page = page_of("event", old.key)
        option = json.loads(re.search(r'<script id="hourly"[^>]*>(.*?)</script>', page).group(1))  # type: ignore[union-attr]

        assert [sum(series["data"]) for series in option["series"]] == [4, 3, 0]
        assert "此后没有新帖" in page


class TestCriteria:
    def test_show_the_line_reached_and_the_next(self, plan: PlanVersion) -> None:
        # The shipped plan: 30 negative posts a day are level IV, 500 level III.
        written = document(plan)
        rows = criteria_rows(grade({"negative_24h": 31}, {}, table(written)), written)
        row = next(row for row in rows if row.name == "单日负面声量")

        assert (str(row.reached), str(row.coming)) == ("Ⅳ级 30", "Ⅲ级 500")

    def test_an_unknown_value_reached_nothing_and_the_lightest_line_is_next(self, plan: PlanVersion) -> None:
        written = document(plan)
        rows = criteria_rows(grade({}, {}, table(written)), written)

        assert {row.reached for row in rows} == {None}
        assert all(row.coming is not None for row in rows)


class TestALateConfirmation:
    def test_stays_on_the_monitors_list_after_the_command_was_told(
        self, cast: Cast, stream: Stream, page_of: Callable[..., str], hands: dict[str, Any]
    ) -> None:
        event = raise_event(cast, stream)
        for minutes, level in ((70, "III"), (60, "II")):
            at = NOW - timedelta(minutes=minutes)
            Signal.objects.create(stream=stream, kind="LEVEL", at=at, event=event, level=level, told_at=at)
        Event.objects.filter(pk=event.pk).update(confirm_by=NOW - timedelta(minutes=45))
        while jobs.tell_next_signal():
            pass

        told = Message.objects.filter(person=cast.li).values_list("title", flat=True)
        late = "迟发（应于 11月20日 13:20）"  # it was to be confirmed then; nothing ran until now
        assert list(told) == [f"{late}：未核实：退款三天未到账，系统算为Ⅱ级，到时无人确认"]
        home = page_of("home")
        assert "确认等级：退款三天未到账" in home
        assert "超 45 分" in home
        assert "已按未核实报指挥部" in home
        assert "系统算为Ⅱ级" in (page := page_of("event", event.key))
        assert "超 45 分" in page


def test_of_those_that_wait_the_gravest_stands_first(cast: Cast, stream: Stream, plan: PlanVersion) -> None:
    slight, grave = (raise_event(cast, stream, code, name) for code, name in (("e1", "小事"), ("e2", "大事")))
    Event.objects.filter(pk=slight.pk).update(computed_level="III", confirm_by=NOW - timedelta(hours=2))
    Event.objects.filter(pk=grave.pk).update(computed_level="II", confirm_by=NOW + timedelta(minutes=5))

    found = events(cast.wang, stream.pk, document(plan))

    assert [event.name for event in found] == ["大事", "小事"]
