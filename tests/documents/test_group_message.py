"""A report as one message for a group chat: what it says, and how long it may be."""

from typing import Any

import pytest

from guanlan.documents.group_message import group_message

LINK = "https://guanlan.example/reports/abc/"


def text(words: str) -> list[dict[str, Any]]:
    return [{"words": words, "posts": [], "strong": False, "rolls": []}]


def frozen(**more: Any) -> dict[str, Any]:
    blocks = [
        {"kind": "paragraph", "text": text("14:05 首帖；过去一小时 120 条。"), "lead": True},
        {"kind": "heading", "words": "处置经过", "note": ""},
        {"kind": "table", "columns": [], "rows": []},
        {"kind": "key_values", "rows": [["14:20", text("李敏：启动Ⅱ级响应")], ["14:31", text("陈晓：接手")]]},
        {"kind": "heading", "words": "没有内容的一节", "note": ""},
        {"kind": "figures", "items": [{"label": "负面", "value": "78", "unit": "%"}]},
    ]
    return {
        "label": "观澜商城舆情快报",
        "title": "退款三天未到账",
        "as_of": "14:40",
        "level": {"numeral": "Ⅱ级", "word": "重大", "colour": "#E8590C"},
        "blocks": blocks,
        **more,
    }


def test_it_says_what_the_report_says_line_by_line() -> None:
    assert group_message(frozen(), LINK).splitlines() == [
        "【观澜商城舆情快报】Ⅱ级 退款三天未到账",
        "14:05 首帖；过去一小时 120 条。",
        "■ 处置经过",
        "14:20 李敏：启动Ⅱ级响应",
        "14:31 陈晓：接手",
        "■ 没有内容的一节",
        "负面 78 %",
        f"截至 14:40，全文与签收：{LINK}",
    ]


@pytest.mark.parametrize("most", [200, 230, 260, 300, 2048])
def test_it_is_never_longer_than_the_channel_takes_and_always_ends_in_its_link(most: int) -> None:
    message = group_message(frozen(), LINK, most)
    assert len(message.encode()) <= most
    assert message.splitlines()[-1].endswith(LINK)


def test_what_is_left_out_is_said() -> None:
    lines = group_message(frozen(), LINK, 230).splitlines()
    assert lines[-2] == "……其余见全文"
    assert lines[1] == "14:05 首帖；过去一小时 120 条。"
    assert "14:20" not in "".join(lines)


def test_a_title_that_alone_is_too_long_is_cut_between_characters() -> None:
    message = group_message(frozen(title="退" * 2000, blocks=[]), LINK)
    assert len(message.encode()) <= 2048
    assert message.splitlines()[0].endswith("退…")


def test_without_a_level_there_is_none() -> None:
    assert group_message(frozen(level=None), LINK).startswith("【观澜商城舆情快报】退款三天未到账")
