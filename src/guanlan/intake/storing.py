"""Keeping the posts of a batch: new ones as posts, known ones as another sight of their counts."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pyarrow as pa
from django.db import transaction
from django.db.models import QuerySet

from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.clocks.edge import give_way
from guanlan.clocks.inserting import change, insert
from guanlan.engine.posts import COUNTS
from guanlan.intake.authors import author_hash, masked
from guanlan.intake.models import Batch, Post, RefusedLine, Sight, Source
from guanlan.intake.reading import Refusal

# One write transaction stays below 50 ms, so that people's clicks get in between.
ROWS_A_WRITE = 500

Columns = dict[str, Any]  # of a post not stored yet

_WORDS = ("media_type", "url", "title", "text", "region")
_AS_GIVEN = ("author_followers", "author_verified", "published_at", *COUNTS)


def keep_posts(batch: Batch, posts: pa.RecordBatch, *, now: datetime, reported_by: int | None = None) -> None:
    """Store the posts of a batch in short transactions; a known id becomes a sight, not a post."""
    for start in range(0, posts.num_rows, ROWS_A_WRITE):
        if start:
            give_way()
        made = _columns(batch, posts.slice(start, ROWS_A_WRITE), now, reported_by)
        with transaction.atomic():
            taken, again = _split(batch, made)
            insert(Post, taken)
            _see_again(batch, again, now)
            batch.taken += len(taken)
            batch.seen_again += len(again)
            batch.save(update_fields=["taken", "seen_again"])


def refuse_lines(batch: Batch, refused: Iterable[Refusal]) -> None:
    """Store the lines that could not be read, with their sentences."""
    lines = [
        RefusedLine(
            stream_id=batch.stream_id,
            batch=batch,
            line=refusal.line,
            column=refusal.column or "",
            sentence=refusal.sentence[:300],
        )
        for refusal in refused
    ]
    RefusedLine.objects.bulk_create(lines)
    batch.refused += len(lines)
    batch.save(update_fields=["refused"])


def finish_batch(batch: Batch, *, now: datetime, failure: str = "") -> None:
    """Say that all of a batch is stored, or why it could not be read; the raw bytes go."""
    state = Batch.State.REFUSED if failure else Batch.State.STORED
    with transaction.atomic():
        seq = touch(batch.stream)
        Batch.objects.filter(pk=batch.pk).update(
            state=state, failure=failure[:500], raw=None, changed_seq=seq
        )
        if batch.taken:
            Source.objects.filter(pk=batch.source_id).update(received_at=now, silent_since=None)
        record(
            actor="system",
            verb="intake.finish_batch",
            kind="batch",
            subject=batch.key,
            stream=batch.stream_id,
            at=now,
            facts={"taken": batch.taken, "seen_again": batch.seen_again, "refused": batch.refused},
        )


def _columns(batch: Batch, posts: pa.RecordBatch, now: datetime, reported_by: int | None) -> list[Columns]:
    same = {
        "stream_id": batch.stream_id,
        "source_id": batch.source_id,
        "batch_id": batch.pk,
        "taken_at": now,
        "reported_by_id": reported_by,
    }
    given = {name: posts.column(name).to_pylist() for name in posts.schema.names}
    authors = given["author"]
    own = {
        "platform": [platform[:30] for platform in given["platform"]],
        "external_id": [known[:120] for known in given["id"]],
        "author_hash": [author_hash(author) for author in authors],
        "author_name": [masked(author) for author in authors],
        "parent_id_outside": [parent or "" for parent in given["parent_id"]],
        "repost_of_outside": [origin or "" for origin in given["repost_of"]],
        **{name: [words or "" for words in given[name]] for name in _WORDS},
        **{name: given[name] for name in _AS_GIVEN},
    }
    return [{**same, **dict(zip(own, row, strict=True))} for row in zip(*own.values(), strict=True)]


def _split(batch: Batch, made: list[Columns]) -> tuple[list[Columns], list[Columns]]:
    """Return the posts never seen, and those known already; ids may repeat inside the batch."""
    known = set(_stored(batch, made).values_list("platform", "external_id"))
    taken: list[Columns] = []
    again: list[Columns] = []
    for post in made:
        place = (post["platform"], post["external_id"])
        (again if place in known else taken).append(post)
        known.add(place)
    return taken, again


def _stored(batch: Batch, made: Iterable[Columns]) -> QuerySet[Post]:
    """Return the stored posts that have the ids of these, on whatever platform."""
    ids = {post["external_id"] for post in made}
    return Post.objects.filter(stream_id=batch.stream_id, external_id__in=ids)


def _see_again(batch: Batch, again: list[Columns], now: datetime) -> None:
    if not again:
        return
    changed: dict[int, Post] = {}
    firsts: list[Sight] = []
    stored = {(post.platform, post.external_id): post for post in _stored(batch, again)}
    for seen in again:
        known = stored[seen["platform"], seen["external_id"]]
        counts = {name: seen[name] for name in COUNTS if seen[name] is not None}
        if any(getattr(known, name) != value for name, value in counts.items()):
            if known.pk not in changed:
                firsts.append(_sight(known, known.batch_id, known.taken_at, first=True))
            for name, value in counts.items():
                setattr(known, name, value)
            changed[known.pk] = known
    unique = list(changed.values())
    told = set(Sight.objects.filter(post__in=unique, first=True).values_list("post_id", flat=True))
    Sight.objects.bulk_create(sight for sight in firsts if sight.post_id not in told)
    Sight.objects.bulk_create(_sight(known, batch.pk, now) for known in unique)
    change(Post, {known.pk: {name: getattr(known, name) for name in COUNTS} for known in unique})


def _sight(post: Post, batch: int, seen_at: datetime, *, first: bool = False) -> Sight:
    counts = {name: getattr(post, name) for name in COUNTS}
    return Sight(stream_id=post.stream_id, post=post, batch_id=batch, seen_at=seen_at, first=first, **counts)
