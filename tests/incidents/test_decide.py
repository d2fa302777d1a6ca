"""Deciding on an event: the plan is activated once, whole, and by those who may; or it is watched."""

from __future__ import annotations

from datetime import timedelta

import pytest

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.audit.queries import breaks
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed
from guanlan.incidents.actions import decide_activation, decide_observing
from guanlan.incidents.actions.deciding import ReviewBackwards
from guanlan.incidents.levels import NoReason, UnknownLevel
from guanlan.incidents.models import Decision, Incident, LevelChange, Task, TimelineEntry
from guanlan.incidents.offering import GroupMissing
from guanlan.incidents.opening import AlreadyActive, EventClosed, NoPlan
from guanlan.notify.models import Message
from guanlan.people import actions as people
from guanlan.plan.models import PlanVersion
from guanlan.watch.models import Event
from incident_scene import DUTIES, activate, duty, publish, raise_event, task_of


@pytest.fixture
def version(cast: Cast) -> PlanVersion:
    return publish(cast)


@pytest.fixture
def event(cast: Cast, stream: Stream, version: PlanVersion) -> Event:
    return raise_event(cast, stream)


class TestDecideActivation:
    def test_pins_the_incident_to_the_plan_in_force(
        self, event: Event, cast: Cast, version: PlanVersion
    ) -> None:
        incident = activate(event, cast.li)

        assert (incident.number, incident.level, incident.state) == ("GL-2026-001", "II", "ACTIVE")
        assert (incident.plan_version, incident.plan_sha256) == (version, version.sha256)
        assert (incident.opened_at, incident.opened_by) == (NOW, cast.li)

    def test_makes_the_duties_of_the_level_tasks_of_their_groups(self, event: Event, cast: Cast) -> None:
        incident = activate(event, cast.li)

        # By hand from the plan: at II collect, contact, answer; the opinion is for I, the rest aftermath.
        tasks = Task.objects.filter(incident=incident).order_by("pk")
        assert [(task.duty, task.group.code) for task in tasks] == [
            ("duty.collect", "monitoring"),
            ("duty.contact", "service"),
            ("duty.answer", "media"),
        ]
        contact = task_of(incident, "duty.contact")
        assert contact.accept_by == NOW + timedelta(minutes=10)
        assert contact.due_at == NOW + timedelta(minutes=240)
        assert (contact.mandatory, contact.evidence_wanted) == (True, "联系记录")

    def test_confirms_the_level_of_the_event(self, event: Event, cast: Cast) -> None:
        incident = activate(event, cast.li)

        event.refresh_from_db()
        assert (event.confirmed_level, event.confirmed_by, event.state) == ("II", cast.li, "CONFIRMED")
        change = LevelChange.objects.get(incident=incident)
        assert (change.previous_level, change.level, change.person) == ("", "II", cast.li)

    def test_sends_each_lead_to_the_very_task(self, event: Event, cast: Cast) -> None:
        incident = activate(event, cast.li)

        message = Message.objects.get(person=cast.liu)
        assert message.link == f"/tasks/{task_of(incident, 'duty.contact').key}/"
        assert message.title == "请接手：逐一联系客户，14:15 前"
        assert Message.objects.count() == 3

    def test_tells_the_person_on_duty_rather_than_the_lead(
        self, event: Event, cast: Cast, stream: Stream
    ) -> None:
        people.plan_shift(
            group=cast.groups["service"],
            person=cast.wu,
            deputy=None,
            starts_at=NOW - timedelta(hours=1),
            ends_at=NOW + timedelta(hours=1),
            actor="system",
            now=NOW,
        )

        activate(event, cast.li)

        assert Message.objects.filter(person=cast.wu).count() == 1
        assert not Message.objects.filter(person=cast.liu).exists()

    def test_says_on_the_timeline_what_was_decided_and_who_could_not_be_told(
        self, event: Event, cast: Cast
    ) -> None:
        people.remove_from(person=cast.chen, group=cast.groups["media"], actor="system", now=NOW)

        activate(event, cast.li)

        sentences = list(TimelineEntry.objects.order_by("pk").values_list("sentence", flat=True))
        assert sentences == [
            "指令：启动Ⅱ级响应，派 3 项任务。超过阈值，影响扩大",
            "媒体沟通组没有人员，1 项任务没有通知到人，请立即指定。",
        ]

    def test_audit_row_cites_event_plan_and_level(
        self, event: Event, cast: Cast, version: PlanVersion
    ) -> None:
        incident = activate(event, cast.li)

        entry = Entry.objects.get(verb="incidents.decide_activation")
        assert (entry.actor, entry.subject) == (cast.li.key, incident.key)
        assert (entry.facts["event"], entry.facts["plan"]) == (event.key, version.sha256)
        assert TimelineEntry.objects.get(incident=incident).audit_number == entry.number
        assert list(breaks()) == []

    def test_numbers_go_on_within_stream_and_year(self, event: Event, cast: Cast, stream: Stream) -> None:
        activate(event, cast.li)
        second = activate(raise_event(cast, stream, "e2", "物流爆仓"), cast.li)
        drill = Stream.objects.create(kind=Stream.Kind.DRILL, name="演练")
        elsewhere = activate(raise_event(cast, drill, "e3"), cast.li)

        assert (second.number, elsewhere.number) == ("GL-2026-002", "GL-2026-001")

    def test_refuses_a_second_activation(self, event: Event, cast: Cast) -> None:
        activate(event, cast.li)

        with pytest.raises(AlreadyActive, match=r"已经启动：李敏于 14:05 启动Ⅱ级响应（GL-2026-001）"):
            activate(event, cast.li)

    def test_refuses_a_person_without_the_right(self, event: Event, cast: Cast) -> None:
        with pytest.raises(NotAllowed, match="领导、指挥"):
            activate(event, cast.wang)

    def test_refuses_without_a_plan_in_force(self, event: Event, cast: Cast) -> None:
        PlanVersion.objects.update(state=PlanVersion.State.WITHDRAWN)

        with pytest.raises(NoPlan, match="观澜商城还没有现行预案"):
            activate(event, cast.li)

    def test_refuses_a_level_that_the_plan_does_not_know(self, event: Event, cast: Cast) -> None:
        with pytest.raises(UnknownLevel, match="没有“IV”这一级。可选的是：I、II、III。"):
            activate(event, cast.li, level="IV")

    def test_refuses_silence_about_the_reason(self, event: Event, cast: Cast) -> None:
        with pytest.raises(NoReason):
            decide_activation(event=event, level="II", reason="  ", person=cast.li, now=NOW)

    @pytest.mark.parametrize("state", [Event.State.DISMISSED, Event.State.MERGED])
    def test_refuses_an_event_that_is_closed(self, event: Event, cast: Cast, state: str) -> None:
        Event.objects.update(state=state)

        with pytest.raises(EventClosed):
            activate(event, cast.li)

    def test_refuses_a_duty_of_a_missing_group_and_leaves_nothing_behind(
        self, cast: Cast, stream: Stream
    ) -> None:
        publish(cast, duties=[*DUTIES, duty("duty.it", "technology", "核查外泄", {"II": (10, 60)})])
        event = raise_event(cast, stream)
        before = Entry.objects.count()

        with pytest.raises(GroupMissing, match="派不出“核查外泄”：人员里没有预案所说的组“technology”"):
            activate(event, cast.li)

        event.refresh_from_db()
        assert (Incident.objects.count(), Task.objects.count(), Message.objects.count()) == (0, 0, 0)
        assert (Entry.objects.count(), event.confirmed_level) == (before, "")

    def test_a_restricted_incident_is_seen_by_those_with_tasks_only(self, event: Event, cast: Cast) -> None:
        activate(event, cast.li, restricted=True)

        for person, sees in ((cast.li, True), (cast.liu, True), (cast.zhou, False), (cast.zhao, False)):
            assert Incident.visible_to(person).exists() is sees
            assert Task.visible_to(person).exists() is sees


class TestDecideObserving:
    def test_keeps_the_reason_and_the_time_to_look_again(self, event: Event, cast: Cast) -> None:
        later = NOW + timedelta(hours=2)

        decision = decide_observing(event=event, reason="先核实", review_at=later, person=cast.li, now=NOW)

        assert (decision.kind, decision.review_at, decision.incident) == ("OBSERVE", later, None)
        assert Entry.objects.latest("number").verb == "incidents.decide_observing"
        assert not Incident.objects.exists()

    def test_refuses_a_review_that_is_past(self, event: Event, cast: Cast) -> None:
        with pytest.raises(ReviewBackwards, match="14:05"):
            decide_observing(event=event, reason="先核实", review_at=NOW, person=cast.li, now=NOW)

    def test_refuses_when_the_plan_is_active(self, event: Event, cast: Cast) -> None:
        activate(event, cast.li)

        with pytest.raises(AlreadyActive):
            decide_observing(
                event=event, reason="先核实", review_at=NOW + timedelta(hours=1), person=cast.li, now=NOW
            )

    def test_refuses_a_person_without_the_right(self, event: Event, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            decide_observing(
                event=event, reason="先核实", review_at=NOW + timedelta(hours=1), person=cast.chen, now=NOW
            )
        assert not Decision.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_deciders_at_once_leave_one_incident(event: Event, cast: Cast, at_once: AtOnce) -> None:
    assert at_once(lambda: activate(event, cast.li)) == ["AlreadyActive", "done"]
    assert (Incident.objects.count(), Task.objects.count(), Message.objects.count()) == (1, 3, 3)
