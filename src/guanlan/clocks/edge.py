"""The one place where the real clock is read and waited by; for views, jobs and commands only."""

from datetime import UTC, datetime
from threading import Event

from guanlan.clocks.models import Stream
from guanlan.clocks.queries import stream_time

GIVE_WAY = 0.04  # seconds, about as long as a write holds the lock


def real_now() -> datetime:
    """Return the moment, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the edge


def give_way() -> None:
    """Leave the database to others for a moment, after a write and before the next.

    On SQLite whoever waits for the write lock looks again only now and then; a process that
    takes it again at once would starve everybody else.
    """
    Event().wait(GIVE_WAY)


def now_for(stream: Stream) -> datetime:
    """Return the time on the stream's clock."""
    return stream_time(stream, real_now=real_now())
