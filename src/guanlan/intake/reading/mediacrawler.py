"""MediaCrawler's Weibo files of both generations: notes and comments.

Until mid-2026 they carry user_id, avatar and ip_location, since then a masked nickname
and creator_hash. Files written before 30 July 2026 have a create_time that is eight
hours late, while create_date_time was right all along.
"""

from datetime import datetime, timedelta, timezone
from gettext import gettext as _
from typing import Any

from guanlan.intake.reading.batches import Raw, Remark

PLATFORM = "weibo"
BEIJING = timezone(timedelta(hours=8))
_LATE = 8 * 3600  # seconds

_NOTE = {
    "id": "note_id",
    "url": "note_url",
    "text": "content",
    "likes": "liked_count",
    "comments": "comments_count",
    "reposts": "shared_count",
    "region": "ip_location",
    "published_at": "create_date_time",
}
_COMMENT = _NOTE | {"id": "comment_id", "likes": "comment_like_count", "comments": "sub_comment_count"}


def is_weibo(record: dict[str, Any]) -> bool:
    """Tell one of MediaCrawler's Weibo records; of its seven platforms only they have create_date_time."""
    return {"note_id", "content", "create_date_time"} <= record.keys()


def raw_of(numbers: list[int], records: list[dict[str, Any]]) -> Raw:
    """Return notes and comments, also mixed, as raw columns."""
    kinds = [_COMMENT if "comment_id" in record else _NOTE for record in records]
    pairs = list(zip(records, kinds, strict=True))
    raw = Raw(numbers, {}, labels=dict(kinds[0]) if kinds else {})
    for name in _NOTE:
        raw.values[name] = [record.get(keys[name]) for record, keys in pairs]
    raw.values["published_at"] = [_published(record) for record in records]
    raw.values["platform"] = [PLATFORM] * len(records)
    raw.values["author"] = [_author(record) for record in records]
    raw.values["parent_id"] = [_parent(record) for record in records]
    _remark_on_lateness(raw, records)
    return raw


def _author(record: dict[str, Any]) -> object:
    """Return what is stable: the hash, or the name that older files give in full."""
    return record.get("creator_hash") or record.get("nickname") or record.get("user_id")


def _parent(record: dict[str, Any]) -> object:
    """Return what a comment answers: another comment, else its note; Weibo roots name themselves or 0."""
    if "comment_id" not in record:
        return None
    answered = str(record.get("parent_comment_id") or "")
    return record.get("note_id") if answered in ("", "0", str(record["comment_id"])) else answered


def _published(record: dict[str, Any]) -> object:
    return record.get("create_date_time") or record.get("create_time")


def _remark_on_lateness(raw: Raw, records: list[dict[str, Any]]) -> None:
    late = [number for number, record in zip(raw.lines, records, strict=True) if _is_late(record)]
    if late:
        sentence = _("create_time 比 create_date_time 晚 8 小时，已按后者计")
        raw.remarks.append(Remark(late[0], "create_time", sentence, len(late)))


def _is_late(record: dict[str, Any]) -> bool:
    try:
        right = datetime.fromisoformat(record["create_date_time"])
        given = float(record["create_time"])
    except (KeyError, TypeError, ValueError):
        return False
    aware = right if right.tzinfo else right.replace(tzinfo=BEIJING)
    return given - aware.timestamp() == _LATE
