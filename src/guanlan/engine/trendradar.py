"""Reads TrendRadar keyword files: groups of words as watches.

A blank line ends a group; plain words are any-of, `+` must, `!` must not, `@N` a cap on
results, `word => shown name`, `[name]` as a group's first line, `#` a comment, sections
`[GLOBAL_FILTER]` and `[WORD_GROUPS]`. TrendRadar looks at titles only, our watches at titles
and texts; its `!` excludes from every group, ours from its own group, with a warning.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from gettext import gettext as _
from typing import NamedTuple

from guanlan.engine.grammar import QueryError
from guanlan.engine.query import Watch, compile_watches

_REGEX = re.compile(r"[+!]?/.*/[a-z]*")
_CAP = re.compile(r"@\d+")


class Imported(NamedTuple):
    """The watches, and a sentence for each thing that will work differently."""

    watches: list[Watch]
    warnings: list[str]


@dataclass
class _Group:
    name: str = ""
    line: int = 0
    any_of: list[str] = field(default_factory=list)
    must: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)


def import_trendradar(text: str) -> Imported:
    """Return the file's watches; raise QueryError with a sentence naming the line."""
    warnings: list[str] = []
    excluded: list[str] = []
    watches: list[Watch] = []
    for group in _groups(text, excluded, warnings):
        if not (group.any_of or group.must):
            warnings.append(_("第 {line} 行：这一组只有排除词，没有导入。").format(line=group.line))
            continue
        if group.without:
            sentence = _("第 {line} 行：“!”在 TrendRadar 里对所有组生效，这里只排除本组。")
            warnings.append(sentence.format(line=group.line))
        watches.append(Watch(_free(group.name or (group.any_of + group.must)[0], watches), _query(group)))
    if not watches:
        raise QueryError(_("第 1 行：文件里没有可以导入的词组，请至少写一个词。"), 1)
    tail = "".join(f" NOT {_quoted(word)}" for word in excluded)
    watches = [Watch(watch.name, watch.query + tail) for watch in watches]
    compile_watches(watches)
    return Imported(watches, warnings)


def _groups(text: str, excluded: list[str], warnings: list[str]) -> Iterator[_Group]:
    """Yield groups with any content; collect GLOBAL_FILTER words and warnings on the way."""
    group, filtering = _Group(), False
    for number, raw in enumerate([*text.lstrip("\ufeff").splitlines(), ""], start=1):
        line = raw.strip()
        if line in ("", "[GLOBAL_FILTER]", "[WORD_GROUPS]"):
            if group.line:
                yield group
            group = _Group()
            filtering = line == "[GLOBAL_FILTER]" or (filtering and not line)
        elif not line.startswith("#"):
            word = _word(line, number, warnings)
            if filtering:
                excluded.extend([word.lstrip("!")] if word else [])
            else:
                group.line = group.line or number
                _place(word, group)


def _word(line: str, number: int, warnings: list[str]) -> str:
    """Return the line without its shown name; empty for a cap."""
    word = line.split("=>")[0].strip()
    if _REGEX.fullmatch(word):
        sentence = _("第 {line} 行：不支持正则表达式“{word}”，请改写成词。")
        raise QueryError(sentence.format(line=number, word=word), 1)
    if _CAP.fullmatch(word):
        warnings.append(
            _("第 {line} 行：数量上限“{word}”没有导入，命中全部保留。").format(line=number, word=word)
        )
        return ""
    if not word.lstrip("+!").strip():
        raise QueryError(_("第 {line} 行：符号后面缺少词。").format(line=number), 1)
    return word


def _place(word: str, group: _Group) -> None:
    if word.startswith("[") and word.endswith("]") and not (group.any_of or group.must or group.without):
        group.name = word[1:-1].strip()
    elif word.startswith("+"):
        group.must.append(word[1:].strip())
    elif word.startswith("!"):
        group.without.append(word[1:].strip())
    elif word:
        group.any_of.append(word)


def _query(group: _Group) -> str:
    parts = ["(" + " OR ".join(map(_quoted, group.any_of)) + ")"] if group.any_of else []
    parts += map(_quoted, group.must)
    return " AND ".join(parts) + "".join(f" NOT {_quoted(word)}" for word in group.without)


def _quoted(word: str) -> str:
    return f"\u300c{word}\u300d" if '"' in word else f'"{word}"'


def _free(name: str, watches: list[Watch]) -> str:
    taken = {watch.name for watch in watches}
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} {number}"
    return free
