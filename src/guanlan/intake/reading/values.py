"""One value at a time: what a count, a yes or no and a text in somebody's file mean.

Each function answers (value, remark): `value` is None when unknown, which is never
zero, and `remark` is a sentence when something was there that could not be used.
What makes a whole post unusable raises Unreadable.
"""

import math
import re
import unicodedata
from decimal import Decimal
from gettext import gettext as _

from guanlan.intake.reading.lexicon import table, words

INT64_MAX = 2**63 - 1

_UNITS: dict[str, int] = table("words")["units"]
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_FIGURE = re.compile(rf"(?P<number>(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?)\s*(?P<unit>{_UNIT})?\s*\+?")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+\d+")
_EXACT_DIGITS = 10**15  # spreadsheets keep fifteen digits of a number


class Unreadable(ValueError):
    """The value makes the post unusable; the message is a sentence without its place."""


def shown(value: object) -> str:
    """Return `value` as a sentence may quote it: one line, at most 40 characters."""
    text = " ".join(str(value).split())
    return text if len(text) <= 40 else text[:39] + "…"


def is_missing(value: object) -> bool:
    """Tell whether a cell of a table says that nothing was given (空、--、null、暂无)."""
    return value is None or (isinstance(value, str) and value.strip().lower() in words("words", "missing"))


def count(value: object) -> tuple[int | None, str | None]:
    """Read a number of likes, followers or the like.

    "1.2万" is 12,000, "10万+" its lower bound, the word on an unpressed button 0.
    Negative numbers, NaN, words and numbers beyond 64 bits are unknown, with a remark.
    """
    if is_missing(value):
        return None, None
    number = _number(value)
    if number is None:
        return None, _("“{value}”不是数量，按未知计").format(value=shown(value))
    if number < 0:
        return None, _("负数“{value}”不是数量，按未知计").format(value=shown(value))
    if number > INT64_MAX:
        return None, _("数量“{value}”过大，按未知计").format(value=shown(value))
    return int(number), None


def _number(value: object) -> int | Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return Decimal(value) if math.isfinite(value) else None
    return _figure(value) if isinstance(value, str) else None


def _figure(written: str) -> int | Decimal | None:
    text = unicodedata.normalize("NFKC", written).strip().lower()
    if text in words("words", "buttons"):
        return 0
    if text.startswith("-") and _FIGURE.fullmatch(text[1:]):
        return -1
    found = _FIGURE.fullmatch(text)
    if not found:
        return None
    number = Decimal(found["number"].replace(",", ""))
    return number * _UNITS[found["unit"]] if found["unit"] else number


def affirmed(value: object) -> tuple[bool | None, str | None]:
    """Read a yes or no: true, 1, 是, 蓝V; false, 0, 否, 普通用户."""
    if isinstance(value, bool):
        return value, None
    if is_missing(value):
        return None, None
    text = unicodedata.normalize("NFKC", str(value)).strip().lower().removesuffix(".0")
    if text in words("words", "affirmed"):
        return True, None
    if text in words("words", "denied"):
        return False, None
    return None, _("“{value}”看不出是与否，按未知计").format(value=shown(value))


def media_type(value: object) -> tuple[str | None, str | None]:
    """Read a media type: a canonical name, or a vendor's word for it (短视频, 客户端)."""
    if is_missing(value):
        return None, None
    text = str(value).strip().lower()
    for name, aliases in table("words")["media_types"].items():
        if text == name or text in aliases:
            return str(name), None
    return None, _("“{value}”不是已知的媒体类型，按未知计").format(value=shown(value))


def text(value: object) -> tuple[str | None, str | None]:
    """Read a text: blank is unknown, numbers are written out, NULs dropped; no structures."""
    if value is None:
        return None, None
    if isinstance(value, str):
        return (value.replace("\0", "") if value.strip("\0 \t\r\n\u3000\u00a0") else None), None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (str(int(value)) if float(value).is_integer() else str(value)), None
    return None, _("这里应是文字，按未知计")


def identifier(value: object) -> tuple[str | None, str | None]:
    """Read an id; one that a spreadsheet has rounded (5.09877E+15) is unknown, with a remark."""
    rounded = isinstance(value, float) and abs(value) >= _EXACT_DIGITS
    if rounded or (isinstance(value, str) and _SCIENTIFIC.fullmatch(value.strip())):
        return None, _("编号“{value}”已被表格软件改成近似数，按未知计").format(value=shown(value))
    read, remark = text(value)
    return (read.strip() if read else None), remark
