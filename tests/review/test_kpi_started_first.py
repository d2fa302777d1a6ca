"""先启动后报告 in the KPIs: the response began when it was started; the command decided when it ratified."""

from datetime import datetime, timedelta

import pytest
from kpi_script import at

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.incidents.actions import ratify, revoke, start_first
from guanlan.incidents.models import Incident
from guanlan.reports.actions import read_report, submit_flash
from guanlan.review.cases import Case
from guanlan.review.catalogue import KPIS
from guanlan.review.gathering import matters_of
from guanlan.review.periods import month_of
from incident_scene import DUTIES, level, publish, raise_event


@pytest.fixture
def incident(cast: Cast, stream: Stream) -> Incident:
    """王芳 starts at 10 minutes; 李敏 reads the report at 18."""
    duties = [duty | {"first_step": duty["key"] == "duty.collect"} for duty in DUTIES]
    levels = [
        level("I", "特别重大", "red", 1, 60),
        level("II", "重大", "orange", 2, 120) | {"first_by": ["monitoring"]},
        level("III", "较大", "yellow", 3, 240),
    ]
    publish(cast, levels=levels, duties=duties)
    event = raise_event(cast, stream)
    begun = start_first(event=event, level="II", reason="等不及", person=cast.wang, now=at(10)).incident
    report = submit_flash(event=event, person=cast.wang, now=at(12))
    read_report(report=report, person=cast.li, now=at(18))
    assert begun is not None
    return begun


def cases(code: str, cast: Cast, stream: Stream, now: datetime) -> list[Case]:
    matters = matters_of(cast.zhao, stream, month_of(NOW))
    return [case for one in matters for case in KPIS[code].of(one, now)]


def test_the_commands_decision_is_its_ratifying(incident: Incident, cast: Cast, stream: Stream) -> None:
    (waiting,) = cases("decision", cast, stream, at(20))
    assert (waiting.started_at, waiting.stopped_at) == (at(18), None)

    ratify(incident=incident, level="II", reason="同意", person=cast.li, now=at(25))

    (decided,) = cases("decision", cast, stream, at(30))
    assert decided.elapsed == timedelta(minutes=7)


def test_what_was_revoked_is_no_response(incident: Incident, cast: Cast, stream: Stream) -> None:
    assert len(cases("stable", cast, stream, at(20))) == 1

    revoke(incident=incident, reason="旧闻", person=cast.li, now=at(25))

    assert cases("stable", cast, stream, at(600)) == []
