"""JSON Lines: canonical posts, MediaCrawler's Weibo files, or objects under a vendor's names."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from gettext import gettext as _
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from guanlan.engine.posts import SCHEMA
from guanlan.errors import BadInput
from guanlan.intake.reading import mediacrawler, tables
from guanlan.intake.reading.batches import ROWS, Raw, Refusal
from guanlan.intake.reading.lines import Line, Opening, cannot_decode, lines

Record = dict[str, Any]
Shape = Callable[[list[int], list[Record]], Raw]

_FIELDS = frozenset(SCHEMA.names)


def raws(path: Path, opening: Opening, mapping: Mapping[str, str] | None) -> Iterator[Raw]:
    """Yield the posts of a file of one JSON object a line as raw columns, at most 1,000 at a time."""
    tables.check_mapping(mapping)
    shape: Shape | None = None
    unknown: set[str] = set()
    for numbers, records, refused in _chunks(lines(path, opening.encoding)):
        if shape is None and records:
            shape = _shape(records[0], path.name, mapping)
        raw = shape(numbers, records) if shape else Raw([], {})
        raw.refused.extend(refused)
        _note_unused(raw, numbers, records, unknown)
        yield raw


def _chunks(source: Iterator[Line]) -> Iterator[tuple[list[int], list[Record], list[Refusal]]]:
    while chunk := list(islice(source, ROWS)):
        numbers: list[int] = []
        records: list[Record] = []
        refused: list[Refusal] = []
        for number, line in chunk:
            record = _record(number, line)
            if isinstance(record, dict):
                numbers.append(number)
                records.append(record)
            elif record is not None:
                refused.append(record)
        yield numbers, records, refused


def _record(number: int, line: bytes | Refusal) -> Record | Refusal | None:
    """Return the object of a line, None for a blank line, or why there is none."""
    if isinstance(line, Refusal):
        return line
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return _second_look(number, line, error.pos + 1) if line.strip() else None
    return record if type(record) is dict else _no_object(number)


def _second_look(number: int, line: bytes, column: int) -> Record | Refusal:
    """Take NaN and Infinity, which spreadsheet libraries write and JSON does not know."""
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        return cannot_decode(number, error.start)
    if "NaN" in text or "Infinity" in text:
        try:
            record = json.loads(text)
        except (ValueError, RecursionError):
            pass
        else:
            return record if type(record) is dict else _no_object(number)
    # An object cut short ends at its line's end, not behind it.
    column = min(column, len(text.rstrip()) + 1)
    sentence = _("从第 {column} 个字符起不是正确的 JSON，请检查引号、逗号和括号，每行一个完整的对象")
    return Refusal(number, None, sentence.format(column=column))


def _no_object(number: int) -> Refusal:
    return Refusal(number, None, _("这一行不是 JSON 对象，每行应是一条帖文，写在一对花括号里"))


def _shape(first: Record, file: str, mapping: Mapping[str, str] | None) -> Shape:
    """Tell what the first object is, and so how every object of the file is read."""
    if mapping is None and mediacrawler.is_weibo(first):
        return mediacrawler.raw_of
    if mapping is None and "published_at" in first:
        return _canonical
    header = tuple(first)
    found = tables.layout(header, mapping)
    if not found.lacks:
        tables.check_columns(found, mapping, file)
        return partial(_under_names, found, header, found.unused())
    if mapping is None and {"text", "title"} & first.keys():
        return _canonical  # a canonical file whose first line lacks its moment
    raise tables.no_header(found, file)


def _canonical(numbers: list[int], records: list[Record]) -> Raw:
    """Take all columns at once if every value has its type, else as they are."""
    present = frozenset().union(*records)
    fields = _struct(present & _FIELDS)
    names = [field.name for field in fields]
    try:
        columns = pa.array(records, fields).flatten()
    except (pa.ArrowTypeError, pa.ArrowInvalid, OverflowError):
        columns = [[record.get(name) for record in records] for name in names]
    return Raw(numbers, dict(zip(names, columns, strict=True)))


@cache
def _struct(names: frozenset[str]) -> pa.DataType:
    """Return the fields of SCHEMA among `names`, moments still as they are written."""
    fields = (field for field in SCHEMA if field.name in names)
    return pa.struct([pa.field(f.name, pa.string() if f.name == "published_at" else f.type) for f in fields])


def _under_names(
    found: tables.Layout,
    header: tuple[str, ...],
    unused: list[str],
    numbers: list[int],
    records: list[Record],
) -> Raw:
    rows = [[record.get(name) for name in header] for record in records]
    raw = tables.raw_of(found, list(zip(numbers, rows, strict=True)))
    if unused and numbers:
        raw.remarks.append(tables.unused_columns(numbers[0], unused))
        unused.clear()  # said once a file
    return raw


def _note_unused(raw: Raw, numbers: list[int], records: list[Record], known: set[str]) -> None:
    """Remark once on each key of canonical posts that no post has."""
    if raw.labels or _FIELDS.issuperset(frozenset().union(*records)):
        return
    for number, record in zip(numbers, records, strict=True):
        if not _FIELDS.issuperset(record):
            fresh = sorted(record.keys() - _FIELDS - known)
            known.update(fresh)
            if fresh:
                raw.remarks.append(tables.unused_columns(number, fresh))


def refuse_array(path: Path) -> BadInput:
    """Return the refusal of a file that is one JSON array."""
    sentence = _(
        "{file} 第 1 行第 1 列是一个 JSON 数组，这里要每行一个 JSON 对象；可用 jq -c '.[]' 转换后再导入。"
    )
    return BadInput(sentence.format(file=path.name))
