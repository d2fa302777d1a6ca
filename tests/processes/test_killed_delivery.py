"""Four workers, killed at each step of sending, and doubles of which 30 % of the calls go wrong.

Nothing is lost and nothing is repeated unmarked. With 10,000 messages:
.venv/bin/pytest -m slow -n 0 -s tests/processes/test_killed_delivery.py
"""

import itertools
import os
import re
import signal
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from notify import doubles as faults
from notify.doubles import Doubles, doubles
from processes.house import House, house

WORKERS = 4
SENT_OR_SEEN = ("FAILED", "UNKNOWN")

FURNISH = """
import django; django.setup()
from guanlan.clocks.edge import real_now
from guanlan.clocks.models import Stream
from guanlan.notify.actions import add_channel, set_ways, tell
from guanlan.notify.models import Urgency
from guanlan.notify.sealing import Access
from guanlan.people.actions import add_person
from guanlan.people.models import Person
now, boss, stream = real_now(), Person.objects.get(username="wu"), Stream.objects.get()
base, secret = "http://127.0.0.1:{port}", "{secret}"
KINDS = (
    ("WECOM", "/cgi-bin/webhook/send?key=a-key-%d"),
    ("DINGTALK", "/robot/send?access_token=a-token-%d"),
    ("FEISHU", "/open-apis/bot/v2/hook/a-hook-%d"),
)
gateway = add_channel(kind="WEBHOOK", name="短信", access=Access(base + "/sms", secret), person=boss, now=now)
number = 0
for at in range({persons}):
    kind, path = KINDS[at % 3]
    access = Access(base + path % at, secret)
    bot = add_channel(kind=kind, name=f"群{{at}}", access=access, person=boss, now=now)
    person = add_person(
        username=f"p{{at}}", name=f"人{{at}}", unit=boss.unit, actor="system", now=now, phone=f"139{{at:08d}}"
    )
    set_ways(person=person, orders=dict.fromkeys(Urgency, [bot, gateway]), actor=person, now=now)
    for _message in range({each}):
        urgency = Urgency.URGENT if number % 2 else Urgency.NORMAL
        tell(
            stream=stream, person=person, title=f"第{{number:05d}}号", link="/", cause=f"test:{{number}}",
            urgency=urgency, now=now,
        )
        number += 1
"""
# Loads the product once; each line it reads gives birth to workers, whose numbers it says.
NURSERY = """
import django; django.setup()
import os, signal, sys
from threading import Event
from guanlan.notify.jobs import deliver_next_message, look_at_next_chain
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
def work():
    while True:
        if not any([look_at_next_chain(), deliver_next_message()]):
            Event().wait(0.05)
for line in sys.stdin:
    born = []
    for _worker in range(int(line)):
        born.append(os.fork())
        if not born[-1]:
            work()
    print(*born, flush=True)
"""
OPEN = """
    SELECT (SELECT count(*) FROM notify_delivery WHERE state IN ('WAITING', 'SENDING'))
         + (SELECT count(*) FROM notify_message WHERE read_at IS NULL AND look_at <= datetime('now'))
"""
# What arrived is read, so that the chain goes on only where nothing arrived.
READ = """
    UPDATE notify_message SET read_at = datetime('now') WHERE read_at IS NULL
    AND id IN (SELECT message_id FROM notify_delivery WHERE state = 'SENT')
"""
# The pauses between tries, and the leases of the dead, pass at once.
PASS = "UPDATE notify_delivery SET next_at = '2020-01-01 00:00:00' WHERE state = 'WAITING' AND attempts > 0"
OVER = "UPDATE notify_delivery SET lease_until = '2020-01-01 00:00:00' WHERE state = 'SENDING'"
ROWS = """
    SELECT message.title, delivery.state, delivery.settled_at IS NULL, unheard.id IS NOT NULL,
           message.urgency, delivery.channel_id
    FROM notify_message message JOIN notify_delivery delivery ON delivery.message_id = message.id
    LEFT JOIN notify_unheard unheard ON unheard.message_id = message.id WHERE message.cause GLOB 'test:*'
"""


class Strikes:
    """Kills every worker at the wanted steps of wanted calls."""

    def __init__(self, opened: House, at: dict[int, str]) -> None:
        self.opened, self.at, self.struck = opened, at, Counter[str]()
        self.workers: list[int] = []
        self.nursery = opened.launch("-c", NURSERY, pipes=True)

    def __call__(self, step: str, number: int) -> None:
        if self.at.get(number) == step:
            self.kill(step)

    def kill(self, step: str) -> None:
        self.struck[step] += 1
        for worker in self.workers:
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)

    def revive(self) -> None:
        """Start new workers where they are dead; the leases of the dead are over."""
        if all(map(_lives, self.workers)) and self.workers:
            return
        self.kill("again")
        self.opened.wait(lambda: not any(map(_lives, self.workers)), "a worker outlived its death")
        self.opened.rows(OVER)
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        self.nursery.stdin.write(b"%d\n" % WORKERS)
        self.nursery.stdin.flush()
        self.workers = [int(number) for number in self.nursery.stdout.readline().split()]


def _lives(worker: int) -> bool:
    try:
        os.kill(worker, 0)
    except ProcessLookupError:
        return False
    return True


def play(opened: House, vendors: Doubles, strikes: Strikes) -> None:
    vendors.on_step = strikes
    looks = itertools.count()
    held = "SELECT count(*) FROM notify_delivery WHERE state = 'SENDING'"

    def over() -> bool:
        strikes.revive()
        if next(looks) % 10 == 0:
            opened.rows(READ)
            opened.rows(PASS)
        if strikes.struck["claimed"] < 1 and vendors.calls > 30 and opened.rows(held) != [(0,)]:
            strikes.kill("claimed")
        return opened.rows(OPEN) == [(0,)]

    for _minute in range(20):
        with suppress(AssertionError):
            opened.wait(over, "")
            break
    assert over(), opened.said()
    strikes.kill("end")


def judge(opened: House, vendors: Doubles, count: int) -> dict[str, int]:
    """Hold what the doubles took against what the database says."""
    copies: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for said in vendors.taken:
        for marked, title in re.findall(r"(可能重复：)?(第\d{5}号)", said["text"]):
            copies[title, said["bot"]].append(bool(marked))
    arrived = {title for title, _bot in copies}
    rows = opened.rows(ROWS)
    seen = {row[0] for row in rows if (row[1] in SENT_OR_SEEN and row[2]) or row[3]}
    said_sent = {row[0] for row in rows if row[1] == "SENT"}
    urgent_lost = {row[0] for row in rows if row[4] == "URGENT"} - arrived
    return {
        "messages": len({row[0] for row in rows}),
        "arrived": len(arrived),
        "lost": count - len(arrived | seen),
        "called sent and not taken": len(said_sent - arrived),
        "urgent lost and nobody told": len(urgent_lost - {str(row[0]) for row in rows if row[3]}),
        "unmarked repeats": sum(max(0, marks.count(False) - 1) for marks in copies.values()),
        "marked repeats": sum(marks.count(True) for marks in copies.values()),
        "unknown": sum(row[1] == "UNKNOWN" for row in rows),
    }


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path / "home") as found:
        found.environment["CHANNEL_NETWORKS"] = "127.0.0.1/32"
        yield found


def prove(opened: House, *, persons: int, each: int, kinds: tuple[str, ...], strikes: dict[int, str]) -> None:
    count = persons * each

    def fault(number: int, _text: str) -> str | None:
        return kinds[number // 10 % len(kinds)] if number % 10 in (1, 4, 7) else None

    with doubles(fault=fault) as vendors:
        opened.run(FURNISH.format(port=vendors.port, secret=faults.SECRET, persons=persons, each=each))
        strike = Strikes(opened, strikes)
        play(opened, vendors, strike)
        found = judge(opened, vendors, count)

    sys.stdout.write(f"\n{found} {dict(strike.struck)} calls {vendors.calls}\n")
    assert set(strike.struck) >= {"come in", "taken", "answered", "claimed"}
    assert found["messages"] == count
    assert found["lost"] == found["called sent and not taken"] == found["urgent lost and nobody told"] == 0
    assert found["unmarked repeats"] == 0
    assert found["marked repeats"] > 0
    assert found["unknown"] > 0
    assert "Traceback" not in opened.said()


def test_killed_at_each_step_nothing_is_lost_or_repeated_unmarked(opened: House) -> None:
    kinds = (faults.TAKEN_AND_DROPPED, faults.DROPPED, faults.FAILED)
    strikes = {15: "come in", 60: "taken", 110: "answered"}
    prove(opened, persons=20, each=10, kinds=kinds, strikes=strikes)


@pytest.mark.slow
def test_ten_thousand_messages(opened: House) -> None:
    kinds = (faults.TAKEN_AND_DROPPED, faults.DROPPED, faults.FAILED, faults.BUSY)
    steps = ("come in", "taken", "answered")
    strikes = {500 * at: steps[at % 3] for at in range(1, 24)}
    prove(opened, persons=500, each=20, kinds=kinds, strikes=strikes)
