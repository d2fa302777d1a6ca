"""What the three renderers print from: the frozen content, and what is derived from it alike for all."""

from typing import Any

from guanlan.documents.frozen import Frozen
from guanlan.documents.svg import render_svgs
from guanlan.documents.words import labels

DARK, LIGHT = "#1B2530", "#FFFFFF"


def printed(frozen: Frozen) -> dict[str, Any]:
    """The content with `labels`, `sha256`, `charts` (with `svg`), links and the level's text colour."""
    content = frozen.content()
    charts = [block for block in content["blocks"] if block["kind"] == "chart"]
    drawings = render_svgs([(chart["option"], chart["height"]) for chart in charts])
    drawn = iter([chart | {"svg": svg} for chart, svg in zip(charts, drawings, strict=True)])
    content["blocks"] = [next(drawn) if block["kind"] == "chart" else block for block in content["blocks"]]
    content["sources"] = [post | {"link": is_web(post["url"])} for post in content["sources"]]
    if content["level"]:
        content["level"]["ink"] = ink_on(content["level"]["colour"])
    return content | {"labels": labels(), "sha256": frozen.sha256}


def is_web(url: str) -> bool:
    """Whether a reader may be sent there; anything else is printed as plain text."""
    return url.startswith(("https://", "http://"))


def ink_on(colour: str) -> str:
    """Dark or light text for a block of `colour`: light unless that falls under 3:1 (WCAG, large text)."""
    red, green, blue = (linear(int(colour[place : place + 2], 16) / 255) for place in (1, 3, 5))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return LIGHT if 1.05 / (luminance + 0.05) >= 3 else DARK


def linear(channel: float) -> float:
    """sRGB channel (0..1) as linear light, by WCAG 2."""
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
