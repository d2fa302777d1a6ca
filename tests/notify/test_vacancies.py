"""What the groups lack: a lead, a deputy, somebody on watch; shown for 14 days, told once a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.notify.models import Message, VacancyLook
from guanlan.notify.vacancies import remind_of_vacancies
from guanlan.people import actions as people
from guanlan.people.models import Person
from guanlan.people.roster import FORTNIGHT, covers, headline, vacancies, vacancies_for

Browser = Callable[[Person], Client]


def lacking(ahead: timedelta = FORTNIGHT) -> dict[str, str]:
    found = vacancies(covers(at=NOW, ahead=ahead))
    return {vacancy.group.name: vacancy.words for vacancy in found}


def deputise(cast: Cast, *codes: str) -> None:
    """Give the groups a deputy."""
    for code in codes:
        person = people.add_person(
            username=f"deputy-{code}", name=f"副{code}", unit=cast.li.unit, actor="system", now=NOW
        )
        people.place(person=person, group=cast.groups[code], role="DEPUTY", actor="system", now=NOW)


def shift(cast: Cast, start: float, end: float) -> None:
    people.plan_shift(
        group=cast.groups["monitoring"],
        person=cast.wang,
        deputy=None,
        starts_at=NOW + timedelta(hours=start),
        ends_at=NOW + timedelta(hours=end),
        actor="system",
        now=NOW,
    )


class TestVacancies:
    def test_names_what_each_group_of_the_plan_lacks(self, cast: Cast) -> None:
        deputise(cast, "command", "legal", "media")
        people.remove_from(person=cast.chen, group=cast.groups["media"], actor="system", now=NOW)

        assert lacking() == {
            "监测组": "没有副手，空 336 小时值班",
            "客服应对组": "没有副手",
            "媒体沟通组": "没有组长",
        }

    def test_counts_the_hours_of_fourteen_days_that_nobody_watches(self, cast: Cast) -> None:
        deputise(cast, "monitoring")
        shift(cast, 0, 8)
        shift(cast, 10, 14 * 24 - 5)

        assert lacking()["监测组"] == "空 7 小时值班"
        assert "监测组" not in lacking(timedelta(hours=8))

    def test_the_headline_says_how_far_it_looks(self, cast: Cast) -> None:
        shift(cast, 0, 14 * 24 - 5)

        found = covers(at=NOW, ahead=FORTNIGHT)
        assert headline(found) == "王芳在值班监测，未来 14 天还空 5 小时"

    def test_a_lead_sees_the_own_group_the_command_all_a_member_none(self, cast: Cast) -> None:
        deputise(cast, "command", "legal", "media")
        member = people.add_person(username="sun", name="孙悦", unit=cast.li.unit, actor="system", now=NOW)
        people.place(person=member, group=cast.groups["service"], role="MEMBER", actor="system", now=NOW)

        seen = {
            person.name: [row.group.name for row in vacancies_for(person, at=NOW)]
            for person in (cast.li, cast.liu, cast.zhou, member)
        }
        assert seen == {"李敏": ["监测组", "客服应对组"], "刘洋": ["客服应对组"], "周宁": [], "孙悦": []}


def at(hours: float) -> Callable[[Stream], datetime]:
    """NOW is 14:05 in Shanghai."""
    return lambda _stream: NOW + timedelta(hours=hours)


class TestRemind:
    def test_tells_whoever_can_fill_it_once_a_day(self, cast: Cast, stream: Stream) -> None:
        deputise(cast, "command", "legal")
        shift(cast, 0, 20)
        people.remove_from(person=cast.chen, group=cast.groups["media"], actor="system", now=NOW)

        assert remind_of_vacancies(at(0))
        assert not remind_of_vacancies(at(9))

        assert set(Message.objects.values_list("person__name", "title")) == {
            ("王芳", "监测组没有副手，空 4 小时值班，请补上"),
            ("刘洋", "客服应对组没有副手，请补上"),
            ("李敏", "媒体沟通组没有组长，没有副手，请补上"),
            ("副command", "媒体沟通组没有组长，没有副手，请补上"),
        }
        assert Message.objects.first().link == reverse("people")

    def test_a_missing_lead_is_the_commands_matter_not_the_deputys(self, cast: Cast, stream: Stream) -> None:
        deputise(cast, "command", "legal", "media", "service", "monitoring")
        shift(cast, 0, 48)
        people.remove_from(person=cast.chen, group=cast.groups["media"], actor="system", now=NOW)

        remind_of_vacancies(at(0))

        assert set(Message.objects.values_list("person__name", "title")) == {
            ("李敏", "媒体沟通组没有组长，请补上"),
            ("副command", "媒体沟通组没有组长，请补上"),
        }

    def test_again_on_the_next_day_from_nine_o_clock(self, cast: Cast, stream: Stream) -> None:
        remind_of_vacancies(at(0))
        before = Message.objects.count()

        assert not remind_of_vacancies(at(18.9))  # 8:59
        assert remind_of_vacancies(at(19))
        assert Message.objects.count() == 2 * before

    def test_writes_one_audit_row_with_whom_it_told(self, cast: Cast, stream: Stream) -> None:
        deputise(cast, "command", "legal", "media", "service")
        remind_of_vacancies(at(0))

        [entry] = Entry.objects.filter(verb="notify.remind_of_vacancies")
        assert entry.facts == {"groups": {cast.groups["monitoring"].key: [cast.wang.key]}}

    def test_says_nothing_in_a_drill(self, cast: Cast) -> None:
        Stream.objects.create(kind=Stream.Kind.DRILL, name="演练")

        assert not remind_of_vacancies(at(0))

    def test_nothing_lacking_is_looked_at_once_too(self, cast: Cast, stream: Stream) -> None:
        deputise(cast, "command", "legal", "media", "service", "monitoring")
        shift(cast, 0, 48)

        assert remind_of_vacancies(at(0))
        assert not remind_of_vacancies(at(1))
        assert not Message.objects.exists()


class TestPages:
    def test_the_leads_home_names_the_gaps(self, cast: Cast, stream: Stream, sign_in: Browser) -> None:
        shift(cast, 0, 14 * 24 - 5)

        shown = sign_in(cast.wang).get(reverse("home")).content.decode()

        assert "值班和岗位空缺" in shown
        assert "没有副手，空 5 小时值班" in shown
        assert "值班和岗位空缺" not in sign_in(cast.wu).get(reverse("home")).content.decode()

    def test_the_roster_shows_fourteen_days(self, cast: Cast, stream: Stream, sign_in: Browser) -> None:
        shown = sign_in(cast.zhao).get(reverse("people")).content.decode()

        assert "未来 14 天共空 336 小时" in shown
        assert 'viewBox="0 0 20160 8"' in shown


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_at_once_one_tells(cast: Cast, stream: Stream, at_once: AtOnce) -> None:
    at_once(lambda: remind_of_vacancies(at(0)))

    assert VacancyLook.objects.count() == 1
    assert Entry.objects.filter(verb="notify.remind_of_vacancies").count() == 1
