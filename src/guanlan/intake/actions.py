"""Opening sources, receiving batches, keeping their posts, noting how a source fares."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.clocks.models import Stream
from guanlan.errors import Refused
from guanlan.intake.models import Batch, Source
from guanlan.intake.permissions import MANAGE_SOURCES
from guanlan.people.models import Person, Unit
from guanlan.people.permissions import require
from guanlan.people.queries import company


class NameTaken(Refused):
    """Two sources of a stream cannot share a name."""


class SourceClosed(Refused):
    """A closed source takes nothing more."""


def open_source(
    *,
    stream: Stream,
    unit: Unit,
    kind: str,
    name: str,
    person: Person,
    now: datetime,
    **settings_of_source: str | int | None,
) -> Source:
    """Open a source and return it; a feed is asked for the first time at once.

    `settings_of_source` may hold platform, media_type, url, every_minutes and
    silent_after_minutes. Raises NameTaken.
    """
    require(person, MANAGE_SOURCES, at=now)
    try:
        with transaction.atomic():
            source = Source.objects.create(
                stream=stream,
                unit=unit,
                kind=kind,
                name=name,
                next_at=now if kind == Source.Kind.FEED else None,
                changed_seq=touch(stream),
                **settings_of_source,
            )
            _record("intake.open_source", source, person.key, now)
    except IntegrityError as taken:
        raise NameTaken(_("已经有叫“%(name)s”的来源，请换一个名字。") % {"name": name}) from taken
    return source


def standing_source(*, stream: Stream, kind: str, name: str, actor: str, now: datetime) -> Source:
    """Return the stream's source of this name, opened at its first use.

    For what comes without anybody setting it up: files, reports by hand, other programs.
    """
    known = Source.objects.filter(stream=stream, name=name[:60]).first()
    if known is not None:
        return known
    unit = company()
    with transaction.atomic():
        source, opened = Source.objects.get_or_create(
            stream=stream, name=name[:60], defaults={"unit": unit, "kind": kind}
        )
        if opened:
            _record("intake.open_source", source, actor, now)
    return source


def close_source(*, source: Source, person: Person, now: datetime) -> None:
    """Stop asking a source; its posts stay."""
    require(person, MANAGE_SOURCES, at=now)
    with transaction.atomic():
        Source.objects.filter(pk=source.pk).update(
            closed_at=now, next_at=None, changed_seq=touch(source.stream)
        )
        _record("intake.close_source", source, person.key, now)


def receive_batch(
    *, source: Source, raw: bytes, name: str, actor: str, now: datetime, history: bool = False
) -> Batch:
    """Keep what came in, as it came, in one row, and return the row; a job reads it later."""
    if source.closed_at is not None:
        raise SourceClosed(_("来源“%(name)s”已经停用，这批没有收下。") % {"name": source.name})
    with transaction.atomic():
        seq = touch(source.stream)  # also puts two receivers behind each other
        batch = Batch.objects.create(
            stream=source.stream,
            source=source,
            number=_next_number(source.stream),
            name=name[:200],
            raw=raw,
            received_at=now,
            history=history,
            changed_seq=seq,
        )
        record(
            actor=actor,
            verb="intake.receive_batch",
            kind="batch",
            subject=batch.key,
            stream=batch.stream_id,
            at=now,
            facts={"source": source.key, "bytes": len(raw)},
        )
    return batch


def note_answer(*, source: Source, now: datetime, etag: str = "", last_modified: str = "") -> None:
    """Note that a source answered; a failure that was told is over."""
    with transaction.atomic():
        recovered = source.failing_since is not None
        Source.objects.filter(pk=source.pk).update(
            tried_at=now,
            failing_since=None,
            failure="",
            etag=etag[:200],
            last_modified=last_modified[:60],
            next_at=now + timedelta(minutes=source.every_minutes),
            changed_seq=touch(source.stream),
        )
        if recovered:
            _record("intake.source_recovered", source, "system", now)
        else:
            _record("intake.note_answer", source, "system", now)


def note_failure(*, source: Source, sentence: str, now: datetime) -> None:
    """Note that a source could not be read, since when and why; it is asked again, later each time."""
    with transaction.atomic():
        since = source.failing_since or now
        waited = max(timedelta(minutes=source.every_minutes), min(now - since, timedelta(hours=1)))
        Source.objects.filter(pk=source.pk).update(
            tried_at=now,
            failing_since=since,
            failure=sentence[:300],
            next_at=now + waited,
            changed_seq=touch(source.stream),
        )
        _record("intake.note_failure", source, "system", now)


def note_silence(*, source: Source, now: datetime) -> bool:
    """Note that a source gave nothing for longer than expected; False if that was noted before."""
    with transaction.atomic():
        fresh = Source.objects.filter(pk=source.pk, silent_since=None)
        if not fresh.update(silent_since=now, changed_seq=touch(source.stream)):
            return False
        _record("intake.note_silence", source, "system", now)
    return True


def _next_number(stream: Stream) -> int:
    """Return the number of the stream's next batch; the caller holds the stream's row."""
    last = Batch.objects.filter(stream=stream).aggregate(last=Max("number"))["last"]
    return int(last or 0) + 1


def _record(verb: str, source: Source, actor: str, now: datetime) -> None:
    record(actor=actor, verb=verb, kind="source", subject=source.key, stream=source.stream_id, at=now)
