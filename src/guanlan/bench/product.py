"""The product in a folder of its own: what it takes from a file of lines to stored readings and hits."""

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from guanlan.engine.query import Watch as EngineWatch


def opened(folder: Path) -> None:
    """Make an empty installation in `folder`, for this process only."""
    os.environ["GUANLAN_HOME"] = str(folder)
    os.environ.pop("DATABASE_URL", None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanlan.site.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)


class Product:
    """One stream with its watches and a source."""

    def __init__(self, watches: Sequence[EngineWatch], now: datetime, name: str) -> None:
        from guanlan.clocks.actions import open_stream
        from guanlan.clocks.models import Stream
        from guanlan.intake.actions import standing_source
        from guanlan.people.actions import name_company
        from guanlan.watch import jobs, journal
        from guanlan.watch.models import Watch

        self.now, self.taken = now, 0
        unit = name_company(name="bench", actor="system", now=now)
        Stream.objects.update(closed_at=now)
        self.stream = open_stream(kind=Stream.Kind.REAL, name=name, actor="system", now=now)
        self.source = standing_source(stream=self.stream, kind="FILE", name=name, actor="system", now=now)
        kept = [
            Watch(stream=self.stream, unit=unit, name=watch.name, query=watch.query, created_at=now)
            for watch in watches
        ]
        Watch.objects.bulk_create(kept)
        change = {
            "kind": "watches",
            "watches": [
                {"name": watch.name, "query": watch.query, "media": [], "own_accounts": []}
                for watch in watches
            ],
        }
        journal.append(self.stream, kind=journal.Kind.CHANGE, at=now, change=change)
        while jobs.analyse_next():
            pass

    def take(self, lines: Sequence[bytes], size: int = 1000) -> None:
        """Receive, read, analyse and store: the worker's stages, until there is nothing left to do."""
        from guanlan.intake.actions import receive_batch
        from guanlan.intake.jobs import read_next_batch
        from guanlan.watch.jobs import analyse_next

        for at in range(0, len(lines), size):
            raw = b"".join(lines[at : at + size])
            self.taken += len(lines[at : at + size])
            receive_batch(source=self.source, raw=raw, name="a.jsonl", actor="system", now=self.now)
            while read_next_batch() or analyse_next():
                pass

    def bytes_used(self) -> float:
        """Return the bytes a post takes that was read: its row, its reading and its hits, with their indexes.

        Rows of posts may be more than were read: another contest only stores them.
        """
        tables = {
            "intake_post": "intake_post",
            "watch_reading": "watch_reading",
            "watch_hit": "watch_reading",
        }
        return sum(_bytes(table) / _count(per) for table, per in tables.items())


def _bytes(table: str) -> float:
    return _one(
        "SELECT sum(s.pgsize) FROM dbstat s JOIN sqlite_master m ON m.name = s.name WHERE m.tbl_name = %s",
        table,
    )


def _count(table: str) -> float:
    return _one(f"SELECT count(*) FROM {table}")


def _one(query: str, *values: str) -> float:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return float(cursor.fetchone()[0])


def stored(lines: Sequence[bytes], now: datetime) -> tuple[Callable[[], None], Callable[[], None]]:
    """Return two ways to store posts: the product's, and Django's `bulk_create` of the same rows."""
    from django.db import transaction

    from guanlan.clocks.inserting import insert
    from guanlan.clocks.models import Stream
    from guanlan.intake.actions import receive_batch, standing_source
    from guanlan.intake.models import Post

    stream = Stream.objects.order_by("-pk")[0]
    source = standing_source(stream=stream, kind="FILE", name="store", actor="system", now=now)
    batch = receive_batch(source=source, raw=b"", name="store", actor="system", now=now)
    read = [orjson.loads(line) for line in lines]
    turns = iter(range(1_000_000))

    def columns() -> list[dict[str, Any]]:
        turn = next(turns)
        return [
            {
                "stream_id": stream.pk,
                "source_id": source.pk,
                "batch_id": batch.pk,
                "platform": post["platform"],
                "external_id": f"{post['id']}-{turn}",
                "media_type": "social",
                "url": post["url"],
                "text": post["text"],
                "author_hash": "0" * 32,
                "author_name": post["author"],
                "author_followers": post["author_followers"],
                "published_at": now,
                "taken_at": now,
                "likes": post["likes"],
                "comments": post["comments"],
                "reposts": post["reposts"],
            }
            for post in read
        ]

    def ours() -> None:
        rows = columns()
        for at in range(0, len(rows), 1000):
            with transaction.atomic():
                insert(Post, rows[at : at + 1000])

    def bulk() -> None:
        rows = columns()
        for at in range(0, len(rows), 1000):
            with transaction.atomic():
                Post.objects.bulk_create([Post(**row) for row in rows[at : at + 1000]])

    return ours, bulk
