"""Sheets as people make them."""

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook

HEAD = ["姓名", "登录名", "手机", "邮箱", "组", "角色", "副手"]


def sheet(*rows: Sequence[Any], head: Sequence[Any] = HEAD) -> bytes:
    """Return an XLSX file with these rows under a head."""
    book = Workbook()
    for row in (head, *rows):
        book.active.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
