"""A whole installation in a folder of its own, run as real processes: database, worker, web server."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import httpx
import orjson

PASSWORD = "a-long-passphrase"
MATTERS = ("退款三天没到账", "客服电话打不通", "快递小哥态度恶劣", "会员被自动续费", "锅是破的不给换")
ENDS = ("太差了", "再也不买了", "谁来管管", "已经投诉", "气死我了", "等了一个月", "说好的呢")

# Run in a process of its own: what set-up would have made, for a company of one watch.
FURNISH = f"""
import django; django.setup()
from datetime import timedelta
from django.contrib.auth.hashers import make_password
from guanlan.api.actions import issue_token
from guanlan.api.tokens import POSTS_WRITE
from guanlan.clocks.edge import real_now
from guanlan.clocks.models import Stream
from guanlan.people.actions import first_administrator, open_group, place, take_on
from guanlan.people.models import Function, Group
from guanlan.plan.actions import draft_version, publish_version
from guanlan.plan.shipped import first_choice
from guanlan.watch.actions import keep_watch
now = real_now()
boss = first_administrator(
    username="wu", name="吴凡", password="{PASSWORD}", company="观澜商城", now=now
)
unit = boss.unit
command = open_group(
    code="first", name="指挥", function=Function.COMMAND, unit=unit, actor=boss.key, now=now
)
place(person=boss, group=command, role="LEAD", actor=boss.key, now=now)
version = draft_version(
    unit=unit, content=first_choice().content, name="plan.yaml", person=boss, now=now
)
publish_version(version=version, effective_on=now.date(), person=boss, now=now)
monitoring = Group.objects.get(unit=unit, code="group.monitoring")
wang = take_on(
    username="wang", name="王芳", unit=unit, sealed=make_password("{PASSWORD}"),
    serving=(monitoring, "LEAD"), actor=boss.key, now=now,
)
stream = Stream.objects.get()
keep_watch(stream=stream, unit=unit, name="观澜商城", boxes=("观澜商城", "", ""), person=wang, now=now)
_token, secret = issue_token(
    name="外部", owner=wang, scopes=[POSTS_WRITE], expires_at=now + timedelta(days=1), person=boss, now=now
)
print(secret)
"""


class House:
    """An installation; whatever it starts is ended by `end`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {
            **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
            "GUANLAN_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "guanlan.site.settings",
        }
        self.running: list[subprocess.Popen[bytes]] = []
        self.guanlan("manage", "migrate", "--verbosity", "0")
        self.guanlan("manage", "collectstatic", "--noinput", "--verbosity", "0")
        self.secret = self._python("-c", FURNISH).strip()

    def guanlan(self, *arguments: str) -> str:
        """Run a command to its end and return what it said."""
        return self._python("-m", "guanlan.cli", *arguments)

    def run(self, code: str) -> str:
        """Run a program in the house to its end and return what it said."""
        return self._python("-c", code)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a command and return its process."""
        return self.launch("-m", "guanlan.cli", *arguments)

    def launch(self, *arguments: str, pipes: bool = False) -> subprocess.Popen[bytes]:
        """Start an interpreter in the house and return its process, which can be talked to with `pipes`."""
        process = subprocess.Popen(
            [sys.executable, *arguments],
            env=self.environment,
            stdin=subprocess.PIPE if pipes else None,
            stdout=subprocess.PIPE if pipes else subprocess.DEVNULL,
            stderr=(self.home / "said.txt").open("ab"),
        )
        self.running.append(process)
        return process

    def serve(self) -> str:
        """Start web server and worker and return their address once they answer."""
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.start("up", "--port", str(port))
        address = f"http://127.0.0.1:{port}"
        self.wait(lambda: _answers(f"{address}/healthz"), "the web server never answered")
        return address

    def sign_in(self, address: str) -> httpx.Client:
        """Return a browser in which 王芳 is signed in."""
        browser = httpx.Client(base_url=address, follow_redirects=True, timeout=60)
        browser.get("/accounts/login/")
        form = {"login": "wang", "password": PASSWORD, "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
        browser.post("/accounts/login/", data=form)
        return browser

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """Return what a query finds in the database, read beside the running processes."""
        with closing(sqlite3.connect(self.home / "guanlan.sqlite3", timeout=30)) as base, base:
            return base.execute(query, values).fetchall()

    def wait(self, reached: Callable[[], bool], failure: str) -> None:
        """Look every 50 ms until something outside this process is reached; fail after two minutes."""
        for _look in range(2400):
            if reached():
                return
            Event().wait(0.05)
        raise AssertionError(f"{failure}\n{self.said()}")

    def said(self) -> str:
        """Return what the processes wrote to stderr."""
        path = self.home / "said.txt"
        return path.read_text("utf-8", "replace")[-4000:] if path.exists() else ""

    def end(self) -> None:
        """End everything that was started."""
        for process in self.running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.running:
            process.wait(timeout=60)

    def _python(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def write_posts(path: Path, count: int, *, first: int = 0, platform: str = "微博") -> None:
    """Write so many posts about a few matters, a second apart, ending now."""
    end = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - a live import is about now
    with path.open("wb") as file:
        for number in range(first, first + count):
            at = end - timedelta(seconds=first + count - number)
            words = f"观澜商城{MATTERS[number % 5]}，{ENDS[number % 7]}，第{number}单"
            post = {"id": f"p{number}", "platform": platform, "text": words, "published_at": at.isoformat()}
            file.write(orjson.dumps(post) + b"\n")


@contextmanager
def house(home: Path) -> Iterator[House]:
    """Keep house in `home`, and end its processes."""
    opened = House(home)
    try:
        yield opened
    finally:
        opened.end()


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=5).status_code == 200
    except httpx.TransportError:
        return False
