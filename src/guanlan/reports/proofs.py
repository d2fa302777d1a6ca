"""The posts a report points to: few, numbered from the earliest on."""

from dataclasses import dataclass

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from guanlan.documents import model
from guanlan.incidents.wording import moment
from guanlan.intake.models import Post
from guanlan.intake.reading.links import platform_called
from guanlan.watch.models import Event, Reading
from guanlan.watch.rows import CriterionRow

EARLIEST, LOUDEST, PER_CRITERION, MOST = 5, 10, 3, 30


@dataclass(frozen=True)
class Proofs:
    """The chosen posts by number, the earliest first; `earliest` and `loudest` are numbers too."""

    posts: tuple[Post, ...]
    loudest: tuple[int, ...]

    @property
    def earliest(self) -> tuple[int, ...]:
        """The first post's number, or nothing without posts."""
        return (1,) if self.posts else ()

    def of(self, external_ids: tuple[str, ...]) -> tuple[int, ...]:
        """Return the numbers of those of the posts that were chosen."""
        return tuple(n for n, post in enumerate(self.posts, 1) if post.external_id in external_ids)

    def sources(self) -> tuple[model.Post, ...]:
        """Return them as the list that the marks of a document point into."""
        return tuple(_source(number, post) for number, post in enumerate(self.posts, 1))


def proofs(event: Event, rows: list[CriterionRow]) -> Proofs:
    """Choose what each criterion stands on, the earliest posts and those with most interactions."""
    readings = event.readings.select_related("post")
    loud = _posts(readings.order_by(_interactions().desc(), "published_at")[:LOUDEST])
    chosen: dict[int, Post] = {}
    for row in rows:
        carriers = readings.filter(post__external_id__in=row.posts).order_by("published_at")
        chosen |= {post.pk: post for post in _posts(carriers[:PER_CRITERION])}
    early = _posts(readings.order_by("published_at", "pk")[:EARLIEST])
    # The very first and the very loudest are pointed to, so a long table must not push them out.
    ordered = [*early[:1], *loud[:3], *chosen.values(), *early, *loud]
    kept = {post.pk: post for post in ordered}
    posts = tuple(sorted(list(kept.values())[:MOST], key=lambda post: (post.published_at, post.pk)))
    keys = [post.pk for post in posts]
    return Proofs(posts, tuple(sorted(keys.index(post.pk) + 1 for post in loud[:3])))


def interactions(post: Post) -> int | None:
    """Return likes, comments and reposts together; None when none of them is known."""
    known = [count for count in (post.likes, post.comments, post.reposts) if count is not None]
    return sum(known) if known else None


def _interactions() -> Coalesce:
    counts = [Coalesce(F(f"post__{name}"), 0) for name in ("likes", "comments", "reposts")]
    return counts[0] + counts[1] + counts[2]  # type: ignore[return-value]


def _posts(readings: QuerySet[Reading]) -> list[Post]:
    return [reading.post for reading in readings]


def _source(number: int, post: Post) -> model.Post:
    words = " ".join(filter(None, (post.title, post.text)))
    count = interactions(post)
    said = _("未知") if count is None else f"{count:,}"
    return model.Post(
        number,
        platform_called(post.platform),
        post.author_name or _("未知"),
        _("%(at)s，互动 %(count)s") % {"at": moment(post.published_at, post.taken_at), "count": said},
        words[:200],
        post.url,
    )
