"""What the three renderers print from: the frozen content, and what is derived from it alike for all."""

from typing import Any

from guanlan.documents.frozen import Frozen
from guanlan.documents.svg import render_svgs
from guanlan.documents.words import labels

DARK, LIGHT = "#1B2530", "#FFFFFF"


def printed(frozen: Frozen) -> dict[str, Any]:
    """The content with `labels`, `sha256`, `charts` (with `svg`), links and the level's text colour.

    A mark of a roll becomes its number and address; a roll's keys stay behind, only their count is printed.
    """
    content = frozen.content()
    address = content.get("address", "")
    rolls = {roll["code"]: listed(roll, address) for roll in content.get("rolls", [])}
    resolve(content["blocks"], rolls)
    content["rolls"] = [roll for roll in rolls.values() if roll["number"]]
    charts = [block for block in content["blocks"] if block["kind"] == "chart"]
    drawings = render_svgs([(chart["option"], chart["height"]) for chart in charts])
    drawn = iter([chart | {"svg": svg} for chart, svg in zip(charts, drawings, strict=True)])
    content["blocks"] = [next(drawn) if block["kind"] == "chart" else block for block in content["blocks"]]
    content["sources"] = [
        post | {"link": is_web(post["url"]), "href": within(address, post.get("page", ""))}
        for post in content["sources"]
    ]
    if content["level"]:
        content["level"]["ink"] = ink_on(content["level"]["colour"])
    unnumbered = sum(1 for roll in rolls.values() if roll["href"] and not roll["number"])
    said = labels()["unnumbered"].format(count=f"{unnumbered:,}") if unnumbered else ""
    return content | {"labels": labels(), "sha256": frozen.sha256, "unnumbered": said}


def listed(roll: dict[str, Any], address: str) -> dict[str, Any]:
    """A roll as it is printed: how many instead of which, and where they are listed."""
    kept = {name: roll[name] for name in ("code", "counts", "sha256", "number", "shown")}
    return kept | {"count": f"{len(roll['keys']):,}", "href": within(address, roll["page"])}


def within(address: str, page: str) -> str:
    """The address of one of our pages, or nothing where there is none."""
    return address + page if page else ""


def resolve(value: Any, rolls: dict[str, dict[str, Any]]) -> None:
    """Put numbers and addresses in the place of the codes of rolls, wherever a run or chart has some."""
    if isinstance(value, list):
        for inner in value:
            resolve(inner, rolls)
    elif isinstance(value, dict):
        found = [rolls[code] for code in value.get("rolls", ())]
        if "words" in value or "option" in value:
            value["rolls"] = [roll for roll in found if roll["number"]]
            value["href"] = next((roll["href"] for roll in found if not roll["number"]), "")
        for name, inner in value.items():
            if name not in ("option", "rolls"):
                resolve(inner, rolls)


def is_wide(columns: list[dict[str, Any]]) -> bool:
    """Whether a table is too wide for a phone, so that its rows are stacked there."""
    return len(columns) > 5 or max((column["share"] for column in columns), default=0) > 7


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
