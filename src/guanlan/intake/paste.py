"""What a person pastes to report a post: platform, address, words, author, figures, moment."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from gettext import gettext as _
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from ruamel.yaml import YAML

from guanlan.errors import BadInput
from guanlan.intake.reading import links, values
from guanlan.intake.reading.moments import moment

LIMIT = 20_000  # characters
SHANGHAI = ZoneInfo("Asia/Shanghai")

_LINK = re.compile(r"""https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+""")


@dataclass(frozen=True)
class Pasted:
    """What a pasted text says; None where it does not say.

    `counts` has likes, comments, reposts, favourites and views where figures stand
    beside those words. `published_at` is UTC.
    """

    platform: str | None
    url: str | None
    title: str | None
    text: str | None
    author: str | None
    counts: dict[str, int] = field(default_factory=dict)
    published_at: datetime | None = None


def recognise(text: str, *, now: datetime) -> Pasted:
    """Take apart a share text, a bare link or plain words; BadInput if empty or over 20,000 characters.

    "3小时前" and "昨天 14:05" count back from `now`, in Shanghai's time.
    """
    if not text.strip():
        raise BadInput(_("什么也没有贴进来，请粘贴分享文字、链接或截图里的文字。"))
    if len(text) > LIMIT:
        raise BadInput(_("贴进来的文字超过 {limit} 字，请只贴一条帖文。").format(limit=LIMIT))
    found = [link.rstrip("),.;:!?'") for link in _LINK.findall(text)]
    url = next((link for link in found if links.platform_of(link)), found[0] if found else None)
    words = _LINK.sub(" ", text).strip()
    platform, parts = _shape(words, links.platform_of(url))
    return Pasted(
        platform=platform,
        url=links.kept(url) if url else None,
        title=_tidy(parts.get("title")),
        text=_tidy(parts.get("text") if parts else words),
        author=_tidy(parts.get("author")),
        counts=_counts(words),
        published_at=_published(words, now),
    )


def _shape(words: str, platform: str | None) -> tuple[str | None, dict[str, str]]:
    """Return the platform and the parts of the first shape that fits."""
    for name, patterns in _shapes().items():
        if platform in (None, name):
            for pattern in patterns:
                if fits := pattern.match(words):
                    return name, {part: value for part, value in fits.groupdict().items() if value}
    return platform, {}


def _tidy(words: str | None) -> str | None:
    """Return `words` without what apps add and without outer blanks; None if nothing is left."""
    for noise in _noise():
        words = noise.sub(" ", words or "")
    lines = (" ".join(line.split()) for line in (words or "").splitlines())
    return "\n".join(filter(None, lines)).strip() or None


def _counts(words: str) -> dict[str, int]:
    """Read figures behind their words, or before them if more of them stand so."""
    timeless = _clock().sub(" ", words)
    behind, before = (_figures_beside(timeless, side) for side in ("behind", "before"))
    return before if len(before) > len(behind) else behind


def _figures_beside(words: str, side: str) -> dict[str, int]:
    found = {name: pattern.search(words) for name, pattern in _figures(side).items()}
    read = {name: values.count(match[1])[0] for name, match in found.items() if match}
    return {name: number for name, number in read.items() if number is not None}


def _published(words: str, now: datetime) -> datetime | None:
    """Return the moment that the text names, fully or by its distance from `now`."""
    told = _shares()
    if full := re.search(told["full"], words):
        return _believed(full[0], now)
    if any(word in words for word in told["just_now"]):
        return now.astimezone(UTC)
    if ago := re.search(rf"(\d{{1,4}})\s?({'|'.join(told['ago'])})", words):
        return _believed(now - timedelta(seconds=int(ago[1]) * told["ago"][ago[2]]), now)
    if named := re.search(rf"({'|'.join(told['days'])})\s?(\d{{1,2}}:\d{{2}})", words):
        day = now.astimezone(SHANGHAI).date() - timedelta(days=told["days"][named[1]])
        return _believed(f"{day} {named[2]}", now)
    return None


def _believed(written: str | datetime, now: datetime) -> datetime | None:
    try:
        return moment(written, SHANGHAI, now)[0]
    except values.Unreadable:
        return None


@cache
def _shares() -> dict[str, Any]:
    text = files("guanlan.intake").joinpath("shares.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = YAML(typ="safe").load(text)
    return loaded


@cache
def _shapes() -> dict[str, list[re.Pattern[str]]]:
    return {name: list(map(re.compile, patterns)) for name, patterns in _shares()["shapes"].items()}


@cache
def _noise() -> list[re.Pattern[str]]:
    return list(map(re.compile, _shares()["noise"]))


@cache
def _clock() -> re.Pattern[str]:
    return re.compile(_shares()["full"] + r"|\d{1,2}:\d{2}")


@cache
def _figures(side: str) -> dict[str, re.Pattern[str]]:
    """Return, for each count, the pattern of a figure on one side of one of its words."""
    told = _shares()
    shape = told[side].replace("FIGURE", told["figure"])
    return {
        name: re.compile(shape.replace("WORD", "|".join(words))) for name, words in told["counts"].items()
    }
