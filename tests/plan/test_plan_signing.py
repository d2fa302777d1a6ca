"""A version is signed by the command: bound to its hash, never by its author; returned, withdrawn."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.audit.queries import breaks
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed, Refused
from guanlan.notify.models import Message
from guanlan.people.actions import place, remove_from
from guanlan.people.models import Person
from guanlan.plan.actions import InReview, Unsound, draft_version, publish_version
from guanlan.plan.life import actions
from guanlan.plan.life.queries import countersigned, signed_only_after, who_could_sign
from guanlan.plan.models import Circulation, PlanVersion, Signature
from plan.versions import drafted, text_of, written

Browser = Callable[..., Client]
LATER = NOW + timedelta(hours=3)


@pytest.fixture
def draft(cast: Cast, stream: Stream) -> PlanVersion:
    """李 handed it in; 周 and 陈 sit in the command beside her."""
    for person in (cast.zhou, cast.chen):
        place(person=person, group=cast.groups["command"], role="MEMBER", actor="system", now=NOW)
    return drafted(cast, "1.0")


def submit(draft: PlanVersion, cast: Cast, *signers: Person) -> Circulation:
    stream = Stream.objects.get()
    return actions.submit_version(version=draft, signers=signers, stream=stream, person=cast.li, now=NOW)


def sign(draft: PlanVersion, person: Person, sha256: str = "") -> Signature:
    stream, digest = Stream.objects.get(), sha256 or draft.sha256
    return actions.sign_version(version=draft, sha256=digest, stream=stream, person=person, now=LATER)


def send_back(draft: PlanVersion, person: Person, reason: str = "Ⅱ级时限太紧") -> Signature:
    stream = Stream.objects.get()
    return actions.return_version(
        version=draft, sha256=draft.sha256, reason=reason, stream=stream, person=person, now=LATER
    )


def state_of(version: PlanVersion) -> str:
    return str(PlanVersion.objects.get(pk=version.pk).state)


class TestSubmitAndSign:
    def test_approved_when_all_who_were_named_have_signed(self, draft: PlanVersion, cast: Cast) -> None:
        submit(draft, cast, cast.zhou, cast.chen)
        assert state_of(draft) == "IN_REVIEW"
        sign(draft, cast.zhou)
        assert state_of(draft) == "IN_REVIEW"

        sign(draft, cast.chen)

        circulation = Circulation.objects.get()
        assert (state_of(draft), circulation.state, circulation.sha256) == (
            "APPROVED",
            "SIGNED",
            draft.sha256,
        )
        assert list(circulation.signatures.values_list("person__name", "verdict", "sha256", "at")) == [
            ("周宁", "SIGNED", draft.sha256, LATER),
            ("陈晓", "SIGNED", draft.sha256, LATER),
        ]

    def test_then_it_is_published_as_signed(self, draft: PlanVersion, cast: Cast) -> None:
        submit(draft, cast, cast.zhou)
        sign(draft, cast.zhou)

        publish_version(version=draft, effective_on=NOW.date(), person=cast.li, now=LATER)

        draft.refresh_from_db()
        assert draft.state == "IN_FORCE"
        assert countersigned(draft) is not None
        assert signed_only_after(draft) is False

    def test_those_named_hear_of_it_and_who_asked_hears_the_end(self, draft: PlanVersion, cast: Cast) -> None:
        submit(draft, cast, cast.zhou)
        link = reverse("plan-version", args=[draft.key])
        told = Message.objects.get()
        assert (told.person, told.link) == (cast.zhou, link)
        assert told.title == "请会签：客服舆情应急预案（五组制） 1.0"

        sign(draft, cast.zhou)

        told.refresh_from_db()
        assert told.read_at == LATER
        assert Message.objects.get(person=cast.li).title == (
            "会签完毕，可以发布：客服舆情应急预案（五组制） 1.0"
        )

    def test_the_command_and_the_leaders_could_sign_but_no_author(
        self, draft: PlanVersion, cast: Cast
    ) -> None:
        assert who_could_sign(draft, at=NOW) == sorted([cast.zhou, cast.chen], key=lambda one: one.name)

    @pytest.mark.parametrize("names", [(), ("li",), ("zhou", "wang")])
    def test_somebody_else_of_the_command_must_be_named(
        self, draft: PlanVersion, cast: Cast, names: tuple[str, ...]
    ) -> None:
        with pytest.raises(actions.NobodySigns, match="至少选一位：周宁、陈晓"):
            submit(draft, cast, *(getattr(cast, name) for name in names))
        assert state_of(draft) == "DRAFT"

    def test_a_command_of_one_author_is_told_whom_to_ask(self, cast: Cast, stream: Stream) -> None:
        with pytest.raises(actions.NobodySigns, match="请管理员先在“人员”里安排"):
            submit(drafted(cast, "1.0"), cast, cast.li)

    def test_what_the_check_finds_is_not_sent_to_anybody(self, draft: PlanVersion, cast: Cast) -> None:
        bad = drafted(cast, "1.0", ("    rank: 4\n", "    rank: 5\n"))

        with pytest.raises(Unsound, match="等级的次序断档"):
            submit(bad, cast, cast.zhou)
        assert (state_of(bad), Message.objects.count()) == ("DRAFT", 0)

    def test_who_may_not_manage_plans_submits_none(self, draft: PlanVersion, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            actions.submit_version(
                version=draft, signers=[cast.zhou], stream=Stream.objects.get(), person=cast.wang, now=NOW
            )

    def test_once_at_a_time(self, draft: PlanVersion, cast: Cast) -> None:
        submit(draft, cast, cast.zhou)
        with pytest.raises(actions.CannotMove, match="“会签中”"):
            submit(draft, cast, cast.chen)

    def test_who_was_not_named_does_not_sign(self, draft: PlanVersion, cast: Cast) -> None:
        submit(draft, cast, cast.zhou)
        with pytest.raises(actions.NotAsked, match="不等您会签"):
            sign(draft, cast.chen)

    def test_who_left_the_command_signs_no_more(self, draft: PlanVersion, cast: Cast) -> None:
        submit(draft, cast, cast.zhou)
        remove_from(person=cast.zhou, group=cast.groups["command"], actor="system", now=NOW)

        with pytest.raises(NotAllowed, match="您没有这项权限"):
            sign(draft, cast.zhou)

    def test_the_author_of_an_earlier_wording_does_not_sign(self, draft: PlanVersion, cast: Cast) -> None:
        content = written("1.0", ("title: 固定证据", "title: 固定好证据")).encode()
        again = draft_version(unit=cast.li.unit, content=content, name="p", person=cast.zhou, now=NOW)

        assert who_could_sign(again, at=NOW) == [cast.chen]
        assert again.pk == draft.pk

    def test_only_the_content_that_was_read_is_signed(self, draft: PlanVersion, cast: Cast) -> None:
        submit(draft, cast, cast.zhou)
        with pytest.raises(actions.ContentChanged, match="重新打开，读过再签"):
            sign(draft, cast.zhou, "0" * 64)
        assert Signature.objects.get().verdict == "AWAITED"

    def test_what_is_being_read_is_not_imported_anew(self, draft: PlanVersion, cast: Cast) -> None:
        submit(draft, cast, cast.zhou)
        with pytest.raises(InReview, match="已经送审，会签的人在读它。要改请先在它的页面上收回"):
            drafted(cast, "1.0")

    def test_writes_one_audit_row_each(self, draft: PlanVersion, cast: Cast) -> None:
        submit(draft, cast, cast.zhou)
        sign(draft, cast.zhou)

        rows = Entry.objects.filter(kind="plan").order_by("number").values_list("verb", "actor", "facts")
        facts = {"sha256": draft.sha256, "label": "1.0"}
        assert list(rows)[-2:] == [
            ("plan.submit_version", cast.li.key, facts | {"signers": [cast.zhou.key]}),
            ("plan.sign_version", cast.zhou.key, facts),
        ]
        assert list(breaks()) == []


class TestReturnRecallWithdraw:
    def test_one_who_returns_it_makes_it_a_draft_again(self, draft: PlanVersion, cast: Cast) -> None:
        submit(draft, cast, cast.zhou, cast.chen)
        sign(draft, cast.chen)

        send_back(draft, cast.zhou)

        assert (state_of(draft), Circulation.objects.get().state) == ("DRAFT", "RETURNED")
        told = Message.objects.get(person=cast.li)
        assert (told.title, told.body) == ("预案被退回：客服舆情应急预案（五组制） 1.0", "Ⅱ级时限太紧")
        assert Entry.objects.latest("number").verb == "plan.return_version"
        assert countersigned(draft) is None

    def test_it_says_why(self, draft: PlanVersion, cast: Cast) -> None:
        submit(draft, cast, cast.zhou)
        with pytest.raises(actions.NoReason, match="退回要写明原因"):
            send_back(draft, cast.zhou, "  ")

    def test_signed_again_after_mending(self, draft: PlanVersion, cast: Cast) -> None:
        submit(draft, cast, cast.zhou)
        send_back(draft, cast.zhou)
        mended = drafted(cast, "1.0", ("title: 固定证据", "title: 固定好证据"))

        submit(mended, cast, cast.zhou)
        sign(mended, cast.zhou)

        assert state_of(draft) == "APPROVED"
        assert [circulation.state for circulation in Circulation.objects.all()] == ["RETURNED", "SIGNED"]

    @pytest.mark.parametrize("signed", [False, True])
    def test_taken_back_no_signature_counts(self, draft: PlanVersion, cast: Cast, signed: bool) -> None:
        submit(draft, cast, cast.zhou)
        if signed:
            sign(draft, cast.zhou)

        actions.recall_version(version=draft, person=cast.li, now=LATER)

        assert (state_of(draft), Circulation.objects.get().state) == ("DRAFT", "RECALLED")
        assert countersigned(draft) is None
        with pytest.raises(actions.NotAsked):
            sign(draft, cast.zhou)
        assert Entry.objects.latest("number").verb == "plan.recall_version"

    def test_nothing_to_take_back(self, draft: PlanVersion, cast: Cast) -> None:
        with pytest.raises(actions.CannotMove, match="没有在会签"):
            actions.recall_version(version=draft, person=cast.li, now=LATER)

    def test_withdrawn_with_a_reason_and_for_good(self, draft: PlanVersion, cast: Cast) -> None:
        submit(draft, cast, cast.zhou)

        actions.withdraw_version(version=draft, reason="改用三层架构", person=cast.li, now=LATER)

        draft.refresh_from_db()
        assert (draft.state, draft.withdrawn_because) == ("WITHDRAWN", "改用三层架构")
        with pytest.raises(actions.NotAsked, match="“已作废”"):
            sign(draft, cast.zhou)
        with pytest.raises(Refused, match=r"请在文件的 meta\.version 里换一个版本号"):
            drafted(cast, "1.0")
        with pytest.raises(actions.CannotMove):
            actions.withdraw_version(version=draft, reason="再来", person=cast.li, now=LATER)

    def test_the_plan_in_force_ends_only_by_another(self, plan: PlanVersion, cast: Cast) -> None:
        with pytest.raises(actions.StillHolds, match="请发布新版本来取代它"):
            actions.withdraw_version(version=plan, reason="不要了", person=cast.li, now=LATER)

    def test_refuses_who_may_not(self, draft: PlanVersion, cast: Cast) -> None:
        submit(draft, cast, cast.zhou)
        for step in (
            lambda: actions.recall_version(version=draft, person=cast.wang, now=LATER),
            lambda: actions.withdraw_version(version=draft, reason="x", person=cast.wang, now=LATER),
            lambda: send_back(draft, cast.wang),
            lambda: sign(draft, cast.wang),
        ):
            with pytest.raises(NotAllowed):
                step()
        assert state_of(draft) == "IN_REVIEW"


class TestSignedAfterwards:
    def test_the_first_plan_may_be_signed_later(self, draft: PlanVersion, cast: Cast) -> None:
        publish_version(version=draft, effective_on=NOW.date(), person=cast.li, now=NOW)
        assert countersigned(draft) is None

        submit(draft, cast, cast.zhou)
        sign(draft, cast.zhou)

        draft.refresh_from_db()
        assert draft.state == "IN_FORCE"
        assert countersigned(draft) is not None
        assert signed_only_after(draft) is True
        with pytest.raises(actions.CannotMove, match="已经会签过"):
            submit(draft, cast, cast.zhou)

    def test_what_was_overtaken_meanwhile_is_not_signed(self, draft: PlanVersion, cast: Cast) -> None:
        publish_version(version=draft, effective_on=NOW.date(), person=cast.li, now=NOW)
        submit(draft, cast, cast.zhou)
        second = drafted(cast, "2.0")
        submit(second, cast, cast.chen)
        sign(second, cast.chen)
        publish_version(version=second, effective_on=NOW.date(), person=cast.li, now=NOW)

        with pytest.raises(actions.NotAsked, match="“已被取代”"):
            sign(draft, cast.zhou)


class TestPages:
    def test_from_draft_to_force(self, draft: PlanVersion, cast: Cast, sign_in: Browser) -> None:
        li, zhou, address = sign_in(cast.li), sign_in(cast.zhou), reverse("plan-version", args=[draft.key])
        page = text_of(li.get(address))
        assert "请谁会签" in page
        assert "首次发布，先不会签" in page

        li.post(reverse("plan-submit", args=[draft.key]), {"signers": [cast.zhou.key]})
        assert "会签中，等周宁签" in text_of(li.get(address))
        assert "会签：客服舆情应急预案（五组制） 1.0" in text_of(zhou.get("/"))
        assert "会签：" not in text_of(li.get("/"))
        page = zhou.get(address)
        assert "预案 1.0 版等您会签" in text_of(page)
        assert "同意 1.0 版" in text_of(page)
        shown = re.search(r'name="sha256" value="(\w+)"', page.content.decode())
        assert shown is not None
        zhou.post(reverse("plan-sign", args=[draft.key]), {"sha256": shown[1]})

        page = text_of(li.get(address))
        assert "预案 1.0 版已会签，等人发布" in page
        assert f"周宁 已签 11月20日 14:05 {draft.sha256}" in page
        li.post(
            reverse("plan-publish", args=[draft.key]), {"effective_on": "2026-11-20", "said": "2026-11-20"}
        )
        page = text_of(li.get(reverse("plan")))
        assert f"周宁 已签 11月20日 14:05 {draft.sha256}" in page
        assert "未经会签" not in page

    def test_returned_with_words_that_stand_on_the_draft(
        self, draft: PlanVersion, cast: Cast, sign_in: Browser
    ) -> None:
        submit(draft, cast, cast.zhou)
        back = reverse("plan-return", args=[draft.key])
        zhou = sign_in(cast.zhou)
        assert "退回 1.0 版，请写明改哪里" in text_of(zhou.get(back))
        assert "请写明原因。" in text_of(zhou.post(back, {"sha256": draft.sha256, "reason": ""}))

        zhou.post(back, {"sha256": draft.sha256, "reason": "Ⅱ级时限太紧"})

        page = text_of(sign_in(cast.li).get(reverse("plan-version", args=[draft.key])))
        assert "周宁 11月20日 14:05 退回：Ⅱ级时限太紧" in page

    def test_taken_back_and_withdrawn(self, draft: PlanVersion, cast: Cast, sign_in: Browser) -> None:
        submit(draft, cast, cast.zhou)
        li = sign_in(cast.li)

        li.post(reverse("plan-recall", args=[draft.key]))
        assert state_of(draft) == "DRAFT"
        withdraw = reverse("plan-withdraw", args=[draft.key])
        assert "作废 1.0 版，请写明原因" in text_of(li.get(withdraw))
        li.post(withdraw, {"reason": "改用三层架构"})

        page = text_of(li.get(reverse("plan-version", args=[draft.key])))
        assert "1.0 版：已作废" in page
        assert "作废原因：改用三层架构" in page

    def test_an_unsigned_first_plan_says_so_until_it_is_signed(
        self, draft: PlanVersion, cast: Cast, sign_in: Browser
    ) -> None:
        publish_version(version=draft, effective_on=NOW.date(), person=cast.li, now=NOW)
        li = sign_in(cast.li)
        page = text_of(li.get(reverse("plan")))
        assert "这一版发布时未经会签。" in page
        assert "请指挥补签" in page
        assert "未经会签" in text_of(li.get(reverse("plan-versions")))

        submit(draft, cast, cast.zhou)
        assert "正在补签，等周宁。" in text_of(li.get(reverse("plan")))
        assert "同意 1.0 版" in text_of(sign_in(cast.zhou).get(reverse("plan")))
        sign(draft, cast.zhou)

        page = text_of(li.get(reverse("plan")))
        assert "发布时未经会签，11月20日 17:05 补签" in page
        assert "这一版发布时未经会签。" not in page
        assert "未经会签" not in text_of(li.get(reverse("plan-versions")))

    def test_who_may_not_gets_a_sentence_and_no_button(
        self, draft: PlanVersion, cast: Cast, sign_in: Browser
    ) -> None:
        submit(draft, cast, cast.zhou)
        wang = sign_in(cast.wang)

        page = text_of(wang.get(reverse("plan-version", args=[draft.key])))

        assert "会签中，等周宁签" in page
        assert "同意 1.0 版" not in page
        assert "收回" not in page.split("第 1 章")[0]
        for name in ("plan-submit", "plan-sign", "plan-recall"):
            answer = wang.post(reverse(name, args=[draft.key]))
            assert answer.status_code == 403
            assert "您没有这项权限" in answer.content.decode()
        for name in ("plan-return", "plan-withdraw"):
            assert wang.get(reverse(name, args=[draft.key])).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_pressed_twice_at_once_it_is_signed_once(draft: PlanVersion, cast: Cast, at_once: AtOnce) -> None:
    submit(draft, cast, cast.zhou)

    assert at_once(lambda: sign(draft, cast.zhou)) == ["NotAsked", "done"]
    assert (state_of(draft), Signature.objects.count()) == ("APPROVED", 1)
