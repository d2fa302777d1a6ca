"""What is worked out of the engine's results before the transaction that stores them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from guanlan.engine.heads import because
from guanlan.engine.model import Model
from guanlan.engine.pipeline import Analyser
from guanlan.engine.results import EventRow, PostResult, Results, WatchHour
from guanlan.engine.stance import stance_of
from guanlan.engine.tasks import CATEGORY
from guanlan.engine.text import Texts, normalise


class Taken(NamedTuple):
    """The posts of a batch entry as the engine takes them, and their numbers in the database."""

    posts: pa.RecordBatch
    numbers: list[int]


class Read(NamedTuple):
    """One new post: its number, what the engine says of it, and the columns of its reading."""

    number: int
    result: PostResult
    columns: dict[str, Any]


class Prepared(NamedTuple):
    """The events to store, by code, the posts that were read for the first time, and the hours counted."""

    events: dict[str, EventRow]
    read: Sequence[Read] = ()
    hours: Sequence[WatchHour] = ()


def prepared(results: Results, analyser: Analyser, taken: Taken | None) -> Prepared:
    """Return what there is to store of the results that `taken`, or a tick or change, brought."""
    read = _read(results.posts, taken, analyser.model) if taken is not None else ()
    return Prepared(_events(results, analyser), read, analyser.hours())


def _events(results: Results, analyser: Analyser) -> dict[str, EventRow]:
    named = {event for post in results.posts for event in post.events if event}
    named |= {signal.event for signal in results.signals} | {merged.into for merged in results.merged}
    found: dict[str, EventRow] = {}
    for code in sorted(named.union(results.changed)):
        try:
            found[code] = analyser.row(code)
        except KeyError:  # merged away within the same entry
            continue
    return found


def _read(posts: Sequence[PostResult], taken: Taken, model: Model) -> list[Read]:
    moments = taken.posts.column("published_at").to_pylist()
    fresh = [place for place, post in enumerate(posts) if not post.seen_before]
    points = {place: model.negative_from(posts[place].platform) for place in fresh}
    stances = {place: stance_of(posts[place].stance, points[place]) for place in fresh}
    reasons = _reasons(taken.posts, [place for place in fresh if stances[place] == "negative"], model)
    found = []
    for place in fresh:
        post = posts[place]
        words, complaint = reasons.get(place, ([], []))
        columns = {
            "post_id": taken.numbers[place],
            **post.stance,
            "stance": stances[place],
            "category": post.category or "",
            "emotion": max(post.emotion, key=post.emotion.__getitem__, default=""),
            "abusive": post.abusive,
            "advertisement": post.advertisement,
            "because": words,
            "because_category": complaint,
            "harms": [sign._asdict() for sign in post.harms],
            "demands": [sign._asdict() for sign in post.demands],
            "published_at": moments[place],
        }
        found.append(Read(taken.numbers[place], post, columns))
    return found


Reasons = list[tuple[str, int]]


def _reasons(
    posts: pa.RecordBatch, places: Sequence[int], model: Model
) -> dict[int, tuple[Reasons, Reasons]]:
    """Return which words made these posts negative, and which decided what they complain of."""
    chosen = posts.take(pa.array(places, pa.int64()))
    texts = normalise(chosen.column("title"), chosen.column("text"))
    found = {}
    for row, place in enumerate(places):
        one = single(texts, row)
        stance, category = because(one, 0, model), because(one, 0, model, head=CATEGORY)
        found[place] = _telling(stance), _telling(category)
    return found


def _telling(reasons: Reasons) -> Reasons:
    """Return the reasons that are words; single characters only where there is nothing else."""
    return [reason for reason in reasons if len(reason[0]) > 1] or reasons


def single(texts: Texts, row: int) -> Texts:
    """Return one post of a batch by itself: looking for reasons scores all that are given."""
    first, last = int(texts.starts[row]), int(texts.starts[row + 1])
    return Texts(
        texts.codes[first:last],
        texts.named[first:last],
        np.array([0, last - first], np.int64),
        texts.bodies[row : row + 1] - first,
        texts.sources[first:last],
    )
