"""The first page."""

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from conftest import Cast


def test_greets_whoever_is_signed_in(cast: Cast, sign_in: Callable[..., Client]) -> None:
    answer = sign_in(cast.zhao).get(reverse("home"))

    assert answer.status_code == 200


def test_says_it_is_alive_without_telling_anything(client: Client, db: None) -> None:
    answer = client.get(reverse("healthz"))

    assert answer.content == b"ok\n"
