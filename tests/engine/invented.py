"""An invented company's stream, batches of it, and a model that calls posts with 气死 negative."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa

from guanlan.engine.model import CLASSES, Head, Model
from guanlan.engine.ngrams import SEED, extend, row_of
from guanlan.engine.pipeline import Analyser
from guanlan.engine.posts import SCHEMA
from guanlan.engine.query import Watch
from guanlan.engine.severity import Criterion, HardTrigger, Table

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
BITS = 12

MALL = Watch("观澜商城", "观澜商城", own_accounts=("观澜商城客服",))
REFUND = "观澜商城退款拖了半个月，客服只会说再等等，气死"
LEAK = "听说观澜商城把会员的手机号、收货地址和身份证照片卖给了骗子集团，气死"
PRAISE = "观澜商城的快递小哥冒着大雨把冰箱扛上六楼"
OTHERS = "今天公园里的樱花开得真好，人也不多"

TABLE = Table(
    levels=("I", "II", "III", "IV"),
    criteria=(
        Criterion("volume", "负面帖文", "negative_24h", (("II", 60), ("III", 20), ("IV", 5))),
        Criterion("touch", "单帖互动", "top_interactions", (("III", 1_000),)),
    ),
    triggers=(HardTrigger("hurt", "伤亡", "death_or_injury", "I"),),
)


def model() -> Model:
    table = np.zeros((1 << BITS, 3), np.int8)
    state = SEED
    for character in "气死":
        state = extend(state, np.uint32(ord(character)))
    table[row_of(state, BITS), 0] = 127
    return Model(table, (Head("stance", CLASSES, 0, 1.0, (-4.0, 0.0, -4.0), 500),), {"invented": 1})


def post(number: int, minute: float, text: str, **values) -> dict:
    at = START + timedelta(minutes=minute)
    return {"id": f"p{number}", "platform": "微博", "text": text, "published_at": at, **values}


def batch(posts: list[dict]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(posts, schema=SCHEMA)


def analyser(table: Table | None = TABLE, watches=(MALL,)) -> Analyser:
    return Analyser(model(), watches, table)


def stream(posts: int = 900) -> list[dict]:
    """Two matters, praise, unrelated posts, copies, threads, short posts, sights and late posts."""
    found = []
    texts = (REFUND, LEAK, PRAISE, OTHERS)
    for i in range(posts):
        kind = (i * i + i // 7) % 11
        minute = i * 4.7 - (200 if kind == 9 else 0)
        tail = "".join(chr(0x5000 + (i * 31 + 17 * j) % 4000) for j in range(6))
        values = {"author": f"u{i * 13 % 97}", "likes": i * 7 % 400 if kind % 2 else None}
        if kind == 4:
            found.append(
                post(i, minute, "观澜商城气死" + tail + tail[::-1], parent_id=f"t{i // 90}", **values)
            )
        elif kind == 5:
            found.append(post(i, minute, tail, parent_id=f"p{max(i - 11, 0)}", **values))
        elif kind == 6:
            found.append(post(max(i - 60, 0), minute, REFUND, likes=i))
        elif kind == 7:
            found.append(post(i, minute, f"转//@u{(i - 5) * 13 % 97}：{REFUND}{REFUND}", **values))
        elif kind == 8:
            found.append(post(i, minute, "观澜商城退钱" + tail[:1], **values))
        else:
            found.append(post(i, minute, texts[kind % 4] + tail + texts[kind % 4][::-1], **values))
    return found
