"""HTML: one file that stands alone, for reading on a screen or printing from a browser."""

from functools import cache
from pathlib import Path

from django.template import Context, Engine, Template

from guanlan.documents.frozen import Frozen
from guanlan.documents.printed import printed


def render_html(frozen: Frozen) -> str:
    """The document as one HTML page without a script or a reference to anything outside.

    The same frozen data give the same string. Every text is escaped by the template engine; only the
    charts' SVG is not, and ECharts escapes the words in it.
    """
    context = Context(printed(frozen), use_l10n=False, use_tz=False)
    return template().render(context)


@cache
def template() -> Template:
    """The page's template; needs no settings."""
    folder = Path(__file__).parent / "templates/documents"
    return Engine(dirs=[str(folder)], debug=False).get_template("document.html")
