"""What the heads' chances amount to for each post: stance, emotion, complaint, abuse, advertisement."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from guanlan.engine.model import STANCE, Model
from guanlan.engine.ngrams import Array
from guanlan.engine.tasks import ABUSE, ADVERTISEMENT, CATEGORY, EMOTION


class Opinion(NamedTuple):
    """One post as the model sees it; see `results.PostResult`."""

    stance: dict[str, int]
    emotion: dict[str, int]
    category: str | None
    abusive: bool
    advertisement: bool


def opinions(judged: Mapping[str, Array], model: Model, negative: Array) -> Iterator[Opinion]:
    """Yield the opinion of each post of a batch that `heads.judge` judged; `negative` says which are so."""
    stances, emotions = _named(judged, model, STANCE), _named(judged, model, EMOTION)
    abuse, advertisement = _yes(judged, model, ABUSE), _yes(judged, model, ADVERTISEMENT)
    category = model.head(CATEGORY)
    likeliest = judged[CATEGORY].argmax(axis=1).tolist() if category else ()
    sure = (negative & (judged[CATEGORY].max(axis=1) >= category.working)).tolist() if category else ()
    for post, stance in enumerate(stances):
        complains = category is not None and sure[post]
        yield Opinion(
            stance,
            emotions[post] if emotions else {},
            category.classes[likeliest[post]] if category is not None and complains else None,
            bool(abuse[post]) if abuse else False,
            bool(advertisement[post]) if advertisement else False,
        )


def _named(judged: Mapping[str, Array], model: Model, name: str) -> list[dict[str, int]]:
    head = model.head(name)
    if head is None:
        return []
    return [dict(zip(head.classes, line, strict=True)) for line in judged[name].tolist()]


def _yes(judged: Mapping[str, Array], model: Model, name: str) -> list[bool]:
    head = model.head(name)
    return [] if head is None else (judged[name][:, 0] >= head.working).tolist()
