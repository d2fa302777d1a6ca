"""What the figures of a report stand on, gathered while it is written.

A figure of few posts carries their numbers, and they are quoted among the sources. A figure of many
carries a roll: the keys of exactly the posts counted, with their hash, and a page that lists them.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.documents import model
from guanlan.documents.frozen import roll_bytes
from guanlan.documents.model import Run
from guanlan.incidents.wording import moment
from guanlan.intake.models import Post, Volume
from guanlan.intake.reading.links import platform_called
from guanlan.watch.counting import Row

FEW = 3
QUOTED = 200  # characters


class Proofs:
    """Numbers posts in the order in which they are first pointed to, and keeps the rolls."""

    def __init__(self, report: str) -> None:
        """Begin empty; `report` is the key of the report, in whose pages the rolls are found."""
        self._report = report
        self._numbers: dict[int, int] = {}
        self._rolls: dict[str, model.Roll] = {}

    def posts(self, pks: Iterable[int]) -> tuple[int, ...]:
        """Return the numbers of posts, from now on among the sources."""
        return tuple(self._numbers.setdefault(pk, len(self._numbers) + 1) for pk in pks)

    def few_or_roll(
        self, words: str, code: str, counts: str, rows: Sequence[Row], *, strong: bool = False
    ) -> Run:
        """Return words that state how many `rows` are: proved one by one if they are few."""
        if len(rows) <= FEW:
            return Run(words, self.posts(row.pk for row in rows), strong)
        return Run(words, (), strong, (self.roll(code, counts, rows),))

    def days(self, words: str, code: str, counts: str, rows: Sequence[Volume]) -> Run:
        """Return words that stand on the figures of some days, leading to a roll of them."""
        if not rows:
            return Run(words)
        return Run(words, rolls=(self._kept(code, counts, [row.key for row in rows], 0, "days"),))

    def cell(self, code: str, counts: str, rows: Sequence[Row]) -> Run:
        """Return the number of `rows` for a table of many such, leading to a roll without a number."""
        words = f"{len(rows):,}"
        return Run(words, rolls=(self.roll(code, counts, rows, numbered=False),)) if rows else Run(words)

    def roll(self, code: str, counts: str, rows: Sequence[Row], *, numbered: bool = True) -> str:
        """Keep the roll of `rows`, in their order, and return its code; a code is kept once."""
        number = sum(1 for kept in self._rolls.values() if kept.number) + 1 if numbered else 0
        return self._kept(code, counts, [row.key for row in rows], number)

    def _kept(
        self, code: str, counts: str, keys: Sequence[str], number: int, of: Literal["posts", "days"] = "posts"
    ) -> str:
        if code not in self._rolls:
            digest = hashlib.sha256(roll_bytes(keys)).hexdigest()
            page = reverse("report-roll", args=[self._report, code])
            self._rolls[code] = model.Roll(code, counts, tuple(keys), digest, number, page, of=of)
        return code

    def rolls(self) -> tuple[model.Roll, ...]:
        """Return the rolls in the order in which they were begun."""
        return tuple(self._rolls.values())

    def sources(self, now: datetime) -> tuple[model.Post, ...]:
        """Return the numbered posts as the list that marks point into, their times seen from `now`."""
        stored = Post.objects.in_bulk(list(self._numbers))
        return tuple(_source(number, stored[pk], now) for pk, number in self._numbers.items())


def interactions_of(post: Post) -> int | None:
    """Return all interactions together; None when none of them is known."""
    counts = (post.likes, post.comments, post.reposts, post.favourites)
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _source(number: int, post: Post, now: datetime) -> model.Post:
    words = " ".join(filter(None, (post.title, post.text)))
    count = interactions_of(post)
    said = _("未知") if count is None else f"{count:,}"
    return model.Post(
        number,
        platform_called(post.platform),
        post.author_name or _("未知"),
        _("%(at)s，互动 %(count)s") % {"at": moment(post.published_at, now), "count": said},
        words[:QUOTED],
        post.url,
        reverse("post", args=[post.key]),
    )
