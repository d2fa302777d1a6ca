"""Hours worked on an incident: booked by oneself, counted in all, handed out as a table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed
from guanlan.incidents.actions import book_hours, withdraw_hours
from guanlan.incidents.actions.hours import Filed, NotWorkedYet, NoWork, TooMuch, WithdrawnAlready
from guanlan.incidents.hours import booked, table
from guanlan.incidents.models import Hours, Incident, TimelineEntry
from guanlan.people.models import Person
from incident_scene import activate, publish, raise_event

Browser = Callable[[Person], Client]
TODAY = date(2026, 11, 20)


@pytest.fixture
def incident(cast: Cast, stream: Stream) -> Incident:
    publish(cast)
    return activate(raise_event(cast, stream), cast.li)


def book(incident: Incident, person: Person, minutes: int = 90, **changes: Any) -> Hours:
    given: dict[str, Any] = {"day": TODAY, "what": "逐一回电", "now": NOW} | changes
    return book_hours(incident=incident, minutes=minutes, person=person, **given)


def test_stands_on_the_timeline_and_in_the_audit_log(incident: Incident, cast: Cast) -> None:
    hours = book(incident, cast.liu)

    line = TimelineEntry.objects.latest("pk")
    assert (line.sentence, line.person) == ("记工时 1.5 小时：逐一回电", cast.liu)
    entry = Entry.objects.get(number=line.audit_number)
    assert (entry.verb, entry.facts) == ("incidents.book_hours", {"hours": hours.key, "minutes": 90})


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"what": " "}, NoWork),
        ({"minutes": 0}, NoWork),
        ({"day": TODAY + timedelta(days=1)}, NotWorkedYet),
        ({"day": TODAY - timedelta(days=1)}, NotWorkedYet),
        ({"minutes": 1441}, TooMuch),
    ],
)
def test_refuses_what_cannot_have_been_worked(
    incident: Incident, cast: Cast, changes: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        book(incident, cast.liu, **changes)

    assert not Hours.objects.exists()


def test_a_day_has_24_hours_over_all_incidents(incident: Incident, cast: Cast, stream: Stream) -> None:
    other = activate(raise_event(cast, stream, "e2", "门店停业"), cast.li)
    book(incident, cast.liu, 1000)

    with pytest.raises(TooMuch, match="超过 24 小时"):
        book(other, cast.liu, 441)
    assert book(other, cast.liu, 440).minutes == 440


def test_refuses_who_may_only_read_and_who_is_outside(cast: Cast, stream: Stream) -> None:
    publish(cast)
    incident = activate(raise_event(cast, stream), cast.li, restricted=True)

    for person in (cast.zhao, cast.zhou):
        with pytest.raises(NotAllowed):
            book(incident, person)


def test_nothing_is_booked_on_an_archived_incident(incident: Incident, cast: Cast) -> None:
    Incident.objects.update(state=Incident.State.ARCHIVED)

    with pytest.raises(Filed, match="已归档，工时不再改动"):
        book(incident, cast.liu)


class TestWithdraw:
    def test_takes_it_out_of_the_sum_and_leaves_the_row(self, incident: Incident, cast: Cast) -> None:
        hours = withdraw_hours(hours=book(incident, cast.liu), person=cast.liu, now=NOW)

        assert hours.withdrawn_at == NOW
        assert not booked(incident, cast.li).exists()
        assert TimelineEntry.objects.latest("pk").sentence == "撤回工时 1.5 小时：逐一回电"

    def test_refuses_anothers(self, incident: Incident, cast: Cast) -> None:
        with pytest.raises(NotAllowed, match="是刘洋记的，由本人撤回"):
            withdraw_hours(hours=book(incident, cast.liu), person=cast.li, now=NOW)

    def test_refuses_doing_it_twice(self, incident: Incident, cast: Cast) -> None:
        hours = withdraw_hours(hours=book(incident, cast.liu), person=cast.liu, now=NOW)

        with pytest.raises(WithdrawnAlready):
            withdraw_hours(hours=hours, person=cast.liu, now=NOW)


def test_the_table_holds_no_formula(incident: Incident, cast: Cast) -> None:
    book(incident, cast.liu)
    book(incident, cast.chen, 30, what="=1+1")

    assert list(table(booked(incident, cast.li))) == [
        "\ufeff日期,姓名,小时,做了什么\r\n",
        "2026-11-20,陈晓,0.50,'=1+1\r\n",
        "2026-11-20,刘洋,1.50,逐一回电\r\n",
    ]


class TestPages:
    def test_one_books_sees_the_sum_and_takes_it_back(
        self, incident: Incident, cast: Cast, sign_in: Browser
    ) -> None:
        book(incident, cast.chen, 30)
        browser, address = sign_in(cast.liu), reverse("incident-hours", args=[incident.key])
        room = browser.get(reverse("incident", args=[incident.key])).content.decode()
        assert address in room

        shown = browser.post(
            address, {"day": "2026-11-20", "hours": "1.5", "what": "逐一回电"}, follow=True
        ).content.decode()

        assert "2 人记了 2 小时" in shown
        mine = Hours.objects.get(person=cast.liu)
        browser.post(reverse("hours-withdraw", args=[mine.key]))
        assert "1 人记了 0.5 小时" in browser.get(address).content.decode()

    def test_the_auditor_reads_and_takes_the_table(
        self, incident: Incident, cast: Cast, sign_in: Browser
    ) -> None:
        book(incident, cast.liu)
        browser, address = sign_in(cast.zhao), reverse("incident-hours", args=[incident.key])

        assert "记到这个事件" not in browser.get(address).content.decode()
        refused = browser.post(address, {"day": "2026-11-20", "hours": "1", "what": "看"})
        assert refused.status_code == 403
        answer = browser.get(reverse("incident-hours-table", args=[incident.key]))
        assert "刘洋,1.50" in b"".join(answer.streaming_content).decode()

    def test_a_restricted_incidents_hours_are_not_found_outside(
        self, cast: Cast, stream: Stream, sign_in: Browser
    ) -> None:
        publish(cast)
        incident = activate(raise_event(cast, stream), cast.li, restricted=True)

        for name in ("incident-hours", "incident-hours-table"):
            assert sign_in(cast.zhou).get(reverse(name, args=[incident.key])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_bookings_at_once_do_not_pass_24_hours(incident: Incident, cast: Cast, at_once: AtOnce) -> None:
    assert at_once(lambda: book(incident, cast.liu, 800)) == ["TooMuch", "done"]
