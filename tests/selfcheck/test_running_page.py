"""运行状态: a dead worker on every page, what has no outcome, which channel answers, and the heartbeat."""

import http.server
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed
from guanlan.notify.jobs import deliver_next_message
from guanlan.selfcheck.actions import NoSuchAddress, set_heartbeat
from guanlan.selfcheck.jobs import check_all
from guanlan.selfcheck.models import LastCheck, LooseEnd
from notify.doubles import Doubles
from notify.scene import K, channel_of, reach, told

SignIn = Callable[..., Client]
MINUTE = timedelta(minutes=1)
DEAD = "后台停了，时限和通知都停着。"


def check(at: datetime) -> None:
    assert check_all(lambda _stream: at, lambda: at)


def shown(browser: Client, address: str = "running") -> str:
    answer = browser.get(reverse(address))
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.fixture
def heard() -> Iterator[tuple[str, list[str]]]:
    """A service outside that waits to hear that all is well; its address, and the paths it heard."""
    paths: list[str] = []

    class Outside(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            paths.append(self.path)
            self.send_response(200 if self.path == "/ping/a-secret" else 404)
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Outside)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/ping/a-secret", paths
    server.shutdown()
    server.server_close()


class TestDeadWorker:
    def test_is_said_on_every_page_after_three_minutes(
        self, cast: Cast, stream: Stream, sign_in: SignIn
    ) -> None:
        browser = sign_in(cast.liu)
        assert DEAD not in shown(browser, "home")
        check(NOW - 3 * MINUTE)
        assert DEAD not in shown(browser, "home")
        LastCheck.objects.update(done_at=NOW - 3 * MINUTE - timedelta(seconds=1))

        for address in ("home", "inbox", "incidents", "people"):
            page = shown(browser, address)
            assert DEAD in page
            assert "最后一次自查 " in page
        assert "后台停了" in shown(sign_in(cast.wu))
        assert DEAD in shown(browser, "dead-worker")
        check(NOW)
        assert DEAD not in shown(browser, "home")
        assert shown(browser, "dead-worker").strip() == ""

    def test_says_who_runs_it_and_since_when(self, cast: Cast, stream: Stream, sign_in: SignIn) -> None:
        assert "后台还没有自查过" in shown(sign_in(cast.wu))
        check(NOW - 2 * MINUTE)
        check(NOW - MINUTE)

        page = shown(sign_in(cast.wu))

        assert LastCheck.objects.get().running_since == NOW - 2 * MINUTE
        assert "每件事都有下文" in page
        assert "14:03" in page
        assert "14:04" in page


class TestPage:
    def test_lists_what_has_no_outcome_and_what_has_one_by_now(
        self, cast: Cast, stream: Stream, sign_in: SignIn
    ) -> None:
        told(stream, cast.wang, urgency="URGENT")
        check(NOW + 6 * MINUTE)
        check(NOW + 7 * MINUTE)
        page = shown(sign_in(cast.zhao))
        assert "1 件事没有下文" in page
        assert "还没有渠道：1 条紧急消息只在站内，没有人打开" in page
        assert "请接手" not in page

        cast.wang.messages.update(read_at=NOW)
        check(NOW + 8 * MINUTE)

        page = shown(sign_in(cast.zhao))
        assert "每件事都有下文" in page
        assert "已有人处理" in page

    def test_says_which_channel_is_live(
        self, cast: Cast, stream: Stream, sign_in: SignIn, vendors: Doubles
    ) -> None:
        reach(cast.wang, channel_of(cast, K.WEBHOOK, vendors.gateway, name="短信"))
        reach(cast.liu, channel_of(cast, K.WECOM, vendors.wecom.replace("a-key", "gone"), name="旧群"))
        channel_of(cast, K.FEISHU, vendors.feishu, name="备用")
        for person in (cast.wang, cast.liu):
            told(stream, person)
        while deliver_next_message():
            pass

        page = shown(sign_in(cast.li)).replace("</b>", "")

        assert '<span class="done">通</span>' in page.split("短信")[1]
        assert "invalid webhook url" in page.split("旧群")[1].split("短信")[0]
        assert "没有用过" in page.split("备用")[1].split("旧群")[0]

    def test_others_are_told_who_may_see_it(self, cast: Cast, sign_in: SignIn) -> None:
        answer = sign_in(cast.chen).get(reverse("running"))

        assert answer.status_code == 403
        assert "您没有这项权限" in answer.content.decode()


class TestHeartbeat:
    def test_is_sent_while_all_is_well_and_only_then(
        self, cast: Cast, stream: Stream, sign_in: SignIn, vendors: Doubles, heard: tuple[str, list[str]]
    ) -> None:
        address, paths = heard
        browser = sign_in(cast.wu)
        page = browser.post(reverse("running"), {"address": address}, follow=True).content.decode()
        assert "已保存" in page
        check(NOW)
        assert paths == ["/ping/a-secret"]
        assert "对方已收到" in shown(browser)

        told(stream, cast.wang, urgency="URGENT")
        for minute in range(6, 10):
            check(NOW + minute * MINUTE)
        assert len(paths) == 2  # at the first sight it may be on its way
        assert "有事没有下文，没有报平安" in shown(browser)

        LooseEnd.objects.update(closed_at=NOW)
        cast.wang.messages.update(read_at=NOW)
        check(NOW + 10 * MINUTE)
        assert len(paths) == 3
        browser.post(reverse("running"), {"address": ""})
        check(NOW + 11 * MINUTE)
        assert len(paths) == 3

    def test_its_address_is_sealed_and_shown_nowhere(
        self, cast: Cast, stream: Stream, sign_in: SignIn
    ) -> None:
        set_heartbeat(address="https://alive.example/ping/a-secret", person=cast.wu, now=NOW)

        assert "a-secret" not in LastCheck.objects.get().sealed + shown(sign_in(cast.wu))
        entry = Entry.objects.get(verb="selfcheck.set_heartbeat")
        assert (entry.actor, entry.facts) == (cast.wu.key, {"set": True})

    def test_an_answer_that_is_no_yes_is_said(
        self, cast: Cast, stream: Stream, sign_in: SignIn, vendors: Doubles, heard: tuple[str, list[str]]
    ) -> None:
        set_heartbeat(address=heard[0] + "-old", person=cast.wu, now=NOW)
        check(NOW)

        assert "对方回答 HTTP 404。" in shown(sign_in(cast.wu))

    def test_only_an_administrator_sets_it(self, cast: Cast, stream: Stream, sign_in: SignIn) -> None:
        with pytest.raises(NotAllowed):
            set_heartbeat(address="https://alive.example/", person=cast.li, now=NOW)

        assert sign_in(cast.li).post(reverse("running"), {"address": "https://a.example/"}).status_code == 403
        assert not LastCheck.objects.exclude(sealed="").exists()

    @pytest.mark.parametrize("address", ["alive.example", "ftp://alive.example/", "https://[::1"])
    def test_refuses_what_cannot_be_called(self, cast: Cast, sign_in: SignIn, address: str) -> None:
        with pytest.raises(NoSuchAddress):
            set_heartbeat(address=address, person=cast.wu, now=NOW)

        answer = sign_in(cast.wu).post(reverse("running"), {"address": address})
        assert answer.status_code == 422
        assert "要以 https:// 开头" in answer.content.decode()
