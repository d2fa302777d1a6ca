"""What a document is made of: plain frozen data, in the order in which it is read.

Numbers, times and names arrive as the words to print; the packages above know how to say them.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Run:
    """Words, and what proves them: numbers of sources, 「[帖 1、3]」, or codes of rolls, 「[单 2]」.

    A roll without a number has no mark: the words themselves lead to it.
    """

    words: str
    posts: tuple[int, ...] = ()
    strong: bool = False
    rolls: tuple[str, ...] = ()


Text = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """The confirmed level: a numeral, a word and the plan's colour (#RRGGBB), never the colour alone."""

    numeral: str
    word: str
    colour: str


@dataclass(frozen=True, slots=True)
class Heading:
    """Opens a section; the note stands small at the right end.

    A `chapter` is larger and stands in the table of contents; a `fresh` one begins a page.
    """

    words: str
    note: str = ""
    chapter: bool = False
    fresh: bool = False
    kind: Literal["heading"] = field(default="heading", init=False)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; `lead` is the one sentence that says it all, under the title."""

    text: Text
    lead: bool = False
    kind: Literal["paragraph"] = field(default="paragraph", init=False)


@dataclass(frozen=True, slots=True)
class KeyValues:
    """Label and text, row by row: facts of a case, or a time and what was done."""

    rows: tuple[tuple[str, Text], ...]
    kind: Literal["key_values"] = field(default="key_values", init=False)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number that matters, with its unit and what it counts; not known: value 「未知」, no unit."""

    label: str
    value: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """A few numbers side by side, at most four."""

    items: tuple[Figure, ...]
    kind: Literal["figures"] = field(default="figures", init=False)


@dataclass(frozen=True, slots=True)
class Column:
    """Head of a table's column; `share` is its width relative to the others."""

    head: str
    unit: str = ""
    numeric: bool = False
    share: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, as many in each row as there are columns."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Text, ...], ...]
    kind: Literal["table"] = field(default="table", init=False)


@dataclass(frozen=True, slots=True)
class Chart:
    """One ECharts option, the message as its title, and the table of the same numbers.

    `option` is JSON only (no functions): the browser and the embedded V8 draw the very same.
    `height` is in CSS pixels at a width of 650; `note` explains lines and units, or a missing source.
    """

    title: str
    option: dict[str, Any]
    table: Table
    legend: tuple[tuple[str, str], ...] = ()  # name, #RRGGBB
    note: str = ""
    height: int = 176
    rolls: tuple[str, ...] = ()  # what the title's numbers count
    kind: Literal["chart"] = field(default="chart", init=False)


Block = Heading | Paragraph | KeyValues | Figures | Table | Chart


@dataclass(frozen=True, slots=True)
class Post:
    """A source that text may point to by its number; the author is masked already."""

    number: int
    platform: str
    author: str
    at: str
    text: str
    url: str = ""
    page: str = ""  # our own page of it, below the document's `address`


@dataclass(frozen=True, slots=True)
class Roll:
    """The posts that one figure counts, or the rows given by persons, by their keys: what many are proved by.

    `sha256` is that of the sorted keys, a line each (`frozen.roll_bytes`). With a `number` it stands
    in the document's table of rolls; without one only its page has it.
    """

    code: str
    counts: str  # what is counted, in words
    keys: tuple[str, ...]
    sha256: str
    number: int = 0
    page: str = ""  # below the document's `address`
    shown: str = ""  # keys to print, where there is no page
    of: Literal["posts", "days"] = "posts"  # what the keys are of


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed as what; an empty `at` leaves a line to sign on paper."""

    role: str
    name: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Cover:
    """The first page: whose it is over the title, what it is below, and label and value at the foot."""

    over: str
    below: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A report or a plan, ready to be frozen. `made_at` (aware) is the date inside the PDF and Word files."""

    title: str
    made_at: datetime
    blocks: tuple[Block, ...]
    label: str = ""  # top left: whose and what kind
    number: str = ""  # top right
    subtitle: str = ""
    as_of: str = ""
    level: Level | None = None
    sources: tuple[Post, ...] = ()
    rolls: tuple[Roll, ...] = ()
    address: str = ""  # where the pages of posts and rolls are found, without a slash at the end
    signatures: tuple[Signature, ...] = ()
    watermark: str = ""
    footer: str = ""  # e.g. who may read it
    # Figures by name, for whoever compares them with those of a later document; not printed.
    measured: tuple[tuple[str, int | None], ...] = ()
    cover: Cover | None = None  # takes the place of title and subtitle; a table of contents follows


def text(words: str, *posts: int, strong: bool = False) -> Text:
    """One run as a text: the usual cell, value or sentence."""
    return (Run(words, tuple(posts), strong),)
