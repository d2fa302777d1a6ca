"""The roster: single shifts, whole weeks, and the hours nobody covers."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import NOW, Cast
from guanlan.audit.models import Entry
from guanlan.errors import NotAllowed
from guanlan.people import actions, queries
from guanlan.people.models import DutyShift, Person
from guanlan.people.roster import covers, headline, uncovered, watch_gaps
from guanlan.people.weeks import Shift, Slot, monday_of, week

MONDAY = date(2026, 11, 16)  # the week of NOW, a Friday
NEXT = date(2026, 11, 23)


def hours(number: float) -> datetime:
    return NOW + timedelta(hours=number)


def plan(
    cast: Cast, start: float, end: float, *, deputy: Person | None = None, actor: str = "system"
) -> DutyShift:
    return actions.plan_shift(
        group=cast.groups["monitoring"],
        person=cast.wang,
        deputy=deputy,
        starts_at=hours(start),
        ends_at=hours(end),
        actor=actor,
        now=NOW,
    )


class TestPlanShift:
    def test_puts_somebody_and_a_deputy_on_duty_from_then_until_then(self, cast: Cast) -> None:
        shift = plan(cast, 0, 8, deputy=cast.liu, actor=cast.wu.key)

        group = cast.groups["monitoring"]
        assert queries.on_duty(group, at=hours(7.9)) == shift
        assert queries.on_duty(group, at=hours(8)) is None
        entry = Entry.objects.latest("number")
        assert (entry.verb, entry.actor, entry.subject) == ("people.plan_shift", cast.wu.key, shift.key)

    def test_refuses_an_end_before_the_start(self, cast: Cast) -> None:
        with pytest.raises(actions.ShiftBackwards, match="早于开始时间"):
            plan(cast, 8, 8)

    def test_refuses_a_person_as_their_own_deputy(self, cast: Cast) -> None:
        with pytest.raises(actions.OwnDeputy, match="王芳不能当自己的副手"):
            plan(cast, 0, 8, deputy=cast.wang)

    def test_refuses_whoever_is_no_administrator(self, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            plan(cast, 0, 8, actor=cast.wang.key)

        assert not DutyShift.objects.exists()


class TestDropShift:
    def test_a_coming_shift_is_taken_off(self, cast: Cast) -> None:
        shift = plan(cast, 1, 8)
        actions.drop_shift(shift=shift, actor=cast.wu.key, now=NOW)

        assert not DutyShift.objects.exists()
        assert Entry.objects.latest("number").verb == "people.drop_shift"

    def test_a_running_shift_ends_now_and_stays_on_record(self, cast: Cast) -> None:
        shift = plan(cast, -2, 6)
        actions.drop_shift(shift=shift, actor=cast.wu.key, now=NOW)

        shift.refresh_from_db()
        assert shift.ends_at == NOW

    def test_a_shift_that_is_over_cannot_be_taken_off(self, cast: Cast) -> None:
        shift = plan(cast, -8, 0)
        with pytest.raises(actions.ShiftOver, match="已经值完"):
            actions.drop_shift(shift=shift, actor=cast.wu.key, now=NOW)

    def test_refuses_whoever_is_no_administrator(self, cast: Cast) -> None:
        shift = plan(cast, 1, 8)
        with pytest.raises(NotAllowed):
            actions.drop_shift(shift=shift, actor=cast.wang.key, now=NOW)


class TestPlanWeek:
    def lay(self, cast: Cast, first: date, served: dict[Slot, tuple[Person, Person | None]]) -> int:
        return actions.plan_week(
            group=cast.groups["monitoring"], first=first, served=served, actor=cast.wu.key, now=NOW
        )

    def test_three_shifts_a_day_cover_the_week_from_monday_morning(self, cast: Cast) -> None:
        assert self.lay(cast, NEXT, dict.fromkeys(week(NEXT), (cast.wang, cast.liu))) == 21

        shifts = DutyShift.objects.order_by("starts_at")
        # Monday 08:00 in Shanghai is 00:00 UTC; the last night ends a week later at the same hour.
        assert shifts[0].starts_at == datetime(2026, 11, 23, tzinfo=UTC)
        assert shifts[20].ends_at == datetime(2026, 11, 30, tzinfo=UTC)
        assert list(uncovered(shifts, since=shifts[0].starts_at, until=shifts[20].ends_at)) == []
        entry = Entry.objects.latest("number")
        assert (entry.verb, entry.facts) == ("people.plan_week", {"week": "2026-11-23", "shifts": 21})

    def test_laying_it_again_replaces_it(self, cast: Cast) -> None:
        early = Slot(NEXT, Shift.EARLY)
        self.lay(cast, NEXT, dict.fromkeys(week(NEXT), (cast.wang, None)))
        self.lay(cast, NEXT, {early: (cast.liu, None)})

        assert list(DutyShift.objects.values_list("person__name", "starts_at")) == [("刘洋", early.starts_at)]

    def test_what_has_begun_stays(self, cast: Cast) -> None:
        running = Slot(date(2026, 11, 20), Shift.EARLY)  # 08:00 to 16:00, and NOW is 14:05
        DutyShift.objects.create(
            group=cast.groups["monitoring"],
            person=cast.wang,
            starts_at=running.starts_at,
            ends_at=running.ends_at,
        )

        laid = self.lay(cast, MONDAY, dict.fromkeys(week(MONDAY), (cast.liu, None)))

        # Friday's late and night shift, and three each on Saturday and Sunday.
        assert laid == 8
        assert DutyShift.objects.get(starts_at=running.starts_at).person == cast.wang

    def test_other_groups_keep_their_week(self, cast: Cast) -> None:
        slot = Slot(NEXT, Shift.EARLY)
        DutyShift.objects.create(
            group=cast.groups["service"], person=cast.liu, starts_at=slot.starts_at, ends_at=slot.ends_at
        )
        self.lay(cast, NEXT, {})

        assert DutyShift.objects.count() == 1

    def test_refuses_a_person_as_their_own_deputy_and_lays_nothing(self, cast: Cast) -> None:
        with pytest.raises(actions.OwnDeputy):
            self.lay(
                cast,
                NEXT,
                {
                    Slot(NEXT, Shift.EARLY): (cast.liu, None),
                    Slot(NEXT, Shift.LATE): (cast.wang, cast.wang),
                },
            )

        assert not DutyShift.objects.exists()

    def test_refuses_whoever_is_no_administrator(self, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            actions.plan_week(
                group=cast.groups["monitoring"], first=NEXT, served={}, actor=cast.li.key, now=NOW
            )


class TestGaps:
    def test_two_shifts_with_an_hour_between_leave_that_hour_and_the_rest_of_the_week(
        self, cast: Cast
    ) -> None:
        plan(cast, -1, 8)
        plan(cast, 9, 17)

        gaps = [(gap.starts_at, gap.ends_at) for _group, gap in watch_gaps(covers(at=NOW))]

        assert gaps == [(hours(8), hours(9)), (hours(17), hours(168))]

    def test_only_watching_needs_every_hour(self, cast: Cast) -> None:
        groups = {group.name for group, _gap in watch_gaps(covers(at=NOW))}

        assert groups == {"监测组"}

    @given(
        st.lists(st.tuples(st.integers(0, 30), st.integers(1, 10)), max_size=8),
    )
    def test_gaps_are_the_hours_no_shift_holds(self, drawn: list[tuple[int, int]]) -> None:
        shifts = [
            DutyShift(starts_at=hours(start - 5), ends_at=hours(start - 5 + length))
            for start, length in sorted(drawn)
        ]
        touching = [shift for shift in shifts if shift.ends_at > NOW and shift.starts_at < hours(24)]

        gaps = list(uncovered(touching, since=NOW, until=hours(24)))

        empty = {
            hour
            for hour in range(24)
            if not any(shift.starts_at <= hours(hour) < shift.ends_at for shift in shifts)
        }
        found = {
            hour for hour in range(24) if any(gap.starts_at <= hours(hour) < gap.ends_at for gap in gaps)
        }
        assert found == empty
        assert all(gap.starts_at < gap.ends_at for gap in gaps)


class TestHeadline:
    def test_says_nobody_watches(self, cast: Cast) -> None:
        assert headline(covers(at=NOW)) == "现在无人值班监测，未来 7 天共空 168 小时"

    def test_says_who_watches_and_what_is_missing(self, cast: Cast) -> None:
        plan(cast, 0, 160)

        assert headline(covers(at=NOW)) == "王芳在值班监测，未来 7 天还空 8 小时"

    def test_says_all_is_covered(self, cast: Cast) -> None:
        plan(cast, 0, 168)

        assert headline(covers(at=NOW)) == "王芳在值班监测，未来 7 天时时有人"

    def test_says_what_to_do_before_a_plan_is_in_force(self, db: None) -> None:
        assert headline(covers(at=NOW)) == "还没有监测组：先选用并发布预案，再排值班"


def test_monday_of_a_sunday_is_six_days_before() -> None:
    assert monday_of(date(2026, 11, 22)) == MONDAY
    assert monday_of(MONDAY) == MONDAY


def test_a_group_with_only_a_lead_lacks_a_deputy(cast: Cast) -> None:
    actions.place(person=cast.liu, group=cast.groups["media"], role="DEPUTY", actor="system", now=NOW)

    lacking = {group.code for group in queries.without_deputy(at=NOW)}
    assert lacking == {"command", "monitoring", "service", "legal", "audit", "administration"}
    assert queries.without_lead(at=NOW) == []
