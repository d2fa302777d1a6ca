"""PDF by typst, and its pictures of charts for Word: no system library, font or network is used."""

import json
from datetime import datetime
from pathlib import Path
from typing import Literal

import typst

from guanlan.documents.frozen import Frozen
from guanlan.documents.printed import printed

TEMPLATE = Path(__file__).parent / "document.typ"
FONTS = Path(__file__).parent / "fonts"
PICTURE = b'#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg")'
PICTURE_PPI = 200


def render_pdf(frozen: Frozen, stamp: str = "") -> bytes:
    """The document as a tagged A4 PDF; the same frozen data and stamp give the same bytes.

    Text reaches the template as JSON strings and is never read as markup.
    """
    made_at = datetime.fromisoformat(frozen.content()["made_at"])
    content = printed(frozen) | {"date": [made_at.year, made_at.month, made_at.day], "stamp": stamp}
    source = TEMPLATE.read_bytes()
    return compiled(source, {"document": json.dumps(content)}, "pdf", int(made_at.timestamp()))


def render_png(svg: str) -> bytes:
    """A chart's SVG as PNG at 200 dots per inch, with the bundled fonts."""
    return compiled(PICTURE, {"svg": svg}, "png", 0)


def compiled(source: bytes, inputs: dict[str, str], form: Literal["pdf", "png"], timestamp: int) -> bytes:
    """typst's output; typst.TypstError when a template is wrong."""
    compiler = typst.Compiler(font_paths=[FONTS], ignore_system_fonts=True)
    result = compiler.compile(source, format=form, sys_inputs=inputs, timestamp=timestamp, ppi=PICTURE_PPI)
    if not isinstance(result, bytes):  # several pages of pictures
        raise TypeError("one page of output expected")
    return result
