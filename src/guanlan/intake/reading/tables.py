"""Rows under a header, from CSV, XLSX or JSON objects with a vendor's names, as raw columns."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from gettext import gettext as _
from itertools import islice

from guanlan.engine.posts import COUNTS, SCHEMA
from guanlan.errors import BadInput
from guanlan.intake.reading import values
from guanlan.intake.reading.batches import ROWS, Raw, Refusal, Remark
from guanlan.intake.reading.lexicon import table

HEADER_WITHIN = 5  # rows; some exports put a title or a date above the header

Row = tuple[int, Sequence[object] | Refusal]

_IDS = ("id", "parent_id", "repost_of")
_NUMBERS = (*COUNTS, "author_followers")


@dataclass(frozen=True)
class Layout:
    """Which columns of a table (0-based, the preferred first) hold which field of a post."""

    sources: Mapping[str, tuple[int, ...]]
    header: tuple[str, ...]
    medium: str | None = None

    @property
    def lacks(self) -> bool:
        """Whether a table laid out so cannot give posts: no words, or no moment."""
        return "published_at" not in self.sources or not {"text", "title"} & self.sources.keys()

    def labels(self) -> dict[str, str]:
        return {name: self.header[indices[0]] for name, indices in self.sources.items()}

    def unused(self) -> list[str]:
        used = {index for indices in self.sources.values() for index in indices}
        return [name for index, name in enumerate(self.header) if name and index not in used]


def layout(header: Sequence[object], mapping: Mapping[str, str] | None = None) -> Layout:
    """Recognise a header; `mapping` (field of a post -> column's name) goes before the aliases."""
    names = tuple(" ".join(str(cell).split()) if cell is not None else "" for cell in header)
    keys = [_key(name) for name in names]
    sources = {name: _indices(keys, aliases) for name, aliases in _aliases().items()}
    sources |= {name: _indices(keys, (_key(column),)) for name, column in (mapping or {}).items()}
    implied = (medium for key, medium in table("headers")["implies"].items() if key in keys)
    return Layout({name: found for name, found in sources.items() if found}, names, next(implied, None))


def check_mapping(mapping: Mapping[str, str] | None) -> None:
    """Refuse a mapping that names a field no post has."""
    for name in mapping or {}:
        if name not in SCHEMA.names:
            known = _("、").join(SCHEMA.names)
            raise BadInput(
                _("映射里的“{name}”不是帖文的字段，可用的有：{known}。").format(name=name, known=known)
            )


@cache
def _aliases() -> dict[str, tuple[str, ...]]:
    return {name: tuple(map(_key, aliases)) for name, aliases in table("headers")["fields"].items()}


def _key(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).lower().split()).strip("\ufeff")


def _indices(keys: Sequence[str], aliases: Iterable[str]) -> tuple[int, ...]:
    return tuple(index for alias in aliases for index, key in enumerate(keys) if key == alias)


def raws(rows: Iterator[Row], file: str, mapping: Mapping[str, str] | None = None) -> Iterator[Raw]:
    """Find the header in `rows` and yield the rest, at most 1,000 rows at a time.

    BadInput if the header is not found, the mapping names a column that is not there,
    or nothing follows the header.
    """
    check_mapping(mapping)
    line, found = _find_header(rows, file, mapping)
    first = True
    while (chunk := list(islice(rows, ROWS))) or first:
        if not chunk:
            raise BadInput(_("{file} 只有表头，没有帖文。").format(file=file))
        raw = raw_of(found, chunk)
        if first and found.unused():
            raw.remarks.append(unused_columns(line, found.unused()))
        yield raw
        first = False


def unused_columns(line: int, names: Iterable[str]) -> Remark:
    """Return the remark that these columns of the file are not read."""
    return Remark(line, None, _("没有用到的列：{names}").format(names=_("、").join(names)))


def _find_header(rows: Iterator[Row], file: str, mapping: Mapping[str, str] | None) -> tuple[int, Layout]:
    seen: list[Layout] = []
    for line, cells in islice(rows, HEADER_WITHIN):
        if isinstance(cells, Refusal):
            raise cells.error(file)
        seen.append(layout(cells, mapping))
        if not seen[-1].lacks:
            check_columns(seen[-1], mapping, file)
            return line, seen[-1]
    if not seen:
        raise BadInput(_("{file} 是空的，没有可读的帖文。").format(file=file))
    raise no_header(max(seen, key=lambda one: len(one.sources)), file)


def no_header(best: Layout, file: str) -> BadInput:
    """Return the refusal that tells which columns were seen and which are needed."""
    columns = _("、").join(filter(None, best.header[:60]))
    sentence = _(
        "{file} 的表头里认不出必需的列：要有发布时间，以及正文或标题（如“发布时间”“正文”），"
        "看到的列是：{columns}。"
    )
    return BadInput(sentence.format(file=file, columns=columns[:400]))


def check_columns(found: Layout, mapping: Mapping[str, str] | None, file: str) -> None:
    """Refuse a mapping that names a column the file does not have."""
    for name, column in (mapping or {}).items():
        if name not in found.sources:
            raise BadInput(_("{file} 里没有映射所指的列“{column}”。").format(file=file, column=column))


def raw_of(found: Layout, rows: Sequence[Row]) -> Raw:
    """Return rows as raw columns; rows with more cells than the header are refused."""
    raw = Raw([], {}, found.labels())
    kept: list[Sequence[object]] = []
    for line, cells in rows:
        refusal = cells if isinstance(cells, Refusal) else _overlong(line, cells, len(found.header))
        if refusal:
            raw.refused.append(refusal)
        elif not isinstance(cells, Refusal):
            raw.lines.append(line)
            kept.append(cells)
    for name, indices in found.sources.items():
        raw.values[name] = [_cell(row, name, indices) for row in kept]
    _drop_repeated_titles(raw)
    if "media_type" not in raw.values and found.medium:
        raw.values["media_type"] = [found.medium] * len(kept)
    return raw


def _overlong(line: int, cells: Sequence[object], width: int) -> Refusal | None:
    if len(cells) <= width or all(map(values.is_missing, cells[width:])):
        return None
    sentence = _("这一行有 {cells} 格，表头只有 {width} 列，请检查逗号和引号")
    return Refusal(line, None, sentence.format(cells=len(cells), width=width))


def _cell(row: Sequence[object], name: str, indices: tuple[int, ...]) -> object:
    """Return the first cell of `indices` that says something."""
    for index in indices:
        if index < len(row) and not values.is_missing(row[index]):
            return _plain(row[index], name)
    return None


def _plain(cell: object, name: str) -> object:
    if name == "author" and isinstance(cell, str):
        return cell.strip().removeprefix("'").removesuffix("'")
    if name == "published_at" or name in _NUMBERS or name in _IDS:
        return cell
    return cell if isinstance(cell, str | bool) else str(cell)


def _drop_repeated_titles(raw: Raw) -> None:
    """Forget titles that only repeat the text, as exports of microblogs have them."""
    titles, texts = raw.values.get("title"), raw.values.get("text")
    if titles and texts:
        raw.values["title"] = [
            None if title == text else title for title, text in zip(titles, texts, strict=True)
        ]
