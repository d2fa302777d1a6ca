"""Plain rows in SQLite, durably: what the chains write into, with the product's own settings."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

SCHEMA = """
CREATE TABLE post (id INTEGER PRIMARY KEY, platform TEXT, outside TEXT, url TEXT, text TEXT, author TEXT,
  followers INTEGER, published INTEGER, likes INTEGER, comments INTEGER, reposts INTEGER,
  negative INTEGER, neutral INTEGER, positive INTEGER, copy_of TEXT, event TEXT);
CREATE INDEX post_event ON post (event, published);
CREATE INDEX post_outside ON post (platform, outside);
CREATE TABLE hit (post INTEGER, watch TEXT, term TEXT, field TEXT, place INTEGER);
CREATE INDEX hit_watch ON hit (watch);
"""
POST = f"INSERT INTO post VALUES ({','.join('?' * 16)})"
HIT = "INSERT INTO hit VALUES (?,?,?,?,?)"
OF_EVENT = "SELECT outside, text FROM post WHERE event = ? ORDER BY published DESC LIMIT 20"

Row = tuple[object, ...]


class Rows:
    """A database in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "rows.sqlite3"
        self.connection = sqlite3.connect(self.path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=FULL")
        self.connection.execute("PRAGMA cache_size=-65536")
        self.connection.executescript(SCHEMA)

    def keep(self, posts: Iterable[Row], hits: Iterable[Row]) -> None:
        """Write posts and hits in one transaction that has reached the disk when it returns."""
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.executemany(POST, posts)
        self.connection.executemany(HIT, hits)
        self.connection.execute("COMMIT")

    def one_by_one(self, post: Row, hits: Iterable[Row]) -> None:
        """Write one post in a transaction of its own."""
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.execute(POST, post)
        for hit in hits:
            self.connection.execute(HIT, hit)
        self.connection.execute("COMMIT")

    def of_event(self, event: str) -> list[Row]:
        """Return the newest twenty posts of an event, as its page asks for them."""
        return self.connection.execute(OF_EVENT, (event,)).fetchall()

    def bytes_used(self) -> int:
        """Return the size on disk once the log is folded in."""
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return self.path.stat().st_size

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()
