"""A snapshot as bytes: plain values as JSON, arrays behind it, nothing that executes."""

from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

_ARRAY = "__array__"


def pack(tree: dict[str, Any]) -> bytes:
    """Return a tree of dicts, lists, plain values and numpy arrays as bytes."""
    arrays: list[NDArray[Any]] = []
    head = orjson.dumps(_plain(tree, arrays))
    bodies = (np.ascontiguousarray(array).tobytes() for array in arrays)
    return b"".join([len(head).to_bytes(8, "big"), head, *bodies])


def unpack(packed: bytes) -> dict[str, Any]:
    """Return the tree that `pack` packed; arrays are fresh and writable."""
    end = 8 + int.from_bytes(packed[:8], "big")
    tree: dict[str, Any] = _filled(orjson.loads(packed[8:end]), packed, [end])
    return tree


def _plain(node: Any, arrays: list[NDArray[Any]]) -> Any:
    if isinstance(node, np.ndarray):
        arrays.append(node)
        return {_ARRAY: [node.dtype.str, list(node.shape)]}
    if isinstance(node, dict):
        return {key: _plain(value, arrays) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value, arrays) for value in node]
    return node


def _filled(node: Any, packed: bytes, at: list[int]) -> Any:
    """Return the node with its arrays, which stand in the packed bytes in the tree's own order."""
    if isinstance(node, dict) and _ARRAY in node:
        kind, shape = node[_ARRAY]
        size = int(np.prod(shape, dtype=np.int64))
        array = np.frombuffer(packed, kind, size, at[0]).reshape(shape).copy()
        at[0] += array.nbytes
        return array
    if isinstance(node, dict):
        return {key: _filled(value, packed, at) for key, value in node.items()}
    if isinstance(node, list):
        return [_filled(value, packed, at) for value in node]
    return node
