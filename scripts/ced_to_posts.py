"""Turn CED's Weibo originals and timed reposts into canonical posts (development only).

The parents are given. A repost without words says 转发微博, as Weibo itself would show it.

    python scripts/ced_to_posts.py ced_open.jsonl.gz posts.jsonl
"""

import gzip
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

WORDLESS = "转发微博"


def original(row: dict[str, Any]) -> dict[str, Any]:
    """Return the original as a post; some rows lack the author's particulars."""
    user = row["user"] if isinstance(row["user"], dict) else {}
    return {
        "id": row["id"],
        "platform": "weibo",
        "media_type": "social",
        "text": row["text"] or WORDLESS,
        "author": row["id"].rpartition("_")[2],
        "author_followers": user.get("followers"),
        "author_verified": user.get("verified"),
        "published_at": moment(row["t0"]),
        "likes": row.get("likes"),
        "comments": row.get("n_comments"),
        "reposts": row.get("n_reposts_shown"),
    }


def reposts(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield an original's reposts; one without a known parent comes from the original."""
    known = {mid for _delay, _user, mid, _parent, _text in row["reposts"]}
    for delay, user, mid, parent, text in row["reposts"]:
        above = f"{row['id']}/{parent}" if parent in known and parent != mid else row["id"]
        yield {
            "id": f"{row['id']}/{mid}",
            "platform": "weibo",
            "media_type": "social",
            "text": text or WORDLESS,
            "author": user,
            "published_at": moment(row["t0"] + delay),
            "repost_of": above,
        }


def moment(seconds: int) -> str:
    """Return seconds since 1970 in ISO 8601."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def main(source: str, posts: str) -> None:
    """Write originals and reposts in the order of their times."""
    found = []
    with gzip.open(source) as lines:
        for row in map(orjson.loads, lines):
            found.append(original(row))
            found.extend(reposts(row))
    found.sort(key=lambda post: (post["published_at"], post["id"]))
    Path(posts).write_bytes(b"".join(orjson.dumps(post) + b"\n" for post in found))


if __name__ == "__main__":
    main(*sys.argv[1:])
