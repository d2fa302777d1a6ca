"""What goes into the analyser beside posts, and what comes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from guanlan.engine.forecast import Forecast
from guanlan.engine.lifecycle import Lifecycle
from guanlan.engine.severity import Reason, Table
from guanlan.engine.signs import Sign
from guanlan.engine.spread import Edge


class Found(NamedTuple):
    """A term of a watch, found at character `at` (from 0) of the original field."""

    watch: str
    term: str
    field: str
    at: int


class PostResult(NamedTuple):
    """One post as read; the line that `analyse` writes.

    `events` stand beside `watches`, one each, None while the post belongs to no event;
    `event` is the first of them. `stance` and `emotion` are per mille, the latter empty under a
    model without that head; `category` is what a negative post complains of
    (`tasks.CATEGORIES`). `harms` and `demands` are what the
    post's own words say of harm and demand; nothing in a statement of the company's own.
    `seen_before` marks a further sight of a post, which only brings new counts.
    """

    id: str
    platform: str
    watches: tuple[str, ...]
    hits: tuple[Found, ...]
    duplicate_of: str | None
    stance: dict[str, int]
    event: str | None
    events: tuple[str | None, ...]
    seen_before: bool
    emotion: dict[str, int]
    category: str | None
    abusive: bool
    advertisement: bool
    harms: tuple[Sign, ...] = ()
    demands: tuple[Sign, ...] = ()


@dataclass(frozen=True)
class Signal:
    """An event's computed level changed; None is below all levels."""

    at: datetime
    event: str
    watch: str
    level: str | None
    previous_level: str | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Moved:
    """A post's event was found, or changed, after the post's own result was given."""

    platform: str
    id: str
    watch: str
    event: str | None


@dataclass(frozen=True)
class Merged:
    """Two events turned out to be one; `gone` is no event any more."""

    at: datetime
    gone: str
    into: str


@dataclass(frozen=True)
class Split:
    """An event came out of another one."""

    event: str
    into: str


@dataclass(frozen=True)
class Surge:
    """A watch's posts rose beyond expectation (`silent` False), or a platform fell silent under it.

    `platform` is None for the watch as a whole. `count` posts came in the `minutes`
    from `at`; `limit` or more are a surge.
    """

    at: datetime
    watch: str
    platform: str | None
    silent: bool
    count: int
    limit: int
    minutes: int


class WatchHour(NamedTuple):
    """What an hour under a watch came to."""

    watch: str
    hour: datetime
    posts: int
    negative: int


@dataclass(frozen=True)
class Results:
    """What one call brought, in order; `changed` names the events whose figures moved."""

    posts: list[PostResult]
    signals: list[Signal]
    moved: list[Moved]
    merged: list[Merged]
    surges: list[Surge]
    changed: tuple[str, ...]
    split: Sequence[Split] = ()


class EventRow(NamedTuple):
    """What is stored of an event as it stands: all but what a page asks for anew."""

    event: str
    watch: str
    name: str
    terms: tuple[str, ...]
    first_at: datetime
    last_at: datetime
    posts: int
    negative_permille: int | None
    measures: Mapping[str, int | None]


@dataclass(frozen=True)
class EventView:
    """An event as it stands; `name` is a clause of one of its posts.

    `path` holds the edges that evidence supports, and the first root. `forecast` is None where
    nothing can be told. `harms` says how many voices set each flag of harm that stands.
    """

    event: str
    watch: str
    name: str
    terms: tuple[str, ...]
    first_at: datetime
    last_at: datetime
    posts: int
    negative_permille: int | None
    level: str | None
    measures: Mapping[str, int | None]
    facts: Mapping[str, tuple[str, ...]]
    path: tuple[Edge, ...]
    forecast: Forecast | None
    lifecycle: Lifecycle
    harms: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class WatchesChanged:
    """From now on posts are matched with these watches."""

    watches: tuple[Any, ...]


@dataclass(frozen=True)
class TableChanged:
    """From now on events are graded by this table; all are graded at the next tick."""

    table: Table


@dataclass(frozen=True)
class ModelChanged:
    """From now on posts are read with this model."""

    model: Any


@dataclass(frozen=True)
class FactStated:
    """A person, or a source's attribute, states a fact; without `posts` it is taken back."""

    event: str
    fact: str
    posts: tuple[str, ...]


@dataclass(frozen=True)
class EventsMerged:
    """A person says that two events are one."""

    gone: str
    into: str


@dataclass(frozen=True)
class EventSplit:
    """A person makes an event of its own of some of an event's posts.

    `posts` are (platform, id, title, text): by what they say, what is like them follows.
    """

    event: str
    posts: tuple[tuple[str, str, str | None, str | None], ...]


@dataclass(frozen=True)
class PostMoved:
    """A person puts a post into another event of the same watch, or (None) into none."""

    platform: str
    id: str
    watch: str
    event: str | None


@dataclass(frozen=True)
class StanceCorrected:
    """A person says whether a post is negative; its copies follow, unless somebody judged them too."""

    platform: str
    id: str
    negative: bool


@dataclass(frozen=True)
class PostDropped:
    """A person says that a post does not concern us: it leaves every event, and counts nowhere."""

    platform: str
    id: str


@dataclass(frozen=True)
class BackgroundCounts:
    """What came under a watch, hour by hour from `first_hour`, before the stream began."""

    watch: str
    first_hour: datetime
    posts: tuple[int, ...]
    negative: tuple[int, ...]


Change = (
    WatchesChanged
    | TableChanged
    | ModelChanged
    | FactStated
    | EventsMerged
    | EventSplit
    | PostMoved
    | StanceCorrected
    | PostDropped
    | BackgroundCounts
)
