"""Signing a text: bound to its wording, in the plan's order, never by its author."""

from datetime import timedelta

import pytest

from conftest import NOW, AtOnce, Cast
from guanlan.approvals import actions, queries
from guanlan.approvals.models import Signature, Text
from guanlan.audit.models import Entry
from guanlan.audit.queries import breaks
from guanlan.clocks.models import Stream
from guanlan.errors import Refused
from guanlan.people.actions import place

STEPS = (("statement-legal", "legal"), ("statement-command", "command"))


@pytest.fixture
def text(cast: Cast, stream: Stream) -> Text:
    text = actions.draft_text(
        stream=stream,
        title="关于退款延迟的说明",
        body="已垫付全部未到账退款。",
        steps=STEPS,
        author=cast.chen,
        now=NOW,
    )
    actions.submit_text(text=text, person=cast.chen, now=NOW)
    return text


def sign(text: Text, person: object, at: object = NOW) -> Signature:
    return actions.sign_text(text=text, sha256=queries.latest(text).sha256, person=person, now=at)


class TestSignText:
    def test_approves_with_the_last_signature_of_the_chain(self, text: Text, cast: Cast) -> None:
        sign(text, cast.zhou)
        text.refresh_from_db()
        assert text.state == Text.State.IN_APPROVAL

        sign(text, cast.li, NOW + timedelta(minutes=5))

        text.refresh_from_db()
        assert (text.state, text.approved_at) == (Text.State.APPROVED, NOW + timedelta(minutes=5))

    def test_binds_to_the_hash_of_title_and_body(self, text: Text, cast: Cast) -> None:
        signature = sign(text, cast.zhou)

        # printf '关于退款延迟的说明\n已垫付全部未到账退款。' | sha256sum
        assert signature.sha256 == "e4ee5d3775ae2c37a3b907b5db1ee7aa1069db5c4b3c22ef4a322cdab4ab262b"

    def test_refuses_the_person_who_drafted_it(self, text: Text, cast: Cast) -> None:
        with pytest.raises(actions.OwnWork, match="不能批准：这份文本有您的改动。请周宁审批。"):
            sign(text, cast.chen)

    def test_refuses_an_editor_of_an_earlier_version(self, text: Text, cast: Cast) -> None:
        actions.revise_text(
            text=text, title="关于退款延迟的说明", body="今晚垫付。", author=cast.zhou, now=NOW
        )
        actions.submit_text(text=text, person=cast.chen, now=NOW)

        with pytest.raises(actions.OwnWork):
            sign(text, cast.zhou)

    def test_refuses_a_step_out_of_order(self, text: Text, cast: Cast) -> None:
        with pytest.raises(actions.NotYourStep, match="这一步由法务签。请周宁审批。"):
            sign(text, cast.li)

    def test_refuses_somebody_without_the_function(self, text: Text, cast: Cast) -> None:
        with pytest.raises(actions.NotYourStep):
            sign(text, cast.zhao)

    def test_refuses_one_person_at_two_steps(self, text: Text, cast: Cast) -> None:
        place(person=cast.zhou, group=cast.groups["command"], role="MEMBER", actor="system", now=NOW)
        sign(text, cast.zhou)

        with pytest.raises(actions.SignedAlready, match="请李敏审批"):
            sign(text, cast.zhou)

    def test_refuses_a_wording_that_is_no_longer_in_force(self, text: Text, cast: Cast) -> None:
        read = queries.latest(text).sha256
        actions.revise_text(
            text=text, title="关于退款延迟的说明", body="改过一字。", author=cast.chen, now=NOW
        )
        actions.submit_text(text=text, person=cast.chen, now=NOW)

        with pytest.raises(actions.WordingChanged, match="第 2 版"):
            actions.sign_text(text=text, sha256=read, person=cast.zhou, now=NOW)

    def test_an_edit_voids_the_approval(self, text: Text, cast: Cast) -> None:
        sign(text, cast.zhou)
        sign(text, cast.li)

        actions.revise_text(text=text, title="关于退款延迟的说明", body="又改。", author=cast.chen, now=NOW)

        text.refresh_from_db()
        assert (text.state, text.approved_at) == (Text.State.DRAFT, None)
        assert queries.next_step(queries.latest(text)).code == "statement-legal"

    def test_refuses_a_text_that_does_not_wait(self, text: Text, cast: Cast) -> None:
        sign(text, cast.zhou)
        sign(text, cast.li)

        with pytest.raises(actions.WrongState, match="已批准"):
            sign(text, cast.li)

    def test_writes_one_audit_row_with_the_hash_and_no_text(self, text: Text, cast: Cast) -> None:
        signature = sign(text, cast.zhou)

        entry = Entry.objects.latest("number")
        assert (entry.verb, entry.actor, entry.subject) == ("approvals.sign_text", cast.zhou.key, text.key)
        assert entry.facts == {"version": 1, "sha256": signature.sha256, "step": "statement-legal"}
        assert list(breaks()) == []

    def test_leaves_nothing_behind_when_it_refuses(self, text: Text, cast: Cast) -> None:
        before = Entry.objects.count()

        with pytest.raises(Refused):
            sign(text, cast.zhao)

        assert (Entry.objects.count(), Signature.objects.count()) == (before, 0)


@pytest.mark.django_db(transaction=True)
def test_two_signers_at_once_leave_one_signature(text: Text, cast: Cast, at_once: AtOnce) -> None:
    assert at_once(lambda: sign(text, cast.zhou)) == ["SignedAlready", "done"]
    assert Signature.objects.count() == 1
