"""Small files for the tests of reading, and short ways to read them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from guanlan.engine.posts import check
from guanlan.errors import BadInput
from guanlan.intake.reading import Refusal, Remark, read_posts

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
AT = "2026-11-20T14:05:00+08:00"
AT_UTC = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)


def post(**fields: object) -> dict[str, object]:
    return {"id": "p1", "platform": "weibo", "text": "退款三个月没到账", "published_at": AT} | fields


def jsonl(folder: Path, *records: object, name: str = "posts.jsonl") -> Path:
    """Write one record a line; a str stands as it is."""
    lines = (
        record if isinstance(record, str) else json.dumps(record, ensure_ascii=False) for record in records
    )
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def file(folder: Path, content: bytes | str, name: str = "posts.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def rows(path: Path, **options: Any) -> list[dict[str, Any]]:
    """Return every post of a file without refusals; each batch passes the engine's check."""
    batches = list(read_posts(path, now=NOW, **options))
    return [row for batch in batches for row in check(batch.posts).to_pylist()]


def tolerant(path: Path, **options: Any) -> tuple[list[dict[str, Any]], list[Refusal], list[Remark]]:
    batches = list(read_posts(path, now=NOW, strict=False, **options))
    posts = [row for batch in batches for row in check(batch.posts).to_pylist()]
    return posts, [r for b in batches for r in b.refused], [r for b in batches for r in b.remarks]


def refusal(path: Path, **options: Any) -> str:
    """Return the sentence with which the strict reading refuses a file."""
    with pytest.raises(BadInput) as caught:
        list(read_posts(path, now=NOW, **options))
    sentence = caught.value.sentence
    assert sentence.endswith("。")
    assert path.name in sentence or not path.exists()
    return sentence
