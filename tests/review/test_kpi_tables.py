"""Clauses, groups, the pinned plan, levels against levels, false alarms, and what became of messages."""

from decimal import Decimal
from typing import Any

import pytest
from kpi_script import at, confirmed, found, opened, worked

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.incidents import actions
from guanlan.incidents.models import Incident
from guanlan.notify.actions import mark_read
from guanlan.notify.models import Channel, Delivery, Message, Unheard
from guanlan.review.gathering import matters_of
from guanlan.review.periods import month_of
from guanlan.review.screens import listing, sheet_of
from guanlan.watch.actions import dismiss_event
from incident_scene import publish


@pytest.fixture
def incident(cast: Cast, stream: Stream) -> Incident:
    return opened(cast, stream)


def sheet(cast: Cast, stream: Stream, minutes: float = 600) -> dict[str, Any]:
    return sheet_of(matters_of(cast.zhao, stream, month_of(NOW)), at(minutes))


def behind(code: str, cast: Cast, stream: Stream, minutes: float = 600) -> list[tuple[str, str]]:
    """Return name and note of each case behind a number."""
    shown = listing(code, matters_of(cast.zhao, stream, month_of(NOW)), at(minutes))
    assert shown is not None
    return [(case.words, case.note) for case in shown.summary.cases]


class TestDuties:
    def test_each_clause_says_how_often_and_how_well_it_was_used(
        self, incident: Incident, cast: Cast, stream: Stream
    ) -> None:
        worked(incident, cast)
        (row,) = sheet(cast, stream)["clauses"]

        # Three tasks: one waived, one 20 minutes late, one in time; accepted one in time, one late.
        assert (row.code, row.name) == ("clause.answer", "回应与联系")
        assert (len(row.done.cases), row.done.kept, row.done.late, row.done.excused) == (3, 1, 1, 1)
        assert (row.accepted.kept, row.accepted.late) == (1, 1)
        assert row.done.overdue.span.total_seconds() == 20 * 60
        assert len(behind("clause~clause.answer", cast, stream)) == 3

    def test_each_group_has_its_own_row(self, incident: Incident, cast: Cast, stream: Stream) -> None:
        worked(incident, cast)
        rows = {
            row.name: (row.done.kept, row.done.late, row.done.excused)
            for row in sheet(cast, stream)["groups"]
        }

        assert rows == {"监测组": (0, 0, 1), "客服应对组": (0, 1, 0), "媒体沟通组": (1, 0, 0)}
        service = cast.groups["service"]
        assert behind(f"group~{service.key}", cast, stream) == [("逐一联系客户", "")]

    def test_nothing_has_a_code_that_no_row_has(self, incident: Incident, cast: Cast, stream: Stream) -> None:
        matters = matters_of(cast.zhao, stream, month_of(NOW))
        for code in ("clause~x", "group~x", "clause", "graded~I", "nothing", "", "~", "graded~a~b~c"):
            assert listing(code, matters, NOW) is None, code


class TestAdherence:
    def test_holds_the_duties_of_the_pinned_version_against_what_was_done(
        self, incident: Incident, cast: Cast, stream: Stream
    ) -> None:
        (early,) = sheet(cast, stream, 1)["adherences"]
        assert (early.required, early.running, early.kept_permille) == (2, 2, None)
        worked(incident, cast)
        (one,) = sheet(cast, stream)["adherences"]

        assert (one.required, one.kept, one.running, one.kept_permille) == (2, 1, 0, 500)
        told = {(deviation.words, deviation.how, deviation.reason) for deviation in one.deviations}
        # Collecting posts is optional by this plan: waiving it is no deviation.
        assert told == {("逐一联系客户", "超时办结", "")}

    def test_a_waived_duty_is_a_deviation_with_its_reason(
        self, incident: Incident, cast: Cast, stream: Stream
    ) -> None:
        task = incident.tasks.get(duty="duty.contact")
        actions.waive_task(task=task, reason="客户已撤诉", person=cast.li, now=at(30))
        (one,) = sheet(cast, stream, 31)["adherences"]

        assert [(found.words, found.how, found.reason) for found in one.deviations] == [
            ("逐一联系客户", "免办", "客户已撤诉")
        ]
        assert (one.required, one.kept_permille) == (2, 0)

    def test_a_duty_that_became_no_task_is_a_deviation(
        self, incident: Incident, cast: Cast, stream: Stream
    ) -> None:
        incident.tasks.filter(duty="duty.contact").update(duty="duty.gone")
        (one,) = sheet(cast, stream, 1)["adherences"]

        assert [(found.words, found.how) for found in one.deviations] == [("逐一联系客户", "没有派出")]

    def test_a_graver_level_asks_for_its_duties_too_and_a_lower_one_for_none(
        self, incident: Incident, cast: Cast, stream: Stream
    ) -> None:
        actions.change_level(incident=incident, level="I", reason="全国关注", person=cast.li, now=at(5))
        actions.change_level(incident=incident, level="III", reason="回落", person=cast.li, now=at(6))

        # At I also the legal opinion; nothing of the aftermath while it runs.
        (one,) = sheet(cast, stream, 7)["adherences"]
        assert (one.required, one.deviations) == (3, ())

    def test_ending_it_all_the_same_is_a_deviation_with_its_reason(
        self, incident: Incident, cast: Cast, stream: Stream
    ) -> None:
        worked(incident, cast)
        actions.stand_down(incident=incident, reason="平息", override="样本少", person=cast.li, now=at(500))
        (one,) = sheet(cast, stream)["adherences"]

        # Of the aftermath the review is mandatory: owed now, and running.
        assert (one.required, one.running) == (3, 1)
        last = one.deviations[-1]
        assert (last.how, last.reason) == ("条件未达仍解除", "平息（条件未达仍解除：样本少）")


class TestGrading:
    def test_holds_the_computed_level_against_the_first_that_a_person_set(
        self, cast: Cast, stream: Stream
    ) -> None:
        publish(cast)
        for code, level in (("a", "II"), ("b", "III"), ("c", "III"), ("d", "")):
            confirmed(found(cast, stream, code=code, name=code), cast, level=level)
        found(cast, stream, code="e", name="没有人看过")
        grading = sheet(cast, stream)["grading"]

        assert (grading["keys"], grading["all"], grading["agreed"]) == (["II", "III", ""], 4, 1)
        assert [[cell.count for cell in cells] for _level, cells in grading["rows"]] == [
            [1, 2, 1],
            [0, 0, 0],
            [0, 0, 0],
        ]
        assert behind("graded~II~III", cast, stream) == [("b", ""), ("c", "")]
        assert behind("graded~II~0", cast, stream) == [("d", "")]

    def test_false_alarms_come_with_their_reasons(self, cast: Cast, stream: Stream) -> None:
        publish(cast)
        confirmed(found(cast, stream, code="a", name="真"), cast)
        dismiss_event(
            event=found(cast, stream, code="b", name="假"), reason="抽奖帖", person=cast.wang, now=at(-80)
        )
        alarms, _raises = sheet(cast, stream)["quality"]

        assert (len(alarms.cases), alarms.of) == (1, 2)
        assert behind("false-alarms", cast, stream) == [("假", "抽奖帖")]
        assert sheet(cast, stream)["grading"]["all"] == 1

    def test_a_level_raised_later_is_counted_with_its_reason(
        self, incident: Incident, cast: Cast, stream: Stream
    ) -> None:
        actions.change_level(incident=incident, level="I", reason="全国关注", person=cast.li, now=at(5))
        actions.change_level(incident=incident, level="II", reason="回落", person=cast.li, now=at(9))

        assert behind("raises", cast, stream) == [("退款三天未到账", "全国关注")]


class TestDelivery:
    def test_counts_what_became_of_the_messages_about_the_events(
        self, incident: Incident, cast: Cast, stream: Stream
    ) -> None:
        bot, gateway = (
            Channel.objects.create(kind=kind, name=kind, created_at=NOW) for kind in ("WECOM", "WEBHOOK")
        )
        first, second, third, fourth = Message.objects.filter(stream=stream).order_by("pk")

        def out(message: Message, channel: Channel, state: str, **more: Any) -> None:
            more = {"round": 1, "next_at": NOW} | more
            once = f"{message.once}|{channel.key}|{more['round']}"
            Delivery.objects.create(
                stream=stream, message=message, channel=channel, once=once, state=state, **more
            )

        # One accepted; one refused and then accepted elsewhere; one of unknown fate, repeated, then lost.
        out(first, bot, "SENT")
        out(second, bot, "FAILED")
        out(second, gateway, "SENT")
        out(third, bot, "UNKNOWN")
        out(third, bot, "FAILED", round=2, may_repeat=True)
        Unheard.objects.create(stream=stream, message=third, at=NOW, told=1)
        mark_read(message=fourth, person=fourth.person, now=at(7))
        counts = {one.code: (len(one.cases), one.of) for one in sheet(cast, stream)["tallies"]}

        # The flash report was read as well: reading it marks no message.
        assert counts == {
            "reached-5": (0, 4),
            "reached-15": (1, 4),
            "reached-30": (1, 4),
            "read": (1, 4),
            "taken": (2, 3),
            "fallback": (1, 3),
            "repeats": (1, 3),
            "unheard": (1, 4),
        }
        assert behind("unheard", cast, stream) == [(third.title, "")]

    def test_messages_about_other_things_are_not_counted(self, cast: Cast, stream: Stream) -> None:
        Message.objects.create(
            stream=stream,
            person=cast.li,
            title="来源静默",
            link="/",
            cause="signal:other",
            once="x",
            created_at=NOW,
        )
        opened(cast, stream)

        assert {one.code: one.of for one in sheet(cast, stream)["tallies"]}["read"] == 4


class TestLosses:
    def test_sums_what_the_events_of_the_period_cost(
        self, incident: Incident, cast: Cast, stream: Stream
    ) -> None:
        other = found(cast, stream, code="e2", name="别的事")
        for event, kind, amount in (
            (incident.event, "REFUND", "1200.50"),
            (incident.event, "REFUND", "10"),
            (other, "REFUND", "5"),
            (other, "CHURN", "3"),
        ):
            given = {"day": NOW.date(), "ground": "台账", "person": cast.liu, "now": at(5)}
            actions.record_loss(event=event, kind=kind, amount=Decimal(amount), **given)
        losses = sheet(cast, stream)["losses"]

        rows = {one.event.name: {total.kind: total.whole for total in sums} for one, sums in losses["rows"]}
        unknown = {"COMPENSATION": None, "HOURS": None}
        assert rows["退款三天未到账"] == unknown | {"REFUND": Decimal("1210.50"), "CHURN": None}
        assert rows["别的事"] == unknown | {"REFUND": 5, "CHURN": 3}
        assert {total.kind: total.whole for total in losses["every"]} == unknown | {
            "REFUND": Decimal("1215.50"),
            "CHURN": 3,
        }
