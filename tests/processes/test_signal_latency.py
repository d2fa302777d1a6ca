"""From a signal to the moment at which the channel has its message, with 500 incidents open.

.venv/bin/pytest -m slow -n 0 -s tests/processes/test_signal_latency.py
"""

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import pytest

from notify import doubles as faults
from notify.doubles import doubles
from processes.house import House, house

INCIDENTS, SIGNALS, EVERY_SECONDS, WORKERS = 500, 100, 1.0, 2
WITHIN_SECONDS = 10.0

# A company in the middle of 500 incidents: their tasks are open and due tomorrow.
FURNISH = """
import django; django.setup()
from copy import copy
from datetime import timedelta
from guanlan.clocks.edge import real_now
from guanlan.clocks.models import Stream, new_key
from guanlan.incidents.actions import decide_activation
from guanlan.incidents.models import Incident, Task
from guanlan.notify.actions import add_channel, set_ways
from guanlan.notify.models import Delivery, Message, Urgency
from guanlan.notify.sealing import Access
from guanlan.people.models import Person
from guanlan.watch.models import Event, Watch
now, stream, watch = real_now(), Stream.objects.get(), Watch.objects.get()
boss, wang = Person.objects.get(username="wu"), Person.objects.get(username="wang")
access = Access("http://127.0.0.1:{port}/sms", "{secret}")
gateway = add_channel(kind="WEBHOOK", name="短信", access=access, person=boss, now=now)
event = Event(
    stream=stream, watch=watch, first_at=now, last_at=now, posts=100, negative_permille=700,
    computed_level="II", computed_at=now,
)
def another(row, **given):
    copied = copy(row)
    copied.pk, copied.key = None, new_key()
    for name, value in given.items():
        setattr(copied, name, value)
    return copied
events = Event.objects.bulk_create(
    another(event, code=f"e{{number}}", name=f"第{{number:04d}}件事") for number in range({incidents})
)
# One is opened by the step itself, the others are its copies.
first = decide_activation(event=events[0], level="II", reason="影响扩大", person=boss, now=now).incident
others = Incident.objects.bulk_create(
    another(first, event=event, name=event.name, number=f"copy-{{event.code}}") for event in events[1:]
)
tasks = list(first.tasks.all())
Task.objects.bulk_create(another(task, incident=incident) for incident in others for task in tasks)
tomorrow = now + timedelta(days=1)
Task.objects.update(accept_by=tomorrow, due_at=tomorrow, next_look_at=tomorrow)
Message.objects.update(read_at=now, look_at=None)
Delivery.objects.update(state="SENT")
Person.objects.filter(pk=wang.pk).update(phone="13900000000")
set_ways(person=wang, orders=dict.fromkeys(Urgency, [gateway]), actor=wang, now=now)
print(Incident.objects.count(), Task.objects.count())
"""

# Raises a signal on one event after another, as the engine's stage does, and says when.
RAISE = """
import django; django.setup()
from threading import Event as Pause
from django.db import transaction
from guanlan.clocks.actions import touch
from guanlan.clocks.edge import real_now
from guanlan.watch.models import Event, Signal
for event in Event.objects.select_related("stream").order_by("pk")[:{signals}]:
    with transaction.atomic():
        at = real_now()
        Signal.objects.create(
            stream=event.stream, kind="LEVEL", at=at, event=event, level="I", previous_level="II",
            changed_seq=touch(event.stream),
        )
    print(event.name, real_now().timestamp())
    Pause().wait({every})
"""


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path / "home") as found:
        found.environment["CHANNEL_NETWORKS"] = "127.0.0.1/32"
        yield found


@pytest.mark.slow
def test_a_signal_reaches_the_channel_within_ten_seconds(opened: House) -> None:
    accepted: dict[str, float] = {}

    def note(_number: int, text: str) -> None:
        for name in re.findall(r"第\d{4}件事", text):
            accepted.setdefault(name, datetime.now(UTC).timestamp())  # noqa: TID251 - the vendor's own

    with doubles(fault=note) as vendors:
        tasks = int(
            opened.run(FURNISH.format(port=vendors.port, secret=faults.SECRET, incidents=INCIDENTS)).split()[
                -1
            ]
        )
        for _worker in range(WORKERS):
            opened.start("work")
        opened.wait(
            lambda: opened.rows("SELECT done_at FROM selfcheck_lastcheck WHERE done_at IS NOT NULL") != [],
            "no worker came up",
        )
        said = opened.run(RAISE.format(signals=SIGNALS, every=EVERY_SECONDS))
        raised = {name: float(at) for name, at in (line.split() for line in said.splitlines())}
        opened.wait(lambda: set(accepted) >= set(raised), f"{len(accepted)} of {len(raised)} arrived")

    took = sorted(accepted[name] - at for name, at in raised.items())
    p99 = took[int(len(took) * 0.99)]
    sys.stdout.write(
        f"\n{INCIDENTS} incidents, {tasks} open tasks, {len(took)} signals, {WORKERS} workers: "
        f"median {median(took):.2f} s, p99 {p99:.2f} s, longest {took[-1]:.2f} s\n"
    )
    assert len(took) == SIGNALS
    assert len(vendors.taken) == SIGNALS
    assert p99 <= WITHIN_SECONDS
    assert "Traceback" not in opened.said()
