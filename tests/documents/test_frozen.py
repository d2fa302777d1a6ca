"""A document is refused when it contradicts itself, and frozen to the same bytes each time."""

import hashlib
import json
from dataclasses import replace
from datetime import datetime

import pytest

from documents.sample import MADE_AT, posts, report
from guanlan.documents.frozen import BadDocument, freeze
from guanlan.documents.model import Column, KeyValues, Level, Paragraph, Post, Table, text

TWO_COLUMNS = (Column("名称"), Column("数量"))


def test_same_document_same_bytes_and_hash() -> None:
    first, second = freeze(report()), freeze(report())
    assert first.stored == second.stored
    assert first.sha256 == hashlib.sha256(first.stored).hexdigest()
    assert freeze(report(title="另一个标题")).sha256 != first.sha256


def test_content_is_the_document_as_json() -> None:
    content = freeze(report()).content()
    assert content["title"] == "退款三天未到账"
    assert datetime.fromisoformat(content["made_at"]) == MADE_AT
    assert [block["kind"] for block in content["blocks"]][:3] == ["paragraph", "chart", "heading"]
    assert content["sources"][3]["text"] == "多名消费者称观澜商城退款迟迟未到账"


def test_stored_bytes_are_canonical() -> None:
    stored = freeze(report()).stored.decode()
    again = json.dumps(json.loads(stored), ensure_ascii=False, sort_keys=True)
    assert stored == again


@pytest.mark.parametrize(
    "block",
    [
        Paragraph(text("有人说退款没到", 1, 9)),
        KeyValues((("14:01", text("取证", 9)),)),
        Table((Column("出处"),), ((text("", 9),),)),
    ],
    ids=["paragraph", "key values", "table"],
)
def test_a_mark_without_its_source_is_refused(block: Paragraph | KeyValues | Table) -> None:
    with pytest.raises(BadDocument, match="引用了帖 9，来源里没有这一条"):
        freeze(report(blocks=(block,)))


def test_a_mark_in_the_table_behind_a_chart_is_checked_too() -> None:
    chart = replace(report().blocks[1], table=Table((Column("时间"),), ((text("", 12),),)))
    with pytest.raises(BadDocument, match="帖 12"):
        freeze(report(blocks=(chart,)))


def test_a_number_given_to_two_sources_is_refused() -> None:
    with pytest.raises(BadDocument, match="第 2 号出现了两次"):
        freeze(report(sources=(*posts(), Post(2, "知乎", "王**", "20 日", "又一条"))))


def test_a_crooked_table_is_refused_with_its_row() -> None:
    table = Table(TWO_COLUMNS, ((text("甲"), text("1")), (text("乙"),)))
    with pytest.raises(BadDocument, match="“名称”第 2 行有 1 格，表头有 2 列"):
        freeze(report(blocks=(table,)))


def test_a_table_without_columns_is_refused() -> None:
    with pytest.raises(BadDocument, match="没有任何列"):
        freeze(report(blocks=(Table((), ()),)))


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(BadDocument, match="没有时区"):
        freeze(report(made_at=MADE_AT.replace(tzinfo=None)))


def test_a_level_colour_that_is_no_colour_is_refused() -> None:
    with pytest.raises(BadDocument, match="“red;x”不是 #RRGGBB"):
        freeze(report(level=Level("Ⅰ级", "特别重大", "red;x")))


def test_characters_no_file_can_hold_are_replaced_and_others_kept() -> None:
    content = freeze(report(title="a\x00b\x0bc\ud800d\ne\tf")).content()
    assert content["title"] == "a\ufffdb\ufffdc\ufffdd\ne\tf"
