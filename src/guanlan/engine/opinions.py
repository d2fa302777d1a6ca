"""What the heads' chances amount to for each post: stance, emotion, complaint, abuse, advertisement."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from guanlan.engine.model import STANCE, Model
from guanlan.engine.ngrams import Array
from guanlan.engine.tasks import ABUSE, ADVERTISEMENT, CATEGORY, EMOTION


class Opinions(NamedTuple):
    """What the model sees in each post of a batch; see `results.PostResult`."""

    stance: list[dict[str, int]]
    emotion: list[dict[str, int]]
    category: list[str | None]
    abusive: list[bool]
    advertisement: list[bool]


def opinions(judged: Mapping[str, Array], model: Model, negative: Array) -> Opinions:
    """Return the opinions of a batch that `heads.judge` judged; a head the model lacks says nothing.

    `negative` says which posts the model calls so.
    """
    posts = len(judged[STANCE])
    return Opinions(
        _named(judged, model, STANCE),
        _named(judged, model, EMOTION) or [{}] * posts,
        _complaints(judged, model, negative),
        _yes(judged, model, ABUSE, posts),
        _yes(judged, model, ADVERTISEMENT, posts),
    )


def _complaints(judged: Mapping[str, Array], model: Model, negative: Array) -> list[str | None]:
    head = model.head(CATEGORY)
    found: list[str | None] = [None] * len(negative)
    if head is None:
        return found
    sure = negative & (judged[CATEGORY].max(axis=1) >= head.working)
    for post in np.flatnonzero(sure).tolist():
        found[post] = head.classes[int(judged[CATEGORY][post].argmax())]
    return found


def _named(judged: Mapping[str, Array], model: Model, name: str) -> list[dict[str, int]]:
    head = model.head(name)
    if head is None:
        return []
    return [dict(zip(head.classes, line, strict=True)) for line in judged[name].tolist()]


def _yes(judged: Mapping[str, Array], model: Model, name: str, posts: int) -> list[bool]:
    head = model.head(name)
    return [False] * posts if head is None else (judged[name][:, 0] >= head.working).tolist()
