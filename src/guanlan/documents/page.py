"""HTML: one file that stands alone, for reading on a screen or printing from a browser."""

from functools import cache
from pathlib import Path
from typing import Any

from django.template import Context, Engine, Template

from guanlan.documents.frozen import Frozen
from guanlan.documents.printed import is_wide, printed

TILES = 60  # as many as fill a large screen


def render_html(frozen: Frozen, stamp: str = "") -> str:
    """The document as one HTML page without a script or a reference to anything outside.

    `stamp` (whose copy it is) stands pale all over it; it is no part of the frozen data.

    The same frozen data give the same string. Every text is escaped by the template engine; only the
    charts' SVG is not, and ECharts escapes the words in it.
    """
    content = printed(frozen) | {"stamp": stamp, "tiles": range(TILES)}
    for block in content["blocks"]:
        if block["kind"] == "table":
            block |= aligned(block)
        elif block["kind"] == "chart":
            block["table"] |= aligned(block["table"])
    return template().render(Context(content, use_l10n=False, use_tz=False))


def aligned(table: dict[str, Any]) -> dict[str, Any]:
    """The table's columns with their width in percent, and its cells each knowing its column."""
    columns = table["columns"]
    total = sum(column["share"] for column in columns)
    return {
        "columns": [column | {"percent": f"{100 * column['share'] / total:.1f}"} for column in columns],
        "rows": [
            [
                {"text": cell, "numeric": column["numeric"], "head": column["head"]}
                for cell, column in zip(row, columns, strict=True)
            ]
            for row in table["rows"]
        ],
        "wide": is_wide(columns),
    }


@cache
def template() -> Template:
    """The page's template; needs no settings."""
    folder = Path(__file__).parent / "templates/documents"
    return Engine(dirs=[str(folder)], debug=False).get_template("document.html")
