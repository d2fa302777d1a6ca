"""The house's Word document: page, styles, header, title and footer; `word` adds the body after them."""

from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

WATERMARK = Path(__file__).parent / "watermark.xml"
FONT = "Microsoft YaHei"
INK, QUIET = RGBColor(0x1B, 0x25, 0x30), RGBColor(0x4A, 0x56, 0x63)
TEXT_WIDTH = Mm(172)
LEVEL_AND_TITLE = (Mm(38), Mm(134))


def letterhead(content: dict[str, Any]) -> Any:
    """A python-docx document with all but the body of a printed document."""
    house = Document()
    section = house.sections[0]
    set_page(section)
    set_styles(house.styles)
    lay_header(section.header.paragraphs[0], content)
    lay_watermarks(section.header.paragraphs[0], content)
    if content.get("cover"):
        lay_cover(house, content["cover"], content["title"])
    else:
        lay_title(house, content)
    lay_footer(section.footer, content)
    return house


def set_page(section: Any) -> None:
    """A4 with the margins of the PDF."""
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(19)
    section.top_margin, section.bottom_margin = Mm(22), Mm(24)
    section.header_distance, section.footer_distance = Mm(12), Mm(11)


def set_styles(styles: Any) -> None:
    """The styles that `word` and a house's template share, by name."""
    set_style(styles["Normal"], 9, after=2)
    set_style(styles["Title"], 16.5, bold=True, after=2)
    set_style(styles["Heading 1"], 10.5, bold=True, before=12, after=4)
    for name, size, bold, colour in (
        ("Level", 16.5, True, INK),
        ("Lead", 10.5, True, INK),
        ("Figure", 16.5, True, INK),
        ("Quiet", 9, False, QUIET),
    ):
        set_style(styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH), size, bold=bold, colour=colour)
    styles["Lead"].paragraph_format.space_before = Pt(8)
    chapter = styles.add_style("Chapter", WD_STYLE_TYPE.PARAGRAPH)
    chapter.base_style = styles["Heading 1"]
    set_style(chapter, 16.5, bold=True, before=18, after=6)
    borders = styles["Title"].element.find(qn("w:pPr")).find(qn("w:pBdr"))
    borders.getparent().remove(borders)


def set_style(
    style: Any, size: float, bold: bool = False, colour: RGBColor = INK, before: float = 0, after: float = 0
) -> None:
    """Our type on one style; points."""
    style.font.name, style.font.size, style.font.bold, style.font.italic = FONT, Pt(size), bold, False
    style.font.color.rgb = colour
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for attribute in list(fonts.attrib):
        if "Theme" in attribute:
            del fonts.attrib[attribute]
    for name in ("w:eastAsia", "w:ascii", "w:hAnsi", "w:cs"):
        fonts.set(qn(name), FONT)
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    style.paragraph_format.line_spacing = 1.3


def lay_header(paragraph: Any, content: dict[str, Any]) -> None:
    """Whose report on the left, its number on the right."""
    paragraph.style = "Quiet"
    right_tab(paragraph)
    paragraph.add_run(f"{content['label']}\t{content['number']}")
    borders, line = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("w:val", "single"), ("w:sz", "6"), ("w:space", "6"), ("w:color", str(INK))):
        line.set(qn(name), value)
    borders.append(line)
    paragraph._p.get_or_add_pPr().insert_element_before(borders, "w:tabs", "w:jc")


def lay_watermarks(paragraph: Any, content: dict[str, Any]) -> None:
    """What kind of document it is, and whose copy: the one in the middle, the other below it."""
    if content["watermark"]:
        lay_watermark(paragraph, content["watermark"], "PowerPlusWaterMarkObject1", 72, "center")
    if content["stamp"]:
        place = "bottom" if content["watermark"] else "center"
        lay_watermark(paragraph, content["stamp"], "PowerPlusWaterMarkObject2", 26, place)


def lay_watermark(paragraph: Any, words: str, name: str, height: int, place: str) -> None:
    """Pale slanted words behind every page: Word's own way, a shape in the header."""
    picture = parse_xml(WATERMARK.read_bytes())
    shape = next(node for node in picture if node.tag.endswith("}shape"))
    width = min(height * len(words), 430)
    style = shape.get("style").replace("width:0pt", f"width:{width}pt")
    style = style.replace("height:72pt", f"height:{height}pt")
    style = style.replace("mso-position-vertical:center", f"mso-position-vertical:{place}")
    shape.set("style", style)
    shape.set("id", name)
    next(node for node in shape if node.tag.endswith("}textpath")).set("string", words)
    paragraph.add_run()._r.append(picture)


def lay_title(house: Any, content: dict[str, Any]) -> None:
    """The level in its colour, beside it the title and what is known; without a level the title alone."""
    level = content["level"]
    table = house.add_table(1, 2 if level else 1)
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.LEFT, False
    cell_margins(table)
    widths = LEVEL_AND_TITLE if level else (TEXT_WIDTH,)
    for column, cell, width in zip(table.columns, table.rows[0].cells, widths, strict=True):
        column.width = cell.width = width
        cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
    if level:
        lay_level(table.rows[0].cells[0], level)
    title = table.rows[0].cells[-1]
    title.paragraphs[0].style = "Title"
    title.paragraphs[0].add_run(content["title"])
    as_of = f"{content['labels']['as_of']}\u00a0{content['as_of']}　" if content["as_of"] else ""
    title.add_paragraph(as_of + content["subtitle"], style="Quiet")
    if level:
        for paragraph in title.paragraphs:
            paragraph.paragraph_format.left_indent = Mm(4)


def lay_cover(house: Any, cover: dict[str, Any], title: str) -> None:
    """A page of its own: whose it is, the title, what it is, and facts at its foot."""
    for words, size, before in ((cover["over"], 14, 150), (title, 28, 10), (cover["below"], 14, 6)):
        paragraph = house.add_paragraph(style="Title" if words == title else None)
        run = paragraph.add_run(words)
        run.font.size, paragraph.paragraph_format.space_before = Pt(size), Pt(before)
    house.add_paragraph().paragraph_format.space_before = Pt(230)
    for label, value in cover["rows"]:
        row = house.add_paragraph()
        row.paragraph_format.tab_stops.add_tab_stop(Mm(30))
        row.paragraph_format.left_indent, row.paragraph_format.first_line_indent = Mm(30), Mm(-30)
        row.add_run(f"{label}\t").font.color.rgb = QUIET
        row.add_run(value)


def lay_level(cell: Any, level: dict[str, str]) -> None:
    """The confirmed level: numeral and word on its colour."""
    paragraph = cell.paragraphs[0]
    paragraph.alignment, paragraph.style = WD_ALIGN_PARAGRAPH.CENTER, "Level"
    run = paragraph.add_run(f"{level['numeral']}\u00a0{level['word']}")
    run.font.color.rgb = RGBColor.from_string(level["ink"][1:])
    shade = OxmlElement("w:shd")
    for name, value in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", level["colour"][1:])):
        shade.set(qn(name), value)
    cell._tc.get_or_add_tcPr().insert_element_before(shade, "w:noWrap", "w:tcMar", "w:vAlign")


def cell_margins(table: Any) -> None:
    """Room inside a table's cells, in twentieths of a point: text begins at the page's margin."""
    margins = OxmlElement("w:tblCellMar")
    for side, width in (("top", 40), ("left", 0), ("bottom", 40), ("right", 160)):
        element = OxmlElement(f"w:{side}")
        element.set(qn("w:w"), str(width))
        element.set(qn("w:type"), "dxa")
        margins.append(element)
    table._tbl.tblPr.insert_element_before(margins, "w:tblLook")


def lay_footer(footer: Any, content: dict[str, Any]) -> None:
    """The hash and the page; then whoever may read it."""
    first = footer.paragraphs[0]
    first.style = "Quiet"
    right_tab(first)
    before, rest = content["labels"]["page"].split("{page}")
    between, after = rest.split("{pages}")
    first.add_run(f"{content['labels']['hash']}\t{before}")
    field(first, "PAGE")
    first.add_run(between)
    field(first, "NUMPAGES")
    first.add_run(after)
    second = footer.add_paragraph(f"{content['sha256']}\t{content['footer']}", style="Quiet")
    right_tab(second)


def right_tab(paragraph: Any) -> None:
    """One tab at the right margin instead of the style's own."""
    paragraph.paragraph_format.tab_stops.add_tab_stop(TEXT_WIDTH, WD_TAB_ALIGNMENT.RIGHT)


def field(paragraph: Any, code: str) -> None:
    """A Word field such as PAGE, with a place for its value."""
    element = OxmlElement("w:fldSimple")
    element.set(qn("w:instr"), code)
    run = OxmlElement("w:r")
    value = OxmlElement("w:t")
    value.text = "1"
    run.append(value)
    element.append(run)
    paragraph._p.append(element)
