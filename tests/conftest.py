"""The fixed hour and the fixed cast: 陈 drafts, 李 approves, 周 counsels, 王 is on duty, 赵 may only read."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings

from cast import NOW, PASSWORD, Cast
from guanlan.clocks.models import Stream
from guanlan.errors import Refused
from guanlan.people import actions as people
from guanlan.people.models import Function, Membership, Person, Unit

__all__ = ["NOW", "PASSWORD", "AtOnce", "Cast"]

AtOnce = Callable[[Callable[[], object]], list[str]]

pytest_plugins = ["browsing", "every_kind", "loop", "vendors"]


@pytest.fixture(scope="session", autouse=True)
def _plain_static_files() -> Iterator[None]:
    """Serve static files by their own names; a structure test makes the hashed ones once."""
    plain = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    with override_settings(STORAGES=plain):
        yield


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def begins_at() -> datetime:
    """When everybody begins to serve; a journey that needs another day says so by its own fixture."""
    return NOW


@pytest.fixture
def unit(db: None, begins_at: datetime) -> Unit:
    return people.name_company(name="观澜商城", actor="system", now=begins_at)


@pytest.fixture
def stream(db: None) -> Stream:
    return Stream.objects.create(kind=Stream.Kind.REAL, name="正式", clock_set_at=None, clock_from=None)


@pytest.fixture
def cast(unit: Unit, begins_at: datetime) -> Cast:
    at = begins_at
    groups = {
        code: people.open_group(code=code, name=name, function=function, unit=unit, actor="system", now=at)
        for code, name, function in (
            ("command", "应急指挥部", Function.COMMAND),
            ("monitoring", "监测组", Function.MONITORING),
            ("service", "客服应对组", Function.SERVICE),
            ("media", "媒体沟通组", Function.MEDIA),
            ("legal", "法律顾问组", Function.LEGAL),
            ("audit", "审计", Function.AUDITOR),
            ("administration", "系统管理", Function.ADMINISTRATOR),
        )
    }

    def serve(username: str, name: str, group: str) -> Person:
        person = people.add_person(username=username, name=name, unit=unit, actor="system", now=at)
        people.place(person=person, group=groups[group], role=Membership.Role.LEAD, actor="system", now=at)
        return person

    return Cast(
        chen=serve("chen", "陈晓", "media"),
        li=serve("li", "李敏", "command"),
        zhou=serve("zhou", "周宁", "legal"),
        wang=serve("wang", "王芳", "monitoring"),
        liu=serve("liu", "刘洋", "service"),
        zhao=serve("zhao", "赵磊", "audit"),
        wu=serve("wu", "吴凡", "administration"),
        groups=groups,
    )


@pytest.fixture
def sign_in(stream: Stream, hands: dict[str, datetime]) -> Callable[[Person], Client]:
    """Return a browser of the given person; all clocks show what `hands` says, NOW at first."""

    def browser(person: Person) -> Client:
        client = Client()
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return browser


@pytest.fixture
def at_once() -> AtOnce:
    """Return a function that takes a step twice at once and gives both outcomes: "done", or the refusal.

    The test needs `django_db(transaction=True)`, so that each hand has a transaction of its own.
    """

    def twice(step: Callable[[], object]) -> list[str]:
        outcomes: list[str] = []
        together = threading.Barrier(2)

        def press() -> None:
            together.wait()
            try:
                step()
                outcomes.append("done")
            except Refused as refused:
                outcomes.append(type(refused).__name__)
            finally:
                connection.close()

        hands = [threading.Thread(target=press) for _ in range(2)]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
        return sorted(outcomes)

    return twice
