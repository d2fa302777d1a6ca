"""Posting: once, nowhere else, and whether anything went out is never guessed."""

import socket
from collections.abc import Iterator

import pytest

from fetch.loopback import LOCAL, NOW
from guanlan.fetch import AddressRefused, AnswerLost, Limits, Unreachable, post
from notify import doubles as faults
from notify.doubles import Doubles, doubles

BODY = b'{"msgtype": "text", "text": {"content": "x"}}'


@pytest.fixture
def served() -> Iterator[Doubles]:
    with doubles() as found:
        yield found


def test_gives_the_answer_whatever_it_says(served: Doubles) -> None:
    answer = post(served.wecom, BODY, now=NOW, allow=LOCAL)

    assert (answer.status, answer.body) == (200, b'{"errcode":0,"errmsg":"ok"}')
    assert served.texts() == ["x"]


@pytest.mark.parametrize("fault", [faults.DROPPED, faults.TAKEN_AND_DROPPED])
def test_a_connection_that_breaks_leaves_it_open(served: Doubles, fault: str) -> None:
    served.fault = lambda _number, _text: fault

    with pytest.raises(AnswerLost, match="收没收到不知道"):
        post(served.wecom, BODY, now=NOW, allow=LOCAL)


def test_an_answer_that_takes_too_long_leaves_it_open(served: Doubles) -> None:
    served.seconds = 0.5

    with pytest.raises(AnswerLost):
        post(served.wecom, BODY, now=NOW, allow=LOCAL, limits=Limits(seconds=0.1))


def test_where_nobody_listens_nothing_was_sent() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/"

    with pytest.raises(Unreachable, match="连不上"):
        post(address, BODY, now=NOW, allow=LOCAL)


def test_a_name_that_does_not_exist_was_sent_nothing() -> None:
    with pytest.raises(Unreachable, match="找不到网站"):
        post("http://nobody.invalid/", BODY, now=NOW)


def test_goes_to_no_inner_address(served: Doubles) -> None:
    with pytest.raises(AddressRefused):
        post(served.wecom, BODY, now=NOW)
    assert served.calls == 0


def test_follows_no_redirect(served: Doubles) -> None:
    served.fault = lambda _number, _text: faults.MOVED

    answer = post(served.wecom, BODY, now=NOW, allow=LOCAL)

    assert (answer.status, served.calls) == (307, 1)
