"""Image (形象): the negative share against the usual, and the words that have come up."""

from functools import cache

from django.utils.translation import gettext as _

from guanlan.engine.intervals import share_difference, share_dispersion
from guanlan.engine.lexicon import Lexicon
from guanlan.engine.risen import risen
from guanlan.intake.models import Post
from guanlan.watch.counting import Row
from guanlan.watch.impact.figures import BASELINE, YOUNG, Count, Measured, Word
from guanlan.watch.impact.posts import Posts

FEWEST = 30  # posts before: fewer say nothing about words
MOST_READ = 2_000  # posts of each side whose words are read, the latest


def negative_share(posts: Posts) -> Measured:
    """Measure which share of the last day's posts is negative."""
    against, before = _against(posts.now), _against(posts.before)
    now = Count(len(against), len(posts.now)) if posts.now else None
    noted = Count(sum(day.count for day in posts.noted.values()), sum(day.of for day in posts.noted.values()))
    usual = Count(len(before) + noted.count, len(posts.before) + noted.of)
    why = ""
    if now is None:
        why = _("近 24 小时没有他人帖文")
    if posts.known_days < YOUNG:
        why = too_young(posts.known_days)
    elif not usual.of:
        why = why or _("事前 %(days)d 天没有帖文") % {"days": BASELINE}
    known = posts.known_days >= YOUNG and usual.of > 0
    interval = None
    if now is not None and known:
        dispersion = share_dispersion(_days(posts))
        interval = share_difference((now.count, now.of), (usual.count, usual.of), dispersion)
    return Measured(
        "image",
        "negative_share",
        now,
        usual if known else None,
        interval,
        why,
        rows=against,
        beside=posts.now,
        before=before if known else (),
        before_beside=posts.before if known else (),
        noted=noted if known and noted.of else None,
    )


def too_young(days: int) -> str:
    """Say that there is no usual yet, and when there will be."""
    words = _("基线积累中：事前只有 %(days)d 天往日数据，满 %(least)d 天才有平日可比")
    return words % {"days": days, "least": YOUNG}


def _against(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    return tuple(row for row in rows if row.against)


def _days(posts: Posts) -> list[tuple[int, int]]:
    """Return (negative, all) of each day before the event."""
    negative = posts.by_day(_against(posts.before), BASELINE)
    every = posts.by_day(posts.before, BASELINE)
    noted = [posts.noted.get(day, Count(0, 0)) for day in range(BASELINE)]
    return [
        (count + more.count, of + more.of) for count, of, more in zip(negative, every, noted, strict=True)
    ]


def risen_words(posts: Posts) -> tuple[tuple[Word, ...], str]:
    """Return the words that have come up in negative posts, or why nothing is known of them."""
    now, before = (_against(rows)[-MOST_READ:] for rows in (posts.now, posts.before))
    if len(before) < FEWEST:
        words = _("事前只存有 %(count)d 条负面帖文，满 %(least)d 条才能比较用词")
        return (), words % {"count": len(before), "least": FEWEST}
    found = risen(_texts(now), _texts(before), _lexicon())
    return tuple(
        Word(
            one.word,
            Count(len(one.now), len(now)),
            Count(one.usual, len(before)),
            tuple(now[place] for place in one.now),
        )
        for one in found
    ), ""


def _texts(rows: tuple[Row, ...]) -> list[str]:
    stored = Post.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", "title", "text")
    words = {pk: f"{title} {text}" for pk, title, text in stored}
    return [words[row.pk] for row in rows]


@cache
def _lexicon() -> Lexicon:
    return Lexicon.load()
