"""Each KPI of a scripted incident, to the second, reckoned by hand from the script's minutes."""

from datetime import timedelta

import pytest
from kpi_script import CHAIN, LEVELS, answered, at, confirmed, found, opened, reported, worked

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.incidents import actions
from guanlan.incidents.actions.instructions import Said
from guanlan.incidents.models import Incident, Instruction
from guanlan.notify.actions import mark_seen
from guanlan.people.actions import place
from guanlan.people.models import Person
from guanlan.reports.actions import distribute, read_report, submit_flash
from guanlan.review.cases import Case
from guanlan.review.catalogue import KPIS
from guanlan.review.gathering import matter_of, matters_of
from guanlan.review.periods import month_of
from guanlan.watch.actions import dismiss_event
from guanlan.watch.models import Event, Signal
from incident_scene import activate, publish, read_posts

LATER = at(600)


def cases(code: str, person: Person, stream: Stream, minutes: float = 600) -> list[Case]:
    matters = matters_of(person, stream, month_of(NOW))
    return [case for one in matters for case in KPIS[code].of(one, at(minutes))]


def told(code: str, cast: Cast, stream: Stream, minutes: float = 600) -> list[tuple[float, str]]:
    """Return each case as (minutes, outcome); an open one's minutes are negative."""
    return [
        (case.elapsed.total_seconds() / 60 * (-1 if case.is_open else 1), str(case.outcome))
        for case in cases(code, cast.zhao, stream, minutes)
    ]


@pytest.fixture
def incident(cast: Cast, stream: Stream) -> Incident:
    return opened(cast, stream)


@pytest.fixture
def event(cast: Cast, stream: Stream) -> Event:
    publish(cast, approvals=CHAIN)
    return found(cast, stream)


class TestFinding:
    def test_the_whole_lag_is_that_of_the_crawl_and_that_of_detection(
        self, event: Event, cast: Cast, stream: Stream
    ) -> None:
        # Published −180, taken in −170, told −98.
        assert told("crawl-lag", cast, stream) == [(10, "untimed")]
        assert told("detection-lag", cast, stream) == [(72, "untimed")]
        assert told("lag", cast, stream) == [(82, "untimed")]

    def test_posts_imported_as_history_start_no_clock(self, event: Event, cast: Cast, stream: Stream) -> None:
        old = read_posts(event, count=1, negative=0, at=at(-9000))[0]
        old.post.batch.history = True
        old.post.batch.save()

        assert told("lag", cast, stream) == [(82, "untimed")]

    def test_triage_runs_from_telling_to_the_first_judgement(
        self, event: Event, cast: Cast, stream: Stream
    ) -> None:
        # Told −98, still open at −88: 10 minutes of 15; at −82 it is late.
        assert told("triage", cast, stream, -88) == [(-10, "running")]
        assert told("triage", cast, stream, -82) == [(-16, "late")]
        confirmed(event, cast)
        assert told("triage", cast, stream) == [(8, "kept")]

    def test_who_judged_first_waited_for_no_signal(self, event: Event, cast: Cast, stream: Stream) -> None:
        confirmed(event, cast, minutes=-99)

        assert told("triage", cast, stream) == []
        assert told("lag", cast, stream) == [(81, "untimed")]

    def test_a_false_alarm_is_counted_elsewhere(self, event: Event, cast: Cast, stream: Stream) -> None:
        dismiss_event(event=event, reason="抽奖帖", person=cast.wang, now=at(-90))

        for code in ("triage", "report", "answer-from-finding", "decision"):
            assert told(code, cast, stream) == [], code
        assert told("lag", cast, stream) == [(82, "untimed")]

    def test_a_rise_above_the_confirmed_level_waits_for_another_judgement(
        self, incident: Incident, cast: Cast, stream: Stream
    ) -> None:
        event = incident.event
        for minutes, level in ((10, "III"), (20, "I")):
            Signal.objects.create(
                stream=stream, kind="LEVEL", at=at(minutes), event=event, level=level, told_at=at(minutes + 1)
            )
        assert told("later-rises", cast, stream, 30) == [(-9, "running")]
        actions.change_level(incident=incident, level="I", reason="全国关注", person=cast.li, now=at(41))

        # III is no graver than II; I was told at 21 and set at 41, 5 minutes past its 15.
        assert told("later-rises", cast, stream) == [(20, "late")]


class TestCommanding:
    def test_reporting_stops_when_one_of_the_command_has_read(
        self, event: Event, cast: Cast, stream: Stream
    ) -> None:
        confirmed(event, cast)
        assert told("report", cast, stream, -70) == [(-28, "running")]
        assert told("report", cast, stream, -60) == [(-38, "late")]
        reported(event, cast)

        # Told −98, read −75, within the plan's 30.
        assert told("report", cast, stream) == [(23, "kept")]

    def test_others_reading_is_no_reporting(self, event: Event, cast: Cast, stream: Stream) -> None:

        confirmed(event, cast)
        report = submit_flash(event=event, person=cast.wang, now=at(-80))
        distribute(report=report, persons=[cast.liu], person=cast.wang, now=at(-79))
        read_report(report=report, person=cast.liu, now=at(-78))

        assert told("report", cast, stream, -70) == [(-28, "running")]

    def test_what_the_command_said_by_telephone_proves_that_it_knew(
        self, event: Event, cast: Cast, stream: Stream
    ) -> None:
        confirmed(event, cast)
        said = actions.record_instruction(
            event=event,
            said=Said(cast.li, "盯紧，先核实", at(-85), Instruction.Channel.PHONE),
            kind=Instruction.Kind.REMARK,
            recorder=cast.wang,
            now=at(-84),
        )
        assert told("report", cast, stream) == [(13, "kept")]
        actions.disown_instruction(instruction=said, answer="没说过", person=cast.li, now=at(-70))

        assert told("report", cast, stream, -60) == [(-38, "late")]

    def test_deciding_runs_from_reading(self, event: Event, cast: Cast, stream: Stream) -> None:
        reported(confirmed(event, cast), cast)
        assert told("decision", cast, stream, -45) == [(-30, "untimed")]
        activate(event, cast.li)

        assert told("decision", cast, stream) == [(75, "untimed")]
        # Confirmed −90, activated 0.
        assert told("activation", cast, stream) == [(90, "untimed")]

    def test_who_decides_unread_was_told_by_deciding(self, event: Event, cast: Cast, stream: Stream) -> None:
        activate(event, cast.li)

        assert told("decision", cast, stream) == []
        assert told("activation", cast, stream) == []
        assert told("report", cast, stream) == [(98, "late")]

    def test_groups_are_in_place_when_the_last_has_accepted(
        self, incident: Incident, cast: Cast, stream: Stream
    ) -> None:
        # Monitoring must accept by 10 as all others; open at 9, late at 11.
        assert told("in-place", cast, stream, 9) == [(-9, "running")]
        assert told("in-place", cast, stream, 11) == [(-11, "late")]
        worked(incident, cast)

        # Service at 8, media at 14; monitoring's only task was waived.
        assert told("in-place", cast, stream) == [(14, "late")]
        assert cases("in-place", cast.zhao, stream)[0].note == "2 / 2 个组"

    def test_watching_is_looked_at_again_in_time_or_not(
        self, event: Event, cast: Cast, stream: Stream
    ) -> None:
        confirmed(event, cast)
        actions.decide_observing(event=event, reason="量不大", review_at=at(60), person=cast.li, now=at(-30))
        assert told("looking-again", cast, stream, 59) == [(-89, "running")]
        assert told("looking-again", cast, stream, 61) == [(-91, "late")]
        actions.decide_observing(event=event, reason="仍不大", review_at=at(700), person=cast.li, now=at(50))

        assert told("looking-again", cast, stream) == [(80, "kept"), (-550, "running")]

    def test_progress_is_told_as_often_as_the_level_promises(
        self, incident: Incident, cast: Cast, stream: Stream
    ) -> None:

        submit_flash(event=incident.event, person=cast.wang, now=at(200))

        # At II every 240 minutes: 200 was in time, the next is due at 440.
        assert told("progress", cast, stream, 300) == [(200, "kept"), (-100, "running")]
        assert told("progress", cast, stream, 441) == [(200, "kept"), (-241, "late")]
        actions.change_level(incident=incident, level="I", reason="全国关注", person=cast.li, now=at(210))
        submit_flash(event=incident.event, person=cast.wang, now=at(230))

        # What was promised at 200 still holds; from 230 on it is every 60.
        assert told("progress", cast, stream, 291) == [(200, "kept"), (30, "kept"), (-61, "late")]


class TestAnswering:
    def test_the_first_answer_is_measured_on_two_clocks(
        self, incident: Incident, cast: Cast, stream: Stream
    ) -> None:
        # The clock of II starts at the confirmation of −90 and ends at 30.
        assert told("answer-from-finding", cast, stream, 29) == [(-127, "running")]
        assert told("answer-from-finding", cast, stream, 31) == [(-129, "late")]
        answered(incident, cast)

        # Crossed −100, told −98, released 70.
        assert told("answer-from-posts", cast, stream) == [(170, "late")]
        assert told("answer-from-finding", cast, stream) == [(168, "late")]

    def test_deciding_not_to_answer_yet_is_an_answer_until_the_plan_is_activated(
        self, event: Event, cast: Cast, stream: Stream
    ) -> None:
        confirmed(event, cast)
        actions.decide_observing(
            event=event, reason="个别投诉，私下沟通", review_at=at(60), person=cast.li, now=at(-30)
        )
        assert told("answer-from-finding", cast, stream) == [(68, "kept")]
        assert cases("answer-from-finding", cast.zhao, stream)[0].note == "决定先观察，不公开回应"
        activate(event, cast.li)

        assert told("answer-from-finding", cast, stream) == [(-698, "late")]

    def test_below_the_levels_nothing_is_owed(self, event: Event, cast: Cast, stream: Stream) -> None:
        confirmed(event, cast, level="")

        assert told("answer-from-finding", cast, stream) == []
        assert told("report", cast, stream) == []

    def test_what_was_below_the_levels_at_first_is_owed_once_it_is_not(
        self, event: Event, cast: Cast, stream: Stream
    ) -> None:
        confirmed(event, cast, level="")
        confirmed(event, cast, minutes=-50)

        # By the first level that counts: II, confirmed −50, so its 120 minutes end at 70.
        assert told("answer-from-finding", cast, stream, 69) == [(-167, "running")]
        assert told("answer-from-finding", cast, stream, 71) == [(-169, "late")]
        assert told("report", cast, stream, -40) == [(-58, "late")]

    def test_approval_runs_over_all_rounds(self, incident: Incident, cast: Cast, stream: Stream) -> None:
        answered(incident, cast)

        # Submitted 20, signed by the last at 65, after one return.
        assert told("approval", cast, stream) == [(45, "untimed")]
        assert cases("approval", cast.zhao, stream)[0].note == "2 轮"
        # Counsel 20→30 (returned) and 40→50 of 20 allowed; command 50→65 of 10 allowed.
        assert told("signature", cast, stream) == [(10, "kept"), (10, "kept"), (15, "late")]


class TestWorking:
    def test_tasks_are_accepted_and_done_in_time_or_not(
        self, incident: Incident, cast: Cast, stream: Stream
    ) -> None:
        worked(incident, cast)

        # Mandatory: contact accepted 8 of 10, done 260 of 240; answer accepted 14 of 10, done 90 of 100.
        assert told("tasks-accepted", cast, stream) == [(8, "kept"), (14, "late")]
        assert told("tasks-done", cast, stream) == [(260, "late"), (90, "kept")]

    def test_an_open_task_past_its_time_is_a_breach(
        self, incident: Incident, cast: Cast, stream: Stream
    ) -> None:
        assert told("tasks-done", cast, stream, 110) == [(-110, "running"), (-110, "late")]

    def test_a_waived_task_is_excused_with_its_reason(
        self, incident: Incident, cast: Cast, stream: Stream
    ) -> None:
        task = incident.tasks.get(duty="duty.contact")
        actions.waive_task(task=task, reason="客户已撤诉", person=cast.li, now=at(300))

        waived = cases("tasks-done", cast.zhao, stream)[0]
        assert (str(waived.outcome), waived.note) == ("excused", "客户已撤诉")


class TestEnding:
    def test_it_is_contained_when_quiet_begins_that_lasts(
        self, incident: Incident, cast: Cast, stream: Stream
    ) -> None:
        # Quiet is 24 hours by this plan; negative originals at 100 and 400, a copy and a neutral one later.
        for minutes in (100, 400):
            read_posts(incident.event, count=1, negative=1, at=at(minutes))
        read_posts(incident.event, count=1, negative=0, at=at(900))
        assert told("contained", cast, stream, 400 + 1439) == [(-1839, "untimed")]
        assert told("contained", cast, stream, 400 + 1440) == [(400, "untimed")]

        # A later one does not take the quiet back.
        read_posts(incident.event, count=1, negative=1, at=at(3000))
        assert told("contained", cast, stream, 3001) == [(400, "untimed")]

    def test_over_and_archived_run_from_the_confirmed_level(
        self, incident: Incident, cast: Cast, stream: Stream
    ) -> None:
        assert told("stable", cast, stream) == [(-690, "untimed")]
        worked(incident, cast)
        actions.stand_down(incident=incident, reason="平息", override="样本少", person=cast.li, now=at(500))
        assert told("stable", cast, stream) == [(590, "untimed")]
        assert told("archived", cast, stream) == [(-690, "untimed")]

        review = incident.tasks.get(duty="duty.review")
        actions.waive_task(task=review, reason="并入季度复盘", person=cast.li, now=at(510))
        incident.refresh_from_db()
        actions.take_closing_report(incident=incident, sha256="a" * 64, person=cast.li, now=at(520))
        incident.refresh_from_db()
        actions.archive(incident=incident, person=cast.li, now=at(530))
        assert told("archived", cast, stream) == [(620, "untimed")]

    def test_a_second_response_counts_from_what_was_confirmed_after_the_first(
        self, incident: Incident, cast: Cast, stream: Stream
    ) -> None:
        worked(incident, cast)
        actions.stand_down(incident=incident, reason="平息", override="样本少", person=cast.li, now=at(500))
        event = Event.objects.get(pk=incident.event_id)
        confirmed(event, cast, minutes=520)
        again = actions.decide_activation(
            event=event, level="II", reason="又起", person=cast.li, now=at(530)
        ).incident
        assert again is not None

        assert told("stable", cast, stream) == [(590, "untimed"), (-80, "untimed")]
        assert told("activation", cast, stream) == [(90, "untimed"), (10, "untimed")]
        own = matter_of(again, cast.zhao)
        assert own is not None
        assert [case.started_at for case in KPIS["stable"].of(own, at(600))] == [at(520)]


class TestTelling:
    def test_a_report_is_acknowledged_by_the_first_and_by_all(
        self, event: Event, cast: Cast, stream: Stream
    ) -> None:

        place(person=cast.zhou, group=cast.groups["command"], role="MEMBER", actor="x", now=at(-500))
        confirmed(event, cast)
        report = submit_flash(event=event, person=cast.wang, now=at(-80))
        read_report(report=report, person=cast.zhou, now=at(-70))
        assert told("first-receipt", cast, stream, -51) == [(10, "kept")]
        assert told("all-receipts", cast, stream, -51) == [(-29, "running")]
        read_report(report=report, person=cast.li, now=at(-45))

        # The plan gives 30 minutes from sending.
        assert told("all-receipts", cast, stream) == [(35, "late")]

    def test_urgent_messages_are_read_one_by_one_and_by_the_first(
        self, incident: Incident, cast: Cast, stream: Stream
    ) -> None:

        task = incident.tasks.get(duty="duty.contact")
        mark_seen(cause=f"task:{task.key}", person=cast.liu, now=at(6))
        urgent = cases("urgent-reading", cast.zhao, stream)

        # Three tasks to three persons, and the flash report to the command; only one task was opened.
        assert sorted(case.stopped_at is None for case in urgent) == [False, True, True, True]
        assert [case.elapsed for case in urgent if case.stopped_at] == [timedelta(minutes=6)]
        assert len(cases("first-reading", cast.zhao, stream)) == 4


def test_every_clock_is_a_sentence_that_names_its_start_and_stop() -> None:
    for kpi in KPIS.values():
        words = str(kpi.clock)
        assert ("从" in words and "到" in words) or "时限同上" in words, kpi.code
        assert words.endswith("。"), kpi.code


def test_levels_of_the_script_are_those_of_its_plan() -> None:
    assert LEVELS == ("I", "II", "III")
