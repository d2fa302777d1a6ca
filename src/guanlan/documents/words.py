"""The words that the documents themselves add, once for all formats."""

from gettext import gettext as _


def labels() -> dict[str, str]:
    """Label by key; `page` holds {page} and {pages}."""
    return {
        "as_of": _("截至"),
        "post": _("帖"),
        "and": _("、"),
        "roll": _("单"),
        "rolls": _("数字与帖文名单"),
        "rolls_note": _("校验码是名单内帖文编号排序后的 SHA-256"),
        "unnumbered": _(
            "另有 {count} 份分格名单（各平台、每小时、业务量等），表中各数字即指向它，校验码随名单保存。"
        ),
        "roll_counts": _("数的是什么"),
        "roll_count": _("条数"),
        "roll_hash": _("校验码"),
        "sources": _("来源帖文"),
        "signatures": _("签字"),
        "contents": _("目录"),
        "chart_data": _("图表数据"),
        "unit": _("单位"),
        "hash": _("本报数据 SHA-256"),
        "page": _("第 {page} 页，共 {pages} 页"),
        "number": _("编号"),
        "from": _("平台，作者"),
        "at": _("发布"),
        "text": _("内容"),
    }
