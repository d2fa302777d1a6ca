"""Keyword files of TrendRadar become watches; the expected queries are written by hand."""

import pytest

from guanlan.engine.query import QueryError, Watch
from guanlan.engine.trendradar import import_trendradar

FILE = """# 注释
[GLOBAL_FILTER]
广告
!招聘

[WORD_GROUPS]
[退费]
退款 => 退钱
退费
+商城
!游戏
@10

维权

!只排除

维权
"""


def test_groups_become_watches_with_warnings():
    watches, warnings = import_trendradar(FILE)
    tail = ' NOT "广告" NOT "招聘"'
    assert watches == [
        Watch("退费", '("退款" OR "退费") AND "商城" NOT "游戏"' + tail),
        Watch("维权", '("维权")' + tail),
        Watch("维权 2", '("维权")' + tail),
    ]
    assert [warning.split("：")[0] for warning in warnings] == ["第 12 行", "第 7 行", "第 16 行"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("退款\n/退.*款/i", "第 2 行"),
        ("退款\n+/a/ => b", "第 2 行"),
        ("\n!x\n", "第 1 行"),
        ("", "第 1 行"),
        ("a\n+", "第 2 行"),
    ],
)
def test_what_cannot_be_read_is_refused_by_line(text, line):
    with pytest.raises(QueryError, match=line):
        import_trendradar(text)
