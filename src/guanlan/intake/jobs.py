"""What the worker does here: ask feeds, read batches, notice silence."""

import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from django.utils.translation import gettext as _

from guanlan.clocks.edge import now_for
from guanlan.clocks.models import Stream
from guanlan.errors import Refused
from guanlan.fetch.client import fetch
from guanlan.intake.actions import note_answer, note_failure, note_silence, receive_batch
from guanlan.intake.models import Batch, Source
from guanlan.intake.reading import read_posts
from guanlan.intake.reading.feeds import Channel, read_feed
from guanlan.intake.storing import finish_batch, keep_posts, refuse_lines

_A_LEASE = timedelta(minutes=10)


def poll_next_source() -> bool:
    """Ask the feed that has waited longest past its time; say whether one was due."""
    for stream in Stream.objects.filter(closed_at=None):
        now = now_for(stream)
        due = (
            Source.objects.filter(stream=stream, closed_at=None, next_at__lte=now).order_by("next_at").first()
        )
        if due is None:
            continue
        # The condition lets one of two workers ask; the other finds the time moved on.
        mine = Source.objects.filter(pk=due.pk, next_at=due.next_at)
        if mine.update(next_at=now + _A_LEASE):
            _poll(due, now)
        return True
    return False


def _poll(source: Source, now: datetime) -> None:
    try:
        answer = fetch(
            source.url, now=now, etag=source.etag or None, last_modified=source.last_modified or None
        )
        if answer.status == 304:
            note_answer(source=source, now=now, etag=source.etag, last_modified=source.last_modified)
            return
        if answer.status != 200:
            raise Refused(_("对方回答 %(status)d，没有给出内容。") % {"status": answer.status})
        # Read once here, so that what is no feed is told as this source's failure.
        read_feed(answer.body, _channel(source), now=now)
        receive_batch(source=source, raw=answer.body, name=source.url, actor="system", now=now)
        note_answer(source=source, now=now, etag=answer.etag or "", last_modified=answer.last_modified or "")
    except Refused as refused:
        note_failure(source=source, sentence=refused.sentence, now=now)


def _channel(source: Source) -> Channel:
    return Channel(source.name, source.platform or source.name, source.media_type or None)


def read_next_batch() -> bool:
    """Read the oldest batch that nobody reads yet; say whether there was one."""
    batch = Batch.objects.filter(state=Batch.State.RECEIVED).order_by("pk").first()
    if batch is None:
        return _take_up_abandoned()
    waiting = Batch.objects.filter(pk=batch.pk, state=Batch.State.RECEIVED)
    if waiting.update(state=Batch.State.READING):
        read_batch(batch)
    return True


def read_batch(batch: Batch) -> None:
    """Store the posts of a claimed batch; what cannot be read at all is said on the batch.

    Storing is repeatable: a post stored before a crash is known by its id afterwards.
    """
    now = now_for(batch.stream)
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / (Path(batch.name).name or "batch")
            path.write_bytes(bytes(batch.raw or b""))
            _read(batch, path, now)
    except Refused as refused:
        finish_batch(batch, now=now, failure=refused.sentence)
    else:
        finish_batch(batch, now=now)


def _read(batch: Batch, path: Path, now: datetime) -> None:
    source = batch.source
    if source.kind == Source.Kind.FEED:
        posts = read_feed(path.read_bytes(), _channel(source), now=now)
        keep_posts(batch, posts.posts, now=now)
        refuse_lines(batch, posts.refused)
        return
    for read in read_posts(path, now=now, strict=False):
        keep_posts(batch, read.posts, now=now)
        refuse_lines(batch, read.refused)


def _take_up_abandoned() -> bool:
    """Give back a batch whose reader died: nobody reads for ten minutes."""
    for batch in Batch.objects.filter(state=Batch.State.READING).select_related("stream")[:1]:
        if batch.received_at < now_for(batch.stream) - _A_LEASE:
            abandoned = Batch.objects.filter(pk=batch.pk, state=Batch.State.READING)
            return bool(abandoned.update(state=Batch.State.RECEIVED, taken=0, seen_again=0, refused=0))
    return False


def watch_for_silence() -> bool:
    """Note the next source that has given nothing for longer than it may; say whether there was one."""
    for stream in Stream.objects.filter(closed_at=None):
        now = now_for(stream)
        expected = Source.objects.filter(
            stream=stream, closed_at=None, silent_since=None, silent_after_minutes__isnull=False
        )
        for source in expected:
            if source.received_at is None or source.silent_after_minutes is None:
                continue
            if now - source.received_at > timedelta(minutes=source.silent_after_minutes):
                return note_silence(source=source, now=now)
    return False
