"""Word: the house's letterhead, then the body in its styles."""

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt, RGBColor

from guanlan.documents.frozen import Frozen
from guanlan.documents.house import QUIET, TEXT_WIDTH, cell_margins, letterhead
from guanlan.documents.paper import render_png
from guanlan.documents.printed import printed

HAIRLINE = "DFE3E8"
HYPERLINK = RELATIONSHIP_TYPE.HYPERLINK
SOURCE_IDS, ROLL_IDS, CHAPTER_IDS = 0, 10_000, 20_000  # bookmarks are numbered; no report has so many sources
FIRST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def render_docx(frozen: Frozen, stamp: str = "") -> bytes:
    """The document as a .docx; the same frozen data and stamp give the same bytes."""
    content = printed(frozen) | {"stamp": stamp}
    word = letterhead(content)
    write_properties(word.core_properties, content)
    if content.get("cover"):
        write_contents(word, content)
    for block in content["blocks"]:
        WRITERS[block["kind"]](word, block, content["labels"])
    write_signatures(word, content)
    write_rolls(word, content)
    write_sources(word, content)
    write_chart_tables(word, content)
    word.add_paragraph()  # Word wants a paragraph at the end
    written = io.BytesIO()
    word.save(written)
    return settled(written.getvalue())


def write_properties(properties: Any, content: dict[str, Any]) -> None:
    """The file's own title and dates: those of the frozen data."""
    made_at = datetime.fromisoformat(content["made_at"]).astimezone(UTC)
    properties.title, properties.language = content["title"][:255], "zh-CN"
    properties.author = properties.last_modified_by = ""
    properties.created = properties.modified = made_at.replace(tzinfo=None)


def write_runs(paragraph: Any, text: list[dict[str, Any]], labels: dict[str, str]) -> None:
    """Runs with their marks, each number a link to its source or roll."""
    for run in text:
        said = paragraph.add_run(run["words"])
        said.bold = True if run["strong"] else None
        linked(paragraph, said, run["href"])
        write_marks(paragraph, run, labels)


def write_marks(paragraph: Any, marked: dict[str, Any], labels: dict[str, str]) -> None:
    """What proves a run or a chart: [帖 1、3], [单 2]."""
    rolls = [roll["number"] for roll in marked["rolls"]]
    for word, name, numbers in (
        (labels["post"], "post", marked.get("posts", ())),
        (labels["roll"], "roll", rolls),
    ):
        for place, number in enumerate(numbers):
            quiet(paragraph.add_run(labels["and"] if place else f"[{word}\u00a0"))
            link(paragraph, quiet(paragraph.add_run(str(number))), f"#{name}-{number}")
        if numbers:
            quiet(paragraph.add_run("]"))


def quiet(run: Any) -> Any:
    """The run in grey, and not bold where the text around it is."""
    run.font.color.rgb, run.font.bold = QUIET, False
    return run


def link(paragraph: Any, run: Any, target: str) -> None:
    """Let a run lead to a bookmark of this file (#name), or to an address."""
    hyperlink = OxmlElement("w:hyperlink")
    if target.startswith("#"):
        hyperlink.set(qn("w:anchor"), target[1:])
    else:
        hyperlink.set(qn("r:id"), paragraph.part.relate_to(target, HYPERLINK, is_external=True))
    hyperlink.append(run._r)
    paragraph._p.append(hyperlink)


def linked(paragraph: Any, run: Any, target: str) -> None:
    """Underline a run and let it lead to an address; without one it stays as it is."""
    if target:
        run.underline = True
        link(paragraph, run, target)


def bookmark(paragraph: Any, name: str, number: int) -> None:
    """Make the paragraph's beginning a place that `link` finds."""
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for element in (start, end):
        element.set(qn("w:id"), str(number))
    start.set(qn("w:name"), name)
    paragraph._p.append(start)
    paragraph._p.append(end)


def write_contents(word: Any, content: dict[str, Any]) -> None:
    """The chapters, each leading to its place; page numbers are Word's own matter."""
    word.add_paragraph(
        content["labels"]["contents"], style="Chapter"
    ).paragraph_format.page_break_before = True
    chapters = [block for block in content["blocks"] if block.get("chapter")]
    for number, block in enumerate(chapters, start=1):
        block["number"] = number
        line = word.add_paragraph()
        link(line, line.add_run(block["words"]), f"#chapter-{number}")


def write_heading(word: Any, block: dict[str, Any], labels: dict[str, str]) -> None:
    """A section's head and its note; a chapter's is where the table of contents leads."""
    paragraph = word.add_paragraph(block["words"], style="Chapter" if block.get("chapter") else "Heading 1")
    paragraph.paragraph_format.page_break_before = True if block.get("fresh") else None
    if "number" in block:
        bookmark(paragraph, f"chapter-{block['number']}", CHAPTER_IDS + block["number"])
    if block["note"]:
        note = quiet(paragraph.add_run("　" + block["note"]))
        note.font.size, note.font.bold = Pt(9), False


def write_paragraph(word: Any, block: dict[str, Any], labels: dict[str, str]) -> None:
    """Running text."""
    write_runs(word.add_paragraph(style="Lead" if block["lead"] else None), block["text"], labels)


def write_key_values(word: Any, block: dict[str, Any], labels: dict[str, str]) -> None:
    """A table of two columns without lines."""
    # A digit is half as wide as a Chinese character, which at 9 points is 3.2 mm.
    longest = max(
        (sum(2 if ord(c) > 0x2000 else 1 for c in label) for label, _text in block["rows"]), default=0
    )
    first = Mm(min(max(26, 2 * longest + 6), 60))
    table = bare_table(word, len(block["rows"]), [first, TEXT_WIDTH - first])
    for cells, (label, text) in zip(table_cells(table), block["rows"], strict=True):
        quiet(cells[0].paragraphs[0].add_run(label))
        write_runs(cells[1].paragraphs[0], text, labels)


def write_figures(word: Any, block: dict[str, Any], labels: dict[str, str]) -> None:
    """Numbers side by side, what they count below."""
    width = Emu(TEXT_WIDTH // max(len(block["items"]), 4))
    table = bare_table(word, 1, [width] * len(block["items"]))
    for cell, figure in zip(table.rows[0].cells, block["items"], strict=True):
        cell.paragraphs[0].style = "Figure"
        cell.paragraphs[0].add_run(figure["value"])
        unit = cell.paragraphs[0].add_run("\u00a0" + figure["unit"])
        unit.font.size, unit.font.bold = Pt(9), False
        cell.add_paragraph(figure["label"], style="Quiet")


def write_table(word: Any, block: dict[str, Any], labels: dict[str, str]) -> None:
    """A table with hairlines between the rows; its head repeats on each page."""
    columns = block["columns"]
    total = sum(column["share"] for column in columns)
    widths = [Emu(TEXT_WIDTH * column["share"] // total) for column in columns]
    table = bare_table(word, len(block["rows"]) + 1, widths)
    hairlines(table)
    head, *rows = table_cells(table)
    repeat_head(table)
    for cell, column in zip(head, columns, strict=True):
        unit = f"（{column['unit']}）" if column["unit"] else ""
        quiet(cell.paragraphs[0].add_run(column["head"] + unit))
        align(cell, column)
    for cells, row in zip(rows, block["rows"], strict=True):
        for cell, column, text in zip(cells, columns, row, strict=True):
            write_runs(cell.paragraphs[0], text, labels)
            align(cell, column)


def repeat_head(table: Any) -> None:
    """Word prints the first row again on each page that the table reaches."""
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def align(cell: Any, column: dict[str, Any]) -> None:
    """Numbers to the right, and no space after a cell's text."""
    cell.paragraphs[0].paragraph_format.space_after = Pt(0)
    if column["numeric"]:
        cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT


def write_chart(word: Any, block: dict[str, Any], labels: dict[str, str]) -> None:
    """Title, picture, and the legend in words with a square of each colour."""
    write_marks(word.add_paragraph(block["title"], style="Heading 1"), block, labels)
    word.add_picture(io.BytesIO(render_png(block["svg"])), width=TEXT_WIDTH)
    if not block["legend"] and not block["note"]:
        return
    legend = word.add_paragraph(style="Quiet")
    for name, colour in block["legend"]:
        legend.add_run("■\u00a0").font.color.rgb = RGBColor.from_string(colour[1:].upper())
        legend.add_run(name + "　")
    legend.add_run(block["note"])


WRITERS = {
    "heading": write_heading,
    "paragraph": write_paragraph,
    "key_values": write_key_values,
    "figures": write_figures,
    "table": write_table,
    "chart": write_chart,
}


def write_signatures(word: Any, content: dict[str, Any]) -> None:
    """Who signed, three in a row; a missing name leaves room for a pen."""
    if not content["signatures"]:
        return
    word.add_paragraph(content["labels"]["signatures"], style="Heading 1")
    for place in range(0, len(content["signatures"]), 3):
        row = content["signatures"][place : place + 3]
        table = bare_table(word, 1, [Emu(TEXT_WIDTH // 3)] * 3)
        for cell, signature in zip(table.rows[0].cells, row, strict=False):
            cell.paragraphs[0].add_run(f"{signature['role']}：")
            cell.paragraphs[0].add_run(signature["name"] or "________________").bold = bool(signature["name"])
            cell.add_paragraph(signature["at"], style="Quiet")


def write_rolls(word: Any, content: dict[str, Any]) -> None:
    """The lists behind the figures: what is counted, how many, the hash of the list."""
    if not content["rolls"]:
        return
    labels = content["labels"]
    write_heading(word, {"words": labels["rolls"], "note": labels["rolls_note"]}, labels)
    widths = [Mm(10), Mm(62), Mm(16), TEXT_WIDTH - Mm(88)]
    table = bare_table(word, len(content["rolls"]) + 1, widths)
    hairlines(table)
    head, *rows = table_cells(table)
    repeat_head(table)
    for cell, words in zip(head, ("roll", "roll_counts", "roll_count", "roll_hash"), strict=True):
        quiet(cell.paragraphs[0].add_run(labels[words]))
    for cells, roll in zip(rows, content["rolls"], strict=True):
        number, counts, count, sha256 = (cell.paragraphs[0] for cell in cells)
        bookmark(number, f"roll-{roll['number']}", ROLL_IDS + roll["number"])
        quiet(number.add_run(str(roll["number"])))
        counts.add_run(roll["counts"])
        if roll["shown"]:
            cells[1].add_paragraph(roll["shown"], style="Quiet")
        linked(count, count.add_run(roll["count"]), roll["href"])
        quiet(sha256.add_run(roll["sha256"]))
    for row in (head, *rows):
        row[2].paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if content["unnumbered"]:
        word.add_paragraph(content["unnumbered"], style="Quiet")


def write_sources(word: Any, content: dict[str, Any]) -> None:
    """The numbered posts that the marks lead to."""
    if not content["sources"]:
        return
    word.add_paragraph(content["labels"]["sources"], style="Heading 1")
    table = bare_table(word, len(content["sources"]), [Mm(10), TEXT_WIDTH - Mm(10)])
    hairlines(table)
    for cells, post in zip(table_cells(table), content["sources"], strict=True):
        number = cells[0].paragraphs[0]
        bookmark(number, f"post-{post['number']}", SOURCE_IDS + post["number"])
        linked(number, quiet(number.add_run(str(post["number"]))), post["href"])
        cells[1].paragraphs[0].add_run(post["text"])
        origin = f"{post['platform']}，{post['author']}　{post['at']}　{post['url']}"
        cells[1].add_paragraph(origin.rstrip("　"), style="Quiet")


def write_chart_tables(word: Any, content: dict[str, Any]) -> None:
    """The numbers behind each chart, at the end."""
    for block in content["blocks"]:
        if block["kind"] == "chart":
            head = {"words": content["labels"]["chart_data"], "note": block["title"]}
            write_heading(word, head, content["labels"])
            write_table(word, block["table"], content["labels"])


def bare_table(word: Any, rows: int, widths: list[Any]) -> Any:
    """A table of fixed widths without lines; Word would join it to a table right before it."""
    if word.element.body[-2].tag == qn("w:tbl"):  # the last one is the page's settings
        word.add_paragraph().paragraph_format.line_spacing = Pt(4)
    table = word.add_table(rows, len(widths))
    table.autofit = False
    cell_margins(table)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row in table.rows:  # a row is not torn by a page's end
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    for cells in table_cells(table):
        for cell, width in zip(cells, widths, strict=True):
            cell.width = width
    return table


def table_cells(table: Any) -> list[list[Any]]:
    """The cells row by row; python-docx's own `table.cell` is quadratic."""
    return [list(row.cells) for row in table.rows]


def hairlines(table: Any) -> None:
    """One thin line between the rows."""
    borders = OxmlElement("w:tblBorders")
    line = OxmlElement("w:insideH")
    for name, value in (("w:val", "single"), ("w:sz", "4"), ("w:space", "0"), ("w:color", HAIRLINE)):
        line.set(qn(name), value)
    borders.append(line)
    table._tbl.tblPr.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")


def settled(archive: bytes) -> bytes:
    """The same .docx without the clock's time on its parts."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(result, "w") as target:
        for name in source.namelist():
            part = zipfile.ZipInfo(name, FIRST_ZIP_DATE)
            part.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(part, source.read(name))
    return result.getvalue()
