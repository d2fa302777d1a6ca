"""POST /api/v1/posts: a token, a key against repeats, all of a batch or none of it."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.api.actions import issue_token
from guanlan.clocks.models import Stream
from guanlan.intake.models import Batch

LATER = NOW + timedelta(days=90)
POST = {"id": "1", "platform": "微博", "text": "退款没到", "published_at": "2026-11-20T13:00:00+08:00"}


@pytest.fixture
def secret(cast: Cast, stream: Stream, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("guanlan.site.middleware.real_now", lambda: NOW)
    monkeypatch.setattr("guanlan.site.middleware.now_for", lambda _stream: NOW)
    _token, secret = issue_token(
        name="采集程序", owner=cast.wang, scopes=["posts:write"], expires_at=LATER, person=cast.wu, now=NOW
    )
    return secret


def push(secret: str, posts: list[dict[str, Any]], key: str = "k1") -> Any:
    return Client().post(
        reverse("api:push_posts"),
        json.dumps({"posts": posts}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": key},
    )


def test_takes_a_batch_as_one_row(secret: str) -> None:
    answer = push(secret, [POST, POST | {"id": "2"}])

    batch = Batch.objects.get()
    assert answer.status_code == 202
    assert answer.json() == {"batch": batch.key, "posts": 2}
    assert batch.raw is not None
    assert bytes(batch.raw).count(b"\n") == 1


def test_the_same_request_again_gets_the_first_answer(secret: str) -> None:
    first, second = push(secret, [POST]), push(secret, [POST])

    assert second.json() == first.json()
    assert Batch.objects.count() == 1


def test_one_key_for_two_requests_is_refused(secret: str) -> None:
    push(secret, [POST])
    answer = push(secret, [POST | {"id": "9"}])

    assert answer.status_code == 409
    assert "Idempotency-Key" in answer.json()["detail"]


def test_a_key_is_required(secret: str) -> None:
    assert push(secret, [POST], key="").status_code == 422


def test_one_bad_post_refuses_all_and_says_which(secret: str) -> None:
    answer = push(secret, [POST, {"id": "2", "published_at": "2026-11-20T13:00:00+08:00"}])

    assert answer.status_code == 422
    assert "第 2 行" in answer.json()["detail"]
    assert not Batch.objects.exists()


def test_more_than_a_thousand_are_refused(secret: str) -> None:
    assert push(secret, [POST] * 1001).status_code == 422
    assert push(secret, []).status_code == 422


def test_a_stranger_is_refused(secret: str) -> None:
    assert push("gl_wrong", [POST]).status_code == 401


def test_a_token_without_the_scope_is_refused(secret: str, cast: Cast) -> None:
    _token, narrow = issue_token(
        name="只读", owner=cast.wang, scopes=[], expires_at=LATER, person=cast.wu, now=NOW
    )

    answer = push(narrow, [POST])

    assert answer.status_code == 403
    assert "posts:write" in answer.json()["detail"]


def test_a_person_who_left_takes_the_tokens_along(secret: str, cast: Cast) -> None:
    cast.wang.is_active = False
    cast.wang.save()

    assert push(secret, [POST]).status_code == 401
