"""Watches written in a file: our own YAML, or keywords as TrendRadar has them."""

from dataclasses import replace
from gettext import gettext as _
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from guanlan.engine.posts import MEDIA_TYPES
from guanlan.engine.query import QueryError, Watch, compile_watches
from guanlan.engine.trendradar import Imported, import_trendradar
from guanlan.errors import BadInput

NAME = 60

Words = Annotated[str, Field(min_length=1, max_length=NAME)]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: Words
    query: Annotated[str, Field(min_length=1)]
    media: list[str] | None = None
    owner: str | None = None


def read_watches(path: Path) -> list[Watch]:
    """Return the watches of `watches: [{name, query, media?, owner?}]`, or of a .txt of keywords.

    Raise BadInput with file and line for whatever cannot be read; `owner` is for people
    and changes nothing here.
    """
    if path.suffix == ".txt":
        return read_keywords(_bytes(path), path.name).watches
    written = _list(path)
    watches: list[Watch] = []
    for place in range(len(written)):
        line = written.lc.item(place)[0] + 1
        watches.append(_watch(written[place], path.name, line))
        if watches[-1].name in {watch.name for watch in watches[:-1]}:
            sentence = _("{file} 第 {line} 行：监测方案“{name}”写了两遍，请改名或删去一个。")
            raise BadInput(sentence.format(file=path.name, line=line, name=watches[-1].name))
    return watches


def read_keywords(raw: bytes, file: str) -> Imported:
    """Return the watches of a TrendRadar keyword file, with a warning for what works differently.

    Raise BadInput with file and line.
    """
    try:
        watches, warnings = import_trendradar(_text(raw, file))
    except QueryError as wrong:
        raise BadInput(f"{file} {wrong.message}") from None
    return Imported([replace(watch, name=watch.name[:NAME]) for watch in watches], warnings)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise BadInput(_("没有文件 {path}，请检查路径。").format(path=path)) from None


def _text(raw: bytes, file: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadInput(
            _("{file} 第 {line} 行：不是 UTF-8 编码，请用 UTF-8 另存后再试。").format(file=file, line=line)
        ) from None


def _list(path: Path) -> CommentedSeq:
    try:
        tree = YAML(typ="rt").load(_text(_bytes(path), path.name))
    except YAMLError as error:
        mark = error.problem_mark or error.context_mark if isinstance(error, MarkedYAMLError) else None
        sentence = _("{file} 第 {line} 行：这里的 YAML 读不懂，请检查缩进、冒号后的空格和成对的引号。")
        raise BadInput(sentence.format(file=path.name, line=mark.line + 1 if mark else 1)) from None
    found = tree.get("watches") if isinstance(tree, CommentedMap) else None
    if not isinstance(found, CommentedSeq) or not found:
        sentence = _("{file} 第 1 行：没有监测方案，请写成 watches: [{{name: 名称, query: 查询}}]。")
        raise BadInput(sentence.format(file=path.name))
    return found


def _watch(written: object, file: str, line: int) -> Watch:
    place = _place(file, line)
    try:
        found = _Written.model_validate(written)
    except ValidationError as wrong:
        key = ".".join(str(part) for part in wrong.errors()[0]["loc"]) or "watches"
        sentence = _("{place}：“{key}”写得不对；每个监测方案要有 name 和 query，可以有 media 和 owner。")
        raise BadInput(sentence.format(place=place, key=key)) from None
    strange = [medium for medium in found.media or () if medium not in MEDIA_TYPES]
    if strange:
        sentence = _("{place}：没有媒体类型“{medium}”，可用的有 {known}。")
        raise BadInput(sentence.format(place=place, medium=strange[0], known=" ".join(MEDIA_TYPES)))
    watch = Watch(found.name, found.query, tuple(found.media) if found.media else None)
    try:
        compile_watches([watch])
    except QueryError as wrong:
        assert isinstance(written, CommentedMap)
        place = _place(file, written.lc.value("query")[0] + 1)
        raise BadInput(f"{place}，query {wrong.message}") from None
    return watch


def _place(file: str, line: int) -> str:
    return _("{file} 第 {line} 行").format(file=file, line=line)
