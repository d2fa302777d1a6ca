"""Whether watches take what their queries say: against an oracle that reads every post in full.

Ten brands' queries stand in tables/queries.csv twice: as a person types them, and in postfix. The
oracle knows neither the grammar nor the scan: it goes through the postfix words over each post's
normal form, by substring. `_` in it stands for a space within a term.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from gettext import gettext as _
from importlib import resources
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from guanlan.engine.corpus import REPOSTS
from guanlan.engine.grid import grid
from guanlan.engine.known_events import rows
from guanlan.engine.posts import SCHEMA
from guanlan.engine.query import Watch, compile_watches
from guanlan.engine.text import SEPARATOR, decode, normal_form, normalise

COMMENTS = "chnci_open.jsonl.gz"
EVERY = 12  # of CED's originals, with all their reposts; of the others the original alone
BATCH = 5_000
PLATFORMS = {"dy": "douyin", "wb": "weibo", "bl": "bilibili", "bili": "bilibili", "xhs": "xiaohongshu"}
VIDEO = ("douyin", "bilibili")

Post = dict[str, Any]


@dataclass(frozen=True)
class Query:
    """A brand's query as typed, and in postfix."""

    brand: str
    typed: str
    postfix: str


@dataclass(frozen=True)
class Row:
    """Posts that the oracle took, that the watch took, and that only one of them took."""

    brand: str
    oracle: int
    watch: int
    missed: int
    extra: int


@dataclass(frozen=True)
class Table:
    """The brands, over `posts` posts."""

    posts: int
    rows: tuple[Row, ...]

    def __str__(self) -> str:
        heads = [_("品牌"), _("帖文"), _("应命中"), _("命中"), _("漏"), _("多")]
        counts = ((row.oracle, row.watch, row.missed, row.extra) for row in self.rows)
        cells = [[f"{count:,}" for count in (self.posts, *line)] for line in counts]
        return grid(heads, [[row.brand, *line] for row, line in zip(self.rows, cells, strict=True)])


def evaluate_queries(folder: Path) -> Table | None:
    """Hold the queries against the posts in `folder`; None if it holds none."""
    posts = chain(weibo(folder / REPOSTS), comments(folder / COMMENTS))
    found = compared(queries(), posts)
    return found if found.posts else None


def queries() -> list[Query]:
    """Return the ten brands' queries."""
    written = (resources.files("guanlan.engine") / "tables" / "queries.csv").read_text("utf-8")
    return [Query(row["brand"], row["query"], row["postfix"]) for row in csv.DictReader(written.splitlines())]


def weibo(path: Path) -> Iterator[Post]:
    """Yield CED's originals, and every EVERY-th one's reposts."""
    if not path.is_file():
        return
    for place, row in enumerate(rows(path, "id", "text", "reposts")):
        user = row.get("user")
        region = user.get("location") if isinstance(user, dict) else None
        yield _post(row["text"], "weibo", author=row["id"].rpartition("_")[2], region=region)
        for _delay, author, _id, _parent, text in row["reposts"] if place % EVERY == 0 else ():
            yield _post(text, "weibo", author=author)


def comments(path: Path) -> Iterator[Post]:
    """Yield CHNCI's comments under the title of what they are about."""
    if path.is_file():
        for row in rows(path, "text", "event", "platform"):
            yield _post(row["text"], PLATFORMS[row["platform"]], title=row["event"])


def _post(text: str, platform: str, **values: str | None) -> Post:
    return {
        "text": text,
        "platform": platform,
        "media_type": "video" if platform in VIDEO else "social",
        **values,
    }


def compared(asked: Sequence[Query], posts: Iterator[Post]) -> Table:
    """Match batch by batch; ask the oracle of each post."""
    matcher = compile_watches([Watch(query.brand, query.typed) for query in asked])
    count, figures = 0, Counter[tuple[str, str]]()
    while some := list(islice(posts, BATCH)):
        batch = _batch(some)
        texts = normalise(batch.column("title"), batch.column("text"))
        taken = {(hit.post, hit.watch) for hit in matcher.match(texts, batch)}
        for place, post in enumerate(some):
            said = decode(texts.named[texts.starts[place] : texts.starts[place + 1]])
            for query in asked:
                pair = oracle(query.postfix, said, post), (place, query.brand) in taken
                figures[query.brand, {(True, True): "both", (True, False): "missed"}.get(pair, "extra")] += (
                    any(pair)
                )
        count += len(some)
    return Table(count, tuple(_row(query.brand, figures) for query in asked))


def _row(brand: str, figures: Counter[tuple[str, str]]) -> Row:
    both, missed, extra = (figures[brand, kind] for kind in ("both", "missed", "extra"))
    return Row(brand, both + missed, both + extra, missed, extra)


def oracle(postfix: str, said: str, post: Post) -> bool:
    """Whether a query in postfix takes a post whose normal form is `said`: title, separator, text."""
    title, _separator, text = said.partition(chr(SEPARATOR))
    stack: list[Any] = []
    for word in postfix.split():
        if word == "NOT":
            stack.append(not _true(stack.pop(), title, text, post))
        elif word in ("AND", "OR"):
            right, left = (_true(stack.pop(), title, text, post) for _side in range(2))
            stack.append(left and right if word == "AND" else left or right)
        elif word.startswith("NEAR/"):
            right, left = stack.pop(), stack.pop()
            stack.append(any(_near(left, right, int(word[5:]), field) for field in (title, text)))
        else:
            stack.append(word.replace("_", " "))
    (last,) = stack
    return _true(last, title, text, post)


def _true(one: Any, title: str, text: str, post: Post) -> bool:
    """Return what an operator left, or whether the post has the term."""
    if isinstance(one, bool):
        return one
    field, colon, words = str(one).partition(":")
    if not colon:
        return one in title or one in text
    if field == "title":
        return words in title
    value = normal_form(post.get("media_type" if field == "media" else field) or "").strip()
    return words in value if field == "region" else words == value


def _near(left: str, right: str, distance: int, field: str) -> bool:
    """Whether both stand in the field, not overlapping, with at most `distance` characters between."""
    pairs = ((one, two) for one in _places(left, field) for two in _places(right, field))
    gaps = (two - one - len(left) if one <= two else one - two - len(right) for one, two in pairs)
    return any(0 <= gap <= distance for gap in gaps)


def _places(words: str, field: str) -> list[int]:
    return [at for at in range(len(field) - len(words) + 1) if field.startswith(words, at)]


def _batch(posts: Sequence[Post]) -> pa.RecordBatch:
    blank = dict.fromkeys(SCHEMA.names) | {"id": "-", "published_at": datetime(2026, 1, 1, tzinfo=UTC)}
    return pa.RecordBatch.from_pylist([blank | post for post in posts], schema=SCHEMA)
