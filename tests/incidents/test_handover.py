"""A shift is handed over by a sheet that the system drafts and two persons sign."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.documents.frozen import Frozen, freeze
from guanlan.incidents.actions import accept_task, decide_observing, record_instruction
from guanlan.incidents.actions.instructions import Said
from guanlan.incidents.handover.actions import (
    Altered,
    NotYourShift,
    StillOpen,
    TakenAlready,
    sign_handover,
    take_over,
)
from guanlan.incidents.handover.gathering import sheet
from guanlan.incidents.handover.jobs import chase_next_handover
from guanlan.incidents.handover.models import Handover
from guanlan.incidents.handover.queries import blocks, is_unaltered, successors
from guanlan.incidents.models import Incident
from guanlan.intake.models import Source
from guanlan.notify.models import Message
from guanlan.people import actions as people
from guanlan.people.models import Group, Person
from guanlan.watch.models import Event
from incident_scene import activate, publish, raise_event, task_of

Browser = Callable[[Person], Client]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def sun(cast: Cast) -> Person:
    """The second member of the monitoring group; 王芳 leads it and has the shift until 22:05."""
    person = people.add_person(username="sun", name="孙悦", unit=cast.li.unit, actor="system", now=NOW)
    people.place(person=person, group=cast.groups["monitoring"], role="MEMBER", actor="system", now=NOW)
    for who, hour in ((cast.wang, 0), (person, 8)):
        people.plan_shift(
            group=cast.groups["monitoring"],
            person=who,
            deputy=None,
            starts_at=NOW + timedelta(hours=hour),
            ends_at=NOW + timedelta(hours=hour + 8),
            actor="system",
            now=NOW,
        )
    return person


@pytest.fixture
def incident(cast: Cast, stream: Stream) -> Incident:
    publish(cast)
    return activate(raise_event(cast, stream), cast.li)


def hand_over(
    cast: Cast, stream: Stream, successor: Person, words: str = "微博热搜每半小时看一次"
) -> Handover:
    return sign_handover(
        group=cast.groups["monitoring"],
        successor=successor,
        words=words,
        stream=stream,
        leaver=cast.wang,
        now=NOW,
    )


def sections(group: Group, leaver: Person, stream: Stream) -> dict[str, list[str]]:
    """What a draft says under each heading, a row as its words joined."""
    found: dict[str, list[str]] = {}
    for block in blocks(freeze(sheet(group, leaver, stream=stream, now=NOW)).content()):
        if block["kind"] == "heading":
            found[block["words"]] = here = []
        elif block["kind"] == "table":
            here += [" ".join(words for _head, words in row) for row in block["rows"]]
        else:
            here.append(block["text"])
    return found


class TestDraft:
    def test_says_so_when_nothing_is_open(self, cast: Cast, stream: Stream) -> None:
        found = sections(cast.groups["monitoring"], cast.wang, stream)

        assert list(found.items()) == [
            ("交班人的话", ["没有另外要说的。"]),
            ("等确认的事件", ["没有等确认的事件。"]),
            ("响应中的应急事件", ["没有响应中的应急事件。"]),
            ("未办结的任务", ["没有未办结的任务。"]),
            ("未确认的批示", ["没有未确认的批示。"]),
            ("到时要复核的", ["没有约定复核的事件。"]),
            ("没有数据的来源", ["来源都正常。"]),
        ]

    def test_lists_what_is_open_with_its_clock(self, incident: Incident, cast: Cast, stream: Stream) -> None:
        accept_task(task=task_of(incident, "duty.contact"), person=cast.liu, now=NOW)
        waiting = raise_event(cast, stream, "e2", "门店停业")
        Event.objects.filter(pk=waiting.pk).update(confirm_by=NOW + 7 * MINUTE)
        watched = raise_event(cast, stream, "e3", "客服态度差")
        decide_observing(
            event=watched, reason="声量小", review_at=NOW + timedelta(hours=2), person=cast.li, now=NOW
        )
        record_instruction(
            event=incident.event,
            said=Said(cast.li, "先垫付", NOW - MINUTE, "PHONE"),
            kind="REMARK",
            recorder=cast.wang,
            now=NOW,
        )
        Source.objects.create(
            stream=stream,
            unit=cast.li.unit,
            kind=Source.Kind.FILE,
            name="黑猫投诉",
            silent_since=NOW - timedelta(hours=3),
        )

        found = sections(cast.groups["monitoring"], cast.wang, stream)

        assert found["等确认的事件"] == ["门店停业 Ⅱ级 14:12，剩 7 分"]
        assert found["响应中的应急事件"] == ["退款三天未到账 GL-2026-001 Ⅱ级 14:15，剩 10 分"]
        assert found["未办结的任务"] == [
            "汇总帖文 监测组 接手 14:15，剩 10 分",
            "发布首次回应 媒体沟通组 接手 14:15，剩 10 分",
            "逐一联系客户 刘洋 办结 18:05，剩 4 时 0 分",
        ]
        assert found["未确认的批示"] == ["先垫付 李敏 14:04"]
        assert found["到时要复核的"] == ["客服态度差 李敏 16:05，剩 2 时 0 分"]
        assert found["没有数据的来源"] == ["黑猫投诉 静默 自 11:05"]

    def test_another_group_hands_over_its_own_tasks(
        self, incident: Incident, cast: Cast, stream: Stream
    ) -> None:
        found = sections(cast.groups["service"], cast.liu, stream)

        assert found["未办结的任务"] == ["逐一联系客户 客服应对组 接手 14:15，剩 10 分"]

    def test_what_is_restricted_is_not_written_down(self, cast: Cast, stream: Stream) -> None:
        publish(cast)
        activate(raise_event(cast, stream), cast.li, restricted=True)

        found = sections(cast.groups["command"], cast.li, stream)

        assert found["响应中的应急事件"] == ["没有响应中的应急事件。"]
        assert found["未办结的任务"] == ["没有未办结的任务。"]
        assert "有限定知悉范围的事项，不写在这里，请当面交接。" in found["没有数据的来源"]


class TestSignHandover:
    def test_freezes_the_sheet_and_asks_the_successor(
        self, incident: Incident, cast: Cast, stream: Stream, sun: Person
    ) -> None:
        handover = hand_over(cast, stream, sun)

        canonical = json.dumps(handover.frozen, ensure_ascii=False, sort_keys=True).encode()
        assert handover.sha256 == Frozen(canonical).sha256
        assert "微博热搜每半小时看一次" in canonical.decode()
        assert handover.sign_by == NOW + 15 * MINUTE
        message = Message.objects.get(person=sun)
        assert message.title == "王芳交班，请看过签字：监测组，14:20 前"
        assert message.link == f"/handovers/{handover.key}/"

    def test_stays_as_it_was_when_things_move_on(
        self, incident: Incident, cast: Cast, stream: Stream, sun: Person
    ) -> None:
        handover = hand_over(cast, stream, sun)
        accept_task(task=task_of(incident, "duty.collect"), person=cast.wang, now=NOW + MINUTE)

        handover.refresh_from_db()
        assert is_unaltered(handover)
        assert "王芳" not in json.dumps(handover.frozen["blocks"], ensure_ascii=False)

    def test_writes_one_audit_row_with_the_hash_and_no_words(
        self, cast: Cast, stream: Stream, sun: Person
    ) -> None:
        handover = hand_over(cast, stream, sun)

        [entry] = Entry.objects.filter(verb="incidents.sign_handover")
        assert (entry.actor, entry.subject) == (cast.wang.key, handover.key)
        assert entry.facts == {"group": cast.groups["monitoring"].key, "sha256": handover.sha256}

    def test_refuses_somebody_outside_the_group(self, cast: Cast, stream: Stream, sun: Person) -> None:
        with pytest.raises(NotYourShift, match="您不在监测组，不能交它的班。"):
            sign_handover(
                group=cast.groups["monitoring"],
                successor=sun,
                words="",
                stream=stream,
                leaver=cast.liu,
                now=NOW,
            )

    @pytest.mark.parametrize("whom", ["liu", "wang"])
    def test_refuses_a_successor_outside_it_or_oneself(
        self, cast: Cast, stream: Stream, sun: Person, whom: str
    ) -> None:
        with pytest.raises(NotYourShift, match="要交给监测组的另一位成员"):
            hand_over(cast, stream, getattr(cast, whom))

    def test_refuses_another_while_the_last_waits(self, cast: Cast, stream: Stream, sun: Person) -> None:
        hand_over(cast, stream, sun)

        with pytest.raises(StillOpen, match="监测组 14:05 的交接单还等孙悦签字"):
            hand_over(cast, stream, sun)

    def test_offers_whoever_is_next_on_the_roster_first(
        self, cast: Cast, stream: Stream, sun: Person
    ) -> None:
        for username, name in (("he", "何平"), ("ma", "马俊")):
            person = people.add_person(
                username=username, name=name, unit=cast.li.unit, actor="system", now=NOW
            )
            people.place(
                person=person, group=cast.groups["monitoring"], role="DEPUTY", actor="system", now=NOW
            )

        found = successors(cast.groups["monitoring"], cast.wang, at=NOW)
        assert [person.name for person in found] == ["孙悦", "何平", "马俊"]


class TestTakeOver:
    def test_signs_the_sheet(self, cast: Cast, stream: Stream, sun: Person) -> None:
        handover = take_over(handover=hand_over(cast, stream, sun), person=sun, now=NOW + 4 * MINUTE)

        assert handover.taken_at == NOW + 4 * MINUTE
        entry = Entry.objects.latest("number")
        assert (entry.verb, entry.actor, entry.facts["sha256"]) == (
            "incidents.take_over",
            sun.key,
            handover.sha256,
        )

    def test_refuses_everybody_else(self, cast: Cast, stream: Stream, sun: Person) -> None:
        with pytest.raises(NotYourShift, match="等孙悦签字，别人不能代签"):
            take_over(handover=hand_over(cast, stream, sun), person=cast.wang, now=NOW)

    def test_refuses_signing_twice(self, cast: Cast, stream: Stream, sun: Person) -> None:
        handover = take_over(handover=hand_over(cast, stream, sun), person=sun, now=NOW)

        with pytest.raises(TakenAlready, match="您 14:05 已经签过"):
            take_over(handover=handover, person=sun, now=NOW + MINUTE)

    def test_refuses_what_was_altered_since(self, cast: Cast, stream: Stream, sun: Person) -> None:
        handover = hand_over(cast, stream, sun)
        Handover.objects.update(frozen=handover.frozen | {"title": "别的"})

        with pytest.raises(Altered, match="与签字时的校验码不符"):
            take_over(handover=handover, person=sun, now=NOW)

    def test_then_the_next_may_be_written(self, cast: Cast, stream: Stream, sun: Person) -> None:
        take_over(handover=hand_over(cast, stream, sun), person=sun, now=NOW)

        assert hand_over(cast, stream, sun).taken_at is None


class TestChase:
    def test_tells_the_lead_once_when_nobody_signed_in_time(
        self, cast: Cast, stream: Stream, sun: Person
    ) -> None:
        handover = hand_over(cast, stream, sun)

        assert not chase_next_handover(lambda _stream: NOW + 14 * MINUTE)
        assert chase_next_handover(lambda _stream: NOW + 16 * MINUTE)
        assert not chase_next_handover(lambda _stream: NOW + 60 * MINUTE)

        message = Message.objects.get(cause=f"handover:{handover.key}", person=cast.wang)
        assert message.title == "孙悦接班还没签字，已过 16 分：监测组"
        assert Entry.objects.filter(verb="incidents.chase_handover", subject=handover.key).count() == 1

    def test_a_lead_who_has_to_sign_is_told_on_to_the_command(
        self, cast: Cast, stream: Stream, sun: Person
    ) -> None:
        sign_handover(
            group=cast.groups["monitoring"],
            successor=cast.wang,
            words="",
            stream=stream,
            leaver=sun,
            now=NOW,
        )
        chase_next_handover(lambda _stream: NOW + 15 * MINUTE)

        assert Message.objects.latest("pk").person == cast.li

    def test_what_was_signed_is_left_alone(self, cast: Cast, stream: Stream, sun: Person) -> None:
        take_over(handover=hand_over(cast, stream, sun), person=sun, now=NOW)

        assert not chase_next_handover(lambda _stream: NOW + 60 * MINUTE)


class TestPages:
    def test_who_leaves_reads_the_draft_and_signs(
        self, incident: Incident, cast: Cast, sun: Person, sign_in: Browser
    ) -> None:
        browser, address = (
            sign_in(cast.wang),
            reverse("handover-draft", args=[cast.groups["monitoring"].key]),
        )
        assert address in browser.get(reverse("handovers")).content.decode()
        shown = browser.get(address).content.decode()
        assert "退款三天未到账" in shown
        assert f'value="{sun.key}" selected' in shown

        answer = browser.post(address, {"successor": sun.key, "words": "盯微博"}, follow=True)

        shown = answer.content.decode()
        assert "已签字，" in shown
        assert "盯微博" in shown
        assert "看过了，签字接班" not in shown

    def test_who_comes_signs(self, cast: Cast, stream: Stream, sun: Person, sign_in: Browser) -> None:
        handover, browser = hand_over(cast, stream, sun), sign_in(sun)
        assert "接班：监测组" in browser.get(reverse("home")).content.decode()
        assert "等您签字" in browser.get(reverse("handovers")).content.decode()
        assert "看过了，签字接班" in browser.get(reverse("handover", args=[handover.key])).content.decode()

        answer = browser.post(reverse("handover-take", args=[handover.key]), follow=True)

        assert "已接班。" in answer.content.decode()
        assert "看过了，签字接班" not in answer.content.decode()
        handover.refresh_from_db()
        assert handover.taken_at == NOW
        assert Message.objects.get(person=sun).read_at == NOW

    def test_somebody_else_is_refused_in_a_sentence(
        self, cast: Cast, stream: Stream, sun: Person, sign_in: Browser
    ) -> None:
        handover, browser = hand_over(cast, stream, sun), sign_in(cast.zhao)

        refused = browser.post(reverse("handover-take", args=[handover.key]))

        assert refused.status_code == 403
        assert "别人不能代签" in refused.content.decode()
        draft = browser.get(reverse("handover-draft", args=[cast.groups["monitoring"].key]))
        assert "您不在这个组，不能交它的班。" in draft.content.decode()

    def test_who_is_alone_in_the_group_reads_what_to_do(
        self, cast: Cast, stream: Stream, sign_in: Browser
    ) -> None:
        address = reverse("handover-draft", args=[cast.groups["monitoring"].key])

        assert "组里没有别人可以接班" in sign_in(cast.wang).get(address).content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_who_hand_over_at_once_leave_one_sheet(
    cast: Cast, stream: Stream, sun: Person, at_once: AtOnce
) -> None:
    assert at_once(lambda: hand_over(cast, stream, sun)) == ["StillOpen", "done"]
    assert Handover.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_signature_of_two_at_once_counts(
    cast: Cast, stream: Stream, sun: Person, at_once: AtOnce
) -> None:
    handover = hand_over(cast, stream, sun)

    outcomes = at_once(lambda: take_over(handover=handover, person=sun, now=NOW + MINUTE))

    assert outcomes == ["TakenAlready", "done"]
