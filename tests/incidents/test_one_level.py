"""Event and incident keep one confirmed level: while an incident is active, only it moves the level."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.incidents.actions import change_level, stand_down, waive_task
from guanlan.incidents.models import Incident, Task
from guanlan.people.models import Person
from guanlan.plan.models import PlanVersion
from guanlan.watch.actions import UnderIncident, confirm_level, dismiss_event
from guanlan.watch.models import Assessment, Event, Signal
from incident_scene import activate, raise_event

LEVELS = ("I", "II", "III", "IV")
Browser = Callable[[Person], Client]


@pytest.fixture
def event(cast: Cast, stream: Stream, plan: PlanVersion) -> Event:
    return raise_event(cast, stream)


@pytest.fixture
def incident(event: Event, cast: Cast) -> Incident:
    return activate(event, cast.li)


def confirm(event: Event, person: Person, level: str = "III", **more: Any) -> Assessment:
    return confirm_level(
        event=event, level=level, levels=LEVELS, reason="回落", person=person, now=NOW, **more
    )


def end(incident: Incident, cast: Cast) -> None:
    for task in Task.objects.filter(incident=incident):
        waive_task(task=task, reason="无关", person=cast.li, now=NOW)
    stand_down(incident=incident, reason="平息", override="量小", person=cast.li, now=NOW)


class TestWhileActive:
    def test_the_event_page_no_longer_moves_the_level(self, incident: Incident, cast: Cast) -> None:
        before = Entry.objects.count()

        for person in (cast.wang, cast.li):
            with pytest.raises(UnderIncident, match="等级现由指挥部调整"):
                confirm(incident.event, person)

        incident.event.refresh_from_db()
        assert (incident.event.confirmed_level, Entry.objects.count()) == ("II", before)
        assert not Assessment.objects.exists()

    def test_nor_is_the_event_called_a_false_alarm(self, incident: Incident, cast: Cast) -> None:
        with pytest.raises(UnderIncident):
            dismiss_event(event=incident.event, reason="误会", person=cast.wang, now=NOW)

        incident.event.refresh_from_db()
        assert incident.event.state == Event.State.CONFIRMED

    def test_the_incident_moves_both(self, incident: Incident, cast: Cast) -> None:
        change_level(incident=incident, level="III", reason="回落", person=cast.li, now=NOW)

        incident.refresh_from_db()
        event = Event.objects.get(pk=incident.event_id)
        assert (incident.level, event.confirmed_level, event.confirmed_by) == ("III", "III", cast.li)

    def test_the_decision_settles_what_waited_for_confirmation(self, event: Event, cast: Cast) -> None:
        Event.objects.update(confirm_by=NOW + timedelta(minutes=5))
        signal = Signal.objects.create(stream=event.stream, kind="LEVEL", at=NOW, event=event, level="II")

        activate(event, cast.li)

        event.refresh_from_db()
        signal.refresh_from_db()
        assert (event.confirm_by, signal.settled_at) == (None, NOW)

    @pytest.mark.django_db(transaction=True)
    def test_confirming_and_activating_at_once_never_differ(
        self, event: Event, cast: Cast, at_once: AtOnce
    ) -> None:
        steps = iter([lambda: activate(event, cast.li), lambda: confirm(event, cast.wang)])

        outcomes = at_once(lambda: next(steps)())

        # Whoever comes first, the decision stands; a confirmation after it is refused.
        assert outcomes in (["done", "done"], ["UnderIncident", "done"])
        event.refresh_from_db()
        assert (event.confirmed_level, Incident.objects.get().level) == ("II", "II")


class TestAfterwards:
    def test_the_level_goes_back_to_those_who_watch(self, incident: Incident, cast: Cast) -> None:
        end(incident, cast)

        confirm(incident.event, cast.wang)

        incident.event.refresh_from_db()
        assert incident.event.confirmed_level == "III"


class TestPage:
    def page(self, browser: Client, event: Event) -> str:
        return str(browser.get(reverse("event", args=[event.key])).content.decode())

    def test_leads_to_the_incident_and_back_again(
        self, incident: Incident, cast: Cast, sign_in: Browser
    ) -> None:
        level, confirming = (
            reverse("incident-level", args=[incident.key]),
            reverse("event-confirm", args=[incident.event.key]),
        )
        assert level in self.page(sign_in(cast.li), incident.event)
        shown = self.page(sign_in(cast.wang), incident.event)
        assert reverse("incident", args=[incident.key]) in shown
        assert level not in shown
        assert confirming not in shown

        end(incident, cast)

        shown = self.page(sign_in(cast.wang), incident.event)
        assert confirming in shown
        assert level not in shown

    def test_the_forms_say_why_not(self, incident: Incident, cast: Cast, sign_in: Browser) -> None:
        browser = sign_in(cast.wang)
        for name in ("event-confirm", "event-dismiss"):
            address = reverse(name, args=[incident.event.key])
            assert "等级现由指挥部调整" in browser.get(address).content.decode()
            refused = browser.post(address, {"level": "III", "reason": "回落"})
            assert refused.status_code == 409
            assert "请联系指挥部" in refused.content.decode()

    def test_a_restricted_incident_is_not_shown_to_outsiders(
        self, event: Event, cast: Cast, sign_in: Browser
    ) -> None:
        secret = activate(event, cast.li, restricted=True)
        # 吴凡 serves in no group that has a task.
        shown = self.page(sign_in(cast.wu), event)

        assert "等级现由指挥部调整" in shown
        assert secret.key not in shown
        assert secret.number not in shown
