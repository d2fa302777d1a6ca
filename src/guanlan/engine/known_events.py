"""Reads the open sets of events: a gzip of JSON objects, one a line, whose fields are known."""

import gzip
import zlib
from collections.abc import Iterator
from gettext import gettext as _
from pathlib import Path
from typing import Any

import orjson

from guanlan.engine.corpus import BadCorpus


def rows(path: Path, *fields: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of `path`, which have `fields`; raise BadCorpus, with the line, for anything else."""
    number = 1
    try:
        with gzip.open(path, "rb") as lines:
            for number, line in enumerate(lines, start=1):
                row = orjson.loads(line)
                if not isinstance(row, dict) or not row.keys() >= set(fields):
                    raise BadCorpus(_sentence(path, number, fields))
                yield row
    except (EOFError, gzip.BadGzipFile, zlib.error, orjson.JSONDecodeError) as broken:
        raise BadCorpus(_sentence(path, number, fields)) from broken


def _sentence(path: Path, number: int, fields: tuple[str, ...]) -> str:
    words = _("“{name}”第 {line} 行读不出 {fields}，请重新下载这个事件集，或把它移走。")
    return words.format(name=path.name, line=number, fields=" ".join(fields))
