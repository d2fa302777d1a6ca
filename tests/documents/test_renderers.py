"""One frozen document as HTML, PDF and Word: the same words in each, hostile ones too."""

import io
import re
import unicodedata
from html.parser import HTMLParser

import docx
import pytest
from pypdf import PdfReader

from documents.sample import FIRST_HOUR, LEAD, SHANGHAI, hours, report
from guanlan.documents.charts import Mark, hourly_posts
from guanlan.documents.frozen import Frozen, freeze
from guanlan.documents.model import (
    Column,
    Figure,
    Figures,
    Heading,
    KeyValues,
    Level,
    Paragraph,
    Post,
    Signature,
    Table,
    text,
)
from guanlan.documents.page import render_html
from guanlan.documents.paper import render_pdf, render_png
from guanlan.documents.printed import ink_on
from guanlan.documents.svg import render_svgs
from guanlan.documents.word import render_docx

HOSTILE = (
    "<script>alert(1)</script> & \"q\" 'x' #include $x^2$ {{ title }} {% if x %} {a} @ref *b* _i_ \\ // "
    "/* c */ [帖 9] `d` <b> 😡 结尾"
)
LONG = "https://example.com/" + "a" * 300
RIGHT_TO_LEFT = "שלום مرحبا"


class Reader(HTMLParser):
    """The visible words of a page and the tags it has."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def squeezed(words: str) -> str:
    """Without spaces and break hints, compatibility forms folded: PDF text is broken into lines."""
    return re.sub(r"[\s\u200b]", "", unicodedata.normalize("NFKC", words))


def pdf_words(pdf: bytes) -> str:
    return squeezed("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


def html_words(page: str) -> str:
    return squeezed("".join(Reader(page).words))


def docx_words(file: bytes) -> str:
    word = docx.Document(io.BytesIO(file))
    section = word.sections[0]
    parts = [word.element.body, section.header._element, section.footer._element]
    return squeezed(
        "".join(node.text or "" for part in parts for node in part.iter() if node.tag.endswith("}t"))
    )


def all_words(frozen: Frozen) -> dict[str, str]:
    return {
        "html": html_words(render_html(frozen)),
        "pdf": pdf_words(render_pdf(frozen)),
        "docx": docx_words(render_docx(frozen)),
    }


@pytest.fixture(scope="module")
def frozen() -> Frozen:
    return freeze(report(watermark="演练"))


@pytest.fixture(scope="module")
def words(frozen: Frozen) -> dict[str, str]:
    return all_words(frozen)


@pytest.mark.parametrize("form", ["html", "pdf", "docx"])
@pytest.mark.parametrize(
    "sentence",
    [
        "观澜商城舆情快报（初报）",
        "GL-KB-20261120-01",
        "Ⅱ级 重大",
        "截至 14:05",
        "每小时帖文：13 时 702 条，其中负面 547 条；三天累计 3,860 条",
        "竖线为等级信号",
        LEAD + "[帖 1]",
        "品牌帖文，较 7 日均值",
        "+339%",
        "[帖 4、5]",
        "抖音评论",
        "暂停对账异常的支付通道（技术部）",
        "取证，时间戳已取得[帖 1、2]",
        "报告人",
        "退款没到，却接到自称客服的电话，是不是数据漏了",
        "https://news.example/a?x=1&y=2",
        "11-19 05:00",
        "620–900",
        "内部，赵磊 14:21 查阅",
    ],
)
def test_every_form_says_the_sentence(words: dict[str, str], form: str, sentence: str) -> None:
    assert squeezed(sentence) in words[form]


@pytest.mark.parametrize("form", ["html", "pdf", "docx"])
def test_the_hash_of_the_data_stands_in_every_form(words: dict[str, str], frozen: Frozen, form: str) -> None:
    assert frozen.sha256 in words[form]


def test_same_data_same_bytes(frozen: Frozen) -> None:
    stored = Frozen(frozen.stored)
    assert render_html(frozen) == render_html(stored)
    assert render_pdf(frozen) == render_pdf(stored)
    assert render_docx(frozen) == render_docx(stored)


def test_hostile_words_survive_everywhere() -> None:
    document = report(
        title=HOSTILE,
        subtitle=HOSTILE,
        label=HOSTILE,
        footer=HOSTILE,
        watermark="{{ title }}<&\"'",
        blocks=(
            Paragraph(text("段" + HOSTILE + RIGHT_TO_LEFT)),
            Heading("题" + HOSTILE, "注" + HOSTILE),
            KeyValues((("签" + HOSTILE, text("值" + HOSTILE)),)),
            Table((Column("头" + HOSTILE, HOSTILE),), ((text("格" + HOSTILE),),)),
            Figures((Figure("数" + HOSTILE, HOSTILE, "个"),)),
            Paragraph(text(LONG)),
            hourly_posts("图" + HOSTILE, hours(), SHANGHAI, [Mark(FIRST_HOUR, HOSTILE)]),
        ),
        sources=(Post(1, "台" + HOSTILE, HOSTILE, HOSTILE, "文" + HOSTILE, "javascript:alert(1)"),),
        signatures=(Signature("责" + HOSTILE, HOSTILE, HOSTILE),),
    )
    for form, said in all_words(freeze(document)).items():
        for place in ("", "段", "题", "注", "签", "值", "头", "格", "数", "图", "台", "文", "责"):
            assert squeezed(place + HOSTILE) in said, (form, place)
        assert LONG in said, form


def test_right_to_left_words_are_kept_by_html_and_word() -> None:
    frozen = freeze(report(blocks=(Paragraph(text(RIGHT_TO_LEFT)),)))
    assert squeezed(RIGHT_TO_LEFT) in html_words(render_html(frozen))
    assert squeezed(RIGHT_TO_LEFT) in docx_words(render_docx(frozen))


def test_html_holds_no_script_and_reaches_nothing_outside() -> None:
    page = render_html(freeze(report(title=HOSTILE)))
    tags = Reader(page).tags
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _attributes in tags}
    assert not [name for _tag, attributes in tags for name in attributes if name.startswith("on")]
    assert "default-src 'none'" in page


def test_only_web_addresses_become_links() -> None:
    sources = (
        Post(1, "x", "y", "z", "w", "javascript:alert(1)"),
        Post(2, "x", "y", "z", "w", "https://a.example/"),
    )
    frozen = freeze(report(sources=sources, blocks=()))
    links = [attributes["href"] for tag, attributes in Reader(render_html(frozen)).tags if tag == "a"]
    assert links == ["https://a.example/"]
    annotations = [
        note for page in PdfReader(io.BytesIO(render_pdf(frozen))).pages for note in page.annotations or []
    ]
    assert [note.get_object()["/A"]["/URI"] for note in annotations] == ["https://a.example/"]


def test_marks_lead_to_their_source() -> None:
    frozen = freeze(report())
    tags = Reader(render_html(frozen)).tags
    ids = {attributes["id"] for tag, attributes in tags if tag == "li"}
    marks = {
        attributes["href"] for tag, attributes in tags if tag == "a" and str(attributes["href"])[0] == "#"
    }
    assert marks == {"#post-1", "#post-2", "#post-3", "#post-4", "#post-5"}
    assert {mark[1:] for mark in marks} <= ids
    body = docx.Document(io.BytesIO(render_docx(frozen))).element.body
    names = {
        node.get(node.tag.replace("bookmarkStart", "name"))
        for node in body.iter()
        if "bookmarkStart" in node.tag
    }
    assert names == ids


def test_numbers_stand_right_in_every_table() -> None:
    frozen = freeze(report())
    right = [attributes.get("class") for tag, attributes in Reader(render_html(frozen)).tags if tag == "td"]
    assert right.count("r") > 3 * 75
    table = docx.Document(io.BytesIO(render_docx(frozen))).tables[1]
    assert [cell.paragraphs[0].alignment for cell in table.rows[1].cells] == [None, 2, 2, 2, None, None]


def test_a_document_without_anything_but_a_title() -> None:
    frozen = freeze(
        report(
            blocks=(),
            level=None,
            sources=(),
            signatures=(),
            label="",
            number="",
            subtitle="",
            as_of="",
            footer="",
        )
    )
    for form, said in all_words(frozen).items():
        assert "退款三天未到账" in said, form


def test_pdf_carries_the_frozen_date_and_title(frozen: Frozen) -> None:
    metadata = PdfReader(io.BytesIO(render_pdf(frozen))).metadata
    assert metadata is not None
    assert metadata.title == "退款三天未到账"
    assert metadata.creation_date is not None
    assert metadata.creation_date.date().isoformat() == "2026-11-20"


def test_pdf_embeds_only_the_bundled_fonts(frozen: Frozen) -> None:
    fonts = set()
    for page in PdfReader(io.BytesIO(render_pdf(frozen))).pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            fonts.add(str(font.get_object()["/BaseFont"]).split("+")[1].split("-")[0])
    assert fonts == {"NotoSansSC"}


def test_a_long_table_repeats_its_head_on_each_page() -> None:
    rows = tuple((text(str(row)),) for row in range(200))
    pdf = render_pdf(freeze(report(blocks=(Table((Column("表头在此"),), rows),), sources=())))
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    assert len(pages) > 3
    assert all("表头在此" in page for page in pages[:-1])


@pytest.mark.parametrize(
    ("colour", "ink"),
    [("#C92A2A", "#FFFFFF"), ("#E8590C", "#FFFFFF"), ("#F2B705", "#1B2530"), ("#1C7ED6", "#FFFFFF")],
)
def test_words_on_the_level_colours_can_be_read(colour: str, ink: str) -> None:
    assert ink_on(colour) == ink
    document = freeze(report(level=Level("Ⅲ级", "较大", colour)))
    assert f"background:{colour};color:{ink}" in render_html(document)


def test_the_watermark_is_in_word_and_html_as_words() -> None:
    frozen = freeze(report(watermark='演练{{ 1 }}<"&'))
    header = docx.Document(io.BytesIO(render_docx(frozen))).sections[0].header._element
    assert [node.get("string") for node in header.iter() if node.get("string")] == ['演练{{ 1 }}<"&']
    assert '演练{{ 1 }}<"&' in Reader(render_html(frozen)).words


def test_a_picture_for_word_is_as_wide_as_its_drawing() -> None:
    chart = report().blocks[1]
    (svg,) = render_svgs([(chart.option, chart.height)])  # type: ignore[union-attr]
    png = render_png(svg)
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
    assert width / height == pytest.approx(650 / 176, rel=0.01)
    assert width > 1200
