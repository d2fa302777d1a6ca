"""Four people write over HTTP while a large file is imported at full speed and analysed.

.venv/bin/pytest -m slow -n 0 -s tests/processes/test_writers.py
"""

import itertools
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from time import perf_counter

import httpx
import pytest

from processes.house import House, house, write_posts

POSTS = 120_000
WARM = 5  # writes of each before anything is measured: the first ones load the product's modules
BREATH = 0.2  # seconds between a writer's writes: four in all write some ten times a second
SECONDS = 0.3  # within which 95 of 100 writes are answered

Write = Callable[[int], httpx.Response]


def pushing(opened: House, address: str, writer: int) -> Write:
    """Another program: a post at a time through the API."""
    client = httpx.Client(base_url=address, timeout=60, headers={"Authorization": f"Bearer {opened.secret}"})

    def write(number: int) -> httpx.Response:
        post = {
            "id": f"w{writer}-{number}",
            "platform": "黑猫投诉",
            "text": f"观澜商城退款没到账，{writer}，{number}",
        }
        post["published_at"] = "2026-11-20T14:05:00+08:00"
        key = {"Idempotency-Key": f"{writer}-{number}"}
        return client.post("/api/v1/posts", json={"posts": [post]}, headers=key)

    return write


def reporting(opened: House, address: str, writer: int) -> Write:
    """A person at a phone: 报一条, read at once."""
    browser = opened.sign_in(address)

    def write(number: int) -> httpx.Response:
        form = {
            "words": f"观澜商城退款拖了{number}天，{writer} https://weibo.com/1{writer}/{number}",
            "report": "1",
            "csrfmiddlewaretoken": browser.cookies["csrftoken"],
        }
        return browser.post("/report-one/", data=form, follow_redirects=False)

    return write


def written(write: Write, busy: Callable[[], bool]) -> list[tuple[float, int]]:
    """Write again and again while it is busy, a breath between; return each write's seconds and status."""
    found = []
    for number in itertools.takewhile(lambda _number: busy(), itertools.count()):
        begun = perf_counter()
        status = write(number).status_code
        found.append((perf_counter() - begun, status))
        Event().wait(BREATH)
    return found


def percentile(seconds: list[float], share: float) -> float:
    return sorted(seconds)[min(int(share * len(seconds)), len(seconds) - 1)]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path / "home") as found:
        yield found


@pytest.mark.slow
def test_writers_are_answered_beside_a_full_speed_import(opened: House, tmp_path: Path) -> None:
    address = opened.serve()
    kinds = {"API": pushing, "报一条": reporting}
    writers = [(name, make(opened, address, n)) for n, (name, make) in enumerate([*kinds.items()] * 2)]
    for (_name, write), number in itertools.product(writers, range(-WARM, 0)):
        write(number)
    write_posts(tmp_path / "posts.jsonl", POSTS)

    importing = opened.start("import", "--live", str(tmp_path / "posts.jsonl"))
    with ThreadPoolExecutor(len(writers)) as people:
        busy = lambda: importing.poll() is None  # noqa: E731
        found = list(people.map(lambda one: written(one[1], busy), writers))

    assert importing.returncode == 0, opened.said()
    assert opened.rows("SELECT count(*) FROM intake_post WHERE external_id GLOB 'p[0-9]*'") == [(POSTS,)]
    for name in kinds:
        mine = [told for (kind, _write), told in zip(writers, found, strict=True) if kind == name]
        answers = list(itertools.chain(*mine))
        seconds = [took for took, _status in answers]
        told = [
            f"{1000 * value:.0f}"
            for value in (percentile(seconds, 0.5), percentile(seconds, 0.95), max(seconds))
        ]
        sys.stdout.write(f"\n{name}: {len(answers)} writes; ms, half, 95 %, longest: {', '.join(told)}\n")
        assert {status for _took, status in answers} <= {202, 302}
        assert len(answers) >= 100
        assert percentile(seconds, 0.95) <= SECONDS
    assert "locked" not in opened.said()
