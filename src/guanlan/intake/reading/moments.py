"""When a post was published, in the ways files say it."""

import math
import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from gettext import gettext as _
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from guanlan.errors import BadInput
from guanlan.intake.reading.lexicon import table
from guanlan.intake.reading.values import Unreadable, is_missing, shown

EARLIEST = datetime(2005, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=2)

_SIGNS = str.maketrans(table("words")["moment_signs"])
_RELATIVE: tuple[str, ...] = tuple(table("words")["relative"])
_EPOCH = re.compile(r"\d{9,16}(?:\.\d+)?")
_WRITTEN = re.compile(
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"
    r"(?:[T\s]+(?P<hour>\d{1,2}):(?P<minute>\d{1,2}):?(?P<second>\d{1,2})?(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)


def zone(name: str) -> tzinfo:
    """Return the time zone called `name`, e.g. Asia/Shanghai; BadInput if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput(_("没有名为“{name}”的时区，请写成 Asia/Shanghai 这样。").format(name=name)) from None


def moment(value: object, naive: tzinfo, now: datetime) -> tuple[datetime, str | None]:
    """Return (UTC moment, remark) of a published_at; Unreadable if it is none.

    Numbers are epoch seconds, milliseconds or microseconds by their size; a moment
    without offset is taken in `naive`. Only 2005 to two days after `now` is believed.
    """
    if is_missing(value):
        raise Unreadable(_("没有发布时间，请补上"))
    try:
        found, remark = _read(value, naive)
        found = found.astimezone(UTC)
    except (OverflowError, OSError):
        raise Unreadable(_outside(value)) from None
    if not EARLIEST <= found <= now + AHEAD:
        raise Unreadable(_outside(value))
    return found, remark


def _outside(value: object) -> str:
    return _("时间“{value}”不在 2005 年至后天之间，请核对").format(value=shown(value))


def _read(value: object, naive: tzinfo) -> tuple[datetime, str | None]:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=naive)), None
    if isinstance(value, date):
        return _day(datetime(value.year, value.month, value.day, tzinfo=naive), value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _epoch(float(value), value), None
    if isinstance(value, str):
        return _written(value, naive)
    raise Unreadable(_indistinct(value))


def _epoch(number: float, value: object) -> datetime:
    if not math.isfinite(number):
        raise Unreadable(_indistinct(value))
    size = abs(number)
    per_second = 1 if size < 1e11 else 1_000 if size < 1e14 else 1_000_000
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=number / per_second)


def _written(value: str, naive: tzinfo) -> tuple[datetime, str | None]:
    text = unicodedata.normalize("NFKC", value).strip()
    if _EPOCH.fullmatch(text):
        return _epoch(float(text), value), None
    found = _WRITTEN.fullmatch(text.translate(_SIGNS).strip().rstrip(":"))
    if not found:
        return _lettered(text, value), None
    try:
        at = _from_parts(found, naive)
    except ValueError:
        raise Unreadable(_indistinct(value)) from None
    return (at, None) if found["hour"] else _day(at, value)


def _from_parts(found: re.Match[str], naive: tzinfo) -> datetime:
    date_and_hour = (int(found[part] or 0) for part in ("year", "month", "day", "hour", "minute", "second"))
    year, month, day, hour, minute, second = date_and_hour
    microsecond = int((found["fraction"] or "")[:6].ljust(6, "0"))
    offset = _offset(found["zone"]) if found["zone"] else naive
    return datetime(year, month, day, hour, minute, second, microsecond, tzinfo=offset)


def _offset(written: str) -> tzinfo:
    if written[0] not in "+-":
        return UTC
    return datetime.strptime(written, "%z").tzinfo or UTC


def _lettered(text: str, value: object) -> datetime:
    """Read the forms of mail (RSS) and of Weibo's own interface: Fri Nov 20 14:05:00 +0800 2026."""
    try:
        return datetime.strptime(text, "%a %b %d %H:%M:%S %z %Y")
    except ValueError:
        pass
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError):
        raise Unreadable(_indistinct(value)) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _day(at: datetime, value: object) -> tuple[datetime, str]:
    return at, _("“{value}”只有日期，按当天 0 点计").format(value=shown(value))


def _indistinct(value: object) -> str:
    if isinstance(value, str) and any(word in value for word in _RELATIVE):
        return _("“{value}”要看何时读到才知是何时，请改成 2026-11-20 14:05:00 这样的时间").format(
            value=shown(value)
        )
    return _("“{value}”不是能辨认的时间，请改成 2026-11-20T14:05:00+08:00 这样的写法").format(
        value=shown(value)
    )
