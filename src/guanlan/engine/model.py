"""What the engine has learnt: one file of weights and thresholds, named by its content."""

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from gettext import gettext as _
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from guanlan.engine.lexicon import Lexicon
from guanlan.engine.ngrams import Array

CLASSES = ("negative", "neutral", "positive")
STANCE = "stance"
MAGIC = b"guanlan-model 2\n"
BUNDLED = "reading.model"
LANES, CACHE_LINE = 32, 64  # columns that are summed side by side; bytes


class BadModel(ValueError):
    """The file holds no model of ours, or not all of it; the message is a sentence."""


@dataclass(frozen=True)
class Head:
    """One question put to a text: its classes stand in columns `first` and following of the table.

    The score of a class is `scale * sum(table[rows]) / sqrt(len(rows)) + bias[class]`. From
    `working` per mille on `classes[0]` is said, or, of complaint categories, the likeliest.
    """

    name: str
    classes: tuple[str, ...]
    first: int
    scale: float
    bias: tuple[float, ...]
    working: int

    @property
    def columns(self) -> slice:
        """The head's columns of the table and of the scores."""
        return slice(self.first, self.first + len(self.classes))


class Line(NamedTuple):
    """How the stance scores of one platform are put right: `slope * score + shift`, a shift a class.

    From `working` per mille on, then, a post of it is called negative.
    """

    slope: float
    shifts: tuple[float, float, float]
    working: int


@dataclass(frozen=True, eq=False)
class Model:
    """Weights and thresholds of all heads, the stance first.

    `table` is int8 of shape (2**bits, all heads' classes). `origin` says what the stance was
    learnt from: source name -> number of texts, plus the seed. `sources` holds what people's
    corrections taught of single platforms.
    """

    table: Array
    heads: tuple[Head, ...]
    origin: dict[str, int]
    sources: Mapping[str, Line] = field(default_factory=dict)

    @cached_property
    def lexicon(self) -> Lexicon:
        """The words that events are told by; they ship beside the weights and are of no stance."""
        return Lexicon.load()

    @property
    def negative_at(self) -> int:
        """Per mille from which a post is called negative, where its platform has no point of its own."""
        return self.heads[0].working

    def negative_from(self, platform: str) -> int:
        """Return the per mille from which a post of `platform` is called negative."""
        line = self.sources.get(platform)
        return self.negative_at if line is None else line.working

    @property
    def bits(self) -> int:
        """How many bits of an n-gram's hash choose its row."""
        return int(self.table.shape[0]).bit_length() - 1

    @cached_property
    def lanes(self) -> Array:
        """The table as it is read fastest: int8 of shape (rows, blocks of columns, LANES), zeros behind.

        A block of a row lies in one line of the processor's cache.
        """
        rows, columns = self.table.shape
        blocks = -(-columns // LANES)
        room = np.zeros(rows * blocks * LANES + CACHE_LINE, np.int8)
        begin = -room.ctypes.data % CACHE_LINE
        lanes = room[begin : begin + rows * blocks * LANES].reshape(rows, blocks * LANES)
        lanes[:, :columns] = self.table
        return lanes.reshape(rows, blocks, LANES)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over every weight, threshold and word, in hexadecimal."""
        return hashlib.sha256((self._weights() + self.lexicon.fingerprint).encode()).hexdigest()

    def head(self, name: str) -> Head | None:
        """Return the head of that name; a company's own model may have the stance alone."""
        return next((head for head in self.heads if head.name == name), None)

    def corrected(self, sources: Mapping[str, Line]) -> "Model":
        """Return the same model with other `sources`; it has another fingerprint."""
        return replace(self, sources=dict(sources))

    def save(self, path: Path) -> None:
        """Write the model to `path`; the same model is the same bytes."""
        path.write_bytes(self.packed())

    def packed(self) -> bytes:
        """Return the bytes that `load` and `unpacked` read."""
        head = json.dumps(self._head() | {"fingerprint": self._weights()}, sort_keys=True)
        columns = np.ascontiguousarray(self.table.T)  # a head's weights together: they pack better
        return MAGIC + head.encode() + b"\n" + zlib.compress(columns.tobytes(), 9)

    @classmethod
    def load(cls, path: Path | None = None) -> "Model":
        """Return the model in `path`, or the one that ships. Raise BadModel if it is damaged."""
        if path is None:
            source = resources.files("guanlan.engine") / "bundle" / BUNDLED
            return cls.unpacked(source.read_bytes(), BUNDLED)
        if not path.is_file():
            raise BadModel(_("没有模型文件“{name}”，请检查路径。").format(name=path))
        return cls.unpacked(path.read_bytes(), str(path))

    @classmethod
    def unpacked(cls, content: bytes, name: str) -> "Model":
        """Return the model in `content`; `name` is what a refusal calls it. Raises BadModel."""
        if not content.startswith(MAGIC):
            raise BadModel(_("“{name}”不是观澜的模型文件，请用 guanlan train 生成。").format(name=name))
        try:
            line, packed = content[len(MAGIC) :].split(b"\n", 1)
            head = json.loads(line)
            columns = np.frombuffer(zlib.decompress(packed), np.int8).reshape(-1, head["rows"])
            model = cls(np.ascontiguousarray(columns.T), _heads(head), head["origin"], _sources(head))
            stated = head["fingerprint"]
        except (ValueError, KeyError, AttributeError, TypeError, zlib.error) as broken:
            raise BadModel(_damaged(name)) from broken
        if model._weights() != stated:
            raise BadModel(_damaged(name))
        return model

    def _weights(self) -> str:
        return hashlib.sha256(
            json.dumps(self._head(), sort_keys=True).encode() + self.table.tobytes()
        ).hexdigest()

    def _head(self) -> dict[str, Any]:
        return {
            "rows": int(self.table.shape[0]),
            "heads": [asdict(head) for head in self.heads],
            "origin": self.origin,
            "sources": {
                name: [line.slope, *line.shifts, line.working] for name, line in self.sources.items()
            },
        }


def _heads(written: dict[str, Any]) -> tuple[Head, ...]:
    return tuple(
        Head(**row | {"classes": tuple(row["classes"]), "bias": tuple(row["bias"])})
        for row in written["heads"]
    )


def _sources(written: dict[str, Any]) -> dict[str, Line]:
    return {
        name: Line(slope, (low, middle, high), working)
        for name, (slope, low, middle, high, working) in written["sources"].items()
    }


def _damaged(name: str) -> str:
    return _("模型文件“{name}”已损坏，内容与指纹不符，请重新复制或重新训练。").format(name=name)
