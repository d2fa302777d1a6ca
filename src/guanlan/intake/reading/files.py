"""The one entry for files: tell the format from the content and read its posts."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from gettext import gettext as _
from pathlib import Path

from guanlan.errors import BadInput
from guanlan.intake.reading import delimited, jsonl, workbook
from guanlan.intake.reading.batches import Batch, Raw
from guanlan.intake.reading.columns import Reckoning, batch_of
from guanlan.intake.reading.lines import opened, opening
from guanlan.intake.reading.moments import zone

_ZIP = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


def read_posts(
    path: Path,
    *,
    now: datetime,
    timezone: str = "Asia/Shanghai",
    mapping: Mapping[str, str] | None = None,
    strict: bool = True,
) -> Iterator[Batch]:
    """Yield the posts of a file in its order, at most 1,000 at a time.

    JSON Lines (canonical, MediaCrawler's Weibo, or under a vendor's names), CSV and
    XLSX, plain or .gz. `timezone` is that of moments without an offset; `mapping`
    (field of a post -> column of the file) goes before the known names of columns.
    With `strict` the first bad line is a BadInput with file, line and column, after
    the batches before it: who writes must be able to take those back. Without, bad
    lines come in `Batch.refused`. A file that cannot be read at all is a BadInput.
    """
    reckoning = Reckoning(zone(timezone), now)
    some = False
    for raw in _raws(path, mapping):
        batch = batch_of(raw, reckoning)
        if strict and batch.refused:
            raise batch.refused[0].error(path.name)
        some = some or bool(batch.posts.num_rows or batch.refused)
        yield batch
    if not some:
        raise _empty(path)


def _raws(path: Path, mapping: Mapping[str, str] | None) -> Iterator[Raw]:
    with opened(path) as file:
        magic = file.read(4)
    if magic == _ZIP:
        return workbook.raws(path, mapping)
    if magic == _OLD_OFFICE:
        raise BadInput(_("{file} 是旧版 Office 文件，请另存为 .xlsx 或 CSV 后再试。").format(file=path.name))
    begins = opening(path)
    if not begins.text:
        raise _empty(path)
    if begins.text.startswith("["):
        raise jsonl.refuse_array(path)
    if begins.text.startswith("{"):
        return jsonl.raws(path, begins, mapping)
    return delimited.raws(path, begins, mapping)


def _empty(path: Path) -> BadInput:
    return BadInput(_("{file} 是空的，没有可读的帖文。").format(file=path.name))
