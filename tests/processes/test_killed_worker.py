"""A worker that is killed at any moment loses nothing and stores nothing twice."""

import signal
from pathlib import Path
from typing import Any

import pytest

from processes.house import House, house, write_posts

POSTS = 2_000
ENTRIES = "SELECT count(*) FROM watch_journalentry WHERE applied_at IS NOT NULL"
# The very posts of each event, by what the posts say and not by when they were stored.
READINGS = """
    SELECT event.code, post.external_id, reading.stance FROM watch_reading reading
    JOIN intake_post post ON post.id = reading.post_id
    LEFT JOIN watch_event event ON event.id = reading.event_id ORDER BY post.external_id
"""
HITS = """
    SELECT post.external_id, hit.term, hit.position FROM watch_hit hit
    JOIN intake_post post ON post.id = hit.post_id ORDER BY 1, 2, 3
"""
EVENTS = "SELECT code, posts, negative_permille FROM watch_event WHERE state <> 'MERGED' ORDER BY code"
LEVELS = """
    SELECT event.code, signal.level, signal.previous_level FROM watch_signal signal
    JOIN watch_event event ON event.id = signal.event_id ORDER BY signal.at, signal.id
"""


def applied(opened: House) -> int:
    (((count,),),) = (opened.rows(ENTRIES),)
    return int(str(count))


def analysed(opened: House) -> bool:
    unread = "SELECT count(*) FROM intake_post WHERE id NOT IN (SELECT post_id FROM watch_reading)"
    waiting = "SELECT count(*) FROM intake_batch WHERE state <> 'ANALYSED'"
    return opened.rows(unread) == opened.rows(waiting) == [(0,)]


def outcome(opened: House) -> dict[str, list[Any]]:
    queries = {"readings": READINGS, "hits": HITS, "events": EVENTS, "levels": LEVELS}
    return {name: opened.rows(query) for name, query in queries.items()}


def fill(opened: House, posts: Path) -> None:
    opened.guanlan("import", "--live", str(posts))


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    path = tmp_path / "posts.jsonl"
    write_posts(path, POSTS)
    return path


def test_a_worker_killed_again_and_again_ends_where_one_that_was_not_does(
    tmp_path: Path, posts: Path
) -> None:
    with house(tmp_path / "calm") as calm, house(tmp_path / "struck") as struck:
        fill(calm, posts)
        calm.start("work")
        calm.wait(lambda: analysed(calm), "the calm worker never came to rest")

        fill(struck, posts)
        for stroke in range(1, 4):
            worker = struck.start("work")
            struck.wait(lambda: applied(struck) >= 2 * stroke, "the worker took no entry")  # noqa: B023
            worker.send_signal(signal.SIGKILL)
            assert worker.wait() == -signal.SIGKILL
            assert not analysed(struck)
            # The dead worker's lease runs out; nobody waits a minute for it here.
            struck.rows("UPDATE watch_lease SET until = '2020-01-01 00:00:00'")
        struck.start("work")
        struck.wait(lambda: analysed(struck), "the last worker never came to rest")

        found, expected = outcome(struck), outcome(calm)
        assert len(expected["readings"]) == POSTS
        assert expected["levels"]
        for name in expected:
            assert found[name] == expected[name], name
        assert struck.rows("SELECT max(fence) FROM watch_lease") == [(4,)]
        assert "Traceback" not in struck.said()
        assert struck.guanlan("verify")
