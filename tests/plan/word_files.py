"""Word files, invented and written by code."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

# An invented company's plan, as such plans are typed.
LINES = (
    "海棠家居客户服务舆情应急预案",
    "第一章　总则",
    "第一条　为及时发现和处理客户服务舆情，制定本预案。",
    "第二条　本预案适用于公司各部门和门店。",
    "第二章　组织与职责",
    "第三条　应急指挥部：统一指挥，决定措施。",
    "（一）总经理任总指挥；",
    "（二）客服总监任副总指挥。",
    "第四条　监测组：全天监测，归集信息，2小时内上报。",
    "第三章　监测与上报",
    "第五条　按影响分为特别重大、重大、较大和一般，Ⅰ级舆情三十分钟内上报应急指挥部。",
    "第四章　附则",
    "第六条　本预案自发布之日起施行。",
)


def word(*lines: str, change: Callable[[Any], object] | None = None) -> bytes:
    """A .docx with one paragraph a line; `change` works on the document before it is saved."""
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    if change is not None:
        change(document)
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


def repacked(content: bytes, **parts: bytes) -> bytes:
    """The same file with parts put in; `__` in a name is a slash, `_dot_` a dot."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        added = {name.replace("__", "/").replace("_dot_", "."): body for name, body in parts.items()}
        for part in old.infolist():
            if part.filename not in added:
                new.writestr(part.filename, old.read(part.filename))
        for name, body in added.items():
            new.writestr(name, body)
    return kept.getvalue()


def numbered(document: Any) -> None:
    """Let Word number: 第一章 at the first level, （一） at the second, for a list of its own."""
    part = document.part.numbering_part
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for level, text in ((0, "第%1章"), (1, "（%2）"))
    )
    abstract = f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{levels}</w:abstractNum>'
    part.element.insert(0, parse_xml(abstract))
    part.element.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>')
    )
    for level, text in (
        (0, "总则"),
        (1, "目的：防止扩散。"),
        (1, "范围：各部门。"),
        (0, "组织"),
        (1, "指挥部：指挥。"),
    ):
        paragraph = document.add_paragraph(text)
        paragraph._p.get_or_add_pPr().append(
            parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="77"/></w:numPr>')
        )
