"""What time it is in a stream."""

from datetime import datetime

from django.db.models import Case, IntegerField, Value, When

from guanlan.clocks.models import Stream


def stream_time(stream: Stream, *, real_now: datetime) -> datetime:
    """Return the time on the stream's clock at the real moment `real_now`, both aware."""
    if stream.clock_set_at is None or stream.clock_from is None:
        return real_now
    if stream.paused:
        return stream.clock_from
    return stream.clock_from + (real_now - stream.clock_set_at) * stream.rate


def real_time(stream: Stream, *, at: datetime, real_now: datetime) -> datetime | None:
    """Return the real moment at which the stream's clock will show `at`; None while it is paused."""
    if stream.clock_set_at is None or stream.clock_from is None:
        return at
    if stream.paused:
        return None
    return stream.clock_set_at + (at - stream.clock_from) / stream.rate


def default_stream() -> Stream | None:
    """Return the stream a person sees who chose none: the real one, else the newest open."""
    real_first = Case(
        When(kind=Stream.Kind.REAL, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return Stream.objects.filter(closed_at=None).order_by(real_first, "-pk").first()
