"""The engine's state of a stream: restored from a snapshot, folded forward over the journal."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

import pyarrow as pa
from django.db.models import QuerySet

from guanlan.clocks.models import Stream
from guanlan.engine.model import Model
from guanlan.engine.pipeline import Analyser
from guanlan.engine.posts import COUNTS, SCHEMA
from guanlan.engine.query import Watch
from guanlan.engine.results import (
    BackgroundCounts,
    Change,
    EventsMerged,
    EventSplit,
    FactStated,
    ModelChanged,
    PostDropped,
    PostMoved,
    Results,
    StanceCorrected,
    TableChanged,
    WatchesChanged,
)
from guanlan.intake.authors import author_hash
from guanlan.intake.models import Batch, Post, Sight
from guanlan.plan.criteria import table
from guanlan.plan.models import PlanVersion
from guanlan.plan.queries import document
from guanlan.watch.models import JournalEntry, ModelVersion, Snapshot
from guanlan.watch.preparing import Taken

# A post's columns by the engine's names of them; words among them are never null here.
_POST = {
    "external_id": "id",
    "platform": "platform",
    "author_hash": "author",
    "author_followers": "author_followers",
    "author_verified": "author_verified",
    "published_at": "published_at",
    "parent_id_outside": "parent_id",
    "repost_of_outside": "repost_of",
    **{name: name for name in ("media_type", "url", "title", "text", "region")},
}
_WORDS = ("author", "parent_id", "repost_of", "media_type", "url", "title", "text", "region")

# One journal entry takes so many posts, so that its write stays short.
ROWS = 250


@lru_cache(maxsize=1)
def model() -> Model:
    """Return the model that ships, read once."""
    return Model.load()


def model_of(version: ModelVersion) -> Model:
    """Return the model that a version holds."""
    return _unpacked(version.key)


def in_force(stream: Stream, *, at: int | None = None) -> Model:
    """Return the model that reads a stream's posts, now or after entry number `at` was applied."""
    changes = JournalEntry.objects.filter(
        stream=stream, kind=JournalEntry.Kind.CHANGE, change__kind="model", applied_at__isnull=False
    )
    changes = changes if at is None else changes.filter(number__lte=at)
    last = changes.order_by("-number").first()
    return model() if last is None else _of_change(last.change)


def _of_change(change: dict[str, Any]) -> Model:
    return _unpacked(str(change["version"]))


@lru_cache(maxsize=4)
def _unpacked(key: str) -> Model:
    kept = ModelVersion.objects.get(key=key)
    if kept.fingerprint == model().fingerprint:
        return model()
    return Model.unpacked(bytes(kept.content), kept.key)


def restored(stream: Stream) -> tuple[Analyser, int]:
    """Return the stream's analyser and the number of the last entry it has taken.

    From the latest snapshot of the model that was in force then, folded over the entries that
    were applied since; what they bring was stored then, and is not stored again.
    """
    analyser, number = Analyser(model(), []), 0
    for snapshot in Snapshot.objects.filter(stream=stream).order_by("-number"):
        then = in_force(stream, at=snapshot.number)
        if then.fingerprint == snapshot.fingerprint:
            analyser, number = Analyser.restore(bytes(snapshot.state), then), snapshot.number
            break
    applied = JournalEntry.objects.filter(stream=stream, number__gt=number, applied_at__isnull=False)
    for entry in applied.order_by("number"):
        fold(analyser, entry)
        number = entry.number
    return analyser, number


def fold(analyser: Analyser, entry: JournalEntry, taken: Taken | None = None) -> Results:
    """Let the analyser take one entry, with the posts it names, and return what it brought."""
    if entry.kind == JournalEntry.Kind.BATCH:
        return analyser.feed((taken or posts_of(entry)).posts)
    if entry.kind == JournalEntry.Kind.TICK:
        return analyser.advance(entry.at)
    try:
        return analyser.apply(_change(entry.change))
    except KeyError:  # what it names was merged away by an entry before it, or no watch ever took it
        return Results([], [], [], [], [], ())


def posts_of(entry: JournalEntry) -> Taken:
    """Return the posts, or the later sights of posts, that a batch entry names."""
    assert entry.batch_id is not None
    first, rows = entry.change["first"], entry.change["rows"]
    if entry.change["of"] == "sights":
        sights = Sight.objects.filter(batch=entry.batch_id, first=False).order_by("pk")
        names = [f"post__{name}" for name in _POST]
        seen = sights.values_list("post_id", *COUNTS, *names)[first : first + rows]
        return _taken([(number, *rest[len(COUNTS) :], *rest[: len(COUNTS)]) for number, *rest in seen])
    found = _in_order(entry.batch_id).values_list("pk", *_POST, *COUNTS)[first : first + rows]
    posts = [tuple(post) for post in found]
    earliest = Sight.objects.filter(post__in=[post[0] for post in posts], first=True)
    counts = {number: tuple(rest) for number, *rest in earliest.values_list("post_id", *COUNTS)}
    return _taken(
        [(*post[: -len(COUNTS)], *counts[post[0]]) if post[0] in counts else post for post in posts]
    )


def parts_of(batch: Batch) -> Iterator[dict[str, object]]:
    """Yield the journal changes that together name every post and later sight of a batch."""
    counts = {
        "posts": Post.objects.filter(batch=batch).count(),
        "sights": Sight.objects.filter(batch=batch, first=False).count(),
    }
    for of, count in counts.items():
        for first in range(0, count, ROWS):
            yield {"of": of, "first": first, "rows": ROWS}


def current_table(version: PlanVersion) -> dict[str, object]:
    """Return the journal change that makes a plan version's criteria the grading table."""
    return {"kind": "table", "version": version.key, "sha256": version.sha256}


def _in_order(batch: int) -> QuerySet[Post]:
    return Post.objects.filter(batch=batch).order_by("published_at", "platform", "external_id")


def _change(change: dict[str, object]) -> Change:
    if change["kind"] == "table":
        return TableChanged(table(document(PlanVersion.objects.get(key=change["version"]))))
    if change["kind"] == "fact":
        return FactStated(str(change["event"]), str(change["fact"]), tuple(change["posts"]))  # type: ignore[arg-type]
    if change["kind"] in _BY_PERSONS:
        return _BY_PERSONS[str(change["kind"])](change)
    if change["kind"] == "background":
        return BackgroundCounts(
            str(change["watch"]),
            datetime.fromisoformat(str(change["first_hour"])),
            tuple(change["posts"]),  # type: ignore[arg-type]
            tuple(change["negative"]),  # type: ignore[arg-type]
        )
    return WatchesChanged(tuple(_watch(watch) for watch in change["watches"]))  # type: ignore[attr-defined]


def _moved(change: dict[str, Any]) -> Change:
    return PostMoved(change["platform"], change["id"], change["watch"], change["event"] or None)


def _split(change: dict[str, Any]) -> Change:
    posts = Post.objects.filter(pk__in=change["posts"]).order_by("published_at", "pk")
    rows = posts.values_list("platform", "external_id", "title", "text")
    said = tuple((platform, id_, title or None, text or None) for platform, id_, title, text in rows)
    return EventSplit(change["event"], said)


# What a person said of a post or an event, or decided of the model, by the kind of its journal change.
_BY_PERSONS: dict[str, Callable[[dict[str, Any]], Change]] = {
    "stance": lambda change: StanceCorrected(change["platform"], change["id"], change["negative"]),
    "move": _moved,
    "merge": lambda change: EventsMerged(change["gone"], change["into"]),
    "split": _split,
    "model": lambda change: ModelChanged(_of_change(change)),
    "drop": lambda change: PostDropped(change["platform"], change["id"]),
}


def _watch(kept: dict[str, list[str] | str]) -> Watch:
    return Watch(
        name=str(kept["name"]),
        query=str(kept["query"]),
        media=tuple(kept["media"]) or None,
        own_accounts=tuple(author_hash(name) for name in kept["own_accounts"]),
    )


def _taken(posts: list[tuple[Any, ...]]) -> Taken:
    """Return rows of number, _POST and COUNTS as the engine takes them; what is empty is unknown."""
    numbers, *columns = zip(*posts, strict=True) if posts else [()] * (1 + len(_POST) + len(COUNTS))
    found: dict[str, Any] = dict(zip((*_POST.values(), *COUNTS), columns, strict=True))
    for name in _WORDS:
        found[name] = [word or None for word in found[name]]
    batch = pa.record_batch([pa.array(found[field.name], field.type) for field in SCHEMA], schema=SCHEMA)
    return Taken(batch, list(numbers))
