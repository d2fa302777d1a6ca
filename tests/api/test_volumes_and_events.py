"""POST /api/v1/volumes and GET /api/v1/events/…: scopes, repeats, all or none, unknown as null."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.api.actions import issue_token
from guanlan.clocks.models import Stream
from guanlan.intake.models import Volume
from guanlan.people.models import Person
from guanlan.watch.models import Event
from incident_scene import raise_event

DAYS = [{"day": "2026-11-19", "complaints": 20}, {"day": "2026-11-20", "complaints": 60, "contacts": 900}]


@pytest.fixture(autouse=True)
def _clock(stream: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guanlan.site.middleware.real_now", lambda: NOW)
    monkeypatch.setattr("guanlan.site.middleware.now_for", lambda _stream: NOW)


def token(cast: Cast, owner: Person, *scopes: str) -> str:
    later = NOW + timedelta(days=90)
    _token, secret = issue_token(
        name="工单系统", owner=owner, scopes=scopes, expires_at=later, person=cast.wu, now=NOW
    )
    return secret


def push(secret: str, days: list[dict[str, Any]], key: str = "k1", **more: Any) -> Any:
    return Client().post(
        reverse("api:push_volumes"),
        json.dumps({"source": "工单系统", "volumes": days} | more),
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": key},
    )


def read(secret: str, event: Event) -> Any:
    address = reverse("api:read_event", args=[event.key])
    return Client().get(address, headers={"Authorization": f"Bearer {secret}"})


class TestPushVolumes:
    def test_keeps_the_days_and_answers_a_repeat_the_same(self, cast: Cast) -> None:
        secret = token(cast, cast.liu, "volumes:write")

        first, again = push(secret, DAYS), push(secret, DAYS)

        assert (first.status_code, first.json(), again.json()) == (200, {"days": 2}, {"days": 2})
        kept = Volume.objects.order_by("day").values_list("complaints", "contacts", "given_by__name")
        assert list(kept) == [(20, None, "刘洋"), (60, 900, "刘洋")]

    def test_what_stands_already_is_no_mistake(self, cast: Cast) -> None:
        secret = token(cast, cast.liu, "volumes:write")
        push(secret, DAYS)

        assert push(secret, DAYS, key="k2").json() == {"days": 0}
        assert push(secret, [DAYS[1] | {"complaints": 75}], key="k3").json() == {"days": 1}

    def test_refuses_without_the_scope_and_without_the_function(self, cast: Cast) -> None:
        assert push(token(cast, cast.liu, "posts:write"), DAYS).status_code == 403
        answer = push(token(cast, cast.wang, "volumes:write"), DAYS)

        assert answer.status_code == 403
        assert "可以办理的是：客服" in answer.json()["detail"]
        assert not Volume.objects.exists()

    @pytest.mark.parametrize(
        ("days", "sentence"),
        [
            ([], "volumes 要有 1 到 1100 天"),
            ([*DAYS, {"day": "2026-11-21", "complaints": 1}], "2026-11-21 还没有到"),
            ([*DAYS, {"day": "2026-11-18", "complaints": "3"}], "volumes.2.complaints"),
            ([*DAYS, {"day": "2026-11-18", "complaint": 3}], "volumes.2.complaint"),
            ([*DAYS, {"day": "昨天", "complaints": 3}], "volumes.2.day"),
            ([*DAYS, {"day": "2026-11-18", "complaints": 3.5}], "volumes.2.complaints"),
            ([*DAYS, DAYS[0]], "2026-11-19 在第 1 行已经写过"),
        ],
    )
    def test_one_bad_day_refuses_all(self, cast: Cast, days: list[dict[str, Any]], sentence: str) -> None:
        answer = push(token(cast, cast.liu, "volumes:write"), days)

        assert answer.status_code == 422
        assert sentence in answer.json()["detail"]
        assert not Volume.objects.exists()


class TestReadEvent:
    def test_gives_the_event_with_its_impact(self, cast: Cast, stream: Stream) -> None:
        event = raise_event(cast, stream)
        weeks = [{"day": f"2026-11-{day:02d}", "complaints": 20} for day in range(5, 20)]
        push(token(cast, cast.liu, "volumes:write"), [*weeks, DAYS[1]])

        answer = read(token(cast, cast.wang, "events:read"), event)

        assert answer.status_code == 200
        told = answer.json()
        assert (told["name"], told["posts"], told["watch"]) == ("退款三天未到账", 1284, "退款")
        figures = {one["code"]: one for one in told["impact"]["figures"]}
        one = figures["complaints"]
        assert (one["now"], one["usual"]) == ({"count": 60, "of": 1}, {"count": 300, "of": 15})
        # Wilson of 60 in 360: centre (60 + 1.9207) / 363.8415 = .170186, half .038455.
        assert (one["difference"], one["high"], one["verdict"]) == (3.0, None, "higher")
        assert one["low"] == pytest.approx(15 * 0.131731 / (1 - 0.131731), abs=1e-4)
        unknown = figures["refunds"]
        assert (unknown["now"], unknown["usual"], unknown["difference"], unknown["verdict"]) == (
            None,
            None,
            None,
            "unknown",
        )
        assert unknown["words"] == "未知：没有人填过这个数"

    def test_refuses_without_the_scope(self, cast: Cast, stream: Stream) -> None:
        assert read(token(cast, cast.wang, "posts:write"), raise_event(cast, stream)).status_code == 403

    def test_an_unknown_event_is_not_there(self, cast: Cast, stream: Stream) -> None:
        event = raise_event(cast, stream)
        event.key = "nothing"

        assert read(token(cast, cast.wang, "events:read"), event).status_code == 404
