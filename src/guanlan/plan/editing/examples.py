"""Examples beside a threshold: typed one a line, or written by the system on both sides of the line."""

from typing import Any

from django.utils.translation import gettext as _

from guanlan.plan.editing.labels import CHOICES

Example = dict[str, int | None]
Plain = dict[str, Any]

ORDINARY_SHARE = 600  # a share of negative posts, per mille, that passes every usual guard


def shown(rows: list[Example]) -> str:
    """Return examples as they are typed, one a line."""
    names = CHOICES["measure"]
    return "\n".join(
        "，".join(
            f"{names.get(measure, measure)} {_('未知') if value is None else value}"
            for measure, value in row.items()
        )
        for row in rows
    )


def read(written: str) -> list[Any]:
    """Return what was typed: a mapping for each line, or the line itself where it cannot be read."""
    return [_line(line.strip()) for line in written.split("\n") if line.strip()]


def _line(line: str) -> Example | str:
    codes = {str(name): code for code, name in CHOICES["measure"].items()}
    row: Example = {}
    for piece in line.replace("，", ",").replace(";", ",").replace("；", ",").split(","):
        name, _space, value = piece.strip().rpartition(" ")
        code = codes.get(name.strip(), name.strip())
        if code not in CHOICES["measure"] or not (value.isdecimal() or value == _("未知")):
            return line
        row[code] = None if value == _("未知") else int(value)
    return row


def follow(criterion: Plain, before: Plain | None) -> None:
    """Write anew the examples that are missing, or that were left as they were under another threshold."""
    for cell in criterion.get("cells", ()):
        old = next(
            (old for old in (before or {}).get("cells", ()) if old["level"] == cell.get("level")), None
        )
        left = old is not None and all(old[side] == cell.get(side) for side in ("fires", "just_not"))
        if left and _line_of(criterion, cell) != _line_of(before or {}, old or {}):
            cell["fires"] = cell["just_not"] = []
        fires, just_not = _both_sides(criterion, cell)
        cell["fires"], cell["just_not"] = cell.get("fires") or fires, cell.get("just_not") or just_not
    if criterion.get("fallback"):
        follow(criterion["fallback"], (before or {}).get("fallback"))


def _line_of(criterion: Plain, cell: Plain) -> tuple[Any, ...]:
    guards = (criterion.get(name) or 0 for name in ("minimum_posts", "minimum_negative_permille"))
    return criterion.get("measure"), cell.get("at_least"), *guards


def _both_sides(criterion: Plain, cell: Plain) -> tuple[list[Example], list[Example]]:
    """Return an example exactly at the line, and one just short of it for the threshold and each guard."""
    measure, at_least, posts, share = _line_of(criterion, cell)
    if not (measure and isinstance(at_least, int) and isinstance(posts, int) and isinstance(share, int)):
        return [], []
    at_line: Example = {measure: at_least}
    if posts:
        at_line["negative_24h"] = max(posts, at_least) if measure == "negative_24h" else posts
    if share:
        at_line["negative_permille"] = max(share, ORDINARY_SHARE)
    short = [{**at_line, measure: at_least - 1}]
    if posts and measure != "negative_24h":
        short.append({**at_line, "negative_24h": posts - 1})
    if share:
        short.append({**at_line, "negative_permille": share - 1})
    return [at_line], short
