"""The one place where the real clock is read; called by views, jobs and commands only."""

from datetime import UTC, datetime

from guanlan.clocks.models import Stream
from guanlan.clocks.queries import stream_time


def real_now() -> datetime:
    """Return the moment, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the edge


def now_for(stream: Stream) -> datetime:
    """Return the time on the stream's clock."""
    return stream_time(stream, real_now=real_now())
