"""先启动后报告: who the plan names starts the first steps alone; the command ratifies or revokes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.audit.queries import breaks
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed
from guanlan.incidents import jobs
from guanlan.incidents.actions import (
    accept_task,
    change_level,
    complete_task,
    decide_activation,
    ratify,
    record_instruction,
    revoke,
    stand_down,
    start_first,
)
from guanlan.incidents.actions.first import AnsweredAlready, NotYours, OwnStart
from guanlan.incidents.actions.instructions import Said
from guanlan.incidents.actions.moving import NotActive
from guanlan.incidents.levels import NoReason
from guanlan.incidents.models import Decision, Incident, Instruction, Task, TimelineEntry
from guanlan.incidents.offering import NotResponding, Order
from guanlan.incidents.opening import AlreadyActive
from guanlan.incidents.stepping import WrongState
from guanlan.incidents.templatetags.standing import closed_incident
from guanlan.notify.models import Message
from guanlan.people import actions as people
from guanlan.people.models import Membership, Person
from guanlan.watch.models import Event
from incident_scene import DUTIES, level, publish, raise_event

Browser = Callable[..., Client]
WHY = "凌晨两点，指挥部一时联系不上"


def first_plan() -> dict[str, Any]:
    """The scene's plan; 监测组 may start II and III alone, whose first step is to collect the posts."""
    duties = [duty | {"first_step": duty["key"] == "duty.collect"} for duty in DUTIES]
    levels = [
        level("I", "特别重大", "red", 1, 60),
        level("II", "重大", "orange", 2, 120) | {"first_by": ["monitoring"]},
        level("III", "较大", "yellow", 3, 240) | {"first_by": ["monitoring"]},
    ]
    return {"levels": levels, "duties": duties}


@pytest.fixture
def event(cast: Cast, stream: Stream) -> Event:
    publish(cast, **first_plan())
    return raise_event(cast, stream)


@pytest.fixture
def incident(event: Event, cast: Cast) -> Incident:
    return begin(event, cast.wang)


def begin(event: Event, person: Person, level: str = "II") -> Incident:
    decision = start_first(event=event, level=level, reason=WHY, person=person, now=NOW)
    assert decision.incident is not None
    return decision.incident


def later(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def duties_of(incident: Incident) -> list[str]:
    return list(Task.objects.filter(incident=incident).order_by("pk").values_list("duty", flat=True))


class TestStartFirst:
    def test_only_first_steps_become_tasks(self, incident: Incident, cast: Cast) -> None:
        assert incident.state == Incident.State.PROVISIONAL
        assert duties_of(incident) == ["duty.collect"]
        assert (incident.opened_by, incident.level) == (cast.wang, "II")
        # The scene's plan: half an hour for the report to the command.
        assert incident.ratify_by == later(30)

    def test_the_event_is_confirmed_and_under_the_incident(self, incident: Incident, cast: Cast) -> None:
        event = incident.event
        event.refresh_from_db()
        assert (event.confirmed_level, event.confirmed_by, event.under_incident) == ("II", cast.wang, True)

    def test_the_command_is_asked_at_once(self, incident: Incident, cast: Cast) -> None:
        message = Message.objects.get(person=cast.li)
        assert message.title == "王芳先行启动Ⅱ级响应，请 14:35 前追认或撤销：退款三天未到账"
        assert (message.urgency, message.link) == ("URGENT", reverse("incident-ratify", args=[incident.key]))

    def test_timeline_and_audit_say_what_was_started(self, incident: Incident, cast: Cast) -> None:
        entry = Entry.objects.get(verb="incidents.start_first")
        line = TimelineEntry.objects.get(incident=incident, audit_number=entry.number)
        assert line.sentence == f"先行启动Ⅱ级，派先期处置 1 项，14:35 前追认或撤销。{WHY}"
        assert (entry.actor, entry.subject, entry.facts["tasks"]) == (cast.wang.key, incident.key, 1)
        assert list(breaks()) == []

    def test_whoever_is_on_duty_may(self, event: Event, cast: Cast) -> None:
        night = people.add_person(username="night", name="夜班", unit=cast.wang.unit, actor="s", now=NOW)
        people.place(
            person=night, group=cast.groups["monitoring"], role=Membership.Role.MEMBER, actor="s", now=NOW
        )
        with pytest.raises(NotYours):
            begin(event, night)
        people.plan_shift(
            group=cast.groups["monitoring"],
            person=night,
            deputy=None,
            starts_at=later(-1),
            ends_at=later(60),
            actor="s",
            now=NOW,
        )

        assert begin(event, night).opened_by == night

    def test_refuses_a_level_that_the_plan_leaves_to_the_command(self, event: Event, cast: Cast) -> None:
        with pytest.raises(NotYours, match="预案没有让谁先行启动Ⅰ级，请立即报指挥部决定。"):
            begin(event, cast.wang, "I")
        assert not Incident.objects.exists()

    def test_refuses_whoever_the_plan_does_not_name(self, event: Event, cast: Cast) -> None:
        with pytest.raises(NotYours, match="Ⅱ级可由王芳先行启动，您不在其中"):
            begin(event, cast.liu)

    def test_refuses_without_a_reason(self, event: Event, cast: Cast) -> None:
        with pytest.raises(NoReason):
            start_first(event=event, level="II", reason=" ", person=cast.wang, now=NOW)

    def test_nothing_is_started_twice(self, incident: Incident, cast: Cast) -> None:
        sentence = "王芳于 14:05 已先行启动Ⅱ级响应（GL-2026-001），请打开应急事件追认或撤销"
        with pytest.raises(AlreadyActive, match=sentence):
            begin(incident.event, cast.wang)
        with pytest.raises(AlreadyActive, match=sentence):
            decide_activation(event=incident.event, level="II", reason="启动", person=cast.li, now=NOW)

    @pytest.mark.django_db(transaction=True)
    def test_two_at_once_start_it_once(self, event: Event, cast: Cast, at_once: AtOnce) -> None:
        assert at_once(lambda: begin(event, cast.wang)) == ["AlreadyActive", "done"]

    def test_until_ratified_nothing_else_moves(self, incident: Incident, cast: Cast) -> None:
        with pytest.raises(NotActive, match="请在追认时一并定级"):
            change_level(incident=incident, level="I", reason="升", person=cast.li, now=NOW)
        with pytest.raises(WrongState):
            stand_down(incident=incident, reason="完", person=cast.li, now=NOW)


class TestRatify:
    def test_the_other_duties_become_tasks_now(self, incident: Incident, cast: Cast) -> None:
        decision = ratify(incident=incident, level="II", reason="同意", person=cast.li, now=later(12))

        incident.refresh_from_db()
        assert (incident.state, incident.ratified_at, incident.ask_again_at) == ("ACTIVE", later(12), None)
        assert duties_of(incident) == ["duty.collect", "duty.contact", "duty.answer"]
        contact = Task.objects.get(duty="duty.contact")
        assert (contact.offered_at, contact.due_at) == (later(12), later(12 + 240))
        assert (decision.kind, decision.person) == (Decision.Kind.RATIFY, cast.li)

    def test_at_a_higher_level_its_duties_come_too(self, incident: Incident, cast: Cast) -> None:
        ratify(incident=incident, level="I", reason="更重", person=cast.li, now=later(12))

        incident.refresh_from_db()
        assert incident.level == "I"
        assert "duty.opinion" in duties_of(incident)
        collect = Task.objects.get(duty="duty.collect")
        assert collect.due_at == later(12 + 30)  # level I: half an hour, sooner than the hour of level II

    def test_who_started_hears_of_it(self, incident: Incident, cast: Cast) -> None:
        ratify(incident=incident, level="II", reason="同意", person=cast.li, now=later(12))

        assert Message.objects.filter(person=cast.wang, title="指挥部已追认：退款三天未到账").count() == 1

    def test_only_the_command_may(self, incident: Incident, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            ratify(incident=incident, level="II", reason="同意", person=cast.liu, now=NOW)

    def test_whoever_started_does_not_ratify(self, event: Event, cast: Cast) -> None:
        people.place(
            person=cast.li,
            group=cast.groups["monitoring"],
            role=Membership.Role.DEPUTY,
            actor="s",
            now=NOW,
        )
        own = begin(event, cast.li)

        with pytest.raises(OwnStart, match="要由指挥部的另一个人追认或撤销"):
            ratify(incident=own, level="II", reason="同意", person=cast.li, now=NOW)
        with pytest.raises(OwnStart):
            revoke(incident=own, reason="不必", person=cast.li, now=NOW)

    def test_answered_once(self, incident: Incident, cast: Cast) -> None:
        ratify(incident=incident, level="II", reason="同意", person=cast.li, now=NOW)

        with pytest.raises(AnsweredAlready, match="现在是“响应中”，不用再追认或撤销"):
            revoke(incident=incident, reason="不必", person=cast.li, now=NOW)

    @pytest.mark.django_db(transaction=True)
    def test_two_at_once_answer_it_once(self, incident: Incident, cast: Cast, at_once: AtOnce) -> None:
        def answer() -> None:
            ratify(incident=incident, level="II", reason="同意", person=cast.li, now=NOW)

        assert at_once(answer) == ["AnsweredAlready", "done"]
        assert duties_of(incident) == ["duty.collect", "duty.contact", "duty.answer"]

    def test_by_word_of_mouth(self, incident: Incident, cast: Cast) -> None:
        said = Said(cast.li, "同意，按二级走", NOW, Instruction.Channel.PHONE)
        record_instruction(
            event=incident.event,
            said=said,
            kind=Instruction.Kind.ACTIVATE,
            level="II",
            recorder=cast.wang,
            now=later(5),
        )

        incident.refresh_from_db()
        assert incident.state == Incident.State.ACTIVE
        entry = Entry.objects.get(verb="incidents.ratify")
        assert (entry.actor, entry.facts["decided_by"]) == (cast.wang.key, cast.li.key)

    def test_the_page_of_spoken_words_offers_it(
        self, incident: Incident, cast: Cast, sign_in: Browser
    ) -> None:
        given = {
            "said_by": cast.li.key,
            "channel": "PHONE",
            "said_at": "2026-11-20T14:05",
            "words": "同意，按二级走",
            "kind": "ACTIVATE",
            "level": "II",
        }
        answer = sign_in(cast.wang).post(reverse("record-instruction", args=[incident.event.key]), given)

        assert answer.status_code == 302
        incident.refresh_from_db()
        assert incident.state == Incident.State.ACTIVE

    def test_no_order_before_it_by_word_of_mouth_either(self, incident: Incident, cast: Cast) -> None:
        with pytest.raises(NotResponding, match="先行启动的请先追认"):
            record_instruction(
                event=incident.event,
                said=Said(cast.li, "清点退款", NOW, Instruction.Channel.PHONE),
                kind=Instruction.Kind.ORDER,
                order=Order(cast.groups["service"], later(60)),
                recorder=cast.wang,
                now=later(5),
            )
        assert not Instruction.objects.exists()


class TestRevoke:
    def test_what_is_open_stops_and_the_event_goes_back(self, incident: Incident, cast: Cast) -> None:
        revoke(incident=incident, reason="是旧闻", person=cast.li, now=later(9))

        incident.refresh_from_db()
        incident.event.refresh_from_db()
        task = Task.objects.get(incident=incident)
        assert (incident.state, incident.closed_at) == ("REVOKED", later(9))
        assert (task.state, task.result, task.next_look_at) == ("WAIVED", "先行启动被撤销：是旧闻", None)
        assert not incident.event.under_incident
        assert Message.objects.filter(person=cast.wang, title="先行启动已撤销：退款三天未到账").count() == 1

    def test_what_was_done_stays_done(self, incident: Incident, cast: Cast) -> None:
        task = Task.objects.get(incident=incident)
        accept_task(task=task, person=cast.wang, now=NOW)
        complete_task(task=task, words="汇总完", person=cast.wang, now=later(5))

        revoke(incident=incident, reason="是旧闻", person=cast.li, now=later(9))

        task.refresh_from_db()
        assert (task.state, task.closed_at) == ("DONE", later(5))

    def test_what_waits_to_be_checked_stops_too(self, event: Event, cast: Cast) -> None:
        started = begin(event, cast.wang)
        task = Task.objects.get(incident=started)
        Task.objects.update(checked_by="command")
        accept_task(task=task, person=cast.wang, now=NOW)
        complete_task(task=task, words="汇总完", person=cast.wang, now=later(5))

        revoke(incident=started, reason="是旧闻", person=cast.li, now=later(9))

        task.refresh_from_db()
        assert (task.state, task.check_by) == ("WAIVED", None)

    def test_it_is_no_precedent(self, incident: Incident, cast: Cast) -> None:
        revoke(incident=incident, reason="是旧闻", person=cast.li, now=later(9))

        assert closed_incident(incident.event, cast.li) is None

    def test_the_event_may_be_started_anew(self, incident: Incident, cast: Cast) -> None:
        revoke(incident=incident, reason="等核实", person=cast.li, now=later(9))

        decision = decide_activation(
            event=incident.event, level="II", reason="已核实", person=cast.li, now=later(30)
        )

        assert decision.incident is not None
        assert decision.incident.number == "GL-2026-002"


def test_what_was_waived_with_it_is_not_done(
    incident: Incident, cast: Cast, sign_in: Callable[..., Client]
) -> None:
    revoke(incident=incident, reason="同名的商场", person=cast.li, now=later(12))

    room = sign_in(cast.li).get(reverse("incident", args=[incident.key])).content.decode()
    assert "免办 0" not in room
    assert "办结 0 / " in room
    figures = sign_in(cast.li).get(reverse("incident-kpis", args=[incident.key])).content.decode()
    assert "没有按预案响应，不计偏离" in figures


class TestAskedAgain:
    def test_each_round_until_the_fourth(self, incident: Incident, cast: Cast) -> None:
        for minute in range(1, 400):
            while jobs.ask_next_again(lambda _stream, minute=minute: later(minute)):  # type: ignore[misc]
                pass

        # Half an hour each: at once, at 30, 60, 90 and 120 minutes.
        asked = Message.objects.filter(person=cast.li).order_by("created_at")
        assert [message.created_at for message in asked] == [later(30 * number) for number in range(5)]
        lines = TimelineEntry.objects.filter(sentence__startswith="追认已").order_by("at")
        assert [line.sentence for line in lines][:2] == [
            "追认已到时，再次告知李敏",
            "追认已超 30 分，再次告知李敏",
        ]

    def test_nobody_is_asked_once_it_is_answered(self, incident: Incident, cast: Cast) -> None:
        ratify(incident=incident, level="II", reason="同意", person=cast.li, now=later(12))

        assert not jobs.ask_next_again(lambda _stream: later(60))

    @pytest.mark.django_db(transaction=True)
    def test_two_workers_ask_once(self, incident: Incident, cast: Cast, at_once: AtOnce) -> None:
        at_once(lambda: jobs.ask_next_again(lambda _stream: later(30)))

        assert TimelineEntry.objects.filter(sentence__startswith="追认已").count() == 1


class TestPages:
    def test_the_event_offers_it_to_whom_the_plan_names(
        self, event: Event, cast: Cast, sign_in: Browser
    ) -> None:
        address = reverse("start-first", args=[event.key])

        for person, offered in ((cast.wang, True), (cast.liu, False)):
            shown = sign_in(person).get(reverse("event", args=[event.key])).content.decode()
            assert (address in shown) is offered

    def test_starts_it_from_the_checklist(self, event: Event, cast: Cast, sign_in: Browser) -> None:
        browser = sign_in(cast.wang)
        address = reverse("start-first", args=[event.key])
        shown = browser.get(address).content.decode()
        assert "派先期处置 1 项：汇总帖文（监测组，15:05 前办完）" in shown

        answer = browser.post(address, {"level": "II", "reason": WHY})

        incident = Incident.objects.get()
        assert answer["Location"] == reverse("incident", args=[incident.key])
        room = strip_tags(browser.get(answer["Location"]).content.decode())
        assert "王芳先行启动，只派了先期处置；指挥部 14:35 前追认或撤销。" in room
        assert "追认或撤销" not in room.replace("前追认或撤销", "")  # not hers to answer

    def test_says_who_may_to_whoever_may_not(self, event: Event, cast: Cast, sign_in: Browser) -> None:
        shown = sign_in(cast.liu).get(reverse("start-first", args=[event.key])).content.decode()

        assert "按现行预案，您不能先行启动" in shown
        assert "王芳" in shown

    def test_a_refusal_keeps_what_was_typed(self, incident: Incident, cast: Cast, sign_in: Browser) -> None:
        answer = sign_in(cast.li).post(
            reverse("incident-ratify", args=[incident.key]), {"choice": "II", "reason": ""}
        )
        assert answer.status_code == 422

    def test_the_command_ratifies_on_its_card(self, incident: Incident, cast: Cast, sign_in: Browser) -> None:
        browser = sign_in(cast.li)
        address = reverse("incident-ratify", args=[incident.key])
        assert address in browser.get(reverse("home")).content.decode()
        shown = browser.get(address).content.decode()
        assert "王芳已先行启动Ⅱ级，追认还是撤销" in shown.replace('</span><span class="cl">', "")
        assert Message.objects.get(person=cast.li).read_at == NOW

        answer = browser.post(address, {"choice": "I", "reason": "更重"})

        assert answer["Location"] == reverse("incident", args=[incident.key])
        incident.refresh_from_db()
        assert (incident.state, incident.level) == ("ACTIVE", "I")

    def test_the_command_revokes_on_its_card(self, incident: Incident, cast: Cast, sign_in: Browser) -> None:
        browser = sign_in(cast.li)
        browser.post(
            reverse("incident-ratify", args=[incident.key]), {"choice": "revoke", "reason": "是旧闻"}
        )

        room = browser.get(reverse("incident", args=[incident.key])).content.decode()
        assert "先行启动已于 14:05 撤销" in room

    def test_others_may_only_look(self, incident: Incident, cast: Cast, sign_in: Browser) -> None:
        browser = sign_in(cast.zhao)
        address = reverse("incident-ratify", args=[incident.key])
        assert "您可以看，不能定" in browser.get(address).content.decode()

        answer = browser.post(address, {"choice": "II", "reason": "同意"})

        assert answer.status_code == 403
        incident.refresh_from_db()
        assert incident.state == Incident.State.PROVISIONAL
