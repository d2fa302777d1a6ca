"""Where each line of a Word file goes: proposed here, decided by a person."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from guanlan.plan.word_import.reading import MARKS, Line

CHAPTER, CLAUSE, TEXT, SKIP = "chapter", "clause", "text", "skip"
PLACES = (CHAPTER, CLAUSE, TEXT, SKIP)

LONGEST_TITLE = 24
STOPS = "，。；：,;:！？"  # zh-data: punctuation


@dataclass
class Clause:
    """A clause as it was placed: the line that begins it, the lines that follow."""

    at: int
    title: str
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The clause's words; one that is only a title says it again."""
        return "\n".join(self.lines) or self.title


@dataclass
class Chapter:
    """A chapter as it was placed."""

    at: int
    title: str
    clauses: list[Clause] = field(default_factory=list)


def proposed(lines: tuple[Line, ...]) -> list[str]:
    """Return a place for each line, read off numbers and headings."""
    is_chapter = _chapters(lines)
    starts = [at for at, line in enumerate(lines) if not line.contents and is_chapter(line)] or [0]
    places = [SKIP] * starts[0]
    for start, end in pairwise([*starts, len(lines)]):
        places += [CHAPTER, *_inside(lines[start], lines[start + 1 : end])]
    return [SKIP if line.contents else place for line, place in zip(lines, places, strict=True)]


def built(lines: tuple[Line, ...], places: list[str]) -> list[Chapter]:
    """Return the chapters that the places make. What stands before the first chapter makes one of its own."""
    chapters: list[Chapter] = []
    for at, (line, place) in enumerate(zip(lines, places, strict=True)):
        if place == CHAPTER:
            chapters.append(Chapter(at, _title(line.bare)))
        elif place in (CLAUSE, TEXT):
            if not chapters:
                chapters.append(Chapter(at, _title(line.bare)))
            _put(chapters[-1], at, line, place)
    return [chapter for chapter in chapters if chapter.clauses]


def _put(chapter: Chapter, at: int, line: Line, place: str) -> None:
    if place == CLAUSE or not chapter.clauses:
        title, rest = _split(line.bare)
        chapter.clauses.append(Clause(at, title, [rest] if rest else []))
    else:
        chapter.clauses[-1].lines.append(line.text)


def _split(words: str) -> tuple[str, str]:
    """Return a clause's title and the rest: up to a colon, else its first words and all of it."""
    for colon in "：:":
        title, found, rest = words.partition(colon)
        if found and rest.strip() and len(title) <= LONGEST_TITLE:
            return title.strip(), rest.strip()
    if len(words) <= LONGEST_TITLE and not words.endswith("。"):
        return words, ""
    return _title(words), words


def _title(words: str) -> str:
    """Return the words as a title: whole if they are short and no sentence, else up to the first stop."""
    if len(words) <= LONGEST_TITLE and words[-1] not in STOPS:
        return words
    ends = [at for at, sign in enumerate(words[: LONGEST_TITLE + 1]) if sign in STOPS and at > 1]
    return words[: ends[0]] if ends else words[:LONGEST_TITLE] + "…"


def _chapters(lines: tuple[Line, ...]) -> Callable[[Line], bool]:
    """Return what tells a chapter in this file: 第一章, else its uppermost headings, else 一、, else 1."""
    body = [line for line in lines if not line.contents]
    if any(line.mark == "chapter" for line in body):
        return lambda line: line.mark == "chapter"
    depths = [line.heading for line in body if line.heading]
    repeated = [depth for depth in sorted(set(depths)) if depths.count(depth) > 1] or sorted(set(depths))
    if repeated:
        return lambda line: line.heading == repeated[0]
    for mark in ("cn", "number", "pair"):
        if any(line.mark == mark for line in body):
            return lambda line: line.mark == mark
    return lambda line: False


def _inside(chapter: Line, lines: tuple[Line, ...]) -> Iterator[str]:
    """Yield the places in a chapter: its uppermost headings or numbers begin clauses."""
    depths = [line.heading for line in lines if line.heading > chapter.heading]
    ranks = [name for name, _pattern in MARKS]
    marks = sorted({line.mark for line in lines if line.mark and not line.contents}, key=ranks.index)
    first = True
    for line in lines:
        begins = line.heading == min(depths) if depths else bool(marks) and line.mark == marks[0]
        yield CLAUSE if begins or first else TEXT
        first = first and line.contents
