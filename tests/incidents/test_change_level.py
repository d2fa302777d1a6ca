"""The confirmed level moves by a person, with a reason; upwards it brings further duties."""

from __future__ import annotations

from datetime import timedelta

import pytest

from conftest import NOW, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed
from guanlan.incidents.actions import change_level, stand_down, waive_task
from guanlan.incidents.actions.moving import NotActive, SameLevel
from guanlan.incidents.levels import NoReason, UnknownLevel
from guanlan.incidents.models import Incident, LevelChange, Task, TimelineEntry
from guanlan.notify.models import Message
from incident_scene import activate, publish, raise_event, task_of

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def incident(cast: Cast, stream: Stream) -> Incident:
    publish(cast)
    return activate(raise_event(cast, stream), cast.li)


def move(incident: Incident, cast: Cast, level: str, reason: str = "扩散到全国") -> LevelChange:
    return change_level(incident=incident, level=level, reason=reason, person=cast.li, now=LATER)


class TestChangeLevel:
    def test_upwards_makes_the_further_duties_tasks(self, incident: Incident, cast: Cast) -> None:
        move(incident, cast, "I")

        opinion = task_of(incident, "duty.opinion")
        assert (opinion.group.code, opinion.accept_by) == ("legal", LATER + timedelta(minutes=5))
        assert Task.objects.filter(incident=incident).count() == 4
        assert Message.objects.filter(person=cast.zhou, link=f"/tasks/{opinion.key}/").exists()

    def test_upwards_brings_open_clocks_forward_and_never_back(self, incident: Incident, cast: Cast) -> None:
        move(incident, cast, "I")

        contact = task_of(incident, "duty.contact")
        # At II accept within 10 and done within 240 minutes of NOW; at I 5 and 60 of LATER.
        assert contact.accept_by == NOW + timedelta(minutes=10)
        assert contact.due_at == LATER + timedelta(minutes=60)
        assert contact.next_look_at == contact.accept_by

    def test_downwards_takes_nothing_away(self, incident: Incident, cast: Cast) -> None:
        move(incident, cast, "III", "热度回落")

        assert Task.objects.filter(incident=incident).count() == 3
        assert task_of(incident, "duty.contact").due_at == NOW + timedelta(minutes=240)

    def test_event_and_history_follow(self, incident: Incident, cast: Cast) -> None:
        change = move(incident, cast, "III", "热度回落")

        incident.refresh_from_db()
        assert (incident.level, incident.event.confirmed_level) == ("III", "III")
        assert (incident.event.confirmed_by, incident.event.confirmed_at) == (cast.li, LATER)
        assert (change.previous_level, change.level, change.reason) == ("II", "III", "热度回落")

    def test_stands_on_the_timeline_and_in_the_audit_log(self, incident: Incident, cast: Cast) -> None:
        move(incident, cast, "I")

        line = TimelineEntry.objects.latest("pk")
        # contact and answer and collect all have shorter clocks at I.
        assert line.sentence == "升为Ⅰ级：扩散到全国；增派 1 项任务；3 项任务时限提前"
        entry = Entry.objects.get(number=line.audit_number)
        assert (entry.verb, entry.facts) == (
            "incidents.change_level",
            {"from": "II", "to": "I", "offered": 1},
        )

    def test_tells_the_groups(self, incident: Incident, cast: Cast) -> None:
        move(incident, cast, "III", "热度回落")

        told = Message.objects.filter(title="退款三天未到账已改为Ⅲ级").values_list("person__name", flat=True)
        assert sorted(told) == sorted(["王芳", "刘洋", "陈晓"])

    def test_refuses_without_a_reason(self, incident: Incident, cast: Cast) -> None:
        with pytest.raises(NoReason):
            move(incident, cast, "III", " ")

    def test_refuses_the_level_it_has(self, incident: Incident, cast: Cast) -> None:
        with pytest.raises(SameLevel, match="现在就是Ⅱ级"):
            move(incident, cast, "II")

    def test_refuses_a_level_outside_the_pinned_plan(self, incident: Incident, cast: Cast) -> None:
        with pytest.raises(UnknownLevel):
            move(incident, cast, "V")

    def test_refuses_a_person_without_the_right(self, incident: Incident, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            change_level(incident=incident, level="I", reason="扩散", person=cast.wang, now=LATER)

    def test_refuses_after_standing_down(self, incident: Incident, cast: Cast) -> None:
        for task in Task.objects.filter(incident=incident):
            waive_task(task=task, reason="无关", person=cast.li, now=NOW)
        stand_down(incident=incident, reason="平息", override="数据不足", person=cast.li, now=NOW)

        with pytest.raises(NotActive, match="GL-2026-001 现在是“已解除”"):
            move(incident, cast, "I")

    def test_the_second_of_two_same_moves_meets_the_first(self, incident: Incident, cast: Cast) -> None:
        stale = Incident.objects.get(pk=incident.pk)
        move(incident, cast, "I")

        with pytest.raises(SameLevel):
            move(stale, cast, "I")

        assert LevelChange.objects.filter(level="I").count() == 1
