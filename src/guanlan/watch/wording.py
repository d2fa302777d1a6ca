"""The three boxes of the watch form, turned into a query: 品牌词 × 事件词 − 排除词."""

import re

from guanlan.engine.query import QueryError, Watch, compile_watches
from guanlan.errors import BadInput

_BETWEEN = re.compile(r"[\s,，、;；]+")  # zh-data: what people type between words


def words(box: str) -> list[str]:
    """Return the words of a box, each once, in their order."""
    return list(dict.fromkeys(word for word in _BETWEEN.split(box) if word))


def query_of(*, brand: str, matter: str, without: str) -> str:
    """Return the query that the three boxes mean; empty boxes ask for nothing."""
    groups = [_any_of(words(box)) for box in (brand, matter) if words(box)]
    query = " AND ".join(groups)
    return f"{query} NOT {_any_of(words(without))}" if words(without) and query else query


def check_query(query: str) -> None:
    """Raise BadInput with the column if the query cannot be read."""
    try:
        compile_watches([Watch("check", query)])
    except QueryError as wrong:
        raise BadInput(str(wrong)) from wrong


def _any_of(chosen: list[str]) -> str:
    quoted = [f'"{word}"' for word in (word.replace('"', "") for word in chosen) if word]
    return quoted[0] if len(quoted) == 1 else f"({' OR '.join(quoted)})"
