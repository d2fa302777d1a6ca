"""The shape of a batch of posts, and the one check of it."""

from gettext import gettext as _

import numpy as np
import pyarrow as pa
import pyarrow.compute

MEDIA_TYPES = ("news", "social", "video", "forum", "review", "complaint", "ticket")

COUNTS = ("likes", "comments", "reposts", "favourites", "views")

# Null means unknown everywhere, never zero. `author` is a keyed hash or any stable
# name; the engine only compares it.
SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("platform", pa.string(), nullable=False),
        pa.field("media_type", pa.string()),
        pa.field("url", pa.string()),
        pa.field("title", pa.string()),
        pa.field("text", pa.string()),
        pa.field("author", pa.string()),
        pa.field("author_followers", pa.int64()),
        pa.field("author_verified", pa.bool_()),
        pa.field("published_at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("region", pa.string()),
        *(pa.field(count, pa.int64()) for count in COUNTS),
        pa.field("parent_id", pa.string()),
        pa.field("repost_of", pa.string()),
    ]
)


class BadBatch(ValueError):
    """The batch breaks the schema; the message is a sentence that says where."""


def check(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return `batch` if the engine can read it; raise BadBatch otherwise.

    Required columns hold no nulls, every post has a text or a title, and counts
    are not negative.
    """
    if not batch.schema.equals(SCHEMA):
        raise BadBatch(_("这批帖文的列与规定不符，请按 engine.posts.SCHEMA 组织。"))
    for name in ("id", "platform", "published_at"):
        if batch.column(name).null_count:
            raise BadBatch(_("这批帖文的“{name}”列有空值，每条都必须有。").format(name=name))
    _refuse_wordless(batch)
    _refuse_negative(batch)
    return batch


def _refuse_wordless(batch: pa.RecordBatch) -> None:
    sizes = [
        pa.compute.binary_length(batch.column(name)).fill_null(0).to_numpy(zero_copy_only=False)
        for name in ("text", "title")
    ]
    wordless = np.flatnonzero(sizes[0] + sizes[1] == 0)
    if wordless.size:
        raise BadBatch(_("第 {row} 条帖文既没有正文也没有标题。").format(row=int(wordless[0]) + 1))


def _refuse_negative(batch: pa.RecordBatch) -> None:
    for name in COUNTS:
        lowest = pa.compute.min(batch.column(name)).as_py()
        if lowest is not None and lowest < 0:
            raise BadBatch(_("这批帖文的“{name}”有负数，未知请留空。").format(name=name))
