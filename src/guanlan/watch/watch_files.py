"""Watches written in a YAML file, for the commands that need no database."""

from gettext import gettext as _
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from guanlan.engine.posts import MEDIA_TYPES
from guanlan.engine.query import QueryError, Watch, compile_watches
from guanlan.errors import BadInput

Words = Annotated[str, Field(min_length=1, max_length=60)]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: Words
    query: Annotated[str, Field(min_length=1)]
    media: list[str] | None = None
    owner: str | None = None


def read_watches(path: Path) -> list[Watch]:
    """Return the watches of `watches: [{name, query, media?, owner?}]`.

    Raise BadInput with file and line for whatever cannot be read; `owner` is for people
    and changes nothing here.
    """
    written = _list(path)
    watches: list[Watch] = []
    for place in range(len(written)):
        line = written.lc.item(place)[0] + 1
        watches.append(_watch(written[place], path.name, line))
        if watches[-1].name in {watch.name for watch in watches[:-1]}:
            sentence = _("{file} 第 {line} 行：监测方案“{name}”写了两遍，请改名或删去一个。")
            raise BadInput(sentence.format(file=path.name, line=line, name=watches[-1].name))
    return watches


def _list(path: Path) -> CommentedSeq:
    try:
        tree = YAML(typ="rt").load(path.read_text("utf-8-sig"))
    except OSError:
        raise BadInput(_("没有文件 {path}，请检查路径。").format(path=path)) from None
    except UnicodeDecodeError:
        raise BadInput(
            _("{file} 第 1 行：不是 UTF-8 编码，请用 UTF-8 另存后再试。").format(file=path.name)
        ) from None
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
