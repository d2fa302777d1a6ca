"""RSS 2.0, Atom and JSON Feed 1.1 as batches of posts."""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from gettext import gettext as _
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import ParseError

import defusedxml.ElementTree
import feedparser
import nh3
import orjson
from defusedxml import DefusedXmlException

from guanlan.errors import BadInput
from guanlan.intake.reading.batches import ROWS, Batch, Raw
from guanlan.intake.reading.columns import Reckoning, batch_of
from guanlan.intake.reading.moments import zone

_JSON_FEED = "https://jsonfeed.org/version/"
_BREAKS = re.compile(r"<(?:br|/p|/div|/li|/h[1-6]|/tr|/blockquote)\b[^<>]{0,200}>", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\u00a0]*\n\s*")
_DEEPEST = 200  # elements within elements
_NAMES = ("id", "url", "title", "text", "author", "published_at")


@dataclass(frozen=True)
class Channel:
    """What a source's setting says of all its posts: its name in sentences, platform and medium."""

    name: str
    platform: str
    media_type: str | None
    timezone: str = "Asia/Shanghai"


def read_feed(body: bytes, channel: Channel, *, now: datetime) -> Batch:
    """Return the entries of a feed, at most 1,000; `line` of refusals and remarks counts entries from 1.

    BadInput if `body` is no feed, or one built to blow up. Entries without a moment are refused.
    """
    is_json = body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    entries = (_json_entries if is_json else _xml_entries)(body, channel)[:ROWS]
    raw = Raw(
        list(range(1, len(entries) + 1)), {name: [entry.get(name) for entry in entries] for name in _NAMES}
    )
    raw.values["platform"] = [channel.platform] * len(entries)
    raw.values["media_type"] = [channel.media_type] * len(entries)
    return batch_of(raw, Reckoning(zone(channel.timezone), now))


Entry = dict[str, Any]


def words_of(markup: str | None) -> str | None:
    """Return the words of HTML, one block a line; scripts and styles are no words."""
    if not markup:
        return None
    sound = markup.encode("utf-8", "replace").decode()
    stripped = nh3.clean(_BREAKS.sub("\n", sound), tags=set())
    return _BLANKS.sub("\n", html.unescape(stripped)).strip() or None


def _json_entries(body: bytes, channel: Channel) -> list[Entry]:
    try:
        feed = orjson.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        raise no_feed(channel) from None
    if not str(feed.get("version", "")).startswith(_JSON_FEED) or not isinstance(feed.get("items"), list):
        raise no_feed(channel)
    return [_json_entry(item) for item in feed["items"] if isinstance(item, dict)]


def _json_entry(item: Entry) -> Entry:
    plain, markup = _string(item.get("content_text")), _string(item.get("content_html"))
    return {
        "id": item.get("id") or item.get("url"),
        "url": item.get("url") or item.get("external_url"),
        "title": _string(item.get("title")),
        "text": plain or words_of(markup) or _string(item.get("summary")),
        "author": _first_name(item.get("authors") or [item.get("author")]),
        "published_at": item.get("date_published") or item.get("date_modified"),
    }


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _first_name(authors: object) -> object:
    listed: Iterable[object] = authors if isinstance(authors, list) else ()
    return next((author.get("name") for author in listed if isinstance(author, dict)), None)


def _xml_entries(body: bytes, channel: Channel) -> list[Entry]:
    _refuse_hostile(body, channel)
    whole = BytesIO(body)  # feedparser opens bytes that look like a path or an address
    feed = feedparser.parse(whole, sanitize_html=False, resolve_relative_uris=False)
    if not feed.get("version"):
        raise no_feed(channel)
    return [_xml_entry(entry) for entry in feed.entries]


def _xml_entry(entry: Any) -> Entry:
    bodies = [content.get("value") for content in entry.get("content", ())] or [entry.get("summary")]
    return {
        "id": entry.get("id") or entry.get("link"),
        "url": entry.get("link"),
        "title": words_of(entry.get("title")),
        "text": words_of(bodies[0]),
        "author": entry.get("author"),
        "published_at": entry.get("published") or entry.get("updated"),
    }


def _refuse_hostile(body: bytes, channel: Channel) -> None:
    """Refuse entities that a document defines for itself, outside references and deep nesting.

    Feeds that are not well-formed are common and go to feedparser's own repair, but
    then no declaration of an entity may stand anywhere in them.
    """
    try:
        root = defusedxml.ElementTree.fromstring(body)
    except DefusedXmlException:
        raise _hostile(channel) from None
    except (ParseError, ValueError, LookupError):
        if b"<!ENTITY" in body.replace(b"\0", b""):
            raise _hostile(channel) from None
        if body.count(b"<") > 50_000:
            raise no_feed(channel) from None
        return
    if _depth(root) > _DEEPEST:
        raise _hostile(channel)


def _depth(root: Any) -> int:
    level, depth = [root], 0
    while level and depth <= _DEEPEST:
        level = [child for element in level for child in element]
        depth += 1
    return depth


def no_feed(channel: Channel) -> BadInput:
    """Return the refusal of what a source sent in place of a feed."""
    sentence = _("“{name}”给的不是 RSS、Atom 或 JSON Feed，请核对订阅地址。")
    return BadInput(sentence.format(name=channel.name))


def _hostile(channel: Channel) -> BadInput:
    return BadInput(_("“{name}”的内容含有会撑爆内存的 XML 写法，没有读入。").format(name=channel.name))
