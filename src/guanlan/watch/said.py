"""What an event's posts say of harm, demand and complain of: each kind with voices, words and first posts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from guanlan.watch.categories import CATEGORY_NAMES
from guanlan.watch.models import Event, Reading

WORDS, FIRST = 4, 3

Kind = Literal["harms", "demands"]


@dataclass(frozen=True)
class SaidRow:
    """One flag: how many voices and posts say it, in which words, and the earliest posts.

    The unknown authors are one voice; a copy is neither voice nor post.
    """

    name: str
    voices: int
    posts: int
    words: tuple[str, ...]
    earliest: tuple[Reading, ...]


def said(event: Event, kind: Kind) -> list[SaidRow]:
    """Return a row for each flag that stands, those of most voices first."""
    found = event.readings.filter(**{f"{kind}__isnull": False}, copy_of=None).select_related("post")
    saying: dict[str, list[Reading]] = {}
    for reading in found.order_by("published_at", "post_id"):
        for flag in dict.fromkeys(sign["flag"] for sign in getattr(reading, kind)):
            saying.setdefault(flag, []).append(reading)
    names = name_of()
    rows = [_row(names[flag], _words(flag, kind, readings), readings) for flag, readings in saying.items()]
    return sorted(rows, key=lambda row: (-row.voices, -row.posts, row.name))


def complaints(event: Event) -> list[SaidRow]:
    """Return a row for each category that negative posts complain of, those of most voices first.

    A person's correction counts for what the model said; the words are those that decided its category.
    """
    found = event.readings.filter(stance_now="negative", copy_of=None, not_ours=False).exclude(
        category_now=""
    )
    groups: dict[str, list[Reading]] = {}
    for reading in found.select_related("post").order_by("published_at", "post_id"):
        groups.setdefault(reading.category_now, []).append(reading)
    rows = []
    for code, readings in groups.items():
        words = Counter(
            words
            for reading in readings
            for words, _weight in reading.because_category
            if reading.category == code
        )
        rows.append(_row(str(CATEGORY_NAMES[code]), words, readings))
    return sorted(rows, key=lambda row: (-row.voices, -row.posts, row.name))


def name_of() -> dict[str, str]:
    """Return what each flag is called."""
    return {
        "injury": _("人员受伤"),
        "death": _("人员死亡"),
        "food_safety": _("食品安全"),
        "data_leak": _("信息泄露"),
        "fraud": _("指称欺诈"),
        "discrimination": _("歧视"),
        "minors": _("未成年人受害"),
        "authority": _("监管或央媒点名"),
        "gathering": _("号召线下聚集"),
        "refund": _("退款"),
        "apology": _("道歉"),
        "compensation": _("赔偿"),
        "removal": _("下架"),
        "punishment": _("处罚"),
        "recall": _("召回"),
        "answer": _("解释或回应"),
        "exchange": _("换货"),
    }


def _words(flag: str, kind: Kind, readings: Sequence[Reading]) -> Counter[str]:
    return Counter(
        sign["words"] for reading in readings for sign in getattr(reading, kind) if sign["flag"] == flag
    )


def _row(name: str, words: Counter[str], readings: Sequence[Reading]) -> SaidRow:
    voices = {reading.post.author_hash for reading in readings}
    shown = tuple(word for word, _times in words.most_common(WORDS))
    return SaidRow(name, len(voices), len(readings), shown, tuple(readings[:FIRST]))
