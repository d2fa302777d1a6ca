"""What the worker does here: feed the journal to the engine, and tell people of signals."""

from datetime import datetime, timedelta

from django.db import transaction

from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.clocks.edge import now_for, real_now
from guanlan.clocks.models import Stream
from guanlan.engine.pipeline import Analyser
from guanlan.intake.models import Batch
from guanlan.people.queries import company
from guanlan.plan.document import PlanDocument
from guanlan.plan.queries import document, in_force
from guanlan.watch import folding, journal, leases
from guanlan.watch.calling import call_next_command, call_next_deputy, escalate_next
from guanlan.watch.models import Event, JournalEntry, Snapshot
from guanlan.watch.preparing import prepared
from guanlan.watch.storing import Keeper
from guanlan.watch.telling import raise_next_source_signal, tell_next

SNAPSHOT_EVERY = 200  # entries
TICK = timedelta(minutes=1)

# (stream) -> (fence, analyser, number of the last entry taken); only under its lease.
_held: dict[int, tuple[int, Analyser, int]] = {}


def analyse_next() -> bool:
    """Let the engine take the next journal entry of some stream; say whether there was one."""
    for stream in Stream.objects.filter(closed_at=None):
        fence = leases.take(stream, holder=leases.HOLDER, real_now=real_now())
        if fence is None:
            _held.pop(stream.pk, None)
            continue
        _write_journal(stream, now_for(stream))
        entry = journal.waiting(stream)
        if entry is not None:
            _take(stream, fence, entry)
            return True
    return False


def tell_next_signal() -> bool:
    """Tell of the next signal, or call the next person over one that nobody confirmed in time."""
    for stream in Stream.objects.filter(closed_at=None):
        now = now_for(stream)
        if (
            raise_next_source_signal(stream, now=now)
            or tell_next(stream, now=now)
            or call_next_deputy(stream, now=now)
            or escalate_next(stream, now=now)
            or call_next_command(stream, now=now)
        ):
            return True
    return False


def _write_journal(stream: Stream, now: datetime) -> None:
    """Append what has happened since: another plan, stored batches, time itself."""
    _note_plan(stream, now)
    batch = Batch.objects.filter(stream=stream, state=Batch.State.STORED).order_by("number").first()
    if batch is not None:
        with transaction.atomic():
            for part in folding.parts_of(batch):
                journal.append(stream, kind=journal.Kind.BATCH, at=now, batch=batch, change=part)
            Batch.objects.filter(pk=batch.pk).update(state=Batch.State.ANALYSED)
        return
    _note_time(stream, now)


def _note_plan(stream: Stream, now: datetime) -> None:
    version = in_force(company()) if stream.closed_at is None else None
    if version is None:
        return
    change = folding.current_table(version)
    tables = JournalEntry.objects.filter(stream=stream, kind=journal.Kind.CHANGE, change__kind="table")
    last = tables.order_by("-number").first()
    if last is None or last.change["sha256"] != version.sha256:
        with transaction.atomic():
            journal.append(stream, kind=journal.Kind.CHANGE, at=now, change=change)


def _note_time(stream: Stream, now: datetime) -> None:
    """Tick once a minute while a level may fall; an idle stream's journal stays still."""
    last = JournalEntry.objects.filter(stream=stream).order_by("-number").first()
    if last is None or last.applied_at is None or now - last.at < TICK:
        return
    if (
        Event.objects.filter(stream=stream).exclude(computed_level="").exists()
        or last.kind != journal.Kind.TICK
    ):
        with transaction.atomic():
            journal.append(stream, kind=journal.Kind.TICK, at=now)


def _take(stream: Stream, fence: int, entry: JournalEntry) -> None:
    held = _held.pop(stream.pk, None)
    analyser, number = held[1:] if held is not None and held[0] == fence else folding.restored(stream)
    if number != entry.number - 1:  # another worker took entries in between
        analyser, number = folding.restored(stream)
    # The computing stands outside the transaction; only its outcome is written inside.
    taken = folding.posts_of(entry) if entry.kind == journal.Kind.BATCH else None
    results = folding.fold(analyser, entry, taken)
    brought = prepared(results, analyser, taken)
    with transaction.atomic():
        if not leases.holds(stream, fence):
            return
        seq = touch(stream)
        Keeper(stream, analyser, analyser.model, _plan(), seq).keep(results, entry, brought)
        JournalEntry.objects.filter(pk=entry.pk).update(applied_at=now_for(stream))
        if results.signals:
            record(
                actor="system",
                verb="watch.analyse",
                kind="journal",
                subject=entry.key,
                stream=stream.pk,
                at=entry.at,
                facts={"number": entry.number, "signals": len(results.signals)},
            )
    if entry.number % SNAPSHOT_EVERY == 0:
        _snapshot(stream, analyser, entry)
    _held[stream.pk] = (fence, analyser, entry.number)


def _plan() -> PlanDocument | None:
    version = in_force(company())
    return document(version) if version else None


def _snapshot(stream: Stream, analyser: Analyser, entry: JournalEntry) -> None:
    fingerprint = analyser.model.fingerprint
    with transaction.atomic():
        Snapshot.objects.create(
            stream=stream,
            number=entry.number,
            fingerprint=fingerprint,
            at=entry.at,
            state=analyser.snapshot(),
        )
        kept = Snapshot.objects.filter(stream=stream).order_by("-number")[:2].values_list("pk", flat=True)
        Snapshot.objects.filter(stream=stream).exclude(pk__in=list(kept)).delete()
