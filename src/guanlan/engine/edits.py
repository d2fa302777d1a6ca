"""What people do to a text that they pass on: eight edits, for examining how copies are found."""

from collections.abc import Callable, Sequence
from gettext import gettext as _
from typing import Any

import numpy as np

Draw = np.random.Generator
Edit = Callable[[str, Draw, Sequence[str]], str]  # the text, chance, texts of others

FIRST_IDEOGRAPH, LAST_IDEOGRAPH = 0x4E00, 0x9000
STOP, COMMA = "。", "，"


def edits() -> dict[str, Edit]:
    """Return each edit under the name that the table gives it."""
    return {
        _("前后加话"): framed,
        _("只留六成"): part(60),
        _("只留四成"): part(40),
        _("一成字换掉"): noise(10),
        _("两成字换掉"): noise(20),
        _("分句打乱"): shuffled,
        _("接半篇别人的话"): foreign,
        _("转发链"): chained,
    }


def framed(text: str, _draw: Draw, _others: Sequence[str]) -> str:
    """Return the text with a few words before and after."""
    return "快看：" + text + " 大家怎么看"  # zh-data: words of an invented repost


def chained(text: str, _draw: Draw, _others: Sequence[str]) -> str:
    """Return the text as a repost without words of its own quotes it."""
    return "转发微博//@某人:" + text  # zh-data: how Weibo writes a repost without words


def part(percent: int) -> Edit:
    """Return an edit that keeps one run of so much of the text."""

    def edit(text: str, draw: Draw, _others: Sequence[str]) -> str:
        size = len(text) * percent // 100
        begin = int(draw.integers(len(text) - size + 1))
        return text[begin : begin + size]

    return edit


def noise(percent: int) -> Edit:
    """Return an edit that puts another Chinese character for so many."""

    def edit(text: str, draw: Draw, _others: Sequence[str]) -> str:
        hit = draw.random(len(text)) * 100 < percent
        drawn: list[Any] = draw.integers(FIRST_IDEOGRAPH, LAST_IDEOGRAPH, len(text)).tolist()
        return "".join(chr(drawn[at]) if hit[at] else text[at] for at in range(len(text)))

    return edit


def shuffled(text: str, draw: Draw, _others: Sequence[str]) -> str:
    """Return the clauses in another order."""
    clauses = text.replace(STOP, COMMA).split(COMMA)
    return COMMA.join(clauses[at] for at in draw.permutation(len(clauses)))


def foreign(text: str, draw: Draw, others: Sequence[str]) -> str:
    """Return half as much text again, from a post by somebody else."""
    return text + others[int(draw.integers(len(others)))][: len(text) // 2]
