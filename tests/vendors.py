"""Doubles of the vendors, and the clock that worker and doubles share."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from cast import NOW, Cast
from notify.doubles import Doubles, doubles

Later = Callable[[timedelta], None]


@pytest.fixture
def hour() -> list[datetime]:
    return [NOW]


@pytest.fixture
def later(hour: list[datetime], monkeypatch: pytest.MonkeyPatch) -> Later:
    """Return a function that moves the worker's and the doubles' clock on."""
    monkeypatch.setattr("guanlan.notify.jobs.real_now", lambda: hour[0])

    def move(by: timedelta) -> None:
        hour[0] += by

    return move


@pytest.fixture
def vendors(hour: list[datetime], later: Later, settings: Any, cast: Cast) -> Iterator[Doubles]:
    """Serve the doubles, reachable; everybody has a number."""
    settings.CHANNEL_NETWORKS = ["127.0.0.1/32"]
    for number, person in enumerate((cast.liu, cast.wang, cast.li, cast.chen, cast.wu)):
        person.phone = f"1380000000{number}"
        person.save()
    with doubles(clock=lambda: hour[0].timestamp()) as served:
        yield served
