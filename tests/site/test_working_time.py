"""工作时间: hours and own days change by an administrator, count from the next clock, and are on record."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.calendar import PUBLISHED_UNTIL, Office
from guanlan.clocks.deadlines import deadline, office_at
from guanlan.clocks.models import OfficeHours, OwnDay, Stream
from guanlan.errors import BadInput, NotAllowed
from guanlan.people.models import Person
from guanlan.site.doctor import calendar_finding
from guanlan.site.worktime import actions
from guanlan.site.worktime.queries import Stretch, coming

Browser = Callable[[Person], Client]
NEXT = NOW + timedelta(minutes=1)
FRIDAY = date(2026, 12, 4)


def said(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode()))


def hours(cast: Cast, opens: int = 8, closes: int = 20, now: datetime = NOW) -> OfficeHours:
    return actions.set_hours(opens=time(opens), closes=time(closes), person=cast.wu, now=now)


def days(cast: Cast, first: date = FRIDAY, last: date = FRIDAY, *, works: bool = False) -> list[OwnDay]:
    return actions.set_days(first=first, last=last, works=works, ground="周年庆放假", person=cast.wu, now=NOW)


@pytest.mark.django_db
class TestHours:
    def test_they_count_for_clocks_that_begin_from_then_on(self, cast: Cast) -> None:
        # NOW is Friday 20 November, 14:05 in Shanghai; 16:30 and 240 minutes.
        before, after = NOW, datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
        hours(cast, now=NOW + timedelta(minutes=5))
        assert deadline(before, 240, "working") == datetime(2026, 11, 23, 2, 5, tzinfo=UTC)
        assert deadline(after, 240, "working") == datetime(2026, 11, 23, 0, 30, tzinfo=UTC)

    def test_what_stood_before_is_kept(self, cast: Cast) -> None:
        first = hours(cast)
        second = hours(cast, 10, 16, NEXT)
        first.refresh_from_db()
        assert (first.until, second.until) == (NEXT, None)
        assert office_at(NOW).opens == time(8)

    def test_only_an_administrator_sets_them(self, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            actions.set_hours(opens=time(8), closes=time(20), person=cast.li, now=NOW)
        assert not OfficeHours.objects.exists()

    @pytest.mark.parametrize("closes", [time(7), time(8), time(8, 59)])
    def test_less_than_an_hour_is_refused(self, cast: Cast, closes: time) -> None:
        with pytest.raises(BadInput, match="不足 1 小时"):
            actions.set_hours(opens=time(8), closes=closes, person=cast.wu, now=NOW)

    def test_the_same_hours_are_refused(self, cast: Cast) -> None:
        with pytest.raises(actions.SameHours, match="09:00–17:00"):
            hours(cast, 9, 17)

    def test_the_record_says_who_and_what(self, cast: Cast) -> None:
        set_hours = hours(cast)
        entry = Entry.objects.get(verb="site.set_hours")
        assert (entry.actor, entry.subject) == (cast.wu.key, set_hours.key)
        assert entry.facts == {"opens": 800, "closes": 2000}


@pytest.mark.django_db
class TestOwnDays:
    def test_a_span_off_and_a_weekend_worked(self, cast: Cast) -> None:
        days(cast, FRIDAY, FRIDAY + timedelta(days=3))
        days(cast, date(2026, 12, 12), date(2026, 12, 12), works=True)
        office = office_at(NOW)
        assert not any(office.works_on(FRIDAY + timedelta(days=number)) for number in range(4))
        assert office.works_on(date(2026, 12, 8))
        assert office.works_on(date(2026, 12, 12))

    def test_only_an_administrator_sets_and_takes_back(self, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            actions.set_days(first=FRIDAY, last=FRIDAY, works=False, ground="周年庆", person=cast.li, now=NOW)
        (day,) = days(cast)
        with pytest.raises(NotAllowed):
            actions.take_back_day(day=day, person=cast.li, now=NEXT)
        assert OwnDay.standing(NEXT).get() == day

    def test_a_day_that_is_set_is_refused_and_nothing_is_half_done(self, cast: Cast) -> None:
        days(cast)
        with pytest.raises(actions.DaySet, match=r"2026-12-04 已经设为休息"):
            days(cast, FRIDAY - timedelta(days=1), FRIDAY, works=True)
        assert OwnDay.objects.count() == 1

    @pytest.mark.parametrize(
        ("first", "last", "ground", "sentence"),
        [
            (FRIDAY, FRIDAY - timedelta(days=1), "周年庆", "请对调"),
            (FRIDAY, FRIDAY + timedelta(days=31), "周年庆", "超过 31 天"),
            (date(2026, 11, 19), date(2026, 11, 19), "周年庆", "已经过去"),
            (FRIDAY, FRIDAY, " ", "依据"),
        ],
    )
    def test_what_makes_no_sense_is_refused(
        self, cast: Cast, first: date, last: date, ground: str, sentence: str
    ) -> None:
        with pytest.raises(BadInput, match=sentence):
            actions.set_days(first=first, last=last, works=False, ground=ground, person=cast.wu, now=NOW)

    def test_today_and_31_days_can_be_set(self, cast: Cast) -> None:
        today = date(2026, 11, 20)
        assert len(days(cast, today, today)) == 1
        tomorrow = today + timedelta(days=1)
        assert len(days(cast, tomorrow, tomorrow + timedelta(days=30))) == 31

    def test_taking_back_counts_from_then_on_and_only_once(self, cast: Cast) -> None:
        (day,) = days(cast)
        actions.take_back_day(day=day, person=cast.wu, now=NEXT)
        assert not office_at(NOW).works_on(FRIDAY)
        assert office_at(NEXT).works_on(FRIDAY)
        with pytest.raises(actions.NotStanding, match="已经撤回过了"):
            actions.take_back_day(day=day, person=cast.wu, now=NEXT)
        verbs = Entry.objects.filter(verb__startswith="site.").order_by("number")
        assert [(entry.verb, entry.facts) for entry in verbs] == [
            ("site.set_days", {"first": 20261204, "last": 20261204, "works": False}),
            ("site.take_back_day", {"day": 20261204}),
        ]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_set_a_day_at_once_one_does(cast: Cast, at_once: AtOnce) -> None:
    outcomes = at_once(lambda: days(cast))
    assert sorted(outcomes) == ["DaySet", "done"]
    assert OwnDay.objects.count() == 1


class TestWhatIsComing:
    def test_rest_over_weekdays_and_worked_weekends(self) -> None:
        """By the notice for 2026, around National Day."""
        found = list(coming(Office(), date(2026, 9, 18), date(2026, 10, 12)))
        assert found == [
            Stretch(date(2026, 9, 20), date(2026, 9, 20), works=True, known=True),
            Stretch(date(2026, 9, 25), date(2026, 9, 27), works=False, known=True),
            Stretch(date(2026, 10, 1), date(2026, 10, 7), works=False, known=True),
            Stretch(date(2026, 10, 10), date(2026, 10, 10), works=True, known=True),
        ]

    def test_what_is_guessed_is_marked(self) -> None:
        after = date(PUBLISHED_UNTIL.year + 1, 10, 1)
        (national,) = coming(Office(), after, after + timedelta(days=2))
        assert (national.first, national.works, national.known) == (after, False, False)


class TestDoctor:
    def test_it_warns_a_month_before_the_table_ends(self) -> None:
        assert calendar_finding(PUBLISHED_UNTIL - timedelta(days=30)).well
        late = calendar_finding(PUBLISHED_UNTIL - timedelta(days=29))
        assert not late.well
        assert str(PUBLISHED_UNTIL.year + 1) in late.sentence


@pytest.mark.usefixtures("stream")
class TestThePage:
    def test_everybody_sees_what_holds(self, cast: Cast, sign_in: Browser) -> None:
        days(cast)
        page = said(sign_in(cast.liu).get(reverse("working-time")))
        assert "工作日 9:00 到 17:00 办公" in page
        assert f"国家节假日表收录到 {PUBLISHED_UNTIL.year}年12月24日" in page
        assert "2026-12-04" in page
        assert "周年庆放假" in page
        assert "保存办公时间" not in page
        assert "撤回" not in page

    def test_the_table_that_ends_is_said(self, cast: Cast, sign_in: Browser) -> None:
        page = said(sign_in(cast.liu).get(reverse("working-time")))
        assert ("放假安排还没有收录" in page) == (date(2027, 11, 20) > PUBLISHED_UNTIL)

    def test_an_administrator_sets_hours(self, cast: Cast, sign_in: Browser, stream: Stream) -> None:
        answer = sign_in(cast.wu).post(
            reverse("working-time"), {"opens": "08:30", "closes": "18:00"}, follow=True
        )
        assert "办公时间改为 08:30–18:00，从下一个时限起算。" in said(answer)
        assert "工作日 8:30 到 18:00 办公" in said(answer)

    def test_an_administrator_sets_a_day_and_takes_it_back(self, cast: Cast, sign_in: Browser) -> None:
        browser = sign_in(cast.wu)
        typed = {"first": "2031-12-05", "last": "", "works": "off", "ground": "周年庆"}
        assert "已设 1 天" in said(browser.post(reverse("own-days"), typed, follow=True))
        day = OwnDay.objects.get()
        assert (day.day, day.works) == (date(2031, 12, 5), False)
        gone = browser.post(reverse("own-day-take-back", args=[day.key]), follow=True)
        assert "2031-12-05 已撤回" in said(gone)

    def test_what_is_not_a_day_is_said_and_nothing_kept(self, cast: Cast, sign_in: Browser) -> None:
        typed = {"first": "昨天", "works": "off", "ground": "周年庆"}
        answer = sign_in(cast.wu).post(reverse("own-days"), typed)
        assert answer.status_code == 422
        assert not OwnDay.objects.exists()

    def test_others_are_refused_with_a_sentence(self, cast: Cast, sign_in: Browser) -> None:
        answer = sign_in(cast.li).post(reverse("working-time"), {"opens": "08:30", "closes": "18:00"})
        assert answer.status_code == 403
        assert "可以办理的是：管理员" in said(answer)
