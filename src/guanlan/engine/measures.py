"""What a plan's criteria are compared with: counts and largest values over an event's posts.

A measure counts only negative posts by others than the watch's owner, unless its line
below says otherwise. A copy by the same author counts once; a copy by another author is
one more voice and counts. What is said of harm counts whatever the tone, by voices: authors,
all the unknown ones as one, who said it in words of their own. None means unknown, never zero.
"""

from collections.abc import Mapping

import numpy as np
from numba import njit
from numpy.typing import NDArray

from guanlan.engine import harm
from guanlan.engine.hours import HOUR_US
from guanlan.engine.ledger import Columns
from guanlan.engine.posts import MEDIA_TYPES

Rows = NDArray[np.int32]

LARGE_ACCOUNT = 100_000
WITNESSES = 20  # posts named per measure

COUNTED = (
    "complaints_72h",  # complaints of any stance
    "complaints_24h",
    "negative_24h",
    "negative_comments",  # negative posts that answer another
    "posts",  # all posts of the event
    "others",  # posts by others: what the share is of
    "negative",
)
LARGEST = (
    "top_interactions",  # likes + comments + reposts + favourites of one post
    "top_reposts",
    "top_views",  # of a post that is not a video
    "top_plays",  # of a video
    "top_video_likes",
)

# A voice sets one of these flags: harm to persons, to the public's trust, to a purse.
HARM = {
    "harm_people": ("injury", "death", "food_safety", "minors"),
    "harm_public": ("data_leak", "discrimination", "authority", "gathering"),
    "harm_fraud": ("fraud",),
}
_BITS = {
    **{name: sum(1 << harm.FLAGS.index(flag) for flag in flags) for name, flags in HARM.items()},
    **{f"harm:{flag}": 1 << place for place, flag in enumerate(harm.FLAGS)},
}

_NEWS, _VIDEO, _COMPLAINT = (MEDIA_TYPES.index(kind) for kind in ("news", "video", "complaint"))


@njit(cache=True)
def _tally(columns, rows, at, counts, tops, voices):  # type: ignore[no-untyped-def]
    """Fill `counts` (COUNTED), `tops` (LARGEST: value, row; -1 unknown); return voices' numbers."""
    day, three_days = at - 24 * HOUR_US, at - 72 * HOUR_US
    outlets = large = 0
    for row in rows:
        counts[4] += 1
        if columns.ours[row] or columns.repeat[row]:
            continue
        counts[5] += 1
        published = columns.at[row]
        if columns.media[row] == _COMPLAINT and published <= at:
            counts[0] += published > three_days
            counts[1] += published > day
        if not columns.negative[row]:
            continue
        counts[6] += 1
        counts[2] += day < published <= at
        counts[3] += columns.reply[row]
        _largest(columns, row, tops)
        if columns.author[row] != 0 and columns.media[row] == _NEWS:
            voices[0, outlets] = columns.author[row]
            outlets += 1
        if columns.author[row] != 0 and columns.followers[row] >= LARGE_ACCOUNT:
            voices[1, large] = columns.author[row]
            large += 1
    return outlets, large


@njit(cache=True)
def _largest(columns, row, tops):  # type: ignore[no-untyped-def]
    video = columns.media[row] == _VIDEO
    touches = np.int64(-1)
    for count in (columns.likes[row], columns.comments[row], columns.reposts[row], columns.favourites[row]):
        if count >= 0:
            touches = max(touches, 0) + count
    _keep(tops, 0, touches, row)
    _keep(tops, 1, columns.reposts[row], row)
    _keep(tops, 3 if video else 2, columns.views[row], row)
    if video:
        _keep(tops, 4, columns.likes[row], row)


@njit(cache=True)
def _keep(tops, place, value, row):  # type: ignore[no-untyped-def]
    if value > tops[place, 0]:
        tops[place, 0] = value
        tops[place, 1] = row


def measure(columns: Columns, rows: Rows, at: int) -> dict[str, int | None]:
    """Return every measure of an event but growth, at `at` (microseconds since 1970)."""
    counts, tops, voices = _run(columns, rows, at)
    found: dict[str, int | None] = dict(zip(COUNTED, counts.tolist(), strict=True))
    for name, value in zip(LARGEST, tops[:, 0].tolist(), strict=True):
        found[name] = None if value < 0 else value
    found["outlets"], found["large_accounts"] = (len(set(keys)) for keys in voices)
    spoken = bool(columns.harms[rows].any())  # of most events none of it is said
    for name in HARM:
        found[name] = len(np.unique(columns.author[_saying(columns, rows, _BITS[name])])) if spoken else 0
    others, negative = found.pop("others"), found.pop("negative")
    found["negative_permille"] = 1000 * (negative or 0) // others if others else None
    return found


def witnesses(columns: Columns, rows: Rows, at: int) -> Mapping[str, tuple[int, ...]]:
    """Return the rows behind each measure, the latest WITNESSES of those that were counted."""
    return {name: tuple(chosen[-WITNESSES:].tolist()) for name, chosen in _behind(columns, rows, at).items()}


def carriers(columns: Columns, rows: Rows, at: int) -> Mapping[str, tuple[int, ...]]:
    """Return all rows behind each measure, and `others`: what the negative share is of."""
    return {name: tuple(chosen.tolist()) for name, chosen in _behind(columns, rows, at).items()}


def harm_voices(columns: Columns, rows: Rows) -> dict[str, int]:
    """Return how many voices set each flag of harm that stands, in the order of harm.FLAGS."""
    said = {flag: _saying(columns, rows, _BITS[f"harm:{flag}"]) for flag in harm.FLAGS}
    return {flag: len(np.unique(columns.author[chosen])) for flag, chosen in said.items() if chosen.size}


def _saying(columns: Columns, rows: Rows, bits: int) -> Rows:
    """Return the posts by others that set one of the flags of harm in `bits`."""
    chosen: Rows = rows[(columns.harms[rows] & bits != 0) & ~columns.ours[rows] & ~columns.repeat[rows]]
    return chosen


def _behind(columns: Columns, rows: Rows, at: int) -> dict[str, Rows]:
    _counts, tops, _voices = _run(columns, rows, at)
    others = rows[~columns.ours[rows] & ~columns.repeat[rows]]
    negative = others[columns.negative[others]]
    complaints = others[columns.media[others] == _COMPLAINT]
    found = {
        "complaints_72h": _within(columns, complaints, at, 72),
        "complaints_24h": _within(columns, complaints, at, 24),
        "negative_24h": _within(columns, negative, at, 24),
        "growth_7d": _within(columns, negative, at, 24),
        "negative_comments": negative[columns.reply[negative]],
        "negative_permille": negative,
        "outlets": negative[columns.media[negative] == _NEWS],
        "large_accounts": negative[columns.followers[negative] >= LARGE_ACCOUNT],
        "posts": rows,
        "others": others,
    }
    found |= {name: _saying(columns, rows, bits) for name, bits in _BITS.items()}
    for name, row in zip(LARGEST, tops[:, 1].tolist(), strict=True):
        found[name] = np.array([row] if row >= 0 else [], np.int32)
    return found


def _run(
    columns: Columns, rows: Rows, at: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], tuple[list[int], list[int]]]:
    counts = np.zeros(len(COUNTED), np.int64)
    tops = np.full((len(LARGEST), 2), -1, np.int64)
    voices = np.empty((2, rows.size), np.uint64)
    outlets, large = _tally(columns, rows, at, counts, tops, voices)
    return counts, tops, (voices[0, :outlets].tolist(), voices[1, :large].tolist())


def _within(columns: Columns, rows: Rows, at: int, hours: int) -> Rows:
    published = columns.at[rows]
    return rows[(published > at - hours * HOUR_US) & (published <= at)]
