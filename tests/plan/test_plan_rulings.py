"""Interpretations and supplementary rules: numbered, signed, bound to a version, read with receipts."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed
from guanlan.notify.models import Message
from guanlan.plan.models import PlanVersion, Ruling, RulingReceipt
from guanlan.plan.papers.gathering import paper
from guanlan.plan.rulings import actions
from plan.versions import drafted, text_of

Browser = Callable[..., Client]
WORDS = "“首次回应”指公司任一官方渠道第一次公开说明，不含客服私信。"


def issue(
    version: PlanVersion, person: object, kind: str = "INTERPRETATION", clause: str = "", text: str = WORDS
) -> Ruling:
    return actions.issue_ruling(
        version=version,
        kind=kind,
        clause=clause,
        text=text,
        stream=Stream.objects.get(),
        person=person,  # type: ignore[arg-type]
        now=NOW,
    )


class TestIssue:
    def test_numbered_by_kind_and_bound_to_its_words(
        self, plan: PlanVersion, stream: Stream, cast: Cast
    ) -> None:
        first, second = issue(plan, cast.li), issue(plan, cast.li, text="另一条")
        other = issue(plan, cast.li, "SUPPLEMENT", text="节假日由副总指挥值守。")

        assert [one.title for one in (first, second, other)] == [
            "解释第 1 号",
            "解释第 2 号",
            "补充规定第 1 号",
        ]
        assert (first.version, first.signed_by, first.signed_at) == (plan, cast.li, NOW)
        assert first.sha256 == hashlib.sha256(f"解释第 1 号\n{WORDS}".encode()).hexdigest()

    def test_all_who_serve_get_it_and_the_signer_has_read_it(
        self, plan: PlanVersion, stream: Stream, cast: Cast
    ) -> None:
        ruling = issue(plan, cast.li)

        everybody = {cast.chen, cast.li, cast.zhou, cast.wang, cast.liu, cast.zhao, cast.wu}
        assert {one.person for one in ruling.receipts.all()} == everybody
        assert [one.person for one in ruling.receipts.exclude(read_at=None)] == [cast.li]
        told = Message.objects.filter(link=reverse("plan-ruling", args=[ruling.key]))
        assert {message.person for message in told} == everybody - {cast.li}
        assert told[0].title == "请签收：预案解释第 1 号"

    def test_refuses_what_says_nothing_or_points_nowhere(
        self, plan: PlanVersion, stream: Stream, cast: Cast
    ) -> None:
        with pytest.raises(actions.NothingSaid, match="正文是空的"):
            issue(plan, cast.li, text=" \n")
        with pytest.raises(actions.UnknownClause, match=r"没有条款“clause\.none”"):
            issue(plan, cast.li, clause="clause.none")
        assert Ruling.objects.count() == 0

    def test_refuses_a_version_that_does_not_hold(
        self, plan: PlanVersion, stream: Stream, cast: Cast
    ) -> None:
        with pytest.raises(actions.HoldsNot, match="“草案”，只有现行的预案能解释和补充"):
            issue(drafted(cast, "2.0"), cast.li)

    def test_refuses_who_is_not_of_the_command(self, plan: PlanVersion, stream: Stream, cast: Cast) -> None:
        for person in (cast.wang, cast.wu):
            with pytest.raises(NotAllowed):
                issue(plan, person)

    def test_writes_an_audit_row_without_the_words(
        self, plan: PlanVersion, stream: Stream, cast: Cast
    ) -> None:
        ruling = issue(plan, cast.li)

        entry = Entry.objects.filter(kind="plan").latest("number")
        assert (entry.verb, entry.actor, entry.subject) == ("plan.issue_ruling", cast.li.key, plan.key)
        assert entry.facts == {"ruling": ruling.key, "sha256": ruling.sha256, "number": 1}


class TestRead:
    def test_once_with_its_time(self, plan: PlanVersion, stream: Stream, cast: Cast) -> None:
        ruling, later = issue(plan, cast.li), NOW + timedelta(hours=1)

        actions.read_ruling(ruling=ruling, person=cast.wang, now=later)
        actions.read_ruling(ruling=ruling, person=cast.wang, now=later + timedelta(hours=1))

        assert RulingReceipt.objects.get(ruling=ruling, person=cast.wang).read_at == later
        assert Message.objects.get(person=cast.wang).read_at == later
        assert Entry.objects.filter(verb="plan.read_ruling").count() == 1

    def test_whoever_came_later_was_not_sent_it(self, plan: PlanVersion, stream: Stream, cast: Cast) -> None:
        ruling = issue(plan, cast.li)
        RulingReceipt.objects.filter(person=cast.wang).delete()

        with pytest.raises(actions.NotSent, match="没有发给您，不用签收"):
            actions.read_ruling(ruling=ruling, person=cast.wang, now=NOW)


class TestPages:
    def test_signed_on_screen_read_by_a_member_and_shown_with_the_plan(
        self, plan: PlanVersion, cast: Cast, sign_in: Browser
    ) -> None:
        li, wang = sign_in(cast.li), sign_in(cast.wang)
        address = reverse("plan-ruling-issue", args=[plan.key])
        assert "4.3" in text_of(li.get(address))
        assert "请写正文。" in text_of(li.post(address, {"kind": "SUPPLEMENT", "clause": "", "text": ""}))

        answer = li.post(address, {"kind": "INTERPRETATION", "clause": "", "text": WORDS})

        ruling = Ruling.objects.get()
        assert answer.headers["Location"] == reverse("plan-ruling", args=[ruling.key])
        assert "签收：预案解释第 1 号" in text_of(wang.get("/"))
        page = text_of(wang.get(answer.headers["Location"]))
        assert "李敏 11月20日 14:05 签发" in page
        assert "已签收 1 人，未签收 6 人" in page
        wang.post(reverse("plan-ruling-read", args=[ruling.key]))
        assert "已签收 2 人，未签收 5 人" in text_of(wang.get(answer.headers["Location"]))
        assert "签收：预案" not in text_of(wang.get("/"))
        shown = text_of(wang.get(reverse("plan")))
        assert f"解释第 1 号 {WORDS}" in shown.replace("\u3000", "")
        assert "签发一条" not in shown
        assert "签发一条" in text_of(li.get(reverse("plan")))

    def test_who_may_not_gets_a_sentence(self, plan: PlanVersion, cast: Cast, sign_in: Browser) -> None:
        answer = sign_in(cast.wang).get(reverse("plan-ruling-issue", args=[plan.key]))

        assert answer.status_code == 403
        assert "您没有这项权限" in answer.content.decode()

    def test_the_document_holds_it_with_number_date_and_signer(
        self, plan: PlanVersion, stream: Stream, cast: Cast
    ) -> None:
        plan.refresh_from_db()
        assert "补充规定第 1 号" not in str(paper(plan, now=NOW).blocks)

        ruling = issue(plan, cast.li, "SUPPLEMENT", text="节假日由副总指挥值守。")

        said = str(paper(plan, now=NOW).blocks)
        assert "补充规定第 1 号" in said
        assert f"李敏 2026-11-20 签发，校验码 {ruling.sha256[:8]}" in said
        assert "节假日由副总指挥值守。" in said


@pytest.mark.django_db(transaction=True)
def test_two_at_once_get_two_numbers(plan: PlanVersion, stream: Stream, cast: Cast, at_once: AtOnce) -> None:
    assert at_once(lambda: issue(plan, cast.li)) == ["done", "done"]
    assert list(Ruling.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
