"""What the command said by word of mouth: written down by another, done at once, confirmed or not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.audit.queries import breaks
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed
from guanlan.incidents.actions import (
    confirm_instruction,
    disown_instruction,
    record_instruction,
)
from guanlan.incidents.actions.instructions import (
    AnsweredAlready,
    NoIncident,
    NotInCommand,
    NotYetSaid,
    NoWords,
    OwnWords,
    Said,
)
from guanlan.incidents.levels import UnknownLevel
from guanlan.incidents.models import Decision, Incident, Instruction, LevelChange, Task, TimelineEntry
from guanlan.incidents.offering import NothingToDo, Order
from guanlan.incidents.opening import AlreadyActive
from guanlan.notify.models import Message
from guanlan.people.models import Group
from guanlan.watch.models import Event
from incident_scene import activate, publish, raise_event

SAID = NOW - timedelta(minutes=3)
WORDS = "按二级启动，客服先联系前一百位"
Kind = Instruction.Kind


@pytest.fixture
def event(cast: Cast, stream: Stream) -> Event:
    publish(cast)
    return raise_event(cast, stream)


@pytest.fixture
def incident(event: Event, cast: Cast) -> Incident:
    return activate(event, cast.li)


def write_down(event: Event, cast: Cast, kind: str = Kind.REMARK, **more: Any) -> Instruction:
    said = Said(
        more.pop("person", cast.li), more.pop("words", WORDS), more.pop("at", SAID), Instruction.Channel.PHONE
    )
    return record_instruction(
        event=event, said=said, kind=kind, recorder=more.pop("recorder", cast.wang), now=NOW, **more
    )


class TestRecording:
    def test_an_activation_acts_at_once_under_the_name_of_who_said_it(self, event: Event, cast: Cast) -> None:
        instruction = write_down(event, cast, Kind.ACTIVATE, level="II")

        incident = Incident.objects.get()
        assert (incident.level, incident.opened_by, instruction.incident) == ("II", cast.li, incident)
        decision = Decision.objects.get()
        assert (decision.person, decision.reason) == (cast.li, f"{WORDS}（电话批示，王芳代录）")
        assert Task.objects.filter(incident=incident).count() == 3
        assert (instruction.state, instruction.said_at, instruction.at) == ("UNCONFIRMED", SAID, NOW)

    def test_who_wrote_it_down_stands_in_the_audit_log_and_on_the_timeline(
        self, event: Event, cast: Cast
    ) -> None:
        instruction = write_down(event, cast, Kind.ACTIVATE, level="II")

        lines = list(TimelineEntry.objects.order_by("pk"))
        assert {line.person for line in lines} == {cast.wang}
        assert lines[-1].sentence.startswith("代录李敏 ")
        assert lines[-1].sentence.endswith(f"电话批示（启动预案）：{WORDS}")
        decided = Entry.objects.get(verb="incidents.decide_activation")
        assert (decided.actor, decided.facts["decided_by"]) == (cast.wang.key, cast.li.key)
        written = Entry.objects.get(verb="incidents.record_instruction")
        assert written.facts == {
            "instruction": instruction.key,
            "kind": "ACTIVATE",
            "said_by": cast.li.key,
            "file": "",
        }
        assert list(breaks()) == []

    def test_a_level_moves(self, incident: Incident, cast: Cast) -> None:
        write_down(incident.event, cast, Kind.LEVEL, level="I")

        incident.refresh_from_db()
        change = LevelChange.objects.latest("pk")
        assert (incident.level, change.person) == ("I", cast.li)
        moved = Entry.objects.get(verb="incidents.change_level")
        assert (moved.actor, moved.facts["decided_by"]) == (cast.wang.key, cast.li.key)

    def test_an_order_becomes_the_groups_task(self, incident: Incident, cast: Cast) -> None:
        due = NOW + timedelta(hours=2)
        order = Order(Group.objects.get(code="service"), due)
        instruction = write_down(incident.event, cast, Kind.ORDER, order=order)

        task = instruction.task
        assert task is not None
        assert (task.group.code, task.title, task.due_at) == ("service", WORDS, due)
        assert task.accept_by == NOW + timedelta(minutes=30)
        assert task.mandatory
        assert Message.objects.filter(person=cast.liu, link=f"/tasks/{task.key}/").exists()

    def test_a_remark_before_any_incident_is_kept_with_the_event(self, event: Event, cast: Cast) -> None:
        instruction = write_down(event, cast)

        assert (instruction.event, instruction.incident) == (event, None)
        entry = Entry.objects.get(verb="incidents.record_instruction")
        assert (entry.kind, entry.subject) == ("event", event.key)

    def test_who_said_it_is_asked_to_confirm(self, event: Event, cast: Cast) -> None:
        instruction = write_down(event, cast)

        message = Message.objects.get(cause=f"instruction:{instruction.key}")
        assert (message.person, message.urgency) == (cast.li, "URGENT")
        assert (message.title, message.link) == (
            f"请确认您的批示：{WORDS}",
            f"/instructions/{instruction.key}/",
        )

    @pytest.mark.parametrize(
        ("more", "refusal"),
        [
            ({"words": "  "}, NoWords),
            ({"at": NOW + timedelta(seconds=1)}, NotYetSaid),
            ({"kind": Kind.ACTIVATE, "level": "V"}, UnknownLevel),
            ({"kind": Kind.LEVEL, "level": "I"}, NoIncident),
            ({"kind": Kind.ORDER}, NoIncident),
        ],
    )
    def test_refuses_and_writes_nothing(
        self, event: Event, cast: Cast, more: dict[str, Any], refusal: type[Exception]
    ) -> None:
        with pytest.raises(refusal):
            write_down(event, cast, **more)

        assert not Instruction.objects.exists()
        assert not Incident.objects.exists()

    @pytest.mark.parametrize("due", [None, NOW])
    def test_refuses_an_order_without_a_moment_ahead(
        self, incident: Incident, cast: Cast, due: datetime | None
    ) -> None:
        order = Order(Group.objects.get(code="service"), due) if due else None
        with pytest.raises(NothingToDo):
            write_down(incident.event, cast, Kind.ORDER, order=order)
        assert Task.objects.filter(duty__startswith="instruction.").count() == 0

    def test_refuses_an_activation_where_one_runs(self, incident: Incident, cast: Cast) -> None:
        with pytest.raises(AlreadyActive):
            write_down(incident.event, cast, Kind.ACTIVATE, level="II")

    def test_refuses_the_words_of_one_who_decides_nothing(self, event: Event, cast: Cast) -> None:
        with pytest.raises(NotInCommand, match="陈晓不在指挥部"):
            write_down(event, cast, person=cast.chen)

    def test_refuses_ones_own_words(self, event: Event, cast: Cast) -> None:
        with pytest.raises(OwnWords):
            write_down(event, cast, recorder=cast.li)
        with pytest.raises(IntegrityError):
            Instruction.objects.create(
                stream=event.stream,
                event=event,
                kind=Kind.REMARK,
                channel="PHONE",
                words=WORDS,
                said_by=cast.li,
                said_at=SAID,
                recorded_by=cast.li,
                at=NOW,
            )

    def test_refuses_who_may_not_write_down(self, event: Event, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            write_down(event, cast, recorder=cast.zhao)

    def test_refuses_an_outsider_of_a_restricted_incident(self, event: Event, cast: Cast) -> None:
        incident = activate(event, cast.li, restricted=True)
        incident.accesses.exclude(person=cast.li).update(closed_at=NOW)
        with pytest.raises(NotAllowed, match="知悉范围"):
            write_down(event, cast)


class TestAnswering:
    def test_one_tap_confirms(self, event: Event, cast: Cast) -> None:
        instruction = confirm_instruction(instruction=write_down(event, cast), person=cast.li, now=NOW)

        assert (instruction.state, instruction.answered_at) == ("CONFIRMED", NOW)
        assert Entry.objects.get(verb="incidents.confirm_instruction").actor == cast.li.key

    def test_disowning_keeps_what_was_done_and_tells_who_wrote_it_down(
        self, event: Event, cast: Cast
    ) -> None:
        instruction = write_down(event, cast, Kind.ACTIVATE, level="II")
        disown_instruction(instruction=instruction, answer="我说的是三级", person=cast.li, now=NOW)

        instruction.refresh_from_db()
        assert (instruction.state, instruction.answer) == ("DISOWNED", "我说的是三级")
        assert Incident.objects.get().state == "ACTIVE"
        told = Message.objects.get(person=cast.wang, cause=f"instruction:{instruction.key}")
        assert told.title == f"您代录的批示被本人否认：{WORDS}"
        assert "我说的是三级" in TimelineEntry.objects.latest("pk").sentence

    def test_disowning_needs_what_was_meant(self, event: Event, cast: Cast) -> None:
        with pytest.raises(NoWords):
            disown_instruction(instruction=write_down(event, cast), answer=" ", person=cast.li, now=NOW)

    def test_only_who_said_it_may_answer(self, event: Event, cast: Cast) -> None:
        instruction = write_down(event, cast)
        for person in (cast.wang, cast.chen):
            with pytest.raises(NotAllowed, match="只有李敏本人"):
                confirm_instruction(instruction=instruction, person=person, now=NOW)
        instruction.refresh_from_db()
        assert instruction.state == "UNCONFIRMED"

    def test_an_answer_stands(self, event: Event, cast: Cast) -> None:
        instruction = confirm_instruction(instruction=write_down(event, cast), person=cast.li, now=NOW)
        with pytest.raises(AnsweredAlready, match="本人已确认"):
            disown_instruction(instruction=instruction, answer="不是", person=cast.li, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_of_two_taps_at_once_one_counts(event: Event, cast: Cast, at_once: AtOnce) -> None:
    instruction = write_down(event, cast)
    outcomes = at_once(lambda: confirm_instruction(instruction=instruction, person=cast.li, now=NOW))
    assert sorted(outcomes) == ["AnsweredAlready", "done"]


class TestPages:
    def given(self, cast: Cast, **more: str) -> dict[str, str]:
        return {
            "kind": "ACTIVATE",
            "level": "II",
            "words": WORDS,
            "said_by": cast.li.key,
            "channel": "PHONE",
            "said_at": "2026-01-01T08:00",
            **more,
        }

    def test_is_written_down_confirmed_and_shown_unconfirmed_until_then(
        self, client: Client, event: Event, cast: Cast
    ) -> None:
        client.force_login(cast.wang)
        answer = client.post(reverse("record-instruction", args=[event.key]), self.given(cast))
        instruction = Instruction.objects.get()
        assert answer["Location"] == reverse("instruction", args=[instruction.key])

        room = client.get(reverse("incident", args=[Incident.objects.get().key])).content.decode()
        assert "未确认 1" in room
        assert "只有李敏本人能确认或否认" in client.get(answer["Location"]).content.decode()

        client.force_login(cast.li)
        assert "这是您的批示吗" in client.get(answer["Location"]).content.decode()
        client.post(reverse("instruction-confirm", args=[instruction.key]))
        room = client.get(reverse("incident", args=[Incident.objects.get().key])).content.decode()
        assert "本人都已答复" in room
        assert "未确认 1" not in room

    def test_opening_the_instruction_is_reading_the_message(
        self, client: Client, event: Event, cast: Cast
    ) -> None:
        instruction = write_down(event, cast)
        asked = Message.objects.get(cause=f"instruction:{instruction.key}")
        client.force_login(cast.wang)
        client.get(reverse("instruction", args=[instruction.key]))
        asked.refresh_from_db()
        assert asked.read_at is None

        client.force_login(cast.li)
        client.get(reverse("instruction", args=[instruction.key]))
        asked.refresh_from_db()
        assert asked.read_at is not None

    def test_what_was_typed_stays_beside_the_refusal(self, client: Client, event: Event, cast: Cast) -> None:
        client.force_login(cast.wang)
        page = client.post(
            reverse("record-instruction", args=[event.key]), self.given(cast, said_at="2099-01-01T08:00")
        )
        assert page.status_code == 422
        assert "批示的时间不能晚于现在" in page.content.decode()
        assert WORDS in page.content.decode()

    def test_an_order_asks_for_group_and_time(self, client: Client, incident: Incident, cast: Cast) -> None:
        client.force_login(cast.wang)
        address = reverse("record-instruction", args=[incident.event.key])
        page = client.post(address, self.given(cast, kind="ORDER")).content.decode()
        assert "请选交给哪个组。" in page
        assert "请写明何时办完。" in page

    def test_disowning_without_words_shows_the_page_again(
        self, client: Client, event: Event, cast: Cast
    ) -> None:
        instruction = write_down(event, cast)
        client.force_login(cast.li)
        page = client.post(reverse("instruction-disown", args=[instruction.key]), {"answer": ""})
        assert page.status_code == 422
        client.post(reverse("instruction-disown", args=[instruction.key]), {"answer": "我说的是三级"})
        instruction.refresh_from_db()
        assert instruction.state == "DISOWNED"

    def test_an_outsider_finds_no_instruction_of_a_restricted_incident(
        self, client: Client, event: Event, cast: Cast
    ) -> None:
        incident = activate(event, cast.li, restricted=True)
        instruction = write_down(event, cast)
        assert instruction.incident == incident
        client.force_login(cast.zhao)
        assert client.get(reverse("instruction", args=[instruction.key])).status_code == 404
