"""How an entry is sealed. Anyone can compute it again with a JSON and a SHA-256 library."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64


def seal(fields: Mapping[str, Any], previous: str) -> str:
    """Return the SHA-256, in hex, of the previous seal and the entry's fields.

    The fields are written as JSON with sorted keys, no spaces, UTF-8, times in UTC
    with microseconds.
    """
    body = json.dumps(
        {name: _plain(value) for name, value in fields.items()},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value
