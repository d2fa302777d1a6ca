"""Every address refuses strangers, and is named by a test of who may use it."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from source import ROOT

OPEN = {"healthz", "account_login", "account_logout"}
# Third parties' addresses, tested by them.
FOREIGN = ("account_", "mfa_", "openapi-", "api-")
SAMPLES = {"str": "abcdefghjkmn", "int": "1", "slug": "abc"}


def addresses(patterns: list[URLPattern | URLResolver], prefix: str = "/") -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        elif pattern.name:
            yield pattern.name, route


def ours() -> list[tuple[str, str]]:
    return [
        (name, route)
        for name, route in addresses(get_resolver().url_patterns)
        if name not in OPEN and not name.startswith(FOREIGN)
    ]


def sample(route: str) -> str:
    path = route
    for kind, value in SAMPLES.items():
        while f"<{kind}:" in path:
            start = path.index(f"<{kind}:")
            path = path[:start] + value + path[path.index(">", start) + 1 :]
    return path


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "route"), ours(), ids=[name for name, _route in ours()])
def test_strangers_are_sent_to_sign_in(name: str, route: str) -> None:
    for ask in (Client().get, Client().post):
        answer = ask(sample(route))
        assert answer.status_code in (302, 401, 403, 405), (route, answer.status_code)
        if answer.status_code == 302:
            assert answer.headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("name", sorted({name for name, _route in ours()}))
def test_a_test_names_the_address(name: str) -> None:
    written = [path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py")]
    assert any(f'{name}"' in text for text in written)
