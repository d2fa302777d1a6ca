"""What is counted for whom: streams apart, closed circles whole, each event in the month it was found."""

from datetime import timedelta

import pytest
from kpi_script import CHAIN, at, confirmed, found, opened

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.incidents.models import Incident
from guanlan.people.models import Person
from guanlan.review.gathering import matter_of, matters_of
from guanlan.review.periods import month_of, period
from guanlan.review.screens import sheet_of
from guanlan.watch.models import Event, Signal
from incident_scene import activate, publish


def names(person: Person, stream: Stream, written: str = "") -> list[str]:
    chosen = period(written, now=NOW)
    return [one.event.name for one in matters_of(person, stream, chosen)]


class TestStreams:
    def test_a_drill_counts_only_in_its_own_stream(self, cast: Cast, stream: Stream) -> None:
        drill = Stream.objects.create(kind=Stream.Kind.DRILL, name="演练", clock_set_at=NOW, clock_from=NOW)
        publish(cast, approvals=CHAIN)
        activate(confirmed(found(cast, stream, name="真事"), cast), cast.li)
        for code in ("d1", "d2"):
            activate(confirmed(found(cast, drill, code=code, name=code), cast), cast.li)

        assert names(cast.zhao, stream) == ["真事"]
        assert names(cast.zhao, drill) == ["d1", "d2"]
        real = sheet_of(matters_of(cast.zhao, stream, month_of(NOW)), NOW)
        assert sum(len(row.done.cases) for row in real["groups"]) == 3
        assert real["grading"]["all"] == 1


class TestClosedCircles:
    @pytest.fixture
    def incident(self, cast: Cast, stream: Stream) -> Incident:
        publish(cast, approvals=CHAIN)
        found(cast, stream, code="open", name="公开的事")
        return activate(confirmed(found(cast, stream), cast), cast.li, restricted=True)

    def test_who_is_outside_sees_no_count_of_it(self, incident: Incident, cast: Cast, stream: Stream) -> None:
        assert names(cast.li, stream) == ["公开的事", "退款三天未到账"]
        assert names(cast.zhao, stream) == ["公开的事"]

        sheet = sheet_of(matters_of(cast.zhao, stream, month_of(NOW)), NOW)
        assert (sheet["groups"], sheet["clauses"], sheet["adherences"]) == ([], [], [])
        assert {row.kpi.code for _part, rows in sheet["parts"] for row in rows if row.summary.n > 1} == set()
        assert {one.code: one.of for one in sheet["tallies"]}["read"] == 0

    def test_who_is_outside_gets_nothing_of_the_incident_itself(self, incident: Incident, cast: Cast) -> None:
        assert matter_of(incident, cast.zhao) is None
        inside = matter_of(incident, cast.li)
        assert inside is not None
        assert inside.incidents == (incident,)


class TestPeriods:
    def test_an_event_belongs_to_the_month_in_which_it_was_found(self, cast: Cast, stream: Stream) -> None:
        publish(cast)
        event = found(cast, stream, name="十月末的帖")
        # Published on 31 October, told 00:05 on 1 November in Shanghai.
        Event.objects.filter(pk=event.pk).update(first_at=NOW - timedelta(days=20))
        Signal.objects.filter(event=event).update(told_at=month_of(NOW).begin + timedelta(minutes=5))

        assert names(cast.zhao, stream, "2026-11") == ["十月末的帖"]
        assert names(cast.zhao, stream, "2026-10") == []
        assert names(cast.zhao, stream, "2026-Q4") == names(cast.zhao, stream, "2026") == ["十月末的帖"]

    def test_what_happened_later_does_not_move_it(self, cast: Cast, stream: Stream) -> None:
        incident = opened(cast, stream)
        Signal.objects.filter(event=incident.event).update(told_at=month_of(NOW).begin - timedelta(minutes=1))

        assert names(cast.zhao, stream, "2026-11") == []
        assert names(cast.zhao, stream, "2026-10") == ["退款三天未到账"]

    def test_the_last_moment_of_a_month_is_in_it_and_the_first_after_is_not(
        self, cast: Cast, stream: Stream
    ) -> None:
        publish(cast)
        end = month_of(NOW).end
        for code, told in (("a", end - timedelta(microseconds=1)), ("b", end)):
            Signal.objects.filter(event=found(cast, stream, code=code, name=code)).update(told_at=told)

        assert names(cast.zhao, stream, "2026-11") == ["a"]
        assert names(cast.zhao, stream, "2026-12") == ["b"]


class TestWhatIsNoEventOfItsOwn:
    def test_one_merged_into_another_counts_with_the_other(self, cast: Cast, stream: Stream) -> None:
        publish(cast)
        kept, gone = found(cast, stream, name="留下的"), found(cast, stream, code="e2", name="并入的")
        Event.objects.filter(pk=gone.pk).update(state=Event.State.MERGED, merged_into=kept)

        assert names(cast.zhao, stream) == ["留下的"]

    def test_imported_history_and_falling_levels_are_no_finding(self, cast: Cast, stream: Stream) -> None:
        publish(cast)
        event = found(cast, stream)
        # What was imported as history, or only fell, was settled the moment it was computed.
        Signal.objects.filter(event=event).update(told_at=at(-100), settled_at=at(-100))

        assert names(cast.zhao, stream) == []
