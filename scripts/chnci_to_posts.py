"""Turn CHNCI's comments into canonical posts (development only; the set may not be shared).

The set has no ids, posts or parents. Ids are made; each run of 20 successive comments of
one incident and platform gets a `parent_id` that does not tell the incident. This is
generous: a real thread can mix matters.

    python scripts/chnci_to_posts.py chnci_open.jsonl.gz posts.jsonl truth.jsonl
"""

import gzip
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson

THREAD = 20
PLATFORMS = {"dy": "douyin", "wb": "weibo", "bili": "bilibili", "bl": "bilibili", "xhs": "xiaohongshu"}
MEDIA = {"dy": "video", "wb": "social", "bili": "video", "bl": "video", "xhs": "social"}


def rows(source: Path) -> list[dict[str, Any]]:
    """Return the comments in the order of their times."""
    with gzip.open(source) as lines:
        return sorted((orjson.loads(line) for line in lines), key=lambda row: (row["t"], row["i"]))


def converted(comments: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """Yield (post, truth) for each comment with words."""
    taken: dict[tuple[str, str], int] = {}
    for row in comments:
        if not row["text"].strip():
            continue
        place = row["event"], row["platform"]
        number = taken[place] = taken.get(place, -1) + 1
        thread = blake2b(f"{place}{number // THREAD}".encode(), digest_size=8).hexdigest()
        post = {
            "id": f"c{row['i']}",
            "platform": PLATFORMS[row["platform"]],
            "media_type": MEDIA[row["platform"]],
            "text": row["text"],
            "published_at": datetime.fromtimestamp(row["t"], UTC).isoformat(),
            "parent_id": f"t{thread}",
        }
        yield post, {"id": post["id"], "platform": post["platform"], "incident": row["event"]}


def main(source: str, posts: str, truth: str) -> None:
    """Write the posts, and beside them what incident each belongs to."""
    with Path(posts).open("wb") as out, Path(truth).open("wb") as told:
        for post, fact in converted(rows(Path(source))):
            out.write(orjson.dumps(post) + b"\n")
            told.write(orjson.dumps(fact) + b"\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
