"""Who may see a restricted incident: let in by name, taken out again, kept in by their work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.audit.queries import breaks
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed
from guanlan.incidents.actions import accept_task, complete_task, decide_observing, let_in, take_out
from guanlan.incidents.actions.access import (
    InsideAlready,
    NotRestricted,
    OutsideAlready,
    OutsideYourself,
    StaysInside,
)
from guanlan.incidents.models import Access, Decision, Incident, TimelineEntry
from guanlan.media.actions import draft_statement, return_statement, revise_statement, submit_statement
from guanlan.notify.models import Message
from guanlan.people import actions as people
from guanlan.people.models import Person
from guanlan.watch.models import Event
from incident_scene import activate, publish, raise_event, task_of

LATER = NOW + timedelta(minutes=30)
Browser = Callable[[Person], Client]

CHAIN = {
    "key": "approval.statement",
    "name": "声明",
    "purpose": "statement",
    "levels": ["I", "II"],
    "authors": ["role.media"],
    "steps": [{"key": "step.legal", "role": "role.legal", "minutes": 30}],
}


@pytest.fixture
def event(cast: Cast, stream: Stream) -> Event:
    publish(cast, approvals=[CHAIN])
    return raise_event(cast, stream)


@pytest.fixture
def secret(event: Event, cast: Cast) -> Incident:
    """Inside are 李 who decided, and 王, 刘, 陈 whose groups have tasks at II."""
    return activate(event, cast.li, restricted=True)


@pytest.fixture
def he(cast: Cast) -> Person:
    """Another member of the command, who is not inside."""
    person = people.add_person(username="he", name="何川", unit=cast.li.unit, actor="system", now=NOW)
    people.place(person=person, group=cast.groups["command"], role="MEMBER", actor="system", now=NOW)
    return person


def enter(incident: Incident, guest: Person, person: Person) -> None:
    let_in(incident=incident, guest=guest, person=person, now=NOW)


def leave(incident: Incident, guest: Person, person: Person) -> None:
    take_out(incident=incident, guest=guest, person=person, now=LATER)


def sees(incident: Incident, person: Person) -> bool:
    return Incident.visible_to(person).filter(pk=incident.pk).exists()


class TestLetIn:
    def test_opens_a_restricted_incident_to_one_more(self, secret: Incident, cast: Cast) -> None:
        assert not sees(secret, cast.zhou)

        enter(secret, cast.zhou, cast.li)

        assert sees(secret, cast.zhou)
        assert not sees(secret, cast.zhao)
        message = Message.objects.get(person=cast.zhou)
        assert (message.title, message.link) == (
            "李敏请您知悉：退款三天未到账",
            f"/incidents/{secret.key}/",
        )

    def test_writes_audit_row_and_timeline(self, secret: Incident, cast: Cast) -> None:
        enter(secret, cast.zhou, cast.li)

        line = TimelineEntry.objects.latest("pk")
        entry = Entry.objects.get(number=line.audit_number)
        assert line.sentence == "周宁加入知悉范围"
        assert (entry.verb, entry.actor, entry.facts) == (
            "incidents.let_in",
            cast.li.key,
            {"guest": cast.zhou.key},
        )
        assert list(breaks()) == []

    def test_refuses_twice(self, secret: Incident, cast: Cast) -> None:
        enter(secret, cast.zhou, cast.li)

        with pytest.raises(InsideAlready, match="周宁已经能看到"):
            enter(secret, cast.zhou, cast.li)

    def test_refuses_for_an_open_incident(self, event: Event, cast: Cast) -> None:
        with pytest.raises(NotRestricted):
            enter(activate(event, cast.li), cast.zhou, cast.li)

    def test_refuses_a_person_without_the_right(self, secret: Incident, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            enter(secret, cast.zhou, cast.liu)

    def test_refuses_a_commander_who_is_outside(self, secret: Incident, cast: Cast, he: Person) -> None:
        with pytest.raises(OutsideYourself):
            enter(secret, he, he)

    @pytest.mark.django_db(transaction=True)
    def test_two_at_once_let_in_once(self, secret: Incident, cast: Cast, at_once: AtOnce) -> None:
        assert at_once(lambda: enter(secret, cast.zhou, cast.li)) == ["InsideAlready", "done"]

        assert Access.objects.filter(person=cast.zhou).count() == 1


class TestTakeOut:
    @pytest.fixture
    def guest(self, secret: Incident, cast: Cast) -> Person:
        enter(secret, cast.zhou, cast.li)
        return cast.zhou

    def test_closes_the_row_and_tells_without_naming_the_incident(
        self, secret: Incident, guest: Person, cast: Cast
    ) -> None:
        leave(secret, guest, cast.li)

        assert not sees(secret, guest)
        assert Access.objects.get(person=guest).closed_at == LATER
        message = Message.objects.filter(person=guest).latest("pk")
        assert message.title == "您不再在一个限知悉范围事件的名单里，如有疑问请问李敏"
        assert secret.key not in message.link

    def test_writes_audit_row_and_timeline(self, secret: Incident, guest: Person, cast: Cast) -> None:
        leave(secret, guest, cast.li)

        line = TimelineEntry.objects.latest("pk")
        entry = Entry.objects.get(number=line.audit_number)
        assert (line.sentence, entry.verb) == ("周宁移出知悉范围", "incidents.take_out")
        assert entry.facts == {"guest": guest.key}

    def test_may_be_let_in_again_and_is_told_again(self, secret: Incident, guest: Person, cast: Cast) -> None:
        leave(secret, guest, cast.li)

        enter(secret, guest, cast.li)

        assert sees(secret, guest)
        assert Access.objects.filter(person=guest).count() == 2
        assert Message.objects.filter(person=guest, title__startswith="李敏请您知悉").count() == 2

    def test_who_works_on_a_task_stays_until_it_is_done(self, secret: Incident, cast: Cast) -> None:
        task = accept_task(task=task_of(secret, "duty.contact"), person=cast.liu, now=NOW)
        with pytest.raises(StaysInside, match="不能移出刘洋：任务“逐一联系客户”由其办理"):
            leave(secret, cast.liu, cast.li)
        complete_task(task=task, words="已联系", person=cast.liu, now=NOW)

        leave(secret, cast.liu, cast.li)

        assert not sees(secret, cast.liu)

    def test_whose_group_has_a_task_to_accept_stays(self, secret: Incident, cast: Cast) -> None:
        with pytest.raises(StaysInside, match="任务“发布首次回应”等其所在的媒体沟通组接手"):
            leave(secret, cast.chen, cast.li)

    def test_who_must_sign_stays_while_it_is_awaited(
        self, secret: Incident, guest: Person, cast: Cast
    ) -> None:
        statement = draft_statement(
            incident=secret, kind="ATTITUDE", title="说明", body="已垫付。", person=cast.chen, now=NOW
        )
        submit_statement(statement=statement, person=cast.chen, now=NOW)
        with pytest.raises(StaysInside, match="不能移出周宁：有声明等其签字"):
            leave(secret, guest, cast.li)

        revise_statement(statement=statement, title="说明", body="已全部垫付。", person=cast.chen, now=NOW)
        leave(secret, guest, cast.li)
        submit_statement(statement=statement, person=cast.chen, now=NOW)

        # Nobody who may sign is inside: they are let in, and asked.
        assert sees(secret, guest)
        version = statement.text.versions.latest("number")
        return_statement(statement=statement, sha256=version.sha256, reason="缺日期", person=guest, now=NOW)
        leave(secret, guest, cast.li)
        assert not sees(secret, guest)

    def test_refuses_taking_oneself_out(self, secret: Incident, cast: Cast) -> None:
        with pytest.raises(StaysInside, match="不能移出自己"):
            leave(secret, cast.li, cast.li)

    def test_refuses_twice(self, secret: Incident, guest: Person, cast: Cast) -> None:
        leave(secret, guest, cast.li)

        with pytest.raises(OutsideAlready, match="周宁已经不在"):
            leave(secret, guest, cast.li)

    def test_refuses_a_person_without_the_right(self, secret: Incident, guest: Person, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            leave(secret, guest, cast.liu)

    def test_refuses_a_commander_who_is_outside(
        self, secret: Incident, guest: Person, cast: Cast, he: Person
    ) -> None:
        with pytest.raises(OutsideYourself):
            leave(secret, guest, he)

    @pytest.mark.django_db(transaction=True)
    def test_two_at_once_take_out_once(self, secret: Incident, cast: Cast, at_once: AtOnce) -> None:
        enter(secret, cast.zhou, cast.li)

        assert at_once(lambda: leave(secret, cast.zhou, cast.li)) == ["OutsideAlready", "done"]

        assert Entry.objects.filter(verb="incidents.take_out").count() == 1


class TestSigners:
    def test_only_those_inside_are_asked_where_there_are_any(self, secret: Incident, cast: Cast) -> None:
        sun = people.add_person(username="sun", name="孙悦", unit=cast.li.unit, actor="system", now=NOW)
        people.place(person=sun, group=cast.groups["legal"], role="MEMBER", actor="system", now=NOW)
        enter(secret, cast.zhou, cast.li)
        statement = draft_statement(
            incident=secret, kind="ATTITUDE", title="说明", body="已垫付。", person=cast.chen, now=NOW
        )

        submit_statement(statement=statement, person=cast.chen, now=NOW)

        assert Message.objects.filter(person=cast.zhou, title="请批准第 1 版：说明").exists()
        assert not Message.objects.filter(person=sun).exists()
        assert not sees(secret, sun)


class TestPages:
    def test_the_room_lists_who_may_see(self, secret: Incident, cast: Cast, sign_in: Browser) -> None:
        shown = sign_in(cast.liu).get(reverse("incident", args=[secret.key])).content.decode()

        assert "可以看见的人 4" in shown
        for name in ("李敏", "王芳", "刘洋", "陈晓"):
            assert name in shown

    def test_an_open_incident_has_no_list(self, event: Event, cast: Cast, sign_in: Browser) -> None:
        incident = activate(event, cast.li)

        browser = sign_in(cast.li)
        assert "可以看见的人" not in browser.get(reverse("incident", args=[incident.key])).content.decode()
        shown = browser.get(reverse("incident-access", args=[incident.key])).content.decode()
        assert "没有限定知悉范围" in shown

    def test_lets_in_by_name_and_takes_out(self, secret: Incident, cast: Cast, sign_in: Browser) -> None:
        browser, address = sign_in(cast.li), reverse("incident-access", args=[secret.key])

        assert browser.post(address, {"guest": cast.zhou.key}).status_code == 302
        shown = browser.get(address).content.decode()
        assert "周宁已加入，并已告知本人" in shown
        out = reverse("incident-take-out", args=[secret.key, cast.zhou.key])
        assert out in shown
        assert browser.post(out).status_code == 302

        assert not sees(secret, cast.zhou)

    def test_says_why_somebody_stays(self, secret: Incident, cast: Cast, sign_in: Browser) -> None:
        browser = sign_in(cast.li)
        shown = browser.get(reverse("incident-access", args=[secret.key])).content.decode()

        assert "不能移出：任务“逐一联系客户”等其所在的客服应对组接手" in shown
        out = reverse("incident-take-out", args=[secret.key, cast.liu.key])
        assert out not in shown
        refused = browser.post(out)
        assert refused.status_code == 409
        assert "不能移出刘洋" in refused.content.decode()

    def test_offers_nothing_to_those_who_may_not(
        self, secret: Incident, cast: Cast, sign_in: Browser
    ) -> None:
        browser, address = sign_in(cast.liu), reverse("incident-access", args=[secret.key])

        shown = browser.get(address).content.decode()
        assert "<select" not in shown
        assert "由在范围内的指挥或领导办理" in shown
        assert browser.post(address, {"guest": cast.zhou.key}).status_code == 403
        assert sign_in(cast.zhou).get(address).status_code == 404

    def test_somebody_inside_cannot_be_chosen_again(
        self, secret: Incident, cast: Cast, sign_in: Browser
    ) -> None:
        address = reverse("incident-access", args=[secret.key])

        assert sign_in(cast.li).post(address, {"guest": cast.liu.key}).status_code == 422

    def test_the_decision_restricts_by_the_form(self, event: Event, cast: Cast, sign_in: Browser) -> None:
        given = {"choice": "II", "reason": "影响扩大", "restricted": "on"}

        browser, address = sign_in(cast.li), reverse("decide", args=[event.key])
        assert 'name="restricted"' in browser.get(address).content.decode()
        assert browser.post(address, given).status_code == 302

        assert Incident.objects.get().restricted is True


class TestACommanderOutside:
    def test_is_not_told_number_or_reason_when_deciding_again(
        self, secret: Incident, he: Person, sign_in: Browser
    ) -> None:
        browser, address = sign_in(he), reverse("decide", args=[secret.event.key])

        for answer in (browser.get(address), browser.post(address, {"choice": "II", "reason": "启动"})):
            shown = answer.content.decode()
            assert "这个事件已由指挥部处理" in shown
            assert secret.number not in shown
            assert "超过阈值" not in shown
        assert not Decision.visible_to(he).exists()

    def test_is_not_asked_to_review_what_was_activated_since(
        self, event: Event, cast: Cast, he: Person, sign_in: Browser
    ) -> None:
        decide_observing(event=event, reason="先核实", review_at=LATER, person=cast.li, now=NOW)
        assert "复核：退款三天未到账" in sign_in(he).get(reverse("home")).content.decode()

        activate(event, cast.li, restricted=True)

        assert "复核：退款三天未到账" not in sign_in(he).get(reverse("home")).content.decode()
