"""From values as a file has them to one Arrow batch of engine.posts.SCHEMA.

A column that is already of its type is taken whole; only one that is not is read value
by value. That keeps canonical files fast and every other file right.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from gettext import gettext as _
from hashlib import sha256

import pyarrow as pa
import pyarrow.compute as pc

from guanlan.engine.posts import COUNTS, SCHEMA
from guanlan.intake.reading import links, values
from guanlan.intake.reading.batches import Batch, Findings, Given, Raw
from guanlan.intake.reading.moments import AHEAD, EARLIEST, moment

MOMENT = SCHEMA.field("published_at").type
UNKNOWN_PLATFORM = "unknown"

# What vendors write where there is no parent: the MD5 of nothing, and of their own blank.
EMPTY_IDS = pa.array(["d41d8cd98f00b204e9800998ecf8427e", "e6fda0f0d3e0adfff69e334462d1ef6a"])

# Ready-made, because compute functions are slow to take Python's own.
BLANK, NOTHING, NO = pa.scalar(""), pa.scalar(None, pa.string()), pa.scalar(False)

Reader = Callable[[object], tuple[object, str | None]]


@dataclass(frozen=True)
class Reckoning:
    """How moments are read: the zone of those without an offset, and the present."""

    naive: tzinfo
    now: datetime


def batch_of(raw: Raw, reckoning: Reckoning) -> Batch:
    """Read every column of `raw`; rows that cannot be posts are refused, the others kept in order."""
    findings = Findings(raw)
    given = {name: raw.values.get(name) for name in SCHEMA.names}
    columns: dict[str, pa.Array] = {}
    for name in SCHEMA.names:
        columns[name] = _READERS.get(name, _words)(given[name], name, raw, findings)
    columns["published_at"] = _moments(given["published_at"], raw, reckoning, findings)
    _place(columns, findings)
    _refuse_wordless(columns, findings)
    columns["id"] = _identified(columns)
    columns["parent_id"] = _unlike(columns["parent_id"], columns["id"])
    columns["repost_of"] = _unlike(columns["repost_of"], columns["id"])
    return Batch(_kept(columns, len(raw.lines), findings), findings.refused(), findings.remarks())


def _kept(columns: dict[str, pa.Array], rows: int, findings: Findings) -> pa.RecordBatch:
    refused = set(findings.refused_rows())
    if refused:
        wanted = pa.array([row for row in range(rows) if row not in refused], pa.int64())
        columns = {name: column.take(wanted) for name, column in columns.items()}
    return pa.RecordBatch.from_arrays([columns[name] for name in SCHEMA.names], schema=SCHEMA)


def _listed(given: Given) -> list[object]:
    return list(given.to_pylist() if isinstance(given, pa.Array) else given)


def _one_by_one(given: Given, name: str, read: Reader, findings: Findings) -> list[object]:
    found: list[object] = []
    for row, value in enumerate(_listed(given)):
        known, remark = read(value)
        if remark:
            findings.remark(row, name, remark)
        found.append(known)
    return found


def _strings(given: Given | None, name: str, raw: Raw, findings: Findings, read: Reader) -> pa.Array:
    if given is None:
        return pa.nulls(len(raw.lines), pa.string())
    try:
        column = given if isinstance(given, pa.Array) else pa.array(given, pa.string())
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        column = pa.array(_one_by_one(given, name, read, findings), pa.string())
    if pc.any(pc.match_substring(column, "\0")).as_py():
        column = pc.replace_substring(column, "\0", "")
    return column


def _words(given: Given | None, name: str, raw: Raw, findings: Findings) -> pa.Array:
    """Read a column of texts; blank is unknown, and only titles and texts keep their outer blanks."""
    column = _strings(given, name, raw, findings, values.text)
    trimmed = pc.utf8_trim_whitespace(column)
    kept = column if name in ("title", "text") else trimmed
    return pc.if_else(pc.equal(trimmed, BLANK), NOTHING, kept)


def _ids(given: Given | None, name: str, raw: Raw, findings: Findings) -> pa.Array:
    column = pc.utf8_trim_whitespace(_strings(given, name, raw, findings, values.identifier))
    if pc.any(pc.match_substring(column, "+")).as_py():  # perhaps 5.09877E+15
        column = pa.array(_one_by_one(column, name, values.identifier, findings), pa.string())
    void = pc.or_(pc.equal(column, BLANK), pc.is_in(column, value_set=EMPTY_IDS))
    return pc.if_else(void, NOTHING, column)


def _urls(given: Given | None, name: str, raw: Raw, findings: Findings) -> pa.Array:
    column = _words(given, name, raw, findings)
    plain = pc.and_(
        pc.match_substring_regex(column, "^https?://[^/]"), pc.invert(pc.match_substring(column, "xsec_"))
    )
    if pc.all(plain).as_py():
        return column
    return pa.array(_one_by_one(column, name, _url, findings), pa.string())


def _url(value: object) -> tuple[str | None, str | None]:
    if not isinstance(value, str):
        return None, None
    kept = links.kept(value)
    return kept, None if kept else _("“{value}”不是网址，已略去").format(value=values.shown(value))


def _counts(given: Given | None, name: str, raw: Raw, findings: Findings) -> pa.Array:
    if given is None:
        return pa.nulls(len(raw.lines), pa.int64())
    try:
        column = given if isinstance(given, pa.Array) else pa.array(given, pa.int64())
    except (pa.ArrowTypeError, pa.ArrowInvalid, OverflowError):
        column = None
    if column is None or (pc.min(column).as_py() or 0) < 0:
        column = pa.array(_one_by_one(given, name, values.count, findings), pa.int64())
    return column


def _truths(given: Given | None, name: str, raw: Raw, findings: Findings) -> pa.Array:
    if given is None:
        return pa.nulls(len(raw.lines), pa.bool_())
    try:
        return given if isinstance(given, pa.Array) else pa.array(given, pa.bool_())
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        return pa.array(_one_by_one(given, name, values.affirmed, findings), pa.bool_())


def _media(given: Given | None, name: str, raw: Raw, findings: Findings) -> pa.Array:
    column = _words(given, name, raw, findings)
    kinds = {kind: values.media_type(kind) for kind in pc.unique(column).to_pylist()}
    if all(known == kind for kind, (known, _remark) in kinds.items()):
        return column
    return pa.array(_one_by_one(column, name, kinds.__getitem__, findings), pa.string())


_READERS: dict[str, Callable[[Given | None, str, Raw, Findings], pa.Array]] = {
    **dict.fromkeys(("id", "parent_id", "repost_of"), _ids),
    **dict.fromkeys((*COUNTS, "author_followers"), _counts),
    "url": _urls,
    "author_verified": _truths,
    "media_type": _media,
    "published_at": lambda given, name, raw, findings: pa.nulls(len(raw.lines), MOMENT),
}


def _moments(given: Given | None, raw: Raw, reckoning: Reckoning, findings: Findings) -> pa.Array:
    unknown: list[object] = [None] * len(raw.lines)
    rows = unknown if given is None else given
    whole = _moments_at_once(rows, reckoning)
    if whole is not None:
        return whole
    found: list[datetime] = []
    for row, value in enumerate(_listed(rows)):
        try:
            at, remark = moment(value, reckoning.naive, reckoning.now)
        except values.Unreadable as unreadable:
            findings.refuse(row, "published_at", str(unreadable))
            at, remark = EARLIEST, None
        if remark:
            findings.remark(row, "published_at", remark)
        found.append(at)
    return pa.array(found, MOMENT)


def _moments_at_once(rows: Given, reckoning: Reckoning) -> pa.Array | None:
    """Return the column if every value is ISO 8601 with an offset and in range, else None."""
    try:
        column = (rows if isinstance(rows, pa.Array) else pa.array(rows, pa.string())).cast(MOMENT)
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        return None
    ends = pc.min_max(column).as_py()
    if column.null_count or not len(rows):
        return None
    in_range = ends["min"] >= EARLIEST and ends["max"] <= reckoning.now.astimezone(UTC) + AHEAD
    return column if in_range else None


def _place(columns: dict[str, pa.Array], findings: Findings) -> None:
    """Name each post's platform by its key, from its address if need be, and fill its medium."""
    platform = _mapped(columns["platform"], links.platform_key)
    if platform.null_count:
        by_url = (links.platform_of(url) or UNKNOWN_PLATFORM for url in columns["url"].to_pylist())
        platform = pc.coalesce(platform, pa.array(by_url, pa.string()))
    columns["platform"] = platform
    if columns["media_type"].null_count:
        columns["media_type"] = pc.coalesce(columns["media_type"], _mapped(platform, links.medium_of))


def _mapped(column: pa.Array, change: Callable[[str], str | None]) -> pa.Array:
    """Apply `change` once to each distinct value."""
    coded = column.dictionary_encode()
    changed = pa.array([change(value) for value in coded.dictionary.to_pylist()], pa.string())
    return changed.take(coded.indices)


def _refuse_wordless(columns: dict[str, pa.Array], findings: Findings) -> None:
    wordless = pc.and_(pc.is_null(columns["text"]), pc.is_null(columns["title"]))
    if pc.any(wordless).as_py():
        for row, without in enumerate(wordless.to_pylist()):
            if without:
                findings.refuse(row, "text", _("既没有正文也没有标题，请至少补上一项"))


def _identified(columns: dict[str, pa.Array]) -> pa.Array:
    """Give posts without an id one that stays the same whenever they are read again."""
    ids = columns["id"]
    if not ids.null_count:
        return ids
    names = ("platform", "url", "title", "text", "author")
    rows = zip(*(columns[name].to_pylist() for name in names), strict=True)
    at = columns["published_at"].cast(pa.int64()).to_pylist()
    made = (_stable_id(row, published) for row, published in zip(rows, at, strict=True))
    return pc.coalesce(ids, pa.array(made, pa.string()))


def _stable_id(row: tuple[str | None, ...], published: int) -> str:
    """Return 32 hex digits of SHA-256 over platform, address (or words and author) and moment."""
    platform, url, title, text, author = row
    told_by = (url,) if url else (title, text, author)
    return sha256("\0".join(map(str, (platform, *told_by, published))).encode()).hexdigest()[:32]


def _unlike(column: pa.Array, ids: pa.Array) -> pa.Array:
    """Drop references of a post to itself, as some exports write for originals."""
    return pc.if_else(pc.fill_null(pc.equal(column, ids), NO), NOTHING, column)
