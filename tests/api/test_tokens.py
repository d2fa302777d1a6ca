"""Tokens for other programs: issued and shown once, used, listed, over."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.api.actions import ExpiryBackwards, NoReason, RevokedAlready, issue_token, revoke_token
from guanlan.api.models import Token
from guanlan.audit.models import Entry
from guanlan.audit.queries import breaks
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed
from guanlan.intake.models import Batch
from guanlan.people.models import Person

Browser = Callable[[Person], Client]
LATER = NOW + timedelta(days=90)
POST = {"id": "1", "platform": "微博", "text": "退款没到", "published_at": "2026-11-20T13:00:00+08:00"}


def issue(cast: Cast, person: Person | None = None, **more: Any) -> tuple[Token, str]:
    given = {"name": "工单系统", "owner": cast.wang, "scopes": ["posts:write"], "expires_at": LATER} | more
    return issue_token(person=person or cast.wu, now=NOW, **given)


def push(secret: str, key: str = "k1") -> Any:
    return Client().post(
        reverse("api:push_posts"),
        json.dumps({"posts": [POST]}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": key},
    )


class TestIssueToken:
    def test_keeps_the_hash_and_the_beginning_only(self, cast: Cast) -> None:
        token, secret = issue(cast)

        assert secret.startswith("gl_")
        assert len(secret) == 46  # gl_ and 32 bytes in base64
        assert token.prefix == secret[:7]
        assert secret[7:] not in str(Token.objects.values().get())

    def test_writes_an_audit_row_without_the_secret(self, cast: Cast) -> None:
        token, secret = issue(cast)

        entry = Entry.objects.latest("number")
        assert (entry.verb, entry.actor, entry.subject) == ("api.issue_token", cast.wu.key, token.key)
        assert entry.facts == {
            "owner": cast.wang.key,
            "scopes": ["posts:write"],
            "expires_at": "2027-02-18T06:05:00+00:00",
        }
        assert secret not in str(entry.facts)

    def test_only_an_administrator_may(self, cast: Cast) -> None:
        for person in (cast.wang, cast.li, cast.zhao):
            with pytest.raises(NotAllowed, match="管理员"):
                issue(cast, person)
        assert not Token.objects.exists()

    def test_refuses_one_that_is_over_at_once(self, cast: Cast) -> None:
        with pytest.raises(ExpiryBackwards):
            issue(cast, expires_at=NOW)


class TestRevokeToken:
    def test_stops_the_program_with_a_sentence(self, cast: Cast, stream: Stream, hands: object) -> None:
        token, secret = issue(cast)
        assert push(secret).status_code == 202

        revoke_token(token=token, reason="外包结束", person=cast.wu, now=NOW)

        answer = push(secret, "k2")
        assert (answer.status_code, answer.json()["detail"]) == (
            401,
            "令牌“工单系统”已被收回，请管理员另发一个。",
        )
        token.refresh_from_db()
        assert (token.closed_at, token.closed_reason) == (NOW, "外包结束")
        assert Batch.objects.count() == 1

    def test_writes_an_audit_row(self, cast: Cast) -> None:
        token, _secret = issue(cast)

        revoke_token(token=token, reason="外包结束", person=cast.wu, now=NOW)

        entry = Entry.objects.latest("number")
        assert (entry.verb, entry.actor, entry.subject) == ("api.revoke_token", cast.wu.key, token.key)
        assert list(breaks()) == []

    def test_needs_a_reason(self, cast: Cast) -> None:
        with pytest.raises(NoReason):
            revoke_token(token=issue(cast)[0], reason=" ", person=cast.wu, now=NOW)

    def test_only_an_administrator_may(self, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            revoke_token(token=issue(cast)[0], reason="x", person=cast.wang, now=NOW)

    def test_refuses_twice(self, cast: Cast) -> None:
        token, _secret = issue(cast)
        revoke_token(token=token, reason="外包结束", person=cast.wu, now=NOW)

        with pytest.raises(RevokedAlready, match="已经收回"):
            revoke_token(token=token, reason="再来", person=cast.wu, now=NOW)

    @pytest.mark.django_db(transaction=True)
    def test_two_at_once_revoke_once(self, cast: Cast, at_once: AtOnce) -> None:
        token, _secret = issue(cast)

        def revoke() -> None:
            revoke_token(token=token, reason="外包结束", person=cast.wu, now=NOW)

        assert at_once(revoke) == ["RevokedAlready", "done"]
        assert Entry.objects.filter(verb="api.revoke_token").count() == 1


class TestUse:
    def test_an_expired_token_is_refused_from_its_moment_on(
        self, cast: Cast, stream: Stream, hands: dict[str, datetime]
    ) -> None:
        _token, secret = issue(cast)
        hands["now"] = LATER - timedelta(seconds=1)
        assert push(secret).status_code == 202

        hands["now"] = LATER
        answer = push(secret, "k2")

        assert (answer.status_code, answer.json()["detail"]) == (
            401,
            "令牌“工单系统”已过期，请管理员另发一个。",
        )

    def test_notes_when_it_was_last_used(
        self, cast: Cast, stream: Stream, hands: dict[str, datetime]
    ) -> None:
        token, secret = issue(cast)
        push(secret)
        hands["now"] = NOW + timedelta(hours=1)
        push(secret, "k2")

        token.refresh_from_db()
        assert token.last_used_at == NOW + timedelta(hours=1)


class TestPage:
    def test_issues_one_shows_it_once_and_it_works(self, cast: Cast, sign_in: Browser, hands: object) -> None:
        browser, address = sign_in(cast.wu), reverse("tokens")
        assert "还没有发过令牌" in browser.get(address).content.decode()
        given = {"name": "工单系统", "scopes": ["posts:write"], "owner": cast.wang.key, "days": "30"}

        shown = browser.post(address, given).content.decode()

        [secret] = set(re.findall(r"gl_[\w-]{43}", shown))
        assert secret in shown
        assert push(secret).status_code == 202
        listed = browser.get(address).content.decode()
        assert secret not in listed
        assert secret[:7] in listed
        for words in ("工单系统", "推送帖文", "王芳"):
            assert words in listed
        token = Token.objects.get()
        assert (token.person, token.expires_at) == (cast.wang, NOW + timedelta(days=30))

    def test_the_example_names_the_real_address(self, cast: Cast, sign_in: Browser) -> None:
        shown = sign_in(cast.wu).get(reverse("tokens")).content.decode()

        assert "curl -X POST http://testserver/api/v1/posts" in shown

    def test_what_is_missing_is_said(self, cast: Cast, sign_in: Browser) -> None:
        answer = sign_in(cast.wu).post(reverse("tokens"), {"name": "x", "owner": cast.wang.key, "days": "30"})

        assert answer.status_code == 422
        assert not Token.objects.exists()

    def test_revokes_with_a_reason(self, cast: Cast, sign_in: Browser) -> None:
        token, _secret = issue(cast)
        browser, address = sign_in(cast.wu), reverse("token-revoke", args=[token.key])

        assert "工单系统" in browser.get(address).content.decode()
        assert browser.post(address, {"reason": ""}).status_code == 422
        assert browser.post(address, {"reason": "外包结束"}).status_code == 302

        listed = browser.get(reverse("tokens")).content.decode()
        assert "收回：外包结束" in listed
        assert address not in listed

    def test_is_for_administrators_only(self, cast: Cast, sign_in: Browser) -> None:
        token, _secret = issue(cast)
        browser = sign_in(cast.wang)

        for address in (reverse("tokens"), reverse("token-revoke", args=[token.key])):
            assert browser.get(address).status_code == 403
            assert browser.post(address, {"reason": "x", "name": "x"}).status_code == 403
        token.refresh_from_db()
        assert token.closed_at is None
