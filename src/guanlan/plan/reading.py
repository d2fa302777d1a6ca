"""Reads a plan from YAML; whatever is wrong is said with its line and column."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from gettext import gettext as _
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode
from ruamel.yaml.reader import ReaderError

from guanlan.errors import BadInput
from guanlan.plan.document import PlanDocument
from guanlan.plan.mistakes import explain
from guanlan.plan.placeholders import mistakes

LONGEST_FILE = 500_000
ZIP = b"PK\x03\x04"  # what XLSX and DOCX begin with, whatever their name

Path = tuple[str | int, ...]
Place = tuple[int, int]


@dataclass(frozen=True)
class Problem:
    """One mistake; line and column count from 1."""

    line: int
    column: int
    sentence: str

    def __str__(self) -> str:
        return _("第 {line} 行第 {column} 列：{sentence}").format(
            line=self.line, column=self.column, sentence=self.sentence
        )


class BadPlan(BadInput):
    """The file is no plan; `problems` holds every mistake found, in the file's order."""

    def __init__(self, problems: list[Problem], name: str) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.line, problem.column)))
        sentence = _("{name} {problem}").format(name=name, problem=self.problems[0])
        if len(self.problems) > 1:
            sentence += _("（另有 {count} 处问题。）").format(count=len(self.problems) - 1)
        super().__init__(sentence)


@dataclass(frozen=True)
class Reading:
    """A plan and where it is written: every line on which a key stands, in the file's order."""

    document: PlanDocument
    lines: dict[str, tuple[int, ...]]


def read(content: bytes, name: str) -> Reading:
    """Read a plan from the bytes of a YAML file; raise BadPlan with every mistake in it.

    `name` is what the sentences call the file.
    """
    try:
        return _read(content)
    except BadPlan as bad:
        raise BadPlan(list(bad.problems), name) from bad.__cause__


# Reading costs a third of a second, and one file is read when it is drafted, shown and published.
@lru_cache(maxsize=8)
def _read(content: bytes) -> Reading:
    name = ""
    text = _decode(content, name)
    plain, places = _load(text, name)
    problems = [
        Problem(*_placeholder(text, _place(places, path), written), sentence)
        for path, written, sentence in dict.fromkeys(mistakes(plain))
    ]
    try:
        document = PlanDocument.model_validate(plain)
    except ValidationError as error:
        problems += [Problem(*_place(places, path), sentence) for path, sentence in explain(error)]
        raise BadPlan(problems, name) from error
    if problems:
        raise BadPlan(problems, name)
    return Reading(document, _lines(plain, places))


def _decode(content: bytes, name: str) -> str:
    if len(content) > LONGEST_FILE:
        sentence = _("文件超过 {limit} 字节，不像一份预案，请检查是否选错了文件。").format(limit=LONGEST_FILE)
        raise BadPlan([Problem(1, 1, sentence)], name)
    if not content.strip():
        raise BadPlan([Problem(1, 1, _("文件是空的，请检查是否选错了文件。"))], name)
    if content.startswith(ZIP):
        sentence = _("这是 Excel、Word 或压缩文件，不是预案的 YAML 文件，请选 .yaml 文件。")
        raise BadPlan([Problem(1, 1, sentence)], name)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _line_and_column(content[: error.start].decode("utf-8-sig", "replace"))
        sentence = _("这里不是 UTF-8 编码，请用 UTF-8 另存后再导入。")
        raise BadPlan([Problem(line, column, sentence)], name) from error


def _line_and_column(before: str) -> Place:
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def _load(text: str, name: str) -> tuple[dict[str, Any], dict[Path, Place]]:
    try:
        tree = YAML(typ="rt").load(text)
    except (YAMLError, RecursionError, TypeError, ValueError) as error:
        raise BadPlan([_syntax_problem(error, text)], name) from error
    if not isinstance(tree, CommentedMap):
        sentence = _("预案应是一组“键: 值”，开头应有 meta、organisation、levels 等部分。")
        raise BadPlan([Problem(1, 1, sentence)], name)
    places: dict[Path, Place] = {(): (1, 1)}
    plain: dict[str, Any] = _plain(tree, (), places, name)
    return plain, places


def _syntax_problem(error: Exception, text: str) -> Problem:
    mark = error.problem_mark or error.context_mark if isinstance(error, MarkedYAMLError) else None
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if isinstance(error, DuplicateKeyError):
        written = text.splitlines()[line - 1][column - 1 :].split(":")[0]
        return Problem(line, column, _("“{key}”写了两遍，请只留一处。").format(key=written))
    if isinstance(error, ReaderError):
        line, column = _line_and_column(text[: error.position])
        return Problem(line, column, _("这里有看不见的控制字符，请删去。"))
    if isinstance(error, RecursionError):
        return Problem(line, column, _("括号或缩进套得太深，请改成普通的列表。"))
    if isinstance(error, TypeError):
        line, column = _unusable_key(YAML(typ="rt").compose(text)) or (line, column)
        return Problem(line, column, _not_a_word())
    return Problem(line, column, _("这里的 YAML 读不懂，请检查缩进、冒号后的空格和成对的引号、括号。"))


def _not_a_word() -> str:
    return _("冒号左边只能是一个词，不能是列表或一组“键: 值”。")


def _unusable_key(node: Node) -> Place | None:
    """Where a list or mapping stands in a key's place."""
    pairs = node.value if isinstance(node, MappingNode) else ()
    for key, _value in pairs:
        if not isinstance(key, ScalarNode):
            return key.start_mark.line + 1, key.start_mark.column + 1
    children = [value for _key, value in pairs] if pairs else node.value
    found = (_unusable_key(child) for child in children if isinstance(child, CollectionNode))
    return next(filter(None, found), None)


def _plain(node: Any, path: Path, places: dict[Path, Place], name: str) -> Any:
    """Turn a round-trip tree into plain values, noting where each begins."""
    if isinstance(node, CommentedMap | CommentedSeq) and _shared(node):
        sentence = _("预案里不能用锚点（&）、别名（*）和合并（<<），请把内容写全。")
        raise BadPlan([Problem(*places[path], sentence)], name)
    if isinstance(node, CommentedMap):
        for key in node:
            line, column = node.lc.key(key)
            places[(*path, key, "")] = (line + 1, column + 1)
            if isinstance(key, tuple | Mapping):
                raise BadPlan([Problem(line + 1, column + 1, _not_a_word())], name)
            line, column = node.lc.value(key)
            places[(*path, key)] = (line + 1, column + 1)
        return {key: _plain(value, (*path, key), places, name) for key, value in node.items()}
    if isinstance(node, CommentedSeq):
        for index in range(len(node)):
            line, column = node.lc.item(index)
            places[(*path, index)] = (line + 1, column + 1)
        return tuple(_plain(value, (*path, index), places, name) for index, value in enumerate(node))
    return str(node) if isinstance(node, str) else node


def _shared(node: CommentedMap | CommentedSeq) -> bool:
    """Whether other parts repeat this one, or it takes in keys written elsewhere."""
    merged = isinstance(node, CommentedMap) and set(node) > set(node.lc.data or ())
    return merged or node.yaml_anchor() is not None


def _place(places: dict[Path, Place], path: Path) -> Place:
    """Where the nearest written ancestor of `path` stands."""
    while path not in places:
        path = path[:-1]
    return places[path]


def _placeholder(text: str, place: Place, written: str) -> Place:
    """Where a placeholder stands in the value that begins at `place`."""
    line, column = place
    for number, row in enumerate(text.split("\n")[line - 1 :], start=line):
        found = row.find(written, column - 1 if number == line else 0)
        if found >= 0:
            return number, found + 1
    return place


def _lines(plain: dict[str, Any], places: dict[Path, Place]) -> dict[str, tuple[int, ...]]:
    lines: dict[str, tuple[int, ...]] = {}
    for key, path in _keys(plain, ()):
        lines[key] = (*lines.get(key, ()), places[path][0])
    return lines


def _keys(node: Any, path: Path) -> Iterator[tuple[str, Path]]:
    if isinstance(node, dict):
        if isinstance(node.get("key"), str):
            yield node["key"], (*path, "key")
        for name, value in node.items():
            yield from _keys(value, (*path, name))
    if isinstance(node, tuple):
        for index, value in enumerate(node):
            yield from _keys(value, (*path, index))
