"""A Word file is read line by line and its lines placed, or it stays shut and a sentence says why."""

import io
import zipfile
from typing import Any

import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from guanlan.plan.word_import.hints import hints
from guanlan.plan.word_import.numbering import chinese
from guanlan.plan.word_import.opening import OLE, UnfitWord
from guanlan.plan.word_import.placing import built, proposed
from guanlan.plan.word_import.reading import read
from plan.word_files import LINES, numbered, repacked, word


def bomb() -> bytes:
    """More than a hundred megabytes of zeros in a part that nobody reads."""
    return repacked(word("预案"), word__media__image1_dot_png=b"\0" * 105_000_000)


def many() -> bytes:
    kept = io.BytesIO(word("预案"))
    with zipfile.ZipFile(kept, "a") as archive:
        for number in range(3001):
            archive.writestr(f"word/x{number}.txt", b"")
    return kept.getvalue()


def locked() -> bytes:
    """A part marked as under a password."""
    content = bytearray(word("预案"))
    for start in (b"PK\x03\x04", b"PK\x01\x02"):
        at = content.find(start)
        content[at + (6 if start.endswith(b"\x04") else 8)] |= 1
    return bytes(content)


TYPES = b"application/vnd.ms-word.document.macroEnabled.main+xml"
ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'

HOSTILE: dict[str, tuple[Any, str]] = {
    "empty": (b"", "是空的"),
    "plain text": ("第一章 总则".encode(), "打不开，可能已损坏或不是 Word 文件"),
    "cut short": (word("预案")[:2000], "打不开，可能已损坏"),
    "old .doc": (OLE + b"\0" * 512, "是旧版的 .doc。请用 Word 或 WPS 另存为 .docx"),
    "under a password": (OLE + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le"), "加了密码"),
    "a part under a password": (locked, "加了密码"),
    "a workbook": (repacked(b"PK\x05\x06" + b"\0" * 18, xl__workbook_dot_xml=b"<x/>"), "打不开"),
    "21 MB": (b"PK\x03\x04" + b"\0" * 21 * 1024 * 1024, "超过 20 MB"),
    "a zip bomb": (bomb, "解开后大得不像一份预案"),
    "thousands of parts": (many, "解开后大得不像一份预案"),
    "macros": (repacked(word("预案"), word__vbaProject_dot_bin=b"x"), "带有宏"),
    "macros by type": (repacked(word("预案"), **{"[Content_Types]_dot_xml": TYPES}), "带有宏"),
    "entities": (repacked(word("预案"), word__document_dot_xml=ENTITY), "有 Word 不会写的内容"),
    "bad XML": (repacked(word("预案"), word__document_dot_xml=b"<w:document"), "打不开"),
    "no text": (word(), "没有读到文字"),
    "901 lines": (word(*["第一条 内容"] * 901), "有 901 段，超过 900 段"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_cannot_be_read_is_refused_in_a_sentence(kind: str) -> None:
    content, words = HOSTILE[kind]

    with pytest.raises(UnfitWord) as refused:
        read(content() if callable(content) else content, "预案.docx")

    assert words in refused.value.sentence
    assert refused.value.sentence.startswith("“预案.docx”")


def outline(content: bytes) -> list[tuple[str, list[tuple[str, str]]]]:
    lines = read(content, "预案.docx")
    return [
        (chapter.title, [(clause.title, clause.text) for clause in chapter.clauses])
        for chapter in built(lines, proposed(lines))
    ]


class TestPlacing:
    def test_chapters_and_articles(self) -> None:
        assert outline(word(*LINES)) == [
            (
                "总则",
                [
                    ("为及时发现和处理客户服务舆情", "为及时发现和处理客户服务舆情，制定本预案。"),
                    ("本预案适用于公司各部门和门店", "本预案适用于公司各部门和门店。"),
                ],
            ),
            (
                "组织与职责",
                [
                    (
                        "应急指挥部",
                        "统一指挥，决定措施。\n（一）总经理任总指挥；\n（二）客服总监任副总指挥。",
                    ),
                    ("监测组", "全天监测，归集信息，2小时内上报。"),
                ],
            ),
            (
                "监测与上报",
                [
                    (
                        "按影响分为特别重大、重大、较大和一般",
                        "按影响分为特别重大、重大、较大和一般，Ⅰ级舆情三十分钟内上报应急指挥部。",
                    )
                ],
            ),
            ("附则", [("本预案自发布之日起施行", "本预案自发布之日起施行。")]),
        ]

    def test_numbers_without_chapters(self) -> None:
        assert outline(
            word(
                "应急预案",
                "一、总则",
                "（一）目的",
                "防止扩散。",
                "1.分工",
                "二、组织",
                "1、指挥部：指挥。",
                "2、监测组：监测。",
            )
        ) == [
            ("总则", [("目的", "防止扩散。\n1.分工")]),
            ("组织", [("指挥部", "指挥。"), ("监测组", "监测。")]),
        ]

    def test_numbers_that_word_counts_itself(self) -> None:
        assert [line.text for line in read(word(change=numbered), "预案.docx")] == [
            "第一章　总则",
            "（一）目的：防止扩散。",
            "（二）范围：各部门。",
            "第二章　组织",
            "（一）指挥部：指挥。",
        ]
        assert outline(word(change=numbered)) == [
            ("总则", [("目的", "防止扩散。"), ("范围", "各部门。")]),
            ("组织", [("指挥部", "指挥。")]),
        ]

    def test_headings_without_numbers(self) -> None:
        def headed(document: Any) -> None:
            for depth, text in ((1, "预案"), (2, "总则"), (3, "目的"), (0, ""), (2, "组织"), (3, "指挥部")):
                if depth:
                    document.add_heading(text, depth)
                else:
                    document.add_paragraph("防止扩散。")

        assert outline(word(change=headed)) == [
            ("总则", [("目的", "防止扩散。")]),
            ("组织", [("指挥部", "指挥部")]),
        ]

    def test_a_table_of_contents_is_skipped_and_a_table_read(self) -> None:
        def table(document: Any) -> None:
            cells = document.add_table(rows=2, cols=2)
            for place, text in enumerate(("等级", "时限", "Ⅰ级", "1小时内")):
                cells.cell(place // 2, place % 2).text = text

        lines = (
            "目录",
            "第一章　总则\t1",
            "第二章　时限……………2",
            "第一章　总则",
            "第一条　目的：好。",
            "第二章　时限",
            "第二条　见表。",
        )
        content = word(*lines, change=table)

        assert proposed(read(content, "预案.docx"))[:4] == ["skip", "skip", "skip", "chapter"]

        assert outline(content) == [
            ("总则", [("目的", "好。")]),
            ("时限", [("见表", "见表。\n等级 | 时限\nⅠ级 | 1小时内")]),
        ]

    def test_insertions_are_read_and_deletions_are_not(self) -> None:
        def tracked(document: Any) -> None:
            paragraph = document.add_paragraph("第一条　两")._p
            for tag, text in (("ins", "<w:t>小时</w:t>"), ("del", "<w:delText>天</w:delText>")):
                paragraph.append(
                    parse_xml(f'<w:{tag} {nsdecls("w")} w:id="1" w:author="x"><w:r>{text}</w:r></w:{tag}>')
                )

        assert [line.text for line in read(word(change=tracked), "预案.docx")] == ["第一条　两小时"]

    def test_what_has_no_structure_is_still_read(self) -> None:
        assert outline(word("服务舆情怎么办", "先道歉。", "再查明原因。")) == [
            ("服务舆情怎么办", [("先道歉", "先道歉。\n再查明原因。")])
        ]

    @pytest.mark.parametrize(
        ("count", "words"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (99, "九十九"), (100, "100")]
    )
    def test_chinese_numerals(self, count: int, words: str) -> None:
        assert chinese(count) == words


class TestHints:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("第四条　监测组：全天监测，2小时内上报。", [("像时限", "2小时内"), ("像组", "监测组")]),
            ("Ⅰ级舆情三十分钟内上报", [("像时限", "三十分钟内"), ("像等级", "Ⅰ级")]),
            ("十分钟内上报应急指挥部。", [("像时限", "十分钟内"), ("像组", "应急指挥部")]),
            ("启动红色预警，5个工作日以内办结", [("像时限", "5个工作日以内"), ("像等级", "红色预警")]),
            ("IV级由客服处理", [("像等级", "IV级")]),
            ("一般不公开回应，当天办理", []),
        ],
    )
    def test_groups_levels_and_times_are_pointed_out(self, text: str, found: list[tuple[str, str]]) -> None:
        assert [(hint.like, hint.words) for hint in hints(text)] == found
