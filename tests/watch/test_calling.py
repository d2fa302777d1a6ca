"""A computed rise calls the monitor on duty, who stands in, then the command; one post never wakes it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.notify.models import Message
from guanlan.people import actions as people
from guanlan.people.models import Membership, Person
from guanlan.watch import calling, telling
from guanlan.watch.actions import confirm_level
from guanlan.watch.models import Event, FactStated, Signal
from incident_scene import publish, raise_event

MINUTE = timedelta(minutes=1)


@pytest.fixture
def deputy(cast: Cast) -> Person:
    """王芳 watches tonight, 孙立 stands in for her."""
    sun = people.add_person(username="sun", name="孙立", unit=cast.wang.unit, actor="system", now=NOW)
    people.place(
        person=sun, group=cast.groups["monitoring"], role=Membership.Role.MEMBER, actor="system", now=NOW
    )
    people.plan_shift(
        group=cast.groups["monitoring"],
        person=cast.wang,
        deputy=sun,
        starts_at=NOW - 60 * MINUTE,
        ends_at=NOW + 480 * MINUTE,
        actor="system",
        now=NOW,
    )
    return sun


@pytest.fixture
def event(cast: Cast, stream: Stream) -> Event:
    publish(cast)
    event = raise_event(cast, stream)
    event.computed_level, event.confirm_by = "I", NOW + 15 * MINUTE
    event.save()
    return event


def rise(event: Event, minutes: int | None = 5, at: datetime = NOW, level: str = "I") -> Signal:
    return Signal.objects.create(
        stream=event.stream, kind="LEVEL", at=at, event=event, level=level, call_minutes=minutes
    )


def tick(stream: Stream, now: datetime) -> None:
    """What the stage does, until it finds nothing more."""
    while (
        telling.tell_next(stream, now=now)
        or calling.call_next_deputy(stream, now=now)
        or calling.escalate_next(stream, now=now)
        or calling.call_next_command(stream, now=now)
    ):
        pass


def heard(person: Person) -> list[tuple[str, str]]:
    return [(message.title, message.urgency) for message in Message.objects.filter(person=person)]


def test_the_monitor_has_five_minutes_the_deputy_five_then_the_command(
    event: Event, cast: Cast, stream: Stream, deputy: Person
) -> None:
    signal = rise(event)

    tick(stream, NOW)
    assert heard(cast.wang) == [("退款三天未到账：系统算为Ⅰ级，请在 5 分钟内确认", "URGENT")]
    tick(stream, NOW + 4 * MINUTE)
    assert heard(deputy) == []
    tick(stream, NOW + 5 * MINUTE)
    assert heard(deputy) == [("请确认：退款三天未到账，系统算为Ⅰ级，值班 5 分钟内没有确认", "URGENT")]
    assert heard(cast.li) == []
    tick(stream, NOW + 10 * MINUTE)
    assert heard(cast.li) == []
    tick(stream, NOW + 11 * MINUTE)
    assert heard(cast.li) == [("未核实：退款三天未到账，系统算为Ⅰ级，到时无人确认", "URGENT")]

    signal.refresh_from_db()
    assert (signal.told_at, signal.deputy_at) == (NOW, NOW + 5 * MINUTE)
    assert signal.escalated_at == signal.called_at == NOW + 11 * MINUTE
    told = Entry.objects.filter(subject=signal.key).order_by("number").values_list("verb", flat=True)
    assert list(told) == ["watch.tell_signal", "watch.call_deputy", "watch.escalate_signal"]


def test_nobody_is_called_twice(event: Event, cast: Cast, stream: Stream, deputy: Person) -> None:
    rise(event)

    for minute in range(0, 60, 3):
        tick(stream, NOW + minute * MINUTE)

    assert [len(heard(person)) for person in (cast.wang, deputy, cast.li)] == [1, 1, 1]


def test_a_rise_confirmed_in_time_calls_nobody_else(
    event: Event, cast: Cast, stream: Stream, deputy: Person
) -> None:
    rise(event)
    tick(stream, NOW)
    confirm_level(
        event=event, level="I", reason="", levels=("I", "II", "III"), person=cast.wang, now=NOW + 3 * MINUTE
    )

    tick(stream, NOW + 30 * MINUTE)

    assert heard(deputy) == heard(cast.li) == []


def test_one_post_tells_the_command_without_calling_it(event: Event, cast: Cast, stream: Stream) -> None:
    Event.objects.update(posts=1)
    signal = rise(event)
    tick(stream, NOW)

    tick(stream, NOW + 16 * MINUTE)

    assert [urgency for _title, urgency in heard(cast.li)] == ["NORMAL"]
    signal.refresh_from_db()
    assert signal.called_at is None


def test_the_command_is_called_when_others_say_the_same(event: Event, cast: Cast, stream: Stream) -> None:
    Event.objects.update(posts=1)
    rise(event)
    tick(stream, NOW)
    tick(stream, NOW + 16 * MINUTE)

    Event.objects.update(posts=9)
    tick(stream, NOW + 20 * MINUTE)

    assert [urgency for _title, urgency in heard(cast.li)] == ["NORMAL", "URGENT"]


@pytest.mark.parametrize(
    ("fact", "urgency"), [("central_media", "URGENT"), ("regulator_named", "URGENT"), ("fraud", "NORMAL")]
)
def test_a_listed_fact_is_worth_a_call_for_a_single_post(
    event: Event, cast: Cast, stream: Stream, fact: str, urgency: str
) -> None:
    Event.objects.update(posts=1)
    FactStated.objects.create(stream=stream, event=event, fact=fact, ground="见报", person=cast.wang, at=NOW)
    rise(event)
    tick(stream, NOW)

    tick(stream, NOW + 16 * MINUTE)

    assert [told for _title, told in heard(cast.li)] == [urgency]


def test_a_level_that_calls_nobody_waits_for_the_plans_time(
    event: Event, cast: Cast, stream: Stream, deputy: Person
) -> None:
    rise(event, minutes=None, level="III")
    tick(stream, NOW)

    tick(stream, NOW + 15 * MINUTE)
    assert heard(cast.li) == []
    tick(stream, NOW + 16 * MINUTE)

    assert heard(deputy) == []
    assert [urgency for _title, urgency in heard(cast.li)] == ["NORMAL"]


def test_the_lead_stands_in_where_the_shift_has_no_deputy(event: Event, cast: Cast, stream: Stream) -> None:
    """王芳 leads the group; tonight somebody else watches alone."""
    night = people.add_person(username="night", name="夜班", unit=cast.wang.unit, actor="system", now=NOW)
    people.place(
        person=night, group=cast.groups["monitoring"], role=Membership.Role.MEMBER, actor="system", now=NOW
    )
    people.plan_shift(
        group=cast.groups["monitoring"],
        person=night,
        deputy=None,
        starts_at=NOW - MINUTE,
        ends_at=NOW + 480 * MINUTE,
        actor="system",
        now=NOW,
    )
    rise(event)
    tick(stream, NOW)
    assert (len(heard(night)), heard(cast.wang)) == (1, [])

    tick(stream, NOW + 5 * MINUTE)

    assert len(heard(cast.wang)) == 1


def test_a_graver_rise_begins_anew(event: Event, cast: Cast, stream: Stream, deputy: Person) -> None:
    rise(event, minutes=10, level="II")
    tick(stream, NOW)
    tick(stream, NOW + 10 * MINUTE)
    rise(event, at=NOW + 12 * MINUTE)
    tick(stream, NOW + 12 * MINUTE)

    tick(stream, NOW + 17 * MINUTE)

    assert [title for title, _urgency in heard(deputy)] == [
        "请确认：退款三天未到账，系统算为Ⅱ级，值班 10 分钟内没有确认",
        "请确认：退款三天未到账，系统算为Ⅰ级，值班 5 分钟内没有确认",
    ]


def test_a_dismissed_event_calls_nobody(event: Event, cast: Cast, stream: Stream, deputy: Person) -> None:
    rise(event)
    tick(stream, NOW)
    Event.objects.update(state=Event.State.DISMISSED)

    tick(stream, NOW + 30 * MINUTE)

    assert heard(deputy) == heard(cast.li) == []


def test_after_an_outage_each_has_the_minutes_and_the_command_hears_at_once(
    event: Event, cast: Cast, stream: Stream, deputy: Person
) -> None:
    rise(event)
    later = NOW + 360 * MINUTE

    tick(stream, later)
    assert len(heard(cast.wang)) == 1
    assert heard(deputy) == []  # the monitor was told a moment ago
    assert len(heard(cast.li)) == 1  # the plan's time for confirming is long over

    tick(stream, later + 5 * MINUTE)
    assert len(heard(deputy)) == 1


def test_a_lead_who_watches_alone_is_not_called_again(event: Event, cast: Cast, stream: Stream) -> None:
    people.plan_shift(
        group=cast.groups["monitoring"],
        person=cast.wang,
        deputy=None,
        starts_at=NOW - MINUTE,
        ends_at=NOW + 480 * MINUTE,
        actor="system",
        now=NOW,
    )
    rise(event)

    for minute in (0, 5, 11):
        tick(stream, NOW + minute * MINUTE)

    assert (len(heard(cast.wang)), len(heard(cast.li))) == (1, 1)


def test_a_settled_rise_does_not_hold_up_another(
    event: Event, cast: Cast, stream: Stream, deputy: Person
) -> None:
    rise(event)
    other = raise_event(cast, stream, "e2", "物流爆仓")
    settled = rise(other, at=NOW + MINUTE)
    Signal.objects.filter(pk=settled.pk).update(told_at=NOW, settled_at=NOW + MINUTE)
    tick(stream, NOW)

    tick(stream, NOW + 5 * MINUTE)

    assert len(heard(deputy)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_take_one_step_once(
    event: Event, cast: Cast, stream: Stream, deputy: Person, at_once: AtOnce
) -> None:
    signal = rise(event)
    telling.tell_next(stream, now=NOW)

    at_once(lambda: calling.call_next_deputy(stream, now=NOW + 5 * MINUTE))

    assert len(heard(deputy)) == 1
    assert Entry.objects.filter(subject=signal.key, verb="watch.call_deputy").count() == 1
