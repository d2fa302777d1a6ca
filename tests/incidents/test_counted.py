"""Tasks and clocks in working time say so, and where the holidays are not published yet, that too."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.clocks.calendar import PUBLISHED_UNTIL
from guanlan.clocks.models import Counted, OfficeHours, Stream
from guanlan.incidents.actions import change_level, decide_activation
from guanlan.incidents.level_clocks import level_clocks
from guanlan.incidents.models import Incident
from guanlan.people.models import Person
from guanlan.watch.models import Signal
from incident_scene import activate, duty, level, publish, raise_event, task_of

Browser = Callable[[Person], Client]
# NOW is Friday 20 November, 14:05 in Shanghai. 175 working minutes are left of it.
MONDAY_9_05 = datetime(2026, 11, 23, 1, 5, tzinfo=UTC)


def said(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode()))


def in_working_time(**times: dict[str, Any]) -> list[dict[str, Any]]:
    """One duty in working time, with the given times by level."""
    written = duty("duty.contact", "service", "逐一联系客户", {})
    return [written | {"times": times}]


def working(accept: int, due: int) -> dict[str, Any]:
    return {"accept_minutes": accept, "due_minutes": due, "calendar": "working"}


def clocks_in_working_time() -> list[dict[str, Any]]:
    levels = [
        level("I", "特别重大", "red", 1, 60),
        level("II", "重大", "orange", 2, 120),
        level("III", "较大", "yellow", 3, 240),
    ]
    levels[1]["clocks"][2] |= {"minutes": 180, "calendar": "working"}
    return levels


def begun(cast: Cast, stream: Stream, **changes: Any) -> Incident:
    publish(cast, **changes)
    return activate(raise_event(cast, stream), cast.li)


class TestTasks:
    def test_a_duty_in_working_time_is_due_in_office_hours_and_says_so(
        self, cast: Cast, stream: Stream, sign_in: Browser
    ) -> None:
        incident = begun(cast, stream, duties=in_working_time(II=working(60, 180)))
        task = task_of(incident, "duty.contact")
        assert (task.due_at, task.counted) == (MONDAY_9_05, Counted.WORKING)
        browser = sign_in(cast.liu)
        assert "11月23日 09:05 前（工作时间）" in said(browser.get(reverse("task", args=[task.key])))
        page = said(browser.get(reverse("task-hand-over", args=[task.key])))
        assert "前办结。按工作时间算。转出后对方会收到消息。" in page

    def test_a_duty_in_natural_time_says_nothing(self, cast: Cast, stream: Stream, sign_in: Browser) -> None:
        task = task_of(begun(cast, stream), "duty.contact")
        assert task.counted == Counted.NATURAL
        page = said(sign_in(cast.liu).get(reverse("task", args=[task.key])))
        assert "（工作时间）" not in page
        assert "自然时间" not in page

    def test_a_guessed_holiday_table_is_said(self, cast: Cast, stream: Stream, sign_in: Browser) -> None:
        publish(cast, duties=in_working_time(II=working(60, 2400)))
        last = datetime.combine(PUBLISHED_UNTIL, time(2), UTC)
        decision = decide_activation(
            event=raise_event(cast, stream), level="II", reason="影响扩大", person=cast.li, now=last
        )
        assert decision.incident is not None
        task = task_of(decision.incident, "duty.contact")
        assert task.counted == Counted.UNPUBLISHED
        page = said(sign_in(cast.liu).get(reverse("task", args=[task.key])))
        assert "前（工作时间，按未公布的节假日表推算）" in page

    def test_new_office_hours_move_no_task_that_runs(self, cast: Cast, stream: Stream) -> None:
        incident = begun(
            cast,
            stream,
            duties=in_working_time(II=working(60, 180)),
            levels=clocks_in_working_time(),
        )
        before = {clock.deadline for clock in level_clocks(incident)}
        OfficeHours.objects.create(since=NOW + timedelta(seconds=1), opens=time(8), closes=time(22))
        assert task_of(incident, "duty.contact").due_at == MONDAY_9_05
        assert {clock.deadline for clock in level_clocks(incident)} == before

    def test_the_calendar_of_the_earlier_time_is_said_after_a_rise(self, cast: Cast, stream: Stream) -> None:
        natural = {"accept_minutes": 5, "due_minutes": 60}
        incident = begun(cast, stream, duties=in_working_time(I=natural, II=working(60, 180)))
        change_level(incident=incident, level="I", reason="扩散到全国", person=cast.li, now=NOW)
        task = task_of(incident, "duty.contact")
        assert (task.due_at, task.counted) == (NOW + timedelta(minutes=60), Counted.NATURAL)

    def test_a_later_time_changes_neither_due_nor_calendar(self, cast: Cast, stream: Stream) -> None:
        natural = {"accept_minutes": 30, "due_minutes": 60}
        incident = begun(cast, stream, duties=in_working_time(I=working(5, 180), II=natural))
        change_level(incident=incident, level="I", reason="扩散到全国", person=cast.li, now=NOW)
        task = task_of(incident, "duty.contact")
        assert (task.due_at, task.counted) == (NOW + timedelta(minutes=60), Counted.NATURAL)
        assert task.accept_by == NOW + timedelta(minutes=5)


class TestLevelClocks:
    def test_the_room_says_which_clock_counts_working_time(
        self, cast: Cast, stream: Stream, sign_in: Browser
    ) -> None:
        incident = begun(cast, stream, levels=clocks_in_working_time())
        found = {clock.counted: clock.deadline for clock in level_clocks(incident)}
        assert found[Counted.WORKING] == MONDAY_9_05
        page = said(sign_in(cast.li).get(reverse("incident", args=[incident.key])))
        assert page.count("工作时间") == 1
        assert "自然时间" not in page
        assert "11月23日 09:05工作时间" in page


def test_the_choice_to_activate_says_working_time(cast: Cast, stream: Stream, sign_in: Browser) -> None:
    publish(cast, duties=in_working_time(II=working(180, 200)))
    event = raise_event(cast, stream)
    page = said(sign_in(cast.li).get(reverse("decide", args=[event.key])))
    assert "最早 11月23日 09:05 前接手（工作时间），逾期逐级提醒到指挥部" in page

    def test_a_slighter_signal_before_starts_no_clock_of_this_level(self, cast: Cast, stream: Stream) -> None:
        incident = begun(cast, stream)
        grave = NOW - timedelta(minutes=10)
        for key, at in (("III", NOW - timedelta(hours=6)), ("II", grave), ("I", NOW)):
            Signal.objects.create(stream=stream, kind="LEVEL", at=at, event=incident.event, level=key)

        # The scene's plan: fifteen minutes for grading, from the signal.
        assess = level_clocks(incident)[0]
        assert (assess.started_at, assess.deadline) == (grave, grave + timedelta(minutes=15))

    def test_what_was_revoked_has_no_clocks(self, cast: Cast, stream: Stream) -> None:
        incident = begun(cast, stream)
        incident.state = "REVOKED"
        assert level_clocks(incident) == []
