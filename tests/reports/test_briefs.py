"""上报对象 and 情况说明: who outside is told at which level, by when; filled, signed, sent by a person."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.approvals.actions import OwnWork
from guanlan.approvals.queries import latest
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.errors import BadInput, NotAllowed
from guanlan.incidents.models import Incident
from guanlan.notify.models import Message
from guanlan.people.models import Person
from guanlan.reports.actions import outside as actions
from guanlan.reports.actions import submit_flash
from guanlan.reports.models import Addressee, Brief
from guanlan.reports.outside import rows
from guanlan.watch.models import Event
from incident_scene import activate, publish, raise_event, read_posts

Browser = Callable[[Person], Client]
CHAIN = {
    "key": "approval.statement",
    "name": "对外文字",
    "purpose": "statement",
    "levels": ["II"],
    "authors": ["role.media"],
    "steps": [
        {"key": "sign.legal", "role": "role.legal", "minutes": 15},
        {"key": "sign.command", "role": "role.commander", "minutes": 15},
    ],
}
LATER = NOW + timedelta(minutes=40)


def values(**changes: Any) -> dict[str, Any]:
    return {
        "name": "属地市场监管局",
        "kind": "REGULATOR",
        "levels": ["I", "II"],
        "rule": "platform-first-reply",
        "template": "“{事件}”截至 {截至} 共 {帖文数} 条，负面 {负面数} 条，响应等级{等级}。",
        **changes,
    }


@pytest.fixture
def addressee(cast: Cast) -> Addressee:
    return actions.set_addressee(values=values(), person=cast.wu, now=NOW)


@pytest.fixture
def incident(cast: Cast, stream: Stream) -> Incident:
    publish(cast, approvals=[CHAIN])
    event = raise_event(cast, stream)
    read_posts(event, count=4, negative=3, at=NOW - timedelta(minutes=90))
    Event.objects.update(state="CONFIRMED", confirmed_level="II", confirmed_at=NOW, confirmed_by=cast.wang)
    event.refresh_from_db()
    incident = activate(event, cast.li)
    submit_flash(event=event, person=cast.wang, now=NOW)
    return incident


@pytest.fixture
def brief(incident: Incident, addressee: Addressee, cast: Cast) -> Brief:
    return actions.draft_brief(incident=incident, addressee=addressee, person=cast.chen, now=NOW)


def hash_of(brief: Brief) -> str:
    return latest(brief.text).sha256


def approve(brief: Brief, cast: Cast) -> Brief:
    actions.submit_brief(brief=brief, person=cast.chen, now=NOW)
    for person in (cast.zhou, cast.li):
        actions.sign_brief(brief=brief, sha256=hash_of(brief), person=person, now=NOW)
    return Brief.objects.select_related("text").get(pk=brief.pk)


def send(brief: Brief, person: Person, **changes: Any) -> None:
    given = {"sha256": hash_of(brief), "how": "邮箱", "sent_at": LATER, "now": LATER} | changes
    actions.record_sent(brief=brief, person=person, **given)


class TestAddressees:
    def test_a_change_keeps_what_stood_before(self, addressee: Addressee, cast: Cast) -> None:
        second = actions.set_addressee(
            values=values(levels=["I"]), person=cast.wu, now=LATER, addressee=addressee
        )
        addressee.refresh_from_db()
        assert (addressee.until, second.code) == (LATER, addressee.code)
        assert [one.levels for one in Addressee.standing(NOW)] == [["I", "II"]]
        assert [one.levels for one in Addressee.standing(LATER)] == [["I"]]
        assert Entry.objects.filter(verb="reports.set_addressee").count() == 2

    def test_a_name_that_nothing_is_known_of_is_refused(self, cast: Cast) -> None:
        with pytest.raises(BadInput, match="不认识，没有保存"):
            actions.set_addressee(values=values(template="共 {转发数} 次"), person=cast.wu, now=NOW)
        assert not Addressee.objects.exists()

    def test_monitors_do_not_set_them(self, addressee: Addressee, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            actions.set_addressee(values=values(), person=cast.wang, now=NOW)
        with pytest.raises(NotAllowed):
            actions.close_addressee(addressee=addressee, person=cast.wang, now=NOW)

    def test_closing_is_told_once(self, addressee: Addressee, cast: Cast) -> None:
        actions.close_addressee(addressee=addressee, person=cast.wu, now=LATER)
        with pytest.raises(BadInput, match="已经停用"):
            actions.close_addressee(addressee=addressee, person=cast.wu, now=LATER)

    def test_the_clock_runs_from_the_activation_by_the_rule(
        self, incident: Incident, addressee: Addressee, cast: Cast
    ) -> None:
        actions.set_addressee(
            values=values(name="集团办公室", kind="PARENT", rule=""), person=cast.wu, now=NOW
        )
        actions.set_addressee(values=values(name="12345 平台", rule="12345-order"), person=cast.wu, now=NOW)
        actions.set_addressee(values=values(name="只报一级", levels=["I"]), person=cast.wu, now=NOW)
        found = {row.addressee.name: row.due for row in rows(incident, cast.li, now=NOW)}

        # 48 hours; five working days after Friday 20 November end with the office, 17:00 on the 27th.
        assert found["属地市场监管局"] == NOW + timedelta(hours=48)
        assert found["12345 平台"] == datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
        assert found["集团办公室"] is None
        assert list(found) == ["属地市场监管局", "12345 平台", "集团办公室"]


class TestDrafting:
    def test_the_template_is_filled_from_the_frozen_report(self, brief: Brief, incident: Incident) -> None:
        # What comes in after the report does not change it.
        read_posts(incident.event, count=9, negative=9, at=NOW)
        version = latest(brief.text)
        assert version.title == "关于“退款三天未到账”的情况说明"
        assert version.body == (
            "“退款三天未到账”截至 2026-11-20 14:05 共 4 条，负面 3 条，响应等级Ⅱ级（重大）。"
        )
        assert brief.report.kind == "FLASH"
        assert brief.due_at == NOW + timedelta(hours=48)
        assert incident.timeline.filter(sentence="起草给属地市场监管局的情况说明").exists()

    def test_without_a_report_there_is_nothing_to_fill_it_from(
        self, cast: Cast, stream: Stream, addressee: Addressee
    ) -> None:
        publish(cast, approvals=[CHAIN])
        incident = activate(raise_event(cast, stream), cast.li)
        with pytest.raises(actions.CannotDraft, match="先上报快报"):
            actions.draft_brief(incident=incident, addressee=addressee, person=cast.chen, now=NOW)

    def test_without_a_chain_nobody_could_sign(
        self, incident: Incident, addressee: Addressee, cast: Cast
    ) -> None:
        Incident.objects.update(level="I")
        incident.refresh_from_db()
        with pytest.raises(actions.CannotDraft, match="审批链"):
            actions.draft_brief(incident=incident, addressee=addressee, person=cast.chen, now=NOW)

    def test_one_each(self, brief: Brief, incident: Incident, addressee: Addressee, cast: Cast) -> None:
        with pytest.raises(actions.CannotDraft, match="已经有了"):
            actions.draft_brief(incident=incident, addressee=addressee, person=cast.chen, now=NOW)

    def test_customer_service_does_not(self, incident: Incident, addressee: Addressee, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            actions.draft_brief(incident=incident, addressee=addressee, person=cast.liu, now=NOW)


class TestSigning:
    def test_it_passes_by_the_plans_chain(self, brief: Brief, cast: Cast) -> None:
        assert approve(brief, cast).text.state == "APPROVED"
        asked = Message.objects.filter(cause=f"brief:{brief.key}").order_by("pk")
        assert [(one.person, one.title[:3]) for one in asked] == [
            (cast.zhou, "请批准"),
            (cast.li, "请批准"),
            (cast.chen, "已批准"),
        ]
        assert Entry.objects.filter(verb="reports.sign_brief").count() == 2

    def test_nobody_signs_what_they_changed(self, brief: Brief, cast: Cast) -> None:
        actions.revise_brief(brief=brief, title="说明", body="我改过", person=cast.zhou, now=NOW)
        actions.submit_brief(brief=brief, person=cast.chen, now=NOW)
        with pytest.raises(OwnWork):
            actions.sign_brief(brief=brief, sha256=hash_of(brief), person=cast.zhou, now=NOW)

    def test_it_goes_back_with_a_reason(self, brief: Brief, cast: Cast) -> None:
        actions.submit_brief(brief=brief, person=cast.chen, now=NOW)
        actions.return_brief(brief=brief, sha256=hash_of(brief), reason="数字不对", person=cast.zhou, now=NOW)
        assert Message.objects.filter(person=cast.chen, title__startswith="被退回，请修改").exists()


class TestSending:
    def test_a_person_records_when_and_how(self, brief: Brief, cast: Cast) -> None:
        brief = approve(brief, cast)
        send(brief, cast.chen)
        actions.record_reply(brief=brief, reply="已收悉", replied_at=LATER, person=cast.chen, now=LATER)
        brief.refresh_from_db()
        assert (brief.sent_at, brief.sent_how, brief.sent_by, brief.reply) == (
            LATER,
            "邮箱",
            cast.chen,
            "已收悉",
        )
        assert brief.version == latest(brief.text)
        for verb in ("reports.record_sent", "reports.record_reply"):
            assert Entry.objects.filter(verb=verb, actor=cast.chen.key).count() == 1

    def test_what_is_not_approved_was_not_sent(self, brief: Brief, cast: Cast) -> None:
        with pytest.raises(actions.CannotSend, match="还没有批准完"):
            send(brief, cast.chen)

    def test_nor_a_wording_changed_since(self, brief: Brief, cast: Cast) -> None:
        brief, read = approve(brief, cast), hash_of(brief)
        actions.revise_brief(brief=brief, title="说明", body="又改了", person=cast.chen, now=NOW)
        with pytest.raises(actions.CannotSend, match="又改过"):
            send(brief, cast.chen, sha256=read)
        # Approved anew, it is still not the wording that was read before.
        approve(brief, cast)
        with pytest.raises(actions.CannotSend, match="又改过"):
            send(brief, cast.chen, sha256=read)
        send(brief, cast.chen)

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"sent_at": LATER + timedelta(minutes=1)}, "现在之前"),
            ({"sent_at": NOW - timedelta(minutes=1)}, "批准之后"),
            ({"how": " "}, "怎么发出"),
        ],
    )
    def test_time_and_way_must_hold(
        self, brief: Brief, cast: Cast, changes: dict[str, Any], sentence: str
    ) -> None:
        with pytest.raises(actions.CannotSend, match=sentence):
            send(approve(brief, cast), cast.chen, **changes)

    def test_once_sent_it_stays_as_it_is(self, brief: Brief, cast: Cast) -> None:
        brief = approve(brief, cast)
        send(brief, cast.chen)
        with pytest.raises(actions.CannotSend, match="已登记发出"):
            actions.revise_brief(brief=brief, title="说明", body="改", person=cast.chen, now=LATER)

    def test_an_answer_comes_after_the_sending(self, brief: Brief, cast: Cast) -> None:
        with pytest.raises(actions.CannotSend, match="发出之后"):
            actions.record_reply(brief=brief, reply="收", replied_at=NOW, person=cast.chen, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_recorded(brief: Brief, cast: Cast, at_once: AtOnce) -> None:
    brief = approve(brief, cast)
    assert at_once(lambda: send(brief, cast.chen)) == ["CannotSend", "done"]


class TestPages:
    def test_from_the_addressee_to_the_reply(self, incident: Incident, cast: Cast, sign_in: Browser) -> None:
        admin = sign_in(cast.wu)
        assert "还没有设外部上报对象" in admin.get(reverse("addressees")).content.decode()
        page = admin.get(reverse("addressee-add")).content.decode()
        assert "Ⅱ级 重大" in page
        given = values(template="共 {帖文} 条")
        answer = admin.post(reverse("addressee-add"), given)
        assert answer.status_code == 422
        assert "“{帖文}”不认识" in answer.content.decode()
        assert admin.post(reverse("addressee-add"), values()).status_code == 302
        code = Addressee.objects.get().code
        assert "属地市场监管局" in admin.get(reverse("addressee", args=[code])).content.decode()
        assert sign_in(cast.liu).get(reverse("addressee-add")).status_code == 403

        writer, there = sign_in(cast.chen), reverse("incident-outside", args=[incident.key])
        room = writer.get(reverse("incident", args=[incident.key])).content.decode()
        assert "报属地市场监管局" in room
        assert "先报属地市场监管局" in writer.get(there).content.decode()
        assert sign_in(cast.liu).post(there, {"code": code}).status_code == 403
        address = writer.post(there, {"code": code}).headers["Location"]
        brief = Brief.objects.get()
        assert address == reverse("brief", args=[brief.key])
        assert "共 4 条，负面 3 条" in writer.get(address).content.decode()

        def step(browser: Client, name: str, **given: str) -> int:
            answer = browser.post(reverse("brief-step", args=[brief.key, name]), given)
            return int(answer.status_code)

        assert step(writer, "revise", title="情况说明", body="核实后的说明") == 302
        assert step(writer, "submit") == 302
        assert step(writer, "sign", sha256=hash_of(brief)) == 403
        assert step(sign_in(cast.zhou), "return", sha256=hash_of(brief), reason="补一句") == 302
        assert step(writer, "revise", title="情况说明", body="补了一句") == 302
        assert step(writer, "submit") == 302
        for person in (cast.zhou, cast.li):
            assert step(sign_in(person), "sign", sha256=hash_of(brief)) == 302
        page = writer.get(address).content.decode()
        assert "已批准，等人发出" in page
        assert "登记已发给属地市场监管局" in page
        sent = {"sha256": hash_of(brief), "how": "系统填报"}
        assert step(writer, "sent", sent_at="2026-11-20T14:05", **sent) == 302
        assert step(writer, "reply", replied_at="2026-11-20T14:05", reply="已收悉") == 302
        assert "对方答复：已收悉" in writer.get(address).content.decode()
        assert "1 个外部单位都已报" in writer.get(there).content.decode()
        assert step(writer, "forget") == 404
        assert admin.post(reverse("addressee-close", args=[code])).status_code == 302

    def test_a_refusal_keeps_what_was_typed(self, brief: Brief, cast: Cast, sign_in: Browser) -> None:
        brief = approve(brief, cast)
        given = {"sha256": hash_of(brief), "how": "专人送达", "sent_at": "2026-11-21T09:00"}
        answer = sign_in(cast.chen).post(reverse("brief-step", args=[brief.key, "sent"]), given)
        page = answer.content.decode()
        assert "发出时间要在批准之后、现在之前" in page
        assert "专人送达" in page
        assert answer.status_code in (409, 422)

    def test_a_closed_circle_hides_it(self, brief: Brief, cast: Cast, sign_in: Browser) -> None:
        Incident.objects.update(restricted=True)
        for name in ("brief", "incident-outside"):
            key = brief.key if name == "brief" else brief.incident.key
            assert sign_in(cast.wu).get(reverse(name, args=[key])).status_code == 404
