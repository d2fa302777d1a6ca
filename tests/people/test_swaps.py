"""A shift is swapped when the other agrees; the roster changes then, and the lead hears of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.notify.models import Message
from guanlan.notify.swaps import tell_next_swap
from guanlan.people import actions as people
from guanlan.people.models import DutyShift, Person, ShiftSwap
from guanlan.people.queries import on_duty
from guanlan.people.swaps.actions import (
    AnsweredAlready,
    AskedAlready,
    NotAColleague,
    NotYours,
    OnlyForReal,
    Replanned,
    ShiftBegun,
    agree_swap,
    ask_swap,
    decline_swap,
)

Browser = Callable[[Person], Client]


def hour(number: float) -> datetime:
    return NOW + timedelta(hours=number)


@pytest.fixture
def two(cast: Cast) -> tuple[Person, Person]:
    """孙悦 and 马俊, members of the monitoring group that 王芳 leads."""
    found = []
    for username, name in (("sun", "孙悦"), ("ma", "马俊")):
        person = people.add_person(username=username, name=name, unit=cast.li.unit, actor="system", now=NOW)
        people.place(person=person, group=cast.groups["monitoring"], role="MEMBER", actor="system", now=NOW)
        found.append(person)
    return found[0], found[1]


def plan(cast: Cast, person: Person, start: float, deputy: Person | None = None) -> DutyShift:
    return people.plan_shift(
        group=cast.groups["monitoring"],
        person=person,
        deputy=deputy,
        starts_at=hour(start),
        ends_at=hour(start + 8),
        actor="system",
        now=NOW,
    )


@pytest.fixture
def shifts(cast: Cast, two: tuple[Person, Person]) -> tuple[DutyShift, DutyShift]:
    """孙悦 from 20:05 today, 马俊 from 20:05 tomorrow."""
    return plan(cast, two[0], 6), plan(cast, two[1], 30)


def ask(shifts: tuple[DutyShift, DutyShift], stream: Stream, **changes: Any) -> ShiftSwap:
    given: dict[str, Any] = {
        "shift": shifts[0],
        "other": shifts[1].person,
        "back": shifts[1],
        "words": "孩子发烧",
        "stream": stream,
        "asker": shifts[0].person,
        "now": NOW,
    }
    return ask_swap(**given | changes)


def who(cast: Cast, at: float) -> str:
    shift = on_duty(cast.groups["monitoring"], at=hour(at))
    return shift.person.name if shift else ""


class TestAskSwap:
    def test_leaves_the_roster_as_it_is(
        self, cast: Cast, stream: Stream, shifts: tuple[DutyShift, DutyShift]
    ) -> None:
        swap = ask(shifts, stream)

        assert (swap.state, swap.starts_at, swap.back_starts_at) == ("ASKED", hour(6), hour(30))
        assert (who(cast, 7), who(cast, 31)) == ("孙悦", "马俊")
        entry = Entry.objects.latest("number")
        assert (entry.verb, entry.actor) == ("people.ask_swap", swap.asker.key)

    def test_refuses_anothers_shift(
        self, cast: Cast, stream: Stream, shifts: tuple[DutyShift, DutyShift]
    ) -> None:
        with pytest.raises(NotYours, match="这一班由孙悦值，只能由本人提出换班"):
            ask(shifts, stream, asker=cast.wang)

    def test_refuses_a_shift_that_has_begun(
        self, stream: Stream, shifts: tuple[DutyShift, DutyShift]
    ) -> None:
        with pytest.raises(ShiftBegun):
            ask(shifts, stream, now=hour(6))

    def test_refuses_somebody_outside_the_group(
        self, cast: Cast, stream: Stream, shifts: tuple[DutyShift, DutyShift]
    ) -> None:
        with pytest.raises(NotAColleague, match="不能换给刘洋：要换给同组的另一位成员"):
            ask(shifts, stream, other=cast.liu, back=None)

    def test_refuses_a_shift_in_return_that_is_not_theirs(
        self, cast: Cast, stream: Stream, shifts: tuple[DutyShift, DutyShift]
    ) -> None:
        with pytest.raises(NotAColleague, match="不是王芳在同一组的班"):
            ask(shifts, stream, other=cast.wang)

    def test_asks_one_at_a_time(
        self, cast: Cast, stream: Stream, shifts: tuple[DutyShift, DutyShift]
    ) -> None:
        ask(shifts, stream)

        with pytest.raises(AskedAlready, match="已经在等人答复"):
            ask(shifts, stream, other=cast.wang, back=None)

    def test_a_drill_leaves_the_real_roster_alone(
        self, cast: Cast, shifts: tuple[DutyShift, DutyShift]
    ) -> None:
        drill = Stream.objects.create(kind=Stream.Kind.DRILL, name="演练")

        with pytest.raises(OnlyForReal, match="演练里不换真的班"):
            ask(shifts, drill)


class TestAgreeSwap:
    def test_changes_both_shifts(
        self, cast: Cast, stream: Stream, shifts: tuple[DutyShift, DutyShift]
    ) -> None:
        swap = agree_swap(swap=ask(shifts, stream), person=shifts[1].person, now=hour(1))

        assert (swap.state, swap.answered_at) == ("AGREED", hour(1))
        assert (who(cast, 7), who(cast, 31)) == ("马俊", "孙悦")
        assert Entry.objects.latest("number").verb == "people.agree_swap"

    def test_without_a_return_only_gives_the_one_away(
        self, cast: Cast, stream: Stream, shifts: tuple[DutyShift, DutyShift]
    ) -> None:
        agree_swap(swap=ask(shifts, stream, back=None), person=shifts[1].person, now=NOW)

        assert (who(cast, 7), who(cast, 31)) == ("马俊", "马俊")

    def test_a_deputy_who_takes_it_over_is_stood_in_for_by_who_leaves(
        self, cast: Cast, stream: Stream, two: tuple[Person, Person]
    ) -> None:
        shift = plan(cast, two[0], 6, deputy=two[1])
        swap = ask((shift, shift), stream, other=two[1], back=None)
        agree_swap(swap=swap, person=two[1], now=NOW)

        shift.refresh_from_db()
        assert (shift.person, shift.deputy) == (two[1], two[0])

    def test_refuses_everybody_else(
        self, cast: Cast, stream: Stream, shifts: tuple[DutyShift, DutyShift]
    ) -> None:
        with pytest.raises(NotYours, match="问的是马俊，由本人答复"):
            agree_swap(swap=ask(shifts, stream), person=cast.wang, now=NOW)

    def test_refuses_when_the_week_was_laid_anew(
        self, cast: Cast, stream: Stream, shifts: tuple[DutyShift, DutyShift]
    ) -> None:
        swap = ask(shifts, stream)
        people.drop_shift(shift=shifts[1], actor="system", now=NOW)

        with pytest.raises(Replanned, match="马俊的那一班已经改排"):
            agree_swap(swap=swap, person=shifts[1].person, now=NOW)
        assert who(cast, 7) == "孙悦"

    def test_refuses_once_it_has_begun(self, stream: Stream, shifts: tuple[DutyShift, DutyShift]) -> None:
        with pytest.raises(ShiftBegun):
            agree_swap(swap=ask(shifts, stream), person=shifts[1].person, now=hour(6))

    def test_refuses_answering_twice(self, stream: Stream, shifts: tuple[DutyShift, DutyShift]) -> None:
        swap = decline_swap(swap=ask(shifts, stream), person=shifts[1].person, now=NOW)

        with pytest.raises(AnsweredAlready, match="对方不换"):
            agree_swap(swap=swap, person=shifts[1].person, now=NOW)

    def test_after_a_no_another_may_be_asked(
        self, cast: Cast, stream: Stream, shifts: tuple[DutyShift, DutyShift]
    ) -> None:
        decline_swap(swap=ask(shifts, stream), person=shifts[1].person, now=NOW)

        assert ask(shifts, stream, other=cast.wang, back=None).other == cast.wang
        assert who(cast, 7) == "孙悦"


def told() -> list[tuple[str, str]]:
    while tell_next_swap(lambda _stream: NOW):
        pass
    return list(Message.objects.order_by("pk").values_list("person__name", "title"))


class TestTelling:
    def test_the_other_hears_of_the_question_once(
        self, stream: Stream, shifts: tuple[DutyShift, DutyShift]
    ) -> None:
        swap = ask(shifts, stream)

        assert told() == [("马俊", "孙悦请您换班：监测组，11-20 20:05 的班")]
        assert told() == [("马俊", "孙悦请您换班：监测组，11-20 20:05 的班")]
        assert Message.objects.get().link == reverse("swap", args=[swap.key])

    def test_who_asked_and_the_lead_hear_of_the_yes(
        self, stream: Stream, shifts: tuple[DutyShift, DutyShift]
    ) -> None:
        agree_swap(swap=ask(shifts, stream), person=shifts[1].person, now=NOW)

        assert told() == [
            ("孙悦", "马俊同意换班：监测组，11-20 20:05 的班"),
            ("王芳", "孙悦和马俊换班了：监测组，11-20 20:05 的班"),
        ]

    def test_only_who_asked_hears_of_the_no(
        self, stream: Stream, shifts: tuple[DutyShift, DutyShift]
    ) -> None:
        decline_swap(swap=ask(shifts, stream), person=shifts[1].person, now=NOW)

        assert told() == [("孙悦", "马俊不换班：监测组，11-20 20:05 的班还是您值")]


class TestPages:
    def test_from_the_own_page_to_the_changed_roster(
        self, cast: Cast, stream: Stream, shifts: tuple[DutyShift, DutyShift], sign_in: Browser
    ) -> None:
        sun, ma = (shift.person for shift in shifts)
        browser, address = sign_in(sun), reverse("swap-ask", args=[shifts[0].key])
        assert address in browser.get(reverse("person", args=[sun.key])).content.decode()
        assert "换马俊 11-21 20:05–04:05的班" in browser.get(address).content.decode()

        asked = browser.post(address, {"against": shifts[1].key, "words": "孩子发烧"}, follow=True)

        assert "等马俊答复" in asked.content.decode()
        swap = ShiftSwap.objects.get()
        other = sign_in(ma)
        assert "请您值监测组的班" in other.get(reverse("home")).content.decode()
        assert "同意，改值班表" in other.get(reverse("swap", args=[swap.key])).content.decode()
        assert (
            "值班表已改" in other.post(reverse("swap-agree", args=[swap.key]), follow=True).content.decode()
        )
        assert who(cast, 7) == "马俊"

    def test_the_other_may_decline(
        self, cast: Cast, stream: Stream, shifts: tuple[DutyShift, DutyShift], sign_in: Browser
    ) -> None:
        swap = ask(shifts, stream)

        shown = sign_in(shifts[1].person).post(reverse("swap-decline", args=[swap.key]), follow=True)

        assert "对方不换" in shown.content.decode()
        assert who(cast, 7) == "孙悦"

    def test_somebody_else_reads_why_they_cannot(
        self, cast: Cast, stream: Stream, shifts: tuple[DutyShift, DutyShift], sign_in: Browser
    ) -> None:
        swap, browser = ask(shifts, stream), sign_in(cast.zhao)

        shown = browser.get(reverse("swap-ask", args=[shifts[0].key])).content.decode()
        refused = browser.post(reverse("swap-agree", args=[swap.key]))

        assert "只有孙悦本人能换这一班" in shown
        assert refused.status_code == 403
        assert "由本人答复" in refused.content.decode()


@pytest.mark.django_db(transaction=True)
def test_one_answer_of_two_at_once_counts(
    cast: Cast, stream: Stream, shifts: tuple[DutyShift, DutyShift], at_once: AtOnce
) -> None:
    swap = ask(shifts, stream)

    outcomes = at_once(lambda: agree_swap(swap=swap, person=shifts[1].person, now=NOW))

    assert outcomes == ["AnsweredAlready", "done"]
    assert who(cast, 7) == "马俊"
