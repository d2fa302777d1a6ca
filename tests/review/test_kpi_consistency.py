"""One scripted incident: the record, the timeline and the KPIs name the same moments, to the second."""

from datetime import datetime
from typing import Any

import pytest
from kpi_script import answered, at, opened, worked

from conftest import NOW, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.incidents import actions
from guanlan.incidents.models import Incident, TimelineEntry
from guanlan.review.cases import Case
from guanlan.review.catalogue import KPIS
from guanlan.review.gathering import matters_of
from guanlan.review.periods import month_of
from guanlan.watch.models import Signal
from guanlan.watch.telling import tell_next


@pytest.fixture
def incident(cast: Cast, stream: Stream) -> Incident:
    incident = opened(cast, stream)
    worked(incident, cast)
    answered(incident, cast)
    Signal.objects.create(stream=stream, kind="LEVEL", at=at(300), event=incident.event, level="I")
    tell_next(stream, now=at(301.25))
    actions.change_level(incident=incident, level="I", reason="全国关注", person=cast.li, now=at(310.5))
    actions.accept_task(task=incident.tasks.get(duty="duty.opinion"), person=cast.zhou, now=at(311))
    opinion = incident.tasks.get(duty="duty.opinion")
    actions.complete_task(task=opinion, words="意见如下", person=cast.zhou, now=at(340))
    actions.stand_down(incident=incident, reason="平息", override="样本少", person=cast.li, now=at(500))
    return incident


def cases(code: str, cast: Cast, stream: Stream) -> list[Case]:
    matters = matters_of(cast.zhao, stream, month_of(NOW))
    return [case for one in matters for case in KPIS[code].of(one, at(600))]


def recorded(verb: str, **fields: Any) -> list[datetime]:
    return list(Entry.objects.filter(verb=verb, **fields).order_by("number").values_list("at", flat=True))


def test_each_stop_is_the_moment_that_the_record_has(incident: Incident, cast: Cast, stream: Stream) -> None:
    def stops(code: str) -> list[datetime | None]:
        return [case.stopped_at for case in cases(code, cast, stream)]

    event = incident.event.key
    assert stops("triage") == recorded("watch.confirm_level", subject=event)
    assert stops("report") == recorded("reports.read_report")
    assert stops("activation") == stops("decision") == recorded("incidents.decide_activation")
    assert stops("stable") == recorded("incidents.stand_down", subject=incident.key)
    assert stops("later-rises") == recorded("incidents.change_level", subject=incident.key)
    assert [case.started_at for case in cases("later-rises", cast, stream)] == recorded("watch.tell_signal")
    assert stops("approval") == recorded("media.sign_statement")[-1:]
    assert stops("signature") == sorted(recorded("approvals.return_text") + recorded("approvals.sign_text"))
    assert [case.started_at for case in cases("approval", cast, stream)] == recorded("approvals.submit_text")[
        :1
    ]


def test_each_task_was_accepted_and_done_when_record_and_timeline_say(
    incident: Incident, cast: Cast, stream: Stream
) -> None:
    for code, verb in (
        ("tasks-accepted", "incidents.accept_task"),
        ("tasks-done", "incidents.complete_task"),
    ):
        found = cases(code, cast, stream)
        stops = {case.link: case.stopped_at for case in found if case.stopped_at}
        keys = dict(Entry.objects.filter(verb=verb).values_list("number", "at"))
        lines = TimelineEntry.objects.filter(incident=incident, audit_number__in=keys)
        told = {line.link: line.at for line in lines}

        assert len(stops) == 3, code
        assert stops == told
        assert sorted(stops.values()) == sorted(keys.values())


def test_what_the_timeline_says_of_lateness_the_kpis_say_too(
    incident: Incident, cast: Cast, stream: Stream
) -> None:
    lines = TimelineEntry.objects.filter(incident=incident, sentence__contains="，迟")
    said = {line.sentence.split("，迟 ")[1].split("：")[0] for line in lines}
    late = [
        case.overdue
        for code in ("tasks-accepted", "tasks-done")
        for case in cases(code, cast, stream)
        if case.overdue
    ]

    # 4 minutes late accepting the answer, 20 late contacting the customers.
    assert said == {"4 分", "20 分"}
    assert sorted(span.total_seconds() for span in late) == [4 * 60, 20 * 60]


def test_the_same_rows_give_the_same_figures(incident: Incident, cast: Cast, stream: Stream) -> None:
    first, again = ({code: cases(code, cast, stream) for code in KPIS} for _round in range(2))
    assert first == again


def test_asking_changes_nothing(incident: Incident, cast: Cast, stream: Stream) -> None:
    before = (Entry.objects.count(), Stream.objects.get(pk=stream.pk).changed_seq)
    for code in KPIS:
        cases(code, cast, stream)
    assert (Entry.objects.count(), Stream.objects.get(pk=stream.pk).changed_seq) == before
