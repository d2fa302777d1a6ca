"""Over every page of a restricted incident stand the reader's name and the time; over others nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.incidents.actions import record_instruction
from guanlan.incidents.actions.instructions import Said
from guanlan.incidents.models import Incident
from guanlan.media.actions import draft_statement
from guanlan.people.models import Person
from guanlan.reports.actions import submit_flash
from guanlan.watch.models import Event
from incident_scene import activate, publish, raise_event, read_posts, task_of

Browser = Callable[[Person], Client]
MARK = '<div class="stamp" aria-hidden="true"><span>李敏 2026-11-20 14:05</span>'
CHAIN = {
    "key": "approval.statement",
    "name": "声明",
    "authors": ["role.media"],
    "purpose": "statement",
    "levels": ["II"],
    "steps": [{"key": "sign.command", "role": "role.commander", "minutes": 30}],
}


def pages(cast: Cast, stream: Stream, *, restricted: bool) -> dict[str, str]:
    publish(cast, approvals=[CHAIN])
    event = raise_event(cast, stream)
    read_posts(event, count=2, negative=1, at=NOW - timedelta(minutes=90))
    Event.objects.update(state="CONFIRMED", confirmed_level="II", confirmed_at=NOW, confirmed_by=cast.wang)
    event.refresh_from_db()
    incident = activate(event, cast.li, restricted=restricted)
    assert Incident.objects.get().restricted is restricted
    report = submit_flash(event=event, person=cast.wang, now=NOW)
    statement = draft_statement(
        incident=incident, kind="ATTITUDE", title="致歉", body="正在核实。", person=cast.chen, now=NOW
    )
    said = Said(cast.li, "先联系客户", NOW, "PHONE", None)
    instruction = record_instruction(
        event=event, said=said, kind="REMARK", level="", order=None, recorder=cast.wang, now=NOW
    )
    return {
        "incident": reverse("incident", args=[incident.key]),
        "task": reverse("task", args=[task_of(incident, "duty.contact").key]),
        "level": reverse("incident-level", args=[incident.key]),
        "follow-up": reverse("follow-up", args=[incident.key]),
        "report": reverse("report", args=[report.key]),
        "rolls": reverse("report-rolls", args=[report.key]),
        "statement": reverse("statement", args=[statement.key]),
        "instruction": reverse("instruction", args=[instruction.key]),
    }


@pytest.mark.parametrize("restricted", [True, False])
def test_it_stands_over_pages_of_a_restricted_incident_alone(
    cast: Cast, stream: Stream, sign_in: Browser, *, restricted: bool
) -> None:
    browser = sign_in(cast.li)
    for name, address in pages(cast, stream, restricted=restricted).items():
        answer = browser.get(address)
        assert answer.status_code == 200, name
        assert (MARK in answer.content.decode()) is restricted, name
    # A page about nothing restricted, while the bar above it names the incident.
    assert "stamp" not in browser.get(reverse("people")).content.decode()
