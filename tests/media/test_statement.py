"""A statement from its draft through two signatures to the record of its release."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.approvals.actions import NotYourStep, OwnWork, WordingChanged
from guanlan.approvals.models import Text
from guanlan.approvals.queries import latest
from guanlan.audit.models import Entry
from guanlan.audit.queries import breaks
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed
from guanlan.incidents.models import Incident, TimelineEntry
from guanlan.media import actions, queries
from guanlan.media.models import Release, Statement
from guanlan.notify.models import Message
from guanlan.plan.models import PlanVersion
from incident_scene import activate, raise_event

BODY = "因对账异常，部分退款没有按时到账。即日起先行垫付。"


@pytest.fixture
def incident(cast: Cast, stream: Stream, plan: PlanVersion) -> Incident:
    return activate(raise_event(cast, stream), cast.li)


@pytest.fixture
def statement(incident: Incident, cast: Cast) -> Statement:
    made = actions.draft_statement(
        incident=incident, kind="ATTITUDE", title="关于退款延迟的说明", body=BODY, person=cast.chen, now=NOW
    )
    actions.submit_statement(statement=made, person=cast.chen, now=NOW)
    return made


def sha(statement: Statement) -> str:
    return latest(statement.text).sha256


def approve(statement: Statement, cast: Cast) -> None:
    for person in (cast.zhou, cast.li):
        actions.sign_statement(statement=statement, sha256=sha(statement), person=person, now=NOW)
    statement.text.refresh_from_db()


class TestSigning:
    def test_takes_the_steps_from_the_plan_and_asks_counsel_first(
        self, statement: Statement, cast: Cast
    ) -> None:
        functions = list(statement.text.steps.values_list("function", flat=True))

        assert functions == ["legal", "command"]
        assert Message.objects.filter(person=cast.zhou, title__startswith="请批准第 1 版").count() == 1
        assert not Message.objects.filter(person=cast.li, title__startswith="请批准").exists()

    def test_is_approved_by_counsel_and_command_in_order(self, statement: Statement, cast: Cast) -> None:
        with pytest.raises(NotYourStep):
            actions.sign_statement(statement=statement, sha256=sha(statement), person=cast.li, now=NOW)

        approve(statement, cast)

        assert statement.text.state == Text.State.APPROVED
        assert Message.objects.filter(person=cast.chen, title__startswith="可以发布").exists()

    def test_its_author_may_not_sign(self, statement: Statement, cast: Cast) -> None:
        with pytest.raises(OwnWork, match="请周宁审批"):
            actions.sign_statement(statement=statement, sha256=sha(statement), person=cast.chen, now=NOW)

    def test_an_edit_voids_it(self, statement: Statement, cast: Cast) -> None:
        approve(statement, cast)
        old = sha(statement)

        actions.revise_statement(
            statement=statement,
            title="关于退款延迟的说明",
            body="今晚八点前垫付。",
            person=cast.chen,
            now=NOW,
        )

        with pytest.raises(actions.NotApproved):
            release(statement, old, cast)

    def test_returned_it_goes_back_to_its_author_with_the_reason(
        self, statement: Statement, cast: Cast
    ) -> None:
        actions.return_statement(
            statement=statement, sha256=sha(statement), reason="写明钟点", person=cast.zhou, now=NOW
        )

        statement.text.refresh_from_db()
        assert statement.text.state == Text.State.RETURNED
        assert "写明钟点" in TimelineEntry.objects.latest("pk").sentence

    def test_every_step_is_on_the_timeline_and_in_the_chain(self, statement: Statement, cast: Cast) -> None:
        approve(statement, cast)

        verbs = set(Entry.objects.values_list("verb", flat=True))
        assert {"media.draft_statement", "media.submit_statement", "media.sign_statement"} <= verbs
        lines = TimelineEntry.objects.filter(link=reverse("statement", args=[statement.key]))
        assert lines.count() == 4
        assert list(breaks()) == []

    def test_a_reader_drafts_nothing(self, incident: Incident, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            actions.draft_statement(
                incident=incident, kind="FULL", title="x", body="y", person=cast.zhao, now=NOW
            )


def release(statement: Statement, sha256: str, cast: Cast, **changes: object) -> Release:
    given = {"channel": "官方微博", "url": "https://weibo.example/1", "released_at": NOW, **changes}
    return actions.record_release(statement=statement, sha256=sha256, person=cast.chen, now=NOW, **given)


class TestRelease:
    def test_records_who_released_which_wording_where(self, statement: Statement, cast: Cast) -> None:
        approve(statement, cast)

        made = release(statement, sha(statement), cast)

        assert (made.sha256, made.channel, made.person) == (sha(statement), "官方微博", cast.chen)
        assert Entry.objects.latest("number").verb == "media.record_release"

    def test_refuses_what_is_not_approved(self, statement: Statement, cast: Cast) -> None:
        with pytest.raises(actions.NotApproved):
            release(statement, sha(statement), cast)

    @pytest.mark.parametrize("off", [timedelta(minutes=1), -timedelta(days=1)])
    def test_refuses_a_moment_that_cannot_be(self, statement: Statement, cast: Cast, off: timedelta) -> None:
        approve(statement, cast)

        with pytest.raises(actions.NotApproved, match="发布时间"):
            release(statement, sha(statement), cast, released_at=NOW + off)


class TestChanges:
    def test_shows_what_was_dropped_and_what_is_new(self, statement: Statement, cast: Cast) -> None:
        body = BODY.replace("即日起", "今晚八点前")
        actions.revise_statement(
            statement=statement, title="关于退款延迟的说明", body=body, person=cast.chen, now=NOW
        )

        pieces = queries.changes(latest(statement.text))

        assert "".join(piece.words for piece in pieces if piece.kind != "old") == body
        assert "".join(piece.words for piece in pieces if piece.kind != "new") == BODY
        assert queries.count_changes(pieces) == 1


class TestPages:
    def test_counsel_signs_with_one_press_and_sees_the_statement_anew(
        self, statement: Statement, cast: Cast, sign_in: Callable[..., Client]
    ) -> None:
        browser = sign_in(cast.zhou)
        address = reverse("statement", args=[statement.key])
        assert "第 1 版等您批准" in browser.get(address).content.decode()

        answer = browser.post(
            reverse("statement-sign", args=[statement.key]),
            {"sha256": sha(statement)},
            headers={"HX-Request": "true"},
        )

        assert answer.headers["HX-Redirect"] == address
        assert "等李敏审批" in browser.get(address).content.decode()

    def test_a_stale_wording_is_refused_in_the_buttons_place(
        self, statement: Statement, cast: Cast, sign_in: Callable[..., Client]
    ) -> None:
        answer = sign_in(cast.zhou).post(
            reverse("statement-sign", args=[statement.key]),
            {"sha256": "0" * 64},
            headers={"HX-Request": "true"},
        )

        assert "您读的不是最新一版" in answer.content.decode()
        assert statement.text.versions.get().signatures.count() == 0

    def test_without_htmx_the_refusal_is_a_page_with_status_409(
        self, statement: Statement, cast: Cast, sign_in: Callable[..., Client]
    ) -> None:
        answer = sign_in(cast.zhou).post(
            reverse("statement-sign", args=[statement.key]), {"sha256": "0" * 64}
        )

        assert answer.status_code == WordingChanged.status == 409

    def test_the_author_reads_who_must_sign_instead_of_a_button(
        self, statement: Statement, cast: Cast, sign_in: Callable[..., Client]
    ) -> None:
        page = sign_in(cast.chen).get(reverse("statement", args=[statement.key])).content.decode()

        assert "不能批准：这份声明有您的改动。" in page
        assert "请周宁审批" in page
        assert reverse("statement-sign", args=[statement.key]) not in page

    def test_the_whole_way_on_screen(
        self, incident: Incident, cast: Cast, sign_in: Callable[..., Client]
    ) -> None:
        chen, zhou, li = map(sign_in, (cast.chen, cast.zhou, cast.li))
        words = {"kind": "ATTITUDE", "title": "说明", "body": BODY}
        address = chen.post(reverse("statement-new", args=[incident.key]), words).headers["Location"]
        statement = Statement.objects.get()
        key = statement.key
        chen.post(reverse("statement-revise", args=[key]), {**words, "body": BODY + "请放心。"})
        chen.post(reverse("statement-submit", args=[key]))
        for browser in (zhou, li):
            browser.post(reverse("statement-sign", args=[key]), {"sha256": sha(statement)})
        chen.post(
            reverse("statement-release", args=[key]),
            {"sha256": sha(statement), "channel": "官网公告", "released_at": "2026-11-20T14:05"},
        )

        page = sign_in(cast.zhao).get(address).content.decode()
        assert "已登记发布" in page
        assert "官网公告" in page
        assert "没有等您批准的" in sign_in(cast.zhao).get(reverse("statements")).content.decode()

    def test_the_wrong_role_is_refused_at_every_door(
        self, statement: Statement, cast: Cast, sign_in: Callable[..., Client]
    ) -> None:
        zhao = sign_in(cast.zhao)
        body = {
            "sha256": sha(statement),
            "reason": "x",
            "kind": "FULL",
            "title": "x",
            "body": "y",
            "channel": "x",
        }
        for name in (
            "statement-sign",
            "statement-return",
            "statement-revise",
            "statement-submit",
            "statement-release",
        ):
            answer = zhao.post(
                reverse(name, args=[statement.key]), {**body, "released_at": "2026-11-20T14:05"}
            )
            assert answer.status_code == 403, name

    def test_a_restricted_incidents_statement_is_hidden(
        self, statement: Statement, cast: Cast, sign_in: Callable[..., Client]
    ) -> None:
        Incident.objects.update(restricted=True)

        assert sign_in(cast.zhao).get(reverse("statement", args=[statement.key])).status_code == 404
