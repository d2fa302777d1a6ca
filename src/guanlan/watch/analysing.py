"""`guanlan analyse`: posts read by the engine alone, a line out for every line in.

Nothing here needs a database. What the product stores from a journal, this writes to a file.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from gettext import gettext as _
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
from tqdm import tqdm

from guanlan.engine.heads import because
from guanlan.engine.model import Model
from guanlan.engine.pipeline import Analyser
from guanlan.engine.query import Watch
from guanlan.engine.results import PostResult, Results
from guanlan.engine.severity import Table
from guanlan.engine.signs import Sign
from guanlan.engine.stance import stance_of
from guanlan.engine.text import normalise
from guanlan.errors import BadInput
from guanlan.intake.reading import read_posts
from guanlan.watch.preparing import single
from guanlan.watch.watch_files import read_watches

# After the last post, so that its minute, hour and burst window close.
CLOSING = timedelta(hours=1)

Reason = tuple[str, int]


def analyse(posts: Path, out: Path, *, watches: Path | None, timezone: str, now: datetime) -> int:
    """Write what the engine reads in `posts` to `out`, in the file's order; return the number of lines.

    Raise BadInput with file and line, leaving `out` as it was. `now` only bounds the moments
    that are believed.
    """
    batches = read_all(posts, timezone=timezone, now=now)
    run = Run(watches_for(watches, batches), None)
    for batch in progress(batches, posts.name):
        run.feed(batch)
    run.close(max(last_moment(batch) for batch in batches))
    refuse_no_folder(out.parent)
    write_whole(out, run.lines())
    return len(run.posts)


def read_all(path: Path, *, timezone: str, now: datetime) -> list[pa.RecordBatch]:
    """Return a file's posts in its order, or raise BadInput for the first line that is none."""
    if not path.is_file():
        raise BadInput(_("没有文件 {path}，请检查路径。").format(path=path))
    read = [batch.posts for batch in read_posts(path, now=now, timezone=timezone)]
    return [batch for batch in read if batch.num_rows]


def progress(batches: Sequence[pa.RecordBatch], name: str) -> Iterable[pa.RecordBatch]:
    """Return the batches behind a progress bar, if somebody sits at a terminal."""
    bar: Iterable[pa.RecordBatch] = tqdm(batches, desc=name, unit="batch", disable=not sys.stderr.isatty())
    return bar


def watches_for(path: Path | None, batches: Sequence[pa.RecordBatch]) -> list[Watch]:
    """Return the file's watches; without a file one that takes every post of `batches`.

    A query must ask for something, so the latter asks for any of the platforms that occur.
    """
    if path is not None:
        return read_watches(path)
    platforms = sorted({name for batch in batches for name in batch.column("platform").unique().to_pylist()})
    return [Watch(every_post(), " OR ".join(f'platform:"{name}"' for name in platforms))]


def every_post() -> str:
    """Return the name of the watch that takes every post."""
    return _("全部")


def last_moment(batch: pa.RecordBatch) -> datetime:
    """Return when the latest post of a batch was published."""
    found: datetime = pa.compute.max(batch.column("published_at")).as_py()
    return found


class Run:
    """An engine fed batch by batch, and all it told, with each post's event as it ended."""

    def __init__(self, watches: Sequence[Watch], table: Table | None) -> None:
        self._model = Model.load()
        self._open = len(watches) == 1 and watches[0].name == every_post()
        self.engine = Analyser(self._model, watches, table)
        self.posts: list[PostResult] = []
        self.told: list[Results] = []  # of every call, without its posts
        self._because: dict[int, list[Reason]] = {}
        self._events: dict[tuple[str, str], dict[str, str | None]] = {}
        self._gone: dict[str, str] = {}

    def feed(self, batch: pa.RecordBatch) -> Results:
        """Let the engine take a batch, and keep what it told."""
        results = self.engine.feed(batch)
        negative = [place for place, post in enumerate(results.posts) if self.called(post) == "negative"]
        self._because |= self._reasons(batch, negative)
        self._keep(results)
        return results

    def called(self, post: PostResult) -> str:
        """Return what a post is called."""
        return stance_of(post.stance, self._model.negative_from(post.platform))

    def close(self, last: datetime) -> Results:
        """Let the windows behind the last post close."""
        results = self.engine.advance(last + CLOSING)
        self._keep(results)
        return results

    def event(self, post: PostResult) -> str | None:
        """Return the event that a post ended in, under the first of its watches."""
        found = self._events.get((post.platform, post.id), {})
        key = found.get(post.watches[0]) if post.watches else None
        while key in self._gone:
            key = self._gone[key]
        return key

    def lines(self) -> Iterator[bytes]:
        """Yield a line of JSON for each post, in the order fed."""
        for place, post in enumerate(self.posts):
            yield orjson.dumps(self._line(place, post)) + b"\n"

    def _line(self, place: int, post: PostResult) -> dict[str, Any]:
        hits = () if self._open else post.hits
        return {
            "id": post.id,
            "watches": post.watches,
            "hits": [{"watch": hit.watch, "term": hit.term, "at": hit.at} for hit in hits],
            "duplicate_of": post.duplicate_of,
            "stance": post.stance,
            "emotion": post.emotion,
            "category": post.category,
            "abusive": post.abusive,
            "advertisement": post.advertisement,
            "harms": _told(post.harms),
            "demands": _told(post.demands),
            "event": self.event(post),
            "because": [{"words": words, "weight": weight} for words, weight in self._because.get(place, ())],
        }

    def _keep(self, results: Results) -> None:
        for post in results.posts:
            if post.watches and not post.seen_before:
                self._events[post.platform, post.id] = dict(zip(post.watches, post.events, strict=True))
        for move in results.moved:
            self._events.setdefault((move.platform, move.id), {})[move.watch] = move.event
        self._gone |= {merged.gone: merged.into for merged in results.merged}
        self.posts.extend(results.posts)
        results.posts.clear()
        self.told.append(results)

    def _reasons(self, batch: pa.RecordBatch, places: list[int]) -> Iterator[tuple[int, list[Reason]]]:
        """Say what made these posts of a batch negative: one post at a time, since each is scored again."""
        chosen = batch.take(pa.array(places, pa.int64()))
        texts = normalise(chosen.column("title"), chosen.column("text"))
        for row, place in enumerate(places):
            yield len(self.posts) + place, because(single(texts, row), 0, self._model)


def _told(signs: Iterable[Sign]) -> list[dict[str, Any]]:
    return [{"flag": sign.flag, "words": sign.words, "at": sign.at} for sign in signs]


def refuse_no_folder(folder: Path) -> None:
    """Raise BadInput unless `folder` is one that exists."""
    if not folder.is_dir():
        raise BadInput(_("没有文件夹 {path}，请先建好再试。").format(path=folder))


def write_whole(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            file.writelines(parts)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
