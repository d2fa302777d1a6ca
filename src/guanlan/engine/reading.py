"""What one batch says, before it meets what came earlier: texts, hits, the model's judgement, copies."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from guanlan.engine import demands, harm
from guanlan.engine.duplicates import Duplicates
from guanlan.engine.heads import judge
from guanlan.engine.model import STANCE, Model
from guanlan.engine.opinions import Opinions, opinions
from guanlan.engine.posts import COUNTS, MEDIA_TYPES
from guanlan.engine.query import Hits, Matcher
from guanlan.engine.seen import Keys, Seen, fingerprints
from guanlan.engine.signs import Sign
from guanlan.engine.stance import is_negative
from guanlan.engine.text import Texts, normalise

WORDS = ("id", "platform", "author", "url", "title", "text")
_JOINT = "\x1f"  # between platform and id where one string must name a post


@dataclass(frozen=True)
class Reading:
    """A batch's columns beside what was read from them; one place per post, in order."""

    texts: Texts
    keys: Keys  # fingerprint of (platform, id)
    parents: Keys  # of (platform, parent_id), 0 for none
    origins: Keys  # of (platform, repost_of), 0 for none
    authors: Keys  # 0 unknown
    addresses: Keys  # 0 unknown
    at: NDArray[np.int64]  # published, microseconds since 1970
    clocks: NDArray[np.int64]  # event time when the post comes
    known: NDArray[np.bool_]
    hits: Hits
    negative: NDArray[np.bool_]  # whether the model calls it so
    opinions: Opinions
    harms: dict[int, tuple[Sign, ...]]
    demands: dict[int, tuple[Sign, ...]]
    copies: Mapping[int, tuple[str, int]]  # of the copies only: (id, key) of the original
    numbers: dict[str, list[int]]  # counts and followers, -1 unknown; media's place in MEDIA_TYPES
    words: dict[str, list[Any]]  # of WORDS, as they came

    def active(self) -> NDArray[np.int64]:
        """Return the posts that may concern a watch, or that move event time to another minute."""
        busy = self.known | (self.parents != 0) | (self.origins != 0)
        busy[self.hits.posts] = True
        minutes = self.clocks // 60_000_000
        busy[1:] |= minutes[1:] != minutes[:-1]
        busy[:1] = True
        return np.flatnonzero(busy)


def read(
    batch: pa.RecordBatch, clock: int, seen: Seen, matcher: Matcher, model: Model, duplicates: Duplicates
) -> Reading:
    """Read a checked batch that comes at event time `clock` (microseconds)."""
    texts = normalise(batch.column("title"), batch.column("text"))
    platforms, ids = batch.column("platform"), batch.column("id")
    at = batch.column("published_at").cast(pa.int64()).to_numpy()
    clocks = np.maximum.accumulate(np.maximum(at, clock))
    keys = fingerprints(platforms, ids)
    known = seen.visit(keys, clocks)
    judged = judge(texts, model, platforms.to_pylist())
    negative = is_negative(judged[STANCE], model, platforms.to_pylist())
    return Reading(
        texts,
        keys,
        fingerprints(platforms, batch.column("parent_id")),
        fingerprints(platforms, batch.column("repost_of")),
        fingerprints(batch.column("author")),
        fingerprints(batch.column("url")),
        at,
        clocks,
        known,
        matcher.find(texts, batch),
        negative,
        opinions(judged, model, negative),
        harm.signs().find(texts, _years(at)),
        demands.signs().find(texts, _years(at)),
        _copies(batch, texts, clocks, known, duplicates),
        _numbers(batch),
        {name: batch.column(name).to_pylist() for name in WORDS},
    )


def _years(at: NDArray[np.int64]) -> NDArray[np.int64]:
    return at.astype("datetime64[us]").astype("datetime64[Y]").astype(np.int64) + 1970


def _numbers(batch: pa.RecordBatch) -> dict[str, list[int]]:
    names = (*COUNTS, "author_followers")
    numbers = {name: batch.column(name).fill_null(-1).to_pylist() for name in names}
    places = pa.compute.index_in(batch.column("media_type"), pa.array(MEDIA_TYPES))
    return {**numbers, "media": places.fill_null(-1).to_pylist()}


def _copies(
    batch: pa.RecordBatch,
    texts: Texts,
    clocks: NDArray[np.int64],
    known: NDArray[np.bool_],
    duplicates: Duplicates,
) -> dict[int, tuple[str, int]]:
    """Find the copies among the posts that were not seen before."""
    fresh = np.flatnonzero(~known)
    if fresh.size < known.size:
        batch = batch.take(pa.array(fresh))
        texts = normalise(batch.column("title"), batch.column("text"))
    platforms, ids = batch.column("platform").to_pylist(), batch.column("id").to_pylist()
    names = [platform + _JOINT + post for platform, post in zip(platforms, ids, strict=True)]
    originals = duplicates.feed(texts, names, clocks[fresh])
    places = [place for place, original in enumerate(originals) if original is not None]
    if not places:
        return {}
    named = [original.partition(_JOINT) for original in originals if original is not None]
    found = [post for _platform, _joint, post in named]
    keys = fingerprints(pa.array([platform for platform, _joint, _post in named]), pa.array(found))
    return dict(zip(fresh[places].tolist(), zip(found, keys.tolist(), strict=True), strict=True))
