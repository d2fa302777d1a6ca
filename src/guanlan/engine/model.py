"""What the engine has learnt: one file of weights and thresholds, named by its content."""

import hashlib
import json
import zlib
from dataclasses import dataclass
from functools import cached_property
from gettext import gettext as _
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from guanlan.engine.lexicon import Lexicon
from guanlan.engine.ngrams import Array

CLASSES = ("negative", "neutral", "positive")
MAGIC = b"guanlan-model 1\n"
BUNDLED = "stance.model"


class BadModel(ValueError):
    """The file holds no model of ours, or not all of it; the message is a sentence."""


@dataclass(frozen=True, eq=False)
class Model:
    """Weights, scale and thresholds of the stance head.

    `table` is int8 of shape (2**bits, 3), classes in the order of CLASSES. The score of a
    class is `scale * sum(table[rows]) / sqrt(len(rows)) + bias[class]`, calibration included.
    A post is called negative from `negative_at` per mille on. `origin` says what the
    weights were learnt from: source name -> number of texts, plus the seed.
    """

    table: Array
    scale: float
    bias: tuple[float, float, float]
    negative_at: int
    origin: dict[str, int]

    @cached_property
    def lexicon(self) -> Lexicon:
        """The words that events are told by; they ship beside the weights and are of no stance."""
        return Lexicon.load()

    @property
    def bits(self) -> int:
        """How many bits of an n-gram's hash choose its row."""
        return int(self.table.shape[0]).bit_length() - 1

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over every weight, threshold and word, in hexadecimal."""
        return hashlib.sha256((self._weights() + self.lexicon.fingerprint).encode()).hexdigest()

    def save(self, path: Path) -> None:
        """Write the model to `path`; the same model is the same bytes."""
        head = json.dumps(self._head() | {"fingerprint": self._weights()}, sort_keys=True)
        packed = zlib.compress(self.table.tobytes(), 9)
        path.write_bytes(MAGIC + head.encode() + b"\n" + packed)

    @classmethod
    def load(cls, path: Path | None = None) -> "Model":
        """Return the model in `path`, or the one that ships. Raise BadModel if it is damaged."""
        if path is None:
            source = resources.files("guanlan.engine") / "bundle" / BUNDLED
            return _read(source.read_bytes(), BUNDLED)
        if not path.is_file():
            raise BadModel(_("没有模型文件“{name}”，请检查路径。").format(name=path))
        return _read(path.read_bytes(), str(path))

    def _weights(self) -> str:
        return _fingerprint(self._head(), self.table.tobytes())

    def _head(self) -> dict[str, Any]:
        return {
            "rows": int(self.table.shape[0]),
            "scale": self.scale,
            "bias": list(self.bias),
            "negative_at": self.negative_at,
            "origin": self.origin,
        }


def _fingerprint(head: dict[str, Any], table: bytes) -> str:
    return hashlib.sha256(json.dumps(head, sort_keys=True).encode() + table).hexdigest()


def _read(content: bytes, name: str) -> Model:
    if not content.startswith(MAGIC):
        raise BadModel(_("“{name}”不是观澜的模型文件，请用 guanlan train 生成。").format(name=name))
    try:
        line, packed = content[len(MAGIC) :].split(b"\n", 1)
        head = json.loads(line)
        table = zlib.decompress(packed)
        stated = head.pop("fingerprint")
    except (ValueError, KeyError, AttributeError, zlib.error) as broken:
        raise BadModel(_damaged(name)) from broken
    if _fingerprint(head, table) != stated:
        raise BadModel(_damaged(name))
    weights = np.frombuffer(table, np.int8).reshape(head["rows"], len(CLASSES))
    low, middle, high = head["bias"]
    return Model(weights, head["scale"], (low, middle, high), head["negative_at"], head["origin"])


def _damaged(name: str) -> str:
    return _("模型文件“{name}”已损坏，内容与指纹不符，请重新复制或重新训练。").format(name=name)
